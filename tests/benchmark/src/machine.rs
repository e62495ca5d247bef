//! What it was measured on, and when.

use std::{fs, process::Command};

use chrono::{SecondsFormat, Utc};
use local_stack::project;
use serde::{Deserialize, Serialize};

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The processor's model.
    pub(crate) processor: String,
    /// How many of its cores there are.
    pub(crate) cores: usize,
    /// How many GiB of memory.
    pub(crate) memory_gib: u64,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// Python's version.
    pub(crate) python: String,
    /// boto3's version.
    pub(crate) boto3: String,
    /// The commit that was measured; `+` if it was changed since.
    pub(crate) commit: String,
    /// When.
    pub(crate) time: String,
}

impl Machine {
    /// This one, now.
    pub(crate) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split(':').nth(1))
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let kibibytes = field(&read("/proc/meminfo"), "MemTotal");
        let kibibytes = kibibytes.trim_end_matches(" kB").parse().unwrap_or(0_u64);
        let python = project::python().unwrap_or_else(|_| "python3".into());
        // The docs are changed by what is measured; that is not what is meant.
        let changes = [
            "status",
            "--porcelain",
            "--",
            "Cargo.lock",
            "Cargo.toml",
            "src",
            "tests",
        ];
        let changed = !said("git", &changes).is_empty();
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (kibibytes + (1 << 19)) >> 20,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            python: said(
                &python,
                &["-c", "import platform; print(platform.python_version())"],
            ),
            boto3: said(&python, &["-c", "import boto3; print(boto3.__version__)"]),
            commit: said("git", &["rev-parse", "--short=10", "HEAD"])
                + if changed { "+" } else { "" },
            time: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        }
    }
}

/// What a program says, or nothing.
fn said(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command
        .args(arguments)
        .current_dir(project::root())
        .output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
