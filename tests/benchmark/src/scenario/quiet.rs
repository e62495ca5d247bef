//! A run that finds nothing new: of a new process, and of one that has run before. Its beginning is the start-up.

use std::time::Duration;

use anyhow::Result;

use super::{Effort, Scenario};
use crate::{results::Case, setting::Setting, side::Side, trial::Trial};

/// How many records the day has; all were delivered before.
const RECORDS: usize = 1_000;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    setting.fill_today(RECORDS);
    let ours = Trial::prepare(setting, Side::Ours, &[]).await?;
    let guide = Trial::prepare(setting, Side::Guide, &[]).await?;
    for trial in [&ours, &guide] {
        trial.settle().await?;
        // Once more, so that every file is in memory and compiled.
        trial.cold().await?;
    }
    let mut cases = Vec::new();
    for latency in [0, 20] {
        let milliseconds = Duration::from_millis(latency);
        setting.set_latency(milliseconds, milliseconds);
        let mut cold = Case::new(Scenario::Quiet, format!("cold, {latency} ms"));
        let mut warm = Case::new(Scenario::Quiet, format!("warm, {latency} ms"));
        for _ in 0..effort.rounds {
            for trial in [&ours, &guide] {
                cold.push(trial.side, trial.cold().await?);
                warm.push(trial.side, trial.run().await?);
                trial.end().await;
            }
        }
        cases.extend([cold, warm]);
    }
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    Ok(cases)
}
