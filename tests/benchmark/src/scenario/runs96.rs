//! A day as the schedule has it: 96 runs, each in a new process, as after a quarter of an hour it mostly is.
//!
//! The functions' clock is the machine's, so the day is passed through at once. What this project's function does by the
//! clock, the sweeps of all open days every six hours, is asked of every 24th run by FULL_SWEEP_MINUTES=0.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use chrono::Days;

use super::{Effort, Scenario};
use crate::{
    results::Case,
    setting::{Setting, made_up, today},
    side::Side,
    trial::Trial,
};

const RUNS: usize = 96;
/// How many runs there are in six hours.
const SWEEPING: usize = 24;
/// How many records a quiet day has, all of them before its first run, and a busy one, spread over its runs.
const QUIET: usize = 300;
const BUSY: usize = 3_000;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    let runs = (RUNS / effort.divisor).max(4);
    let quiet = pass(setting, "quiet day", QUIET, runs, false).await?;
    let busy = pass(setting, "busy day", BUSY, runs, true).await?;
    Ok(vec![quiet, busy])
}

async fn pass(
    setting: &Setting,
    name: &str,
    records: usize,
    runs: usize,
    spread: bool,
) -> Result<Case> {
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    // The two days before are open as well, for 48 hours after their end.
    let before = [2, 1].map(|days| today() - Days::new(days));
    let mut coming = made_up(today(), records, 9);
    let first = if spread { records / runs } else { records };
    let rest = coming.split_off(first);
    let mut days: BTreeMap<_, _> = before.map(|day| (day, made_up(day, records, 9))).into();
    setting.fill(days.clone());

    // What was there yesterday was delivered yesterday.
    let start = before[0].to_string();
    let ours = Trial::prepare(setting, Side::Ours, &[("START_DATE", &start)]).await?;
    let sweeping = ours.beside(&[("START_DATE", &start), ("FULL_SWEEP_MINUTES", "0")])?;
    let guide = Trial::prepare(setting, Side::Guide, &[]).await?;
    ours.settle().await?;

    days.insert(today(), coming);
    setting.fill(days);
    let mut arriving = rest.chunks(rest.len().div_ceil(runs - 1).max(1));
    let mut sums: BTreeMap<Side, crate::sample::Sample> = BTreeMap::new();
    for run in 0..runs {
        if run > 0
            && let Some(chunk) = arriving.next()
        {
            setting.zoom.world().truth.add_all(today(), chunk.to_vec());
        }
        let by_the_clock = if run % SWEEPING == 0 {
            &sweeping
        } else {
            &ours
        };
        for trial in [by_the_clock, &guide] {
            sums.entry(trial.side)
                .or_default()
                .add(&trial.cold().await?);
            trial.end().await;
        }
    }

    let mut case = Case::new(Scenario::Runs96, name.to_owned());
    case.records = Some(records as u64);
    // Rows that are equal on two pages are believed by the next two sweeps; the day's last ones by those after midnight.
    for _ in 0..2 {
        sweeping.settle().await?;
    }
    // The guide's function has not been told of the two days before.
    for trial in [&ours, &guide] {
        let mut sum = sums.remove(&trial.side).unwrap_or_default();
        sum.state_bytes = Some(trial.state_bytes().await?);
        if trial.side == Side::Guide {
            setting.zoom.world().truth = only_today(setting);
        }
        let (delivered, missing) = trial.delivered().await?;
        sum.delivered = Some(delivered);
        sum.missing = Some(missing);
        case.push(trial.side, sum);
    }
    Ok(case)
}

fn only_today(setting: &Setting) -> zoom_simulator::Truth {
    let records: Vec<_> = setting.zoom.world().truth.day(today()).cloned().collect();
    let mut truth = zoom_simulator::Truth::default();
    truth.add_all(today(), records);
    truth
}
