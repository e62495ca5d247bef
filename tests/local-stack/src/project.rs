//! Where the project's own things are.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::{
    command,
    error::{Error, Result},
};

/// The project's directory: the one that holds `tests/local-stack`.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The interpreter of the project's Python environment: `.venv`, or what `PYTHON_ENV` names, as in `scripts/python-env`.
pub fn python() -> Result<PathBuf> {
    let environment = std::env::var_os("PYTHON_ENV")
        .map_or_else(|| root().join(".venv"), |path| root().join(path));
    let python = environment.join("bin/python");
    if python.is_file() {
        Ok(python)
    } else {
        Err(Error::NoPythonEnvironment(environment))
    }
}

/// A program of this workspace, built for the same profile as the one that asks. `cargo build --workspace` and
/// `cargo nextest run --workspace` build them all.
pub fn program(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe().map_err(Error::file(name))?;
    // A test lies one folder below the programs.
    let places = here.ancestors().skip(1).take(2);
    places
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .ok_or_else(|| Error::NoProgram(name.to_owned()))
}

/// The function's zip for this machine's processor, in step with its sources: cargo knows whether there is anything to
/// build. The first time takes minutes.
pub async fn package() -> Result<PathBuf> {
    let mut build = Command::new(root().join("scripts/build"));
    command::run("scripts/build", build.env("ARCH", architecture())).await?;
    Ok(root().join("target/lambda/zoom_operationlogs_to_s3/bootstrap.zip"))
}

/// This machine's processor, as Lambda calls it: ministack runs the function here.
pub fn architecture() -> &'static str {
    if std::env::consts::ARCH == "aarch64" {
        "arm64"
    } else {
        "x86_64"
    }
}
