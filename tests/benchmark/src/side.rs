//! The two that are compared.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use local_stack::project;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// Where the records of both go.
pub(crate) const PREFIX: &str = "zoom/operationlogs/";

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// This project's function.
    Ours,
    /// The Python function that behaves as the guide describes it.
    Guide,
}

impl Side {
    /// Both, in the order in which they alternate.
    pub(crate) const BOTH: [Self; 2] = [Self::Ours, Self::Guide];

    /// Its name in a bucket's.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Guide => "guide",
        }
    }

    /// Where it keeps its state.
    pub(crate) const fn state_key(self) -> &'static str {
        match self {
            Self::Ours => "zoom/state/operationlogs.json",
            // As in the guide, where the feed reads it too.
            Self::Guide => "zoom/operationlogs/state.json",
        }
    }
}

/// Both, ready to be started.
#[derive(Debug)]
pub(crate) struct Contenders {
    ours: PathBuf,
    guide: PathBuf,
    directory: TempDir,
}

impl Contenders {
    /// Unpacks the zip `package`, and puts the Python function beside its bootstrap.
    pub(crate) fn unpack(package: &Path) -> Result<Self> {
        let directory = TempDir::with_prefix("benchmark-")?;
        let unpacked = directory.path().join("ours");
        let mut unzip = Command::new(project::python()?);
        unzip.args(["-m", "zipfile", "-e"]).arg(package);
        let status = unzip.arg(&unpacked).status()?;
        ensure!(
            status.success(),
            "{} cannot be unpacked; make build builds it",
            package.display()
        );
        let ours = unpacked.join("bootstrap");
        make_executable(&ours)?;
        Self::of(ours, directory)
    }

    /// The function's binary as it is.
    pub(crate) fn native(binary: PathBuf) -> Result<Self> {
        Self::of(binary, TempDir::with_prefix("benchmark-")?)
    }

    fn of(ours: PathBuf, directory: TempDir) -> Result<Self> {
        let task = directory.path().join("guide");
        fs::create_dir(&task)?;
        fs::write(
            task.join("function.py"),
            include_str!("../guide/function.py"),
        )?;
        let guide = task.join("bootstrap");
        let python = project::python()?;
        // Neither the user's packages nor the directory it is started in.
        let interpreter = format!("#!{} -I\n", python.display());
        fs::write(&guide, interpreter + include_str!("../guide/bootstrap.py"))?;
        make_executable(&guide)?;
        Ok(Self {
            ours,
            guide,
            directory,
        })
    }

    /// What is started for a side.
    pub(crate) fn program(&self, side: Side) -> &Path {
        match side {
            Side::Ours => &self.ours,
            Side::Guide => &self.guide,
        }
    }

    /// A program that does `first`, in the words of a shell, and then becomes the side's: its process is the same.
    pub(crate) fn wrapped(&self, side: Side, name: &str, first: &str) -> Result<PathBuf> {
        let path = self.directory.path().join(name);
        let program = self.program(side).display();
        fs::write(&path, format!("#!/bin/sh\n{first} && exec '{program}'\n"))?;
        make_executable(&path)?;
        Ok(path)
    }
}

fn make_executable(path: &Path) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .with_context(|| path.display().to_string())
}
