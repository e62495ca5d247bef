//! `zoomlogs udm`: what it takes, what it shows, and that nothing is lost on the way.

mod input;
mod view;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Said, ZOOMLOGS, run};

const TITLE: &str = r#"{"time":"2026-11-22 09:00:00","operator":"ada@example.org","category_type":"User","action":"Update","operation_detail":"Update User bo@example.org  - Job Title: set to Contractor"}"#;
const SETTING: &str = r#"{"time":"2026-11-22T09:00:01Z","operator":"ada@example.org","category_type":"Account","action":"Update","operation_detail":"Security  - Waiting Room: from On to Off"}"#;
const SIGN_IN: &str = r#"{"time":"2026-11-22T09:00:02Z","email":"cy@example.org","type":"Sign in","ip_address":"192.0.2.7","client_type":"mac","version":"6.2"}"#;

/// A command that has no way to AWS.
fn udm(arguments: &[&str]) -> Command {
    let mut command = Command::new(ZOOMLOGS);
    command
        .arg("udm")
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn of_input(arguments: &[&str], input: &str) -> Said {
    run(&mut udm(arguments), input)
}

fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn lines(said: &Said) -> Vec<Value> {
    let lines = said.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
