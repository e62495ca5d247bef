//! A day of a million records under a limit of memory that kills, and what kills.
//!
//! Two means: a memory cgroup (of either version), which is what Lambda's limit is like and needs root, and `ulimit -v`,
//! which anyone may and which is stricter, for it counts what is mapped and not what is used.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};
use local_stack::Outcome;

use super::Effort;
use crate::{results::Limited, setting::Setting, side::Side, trial::Trial};

const RECORDS: usize = 1_000_000;
/// The least that Lambda gives.
const LEAST: u64 = 128;
/// Too little, so that the limit is seen to kill.
const TOO_LITTLE: u64 = 16;
/// More than this is not tried.
const MOST: u64 = 1024;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Limited>> {
    let count = RECORDS / effort.divisor;
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    setting.fill_today(count);
    let mut limits = Vec::new();
    for means in Means::available() {
        limits.push(attempt(setting, Side::Ours, means, TOO_LITTLE, count).await?);
        let mut mebibytes = LEAST;
        loop {
            let limited = attempt(setting, Side::Ours, means, mebibytes, count).await?;
            let passed = limited.passed;
            limits.push(limited);
            if passed || mebibytes >= MOST {
                break;
            }
            mebibytes *= 2;
        }
    }
    Ok(limits)
}

async fn attempt(
    setting: &Setting,
    side: Side,
    means: Means,
    mebibytes: u64,
    count: usize,
) -> Result<Limited> {
    let bucket = setting.bucket(side).await?;
    let limit = means.limit(mebibytes)?;
    let name = format!("limited-{}-{mebibytes}", means.name().replace(' ', "-"));
    let program = setting
        .contenders
        .wrapped(side, &name, &limit.first_command)?;
    let function = setting.function(side, Some(program), &bucket, &[])?;
    let trial = Trial::new(setting, side, bucket, function);
    let (mut sample, run) = trial.attempt().await?;
    let passed = matches!(run.outcome, Outcome::Answer(_));
    if passed {
        sample.state_bytes = Some(trial.state_bytes().await?);
    }
    trial.end().await;
    Ok(Limited {
        side,
        means: means.name().to_owned(),
        mebibytes,
        records: count as u64,
        passed,
        ended: match run.outcome {
            Outcome::Answer(answer) => format!(
                "delivered {}, complete: {}",
                answer["written"], answer["complete"]
            ),
            Outcome::Error { message, .. } => message,
            Outcome::Exited(status) => status.to_string(),
            Outcome::TimedOut => "its deadline passed".to_owned(),
        },
        sample,
    })
}

/// By which memory is limited.
#[derive(Clone, Copy, Debug)]
enum Means {
    AddressSpace,
    CgroupV1,
    CgroupV2,
}

/// A limit that is there until this is dropped.
struct Limit {
    /// What puts a shell under it.
    first_command: String,
    group: Option<PathBuf>,
}

const CGROUP_V1: &str = "/sys/fs/cgroup/memory";
const CGROUP_V2: &str = "/sys/fs/cgroup";

impl Means {
    /// Those that this machine and user have.
    fn available() -> Vec<Self> {
        let mut means = Vec::new();
        for cgroup in [Self::CgroupV1, Self::CgroupV2] {
            if cgroup.limit(128).is_ok() {
                means.push(cgroup);
                break;
            }
        }
        means.push(Self::AddressSpace);
        means
    }

    const fn name(self) -> &'static str {
        match self {
            Self::AddressSpace => "ulimit -v",
            Self::CgroupV1 => "memory cgroup, version 1",
            Self::CgroupV2 => "memory cgroup, version 2",
        }
    }

    fn limit(self, mebibytes: u64) -> Result<Limit> {
        let (root, file) = match self {
            Self::AddressSpace => {
                return Ok(Limit {
                    first_command: format!("ulimit -v {}", mebibytes << 10),
                    group: None,
                });
            }
            Self::CgroupV1 => (CGROUP_V1, "memory.limit_in_bytes"),
            Self::CgroupV2 => (CGROUP_V2, "memory.max"),
        };
        let group = PathBuf::from(root).join(format!("benchmark-{}", std::process::id()));
        fs::create_dir_all(&group).with_context(|| group.display().to_string())?;
        let limit = Limit {
            first_command: format!("echo $$ > '{}/cgroup.procs'", group.display()),
            group: Some(group.clone()),
        };
        let file = group.join(file);
        fs::write(&file, (mebibytes << 20).to_string())
            .with_context(|| file.display().to_string())?;
        // No way out, as in Lambda; a kernel without swap has no such file.
        let _ = fs::write(group.join("memory.swap.max"), "0");
        Ok(limit)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        if let Some(group) = &self.group {
            // It stays, empty, if its last process is not gone yet; the next limit takes it up again.
            let _ = fs::remove_dir(group);
        }
    }
}
