//! The search for secrets where they must not be.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::task::JoinHandle;

/// Collects the command lines of all processes on this machine for as long as it lives.
pub(crate) struct CommandLines {
    seen: Arc<Mutex<BTreeSet<String>>>,
    watch: JoinHandle<()>,
}

impl CommandLines {
    pub(crate) fn watch() -> Self {
        let seen: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let watch = tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                let mut pause = tokio::time::interval(Duration::from_millis(50));
                loop {
                    pause.tick().await;
                    let now = command_lines();
                    seen.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(now);
                }
            }
        });
        Self { seen, watch }
    }

    pub(crate) fn seen(&self) -> BTreeSet<String> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for CommandLines {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

fn command_lines() -> BTreeSet<String> {
    let processes = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .filter(|line| !line.is_empty())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .collect()
}

/// The files in a directory and below it that hold any of `secrets`, and how many files were searched. Links are not
/// followed: Terraform's providers are a link to gigabytes.
pub(crate) fn files_with(secrets: &[String], directory: &Path) -> Result<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let mut searched = 0;
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).with_context(|| directory.display().to_string())? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != "providers" {
                directories.push(entry.path());
            } else if kind.is_file() {
                searched += 1;
                let text =
                    fs::read(entry.path()).with_context(|| entry.path().display().to_string())?;
                if holds(secrets, &String::from_utf8_lossy(&text)) {
                    found.push(entry.path().display().to_string());
                }
            }
        }
    }
    Ok((found, searched))
}

pub(crate) fn holds(secrets: &[String], text: &str) -> bool {
    secrets.iter().any(|secret| text.contains(secret.as_str()))
}
