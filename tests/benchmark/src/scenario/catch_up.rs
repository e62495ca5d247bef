//! Thirty days that nothing was read of yet, under a limit of requests, with Zoom at 300 ms a page.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::{Effort, Scenario};
use crate::{
    results::Case,
    sample::Sample,
    setting::{Setting, all_different, today},
    side::Side,
    trial::Trial,
};

const DAYS: u64 = 30;
const RECORDS: usize = 3_000;
const LATENCY: u64 = 300;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    let per_day = RECORDS / effort.divisor;
    let first = today() - Days::new(DAYS - 1);
    let days: BTreeMap<NaiveDate, _> = first
        .iter_days()
        .take_while(|day| *day <= today())
        .map(|day| (day, all_different(day, per_day)))
        .collect();
    setting.fill(days);
    setting.set_latency(Duration::from_millis(LATENCY), Duration::ZERO);
    let mut cases = Vec::new();
    for limit in [5, 20] {
        let mut case = Case::new(Scenario::CatchUp, format!("{limit} requests/s"));
        case.records = Some(per_day as u64 * DAYS);
        case.latency = Some(LATENCY);
        case.limit = Some(limit);
        // Zoom's own quota is twice what the function keeps to, as with Pro's 10 and the default's 5.
        setting.zoom.world().settings.per_second = 2 * limit;
        let variables = [
            ("START_DATE", first.to_string()),
            ("ZOOM_MAX_REQUESTS_PER_SECOND", limit.to_string()),
        ];
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let trial = Trial::prepare(setting, Side::Ours, &variables).await?;
        case.push(Side::Ours, trial.cold().await?);
        trial.end().await;
        cases.push(case);
    }
    setting.zoom.world().settings.per_second = 100_000;
    // The guide's function keeps to no limit and reads a day at each run.
    let guide = Trial::prepare(setting, Side::Guide, &[]).await?;
    let sum = day_by_day(&guide, first).await?;
    for case in &mut cases {
        case.push(Side::Guide, sum.clone());
    }
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    Ok(cases)
}

async fn day_by_day(guide: &Trial<'_>, first: NaiveDate) -> Result<Sample> {
    let state = json!({"cursor_date": first}).to_string();
    guide.bucket.write(Side::Guide.state_key(), state).await?;
    let mut sum = Sample::default();
    for _ in 0..DAYS {
        sum.add(&guide.run().await?);
    }
    let state: Value = serde_json::from_slice(&guide.bucket.read(Side::Guide.state_key()).await?)?;
    ensure!(
        state["cursor_date"] == json!(today()),
        "the guide's function stands at {state}"
    );
    Ok(sum)
}
