//! From a hundred records a day to a million: the first delivery of the day, and a quiet run after it.

use std::time::Duration;

use anyhow::Result;

use super::{Effort, Scenario};
use crate::{results::Case, setting::Setting, side::Side, trial::Trial};

const SIZES: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];
/// Up to here everything is measured several times.
const SMALL: usize = 10_000;
/// From here on the guide's quiet run, which is its first one once more, is not measured.
const LARGEST: usize = 1_000_000;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    let mut cases = Vec::new();
    for size in SIZES.map(|size| size / effort.divisor) {
        setting.fill_today_differently(size);
        let mut first = Case::new(Scenario::Growth, format!("first delivery, {size}"));
        let mut quiet = Case::new(Scenario::Growth, format!("quiet run, {size}"));
        first.records = Some(size as u64);
        quiet.records = Some(size as u64);
        let rounds = if size <= SMALL { effort.long_rounds } else { 1 };
        for _ in 0..rounds {
            for side in Side::BOTH {
                let trial = Trial::prepare(setting, side, &[]).await?;
                let mut sample = trial.settle().await?;
                sample.state_bytes = Some(trial.state_bytes().await?);
                if size < LARGEST {
                    let (delivered, missing) = trial.delivered().await?;
                    sample.delivered = Some(delivered);
                    sample.missing = Some(missing);
                }
                first.push(side, sample);
                if side == Side::Ours || size < LARGEST {
                    quiet.push(side, trial.cold().await?);
                }
            }
        }
        cases.extend([first, quiet]);
    }
    Ok(cases)
}
