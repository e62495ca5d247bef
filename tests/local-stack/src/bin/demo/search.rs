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
use zoom_simulator::Report;

use crate::scene::Scene;

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
fn files_with(secrets: &[String], directory: &Path) -> Result<(Vec<String>, usize)> {
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

fn holds(secrets: &[String], text: &str) -> bool {
    secrets.iter().any(|secret| text.contains(secret.as_str()))
}

impl Scene {
    pub(crate) async fn search_log_of(&mut self, report: Report, secrets: &[String]) -> Result<()> {
        let function = self.function(report);
        let runs = function.runs().await?;
        let mut told = 0;
        for run in &runs {
            told += usize::from(holds(secrets, &function.lines(run).await?.join("\n")));
        }
        self.telling.check(
            told == 0,
            format!(
                "none in the logs of {} ({} runs)",
                self.deployment.report(report.name()).function_name,
                runs.len()
            ),
        );
        Ok(())
    }

    pub(crate) fn search_elsewhere(
        &mut self,
        command_lines: &CommandLines,
        secrets: &[String],
    ) -> Result<()> {
        let log = fs::read(self.stack.log_file()).context("ministack's log")?;
        self.telling.check(
            !holds(secrets, &String::from_utf8_lossy(&log)),
            "none in ministack's log",
        );

        let state = self.stack.terraform_state_file();
        let (found, searched) =
            files_with(secrets, state.parent().unwrap_or_else(|| Path::new("/")))?;
        self.telling.check(
            found.is_empty(),
            format!(
                "none in Terraform's state and files ({searched} files){}",
                found.iter().map(|f| format!(" {f}")).collect::<String>()
            ),
        );

        let lines = command_lines.seen();
        let shown = lines.iter().filter(|line| holds(secrets, line)).count();
        self.telling.check(
            shown == 0,
            format!(
                "none among the arguments of processes ({} command lines seen)",
                lines.len()
            ),
        );
        Ok(())
    }
}
