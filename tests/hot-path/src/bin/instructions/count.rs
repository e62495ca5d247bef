//! Counts with valgrind's callgrind.

use std::process::Command;

use hot_path::Step;

/// How often more a step is done in the second of two runs.
const MORE: u64 = 2;

/// The instructions that `step` takes for so many records. What comes before it, from the start of the process to the making
/// of the input, is the same whether it is done once or more often: the difference of two runs is the step alone.
pub(crate) fn instructions(step: Step, records: usize) -> Result<u64, String> {
    let (once, more) = std::thread::scope(|scope| {
        let once = scope.spawn(|| counted(step, records, 1));
        let more = counted(step, records, 1 + MORE);
        (once.join(), more)
    });
    let once = once.map_err(|_| "the counting failed".to_owned())??;
    Ok(more?.saturating_sub(once) / MORE)
}

fn counted(step: Step, records: usize, times: u64) -> Result<u64, String> {
    let itself = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(itself)
        .args(["do", step.name(), &records.to_string(), &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    collected
        .filter(|_| output.status.success())
        .and_then(|(_, count)| count.trim().parse().ok())
        .ok_or_else(|| format!("valgrind counted nothing for {}: {said}", step.name()))
}
