//! One command, and what it said.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use local_stack::{AccessKey, Stack};
use serde_json::Value;

pub const ZOOMLOGS: &str = env!("CARGO_BIN_EXE_zoomlogs");

/// What a command said, and how it ended.
#[derive(Debug, Clone)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// Fails unless it ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// Fails unless standard error has each of these.
    #[track_caller]
    pub fn explains(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {self:?}");
        }
        self
    }

    /// Fails if any of these is in what it said.
    #[track_caller]
    pub fn hides(self, secrets: &[&str]) -> Self {
        for secret in secrets {
            let shown = self.stdout.contains(secret) || self.stderr.contains(secret);
            assert!(!shown, "{secret:?} in {self:?}");
        }
        self
    }

    /// The report, where it is JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A command with nothing of this machine's environment but where programs are, in the stack's AWS as the owner of `key`.
pub fn command(stack: &Stack, key: &AccessKey, arguments: &[&str]) -> Command {
    let mut command = Command::new(ZOOMLOGS);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(stack.environment(key));
    command
}

/// Runs a command to its end, with `input` for its standard input.
pub fn run(command: &mut Command, input: &str) -> Said {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    // One that ends without reading breaks the pipe, as it may.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    said(child.wait_with_output().unwrap())
}

/// Runs a command whose standard output is this file.
pub fn run_into(command: &mut Command, file: &Path) -> Said {
    let file = File::options().write(true).open(file).unwrap();
    let child = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(Stdio::piped())
        .spawn();
    said(child.unwrap().wait_with_output().unwrap())
}

fn said(output: std::process::Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
