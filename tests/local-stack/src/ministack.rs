//! Ministack, the AWS emulator, as a child process.

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

/// The running emulator. It, and every function process it started, dies when this is dropped or this process ends.
#[derive(Debug)]
pub(crate) struct Ministack {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Ministack {
    /// Starts ministack with its certificate, its data and its log in `directory`. It listens when this returns; the first
    /// request waits until it serves.
    pub(crate) fn start(directory: &Path) -> Result<Self> {
        let python = project::python()?;
        let keeper = directory.join("keeper.py");
        fs::write(&keeper, include_str!("keeper.py")).map_err(Error::file(&keeper))?;
        let scratch = directory.join("ministack");
        fs::create_dir(&scratch).map_err(Error::file(&scratch))?;
        let log = directory.join("ministack.log");
        let output = fs::File::create(&log).map_err(Error::file(&log))?;

        let program = || format!("{} keeper.py", python.display());
        let mut child = Command::new(&python)
            .arg(&keeper)
            .arg(directory)
            // Ministack hands its own environment on to the functions: let there be nothing in it that is not ours.
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("AUTH", "true")
            .env("USE_SSL", "1")
            .env("MINISTACK_SSL_CERT", directory.join("server.pem"))
            .env("MINISTACK_SSL_KEY", directory.join("server-key.pem"))
            .env("LAMBDA_EXECUTOR", "local")
            // What Lambda tells a function whose log_format is JSON; ministack does not.
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            // Listeners on fixed ports, of services that nobody here uses: two stacks must be able to run at once.
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("PERSIST_STATE", "0")
            .env("S3_PERSIST", "0")
            .env("S3_DATA_DIR", scratch.join("s3"))
            .env("STATE_DIR", scratch.join("state"))
            .env("TMPDIR", &scratch)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(output)
            .process_group(0)
            .spawn()
            .map_err(Error::process(program()))?;

        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(Error::process(program()))?;
        }
        let mut ministack = Self {
            child,
            port: 0,
            log,
        };
        ministack.port = line.trim().parse().map_err(|_| Error::NotReady {
            reason: "it named no port".to_owned(),
            log: ministack.log_tail(),
        })?;
        Ok(ministack)
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

impl Drop for Ministack {
    fn drop(&mut self) {
        // Its state is in memory and its files are ours to delete: there is nothing to shut down in order.
        if let Some(group) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
