//! Runs a program, with all the processes that it starts, for as long as somebody waits for it.

use std::process::Stdio;

use tokio::process::Command;

use crate::error::{Error, Result};

/// Runs `command` to its end and returns what it printed, both streams. When the caller stops waiting, the program and its
/// descendants are killed: Terraform's providers, for example, do not notice that Terraform is gone.
pub async fn run(description: &str, command: &mut Command) -> Result<String> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(Error::process(description))?;
    let group = Group(child.id());
    let output = child
        .wait_with_output()
        .await
        .map_err(Error::process(description))?;
    drop(group);
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        Ok(text)
    } else {
        Err(Error::Failed {
            program: description.to_owned(),
            status: output.status,
            output: text,
        })
    }
}

/// A process group that is killed when this is dropped, its leader and whoever is left of it.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self
            .0
            .and_then(|leader| rustix::process::Pid::from_raw(leader.cast_signed()))
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
