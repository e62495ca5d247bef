//! A day of 100,000 records that nothing was read of yet, in one run, with Zoom at once and at 150 ms a page.

use std::time::Duration;

use anyhow::Result;

use super::{Effort, Scenario};
use crate::{results::Case, setting::Setting, side::Side};

const RECORDS: usize = 100_000;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    let count = RECORDS / effort.divisor;
    setting.fill_today(count);
    let mut cases = Vec::new();
    for latency in [0, 150] {
        setting.set_latency(Duration::from_millis(latency), Duration::ZERO);
        let mut case = Case::new(Scenario::Day, format!("{latency} ms"));
        case.records = Some(count as u64);
        case.latency = Some(latency);
        for _ in 0..effort.long_rounds {
            for side in Side::BOTH {
                let trial = setting.trial(side, &[]).await?;
                case.push(side, trial.cold().await?);
            }
        }
        cases.push(case);
    }
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    Ok(cases)
}
