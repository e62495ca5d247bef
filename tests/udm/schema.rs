//! Google's published schema: what it says of an event.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use local_stack::project;

/// Asks the schema about each line; an answer for each.
pub fn ask(lines: &[String]) -> Vec<String> {
    let mut validator = Command::new(project::python().unwrap())
        .arg(project::root().join("tests/udm/validate.py"))
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = validator.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    // It answers while it reads: two pipes that are full would wait for each other.
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let output = validator.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let answers: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(answers.len(), lines.len());
    answers
}

/// Fails unless the schema takes every event as it is.
#[track_caller]
pub fn takes(events: &[String]) {
    let refused: Vec<_> = ask(events)
        .into_iter()
        .zip(events)
        .filter(|(answer, _)| answer != "ok")
        .collect();
    assert!(
        refused.is_empty(),
        "{} of {}: {:#?}",
        refused.len(),
        events.len(),
        &refused[..refused.len().min(5)]
    );
}
