//! The crates of a workspace, as cargo knows them.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::error::StructureError;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    src_path: PathBuf,
}

/// The first file of each crate of a workspace: libraries, programs, tests and benchmarks.
pub(crate) fn crate_roots(manifest: &Path) -> Result<BTreeSet<PathBuf>, StructureError> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .map_err(StructureError::Cargo)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(StructureError::Metadata(said.into_owned()));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let targets = metadata
        .packages
        .into_iter()
        .flat_map(|package| package.targets);
    Ok(targets.map(|target| target.src_path).collect())
}
