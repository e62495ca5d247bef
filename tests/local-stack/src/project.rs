//! Where the project's own things are.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

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
