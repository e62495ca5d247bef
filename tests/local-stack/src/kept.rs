//! A Python server as a child process that cannot outlive its owner. `keeper.py` is its half of the bargain.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    error::{Error, Result},
    project,
};

/// A program that serves on a loopback port. It, and every process it started, dies when this is dropped or this process
/// ends.
#[derive(Debug)]
pub(crate) struct Kept {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Kept {
    /// Starts the Python program `source`, which is called `name`, with its log in `directory`, `variables` as its
    /// environment, and nothing else in it. It listens when this returns; the first request waits until it serves.
    pub(crate) fn start<'a>(
        name: &'static str,
        source: &str,
        directory: &Path,
        variables: impl IntoIterator<Item = (&'a str, PathBuf)>,
    ) -> Result<Self> {
        let python = project::python()?;
        // Not by its plain name, which a package has that it imports.
        let program = directory.join(format!("serve_{name}.py"));
        for (path, text) in [
            (&directory.join("keeper.py"), include_str!("keeper.py")),
            (&program, source),
        ] {
            fs::write(path, text).map_err(Error::file(path))?;
        }
        let log = directory.join(format!("{name}.log"));
        let output = fs::File::create(&log).map_err(Error::file(&log))?;

        let description = || format!("{} {}", python.display(), program.display());
        let mut child = Command::new(&python)
            .arg(&program)
            .arg(directory)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(output)
            .process_group(0)
            .spawn()
            .map_err(Error::process(description()))?;

        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(Error::process(description()))?;
        }
        let mut kept = Self {
            child,
            port: 0,
            log,
        };
        kept.port = line.trim().parse().map_err(|_| Error::NotReady {
            server: name,
            reason: "it named no port".to_owned(),
            log: kept.log_tail(),
        })?;
        Ok(kept)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // Its state is in memory and its files are ours to delete: there is nothing to shut down in order.
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
