//! How large the deployment packages are.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use local_stack::project;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::setting::{package, size};

/// The Python function's dependencies, as they are in a package that brings its own boto3.
const BOTO3: [&str; 7] = [
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "urllib3",
    "six.py",
];

/// Sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Packages {
    /// The function's zip.
    pub(crate) ours: u64,
    /// The executable in it.
    pub(crate) ours_unpacked: u64,
    /// A zip of the Python file alone, for Lambda's managed runtime has a boto3 of its own.
    pub(crate) guide_alone: u64,
    /// A zip of it with boto3 and what boto3 needs, so that its version is one's own choice.
    pub(crate) guide_with_boto3: u64,
}

/// Zips what is to be compared.
pub(crate) fn sizes() -> Result<Packages> {
    let directory = TempDir::with_prefix("benchmark-zips-")?;
    let base = directory.path().join("task");
    std::fs::create_dir(&base)?;
    std::fs::write(
        base.join("function.py"),
        include_str!("../guide/function.py"),
    )?;
    let alone = directory.path().join("alone.zip");
    zip(&alone, &base, &["function.py"])?;

    let site_packages = site_packages()?;
    let boto3 = directory.path().join("boto3.zip");
    zip(&boto3, Path::new(&site_packages), &BOTO3)?;

    let unpacked = crate::side::Contenders::unpack(&package())?;
    Ok(Packages {
        ours: size(&package())?,
        ours_unpacked: size(unpacked.program(crate::side::Side::Ours))?,
        guide_alone: size(&alone)?,
        guide_with_boto3: size(&alone)? + size(&boto3)?,
    })
}

fn zip(target: &Path, base: &Path, names: &[&str]) -> Result<()> {
    let mut python = Command::new(project::python()?);
    python.args(["-c", include_str!("../guide/package.py")]);
    let status = python.arg(target).arg(base).args(names).status()?;
    ensure!(status.success(), "{} could not be zipped", base.display());
    Ok(())
}

fn site_packages() -> Result<String> {
    let mut python = Command::new(project::python()?);
    let output = python
        .args([
            "-c",
            "import sysconfig; print(sysconfig.get_paths()['purelib'])",
        ])
        .output()?;
    let path = String::from_utf8(output.stdout).context("where Python's packages are")?;
    Ok(path.trim().to_owned())
}
