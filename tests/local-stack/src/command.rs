//! Runs a program, with all the processes that it starts, for as long as somebody waits for it.

use std::process::{Output, Stdio};

use tokio::process::{Child, Command};

use crate::error::{Error, Result};

/// Runs `command` to its end and returns what it printed, both streams. When the caller stops
/// waiting, the program and its descendants are killed.
pub async fn run(description: &str, command: &mut Command) -> Result<String> {
    let child = spawn(description, command.process_group(0))?;
    let _group = Group(child.id());
    printed(description, child).await
}

/// Does the same in an existing process group. Descendants of a program that is waited for no
/// more end with that group: Terraform's providers, for example, do not notice that Terraform is
/// gone, but go with the stack that they work on.
pub(crate) async fn run_in(group: u32, description: &str, command: &mut Command) -> Result<String> {
    let command = command
        .process_group(group.cast_signed())
        .kill_on_drop(true);
    printed(description, spawn(description, command)?).await
}

fn spawn(description: &str, command: &mut Command) -> Result<Child> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::process(description))
}

async fn printed(description: &str, child: Child) -> Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = child
        .wait_with_output()
        .await
        .map_err(Error::process(description))?;
    let mut output = String::from_utf8_lossy(&stdout).into_owned();
    output.push_str(&String::from_utf8_lossy(&stderr));
    if status.success() {
        Ok(output)
    } else {
        Err(Error::Failed {
            program: description.to_owned(),
            status,
            output,
        })
    }
}

/// A process group that is killed when this is dropped, its leader and whoever is left of it.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.0.map(u32::cast_signed);
        if let Some(group) = leader.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
