//! What a process has cost so far, as the kernel knows it.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};
use nix::{
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};

/// The processor time that a process has used, user and system, all threads, those that ended included.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    // The process's own clock: /proc/PID/stat counts in hundredths of a second, which is more than a quiet run takes.
    let clock = clock_getcpuclockid(Pid::from_raw(pid.cast_signed()))?;
    Ok(clock_gettime(clock)?.into())
}

/// The most memory it has had resident at once since it began or [`forget_peak`], in bytes.
pub(crate) fn peak(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).context(path)?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|value| value.trim().strip_suffix("kB"))
        .and_then(|value| value.trim().parse::<u64>().ok())
        .context("no VmHWM in the process's status")?;
    Ok(kibibytes << 10)
}

/// Lets the peak begin anew at what is resident now.
pub(crate) fn forget_peak(pid: u32) -> Result<()> {
    let path = format!("/proc/{pid}/clear_refs");
    fs::write(&path, "5").context(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_some_of_both() {
        let own = std::process::id();
        assert!(cpu(own).unwrap() > Duration::ZERO);
        assert!(peak(own).unwrap() > 1 << 20);
        forget_peak(own).unwrap();
    }
}
