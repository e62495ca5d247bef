//! A day of 100,000 records that nothing was read of yet, in one run, with Zoom at once and at 150 ms a page.
//!
//! No two records are equal. A third case has an account as it is, where 3 in 100 rows have a twin: this function reads the
//! day once more if twins are on different pages, to tell them from a row that moved.

use std::time::Duration;

use anyhow::Result;

use super::{Effort, Scenario};
use crate::{results::Case, setting::Setting, side::Side, trial::Trial};

const RECORDS: usize = 100_000;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    let count = RECORDS / effort.divisor;
    let mut cases = Vec::new();
    for (name, latency, twins) in [
        ("0 ms", 0, false),
        ("150 ms", 150, false),
        ("0 ms, with equal rows", 0, true),
    ] {
        if twins {
            setting.fill_today(count);
        } else {
            setting.fill_today_differently(count);
        }
        setting.set_latency(Duration::from_millis(latency), Duration::ZERO);
        let mut case = Case::new(Scenario::Day, name.to_owned());
        case.records = Some(count as u64);
        case.latency = Some(latency);
        // It waits for most of a minute, and varies little.
        let rounds = if latency > 0 {
            effort.long_rounds.min(2)
        } else {
            effort.long_rounds
        };
        for _ in 0..rounds {
            for side in Side::BOTH {
                let trial = Trial::prepare(setting, side, &[]).await?;
                case.push(side, trial.cold().await?);
                trial.end().await;
            }
        }
        cases.push(case);
    }
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    Ok(cases)
}
