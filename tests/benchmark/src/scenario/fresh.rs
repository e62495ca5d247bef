//! A run that finds 300 new records, in a new process.

use std::time::Duration;

use anyhow::Result;
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, value::to_raw_value};
use zoom_simulator::Record;

use super::{Effort, Scenario};
use crate::{
    results::Case,
    setting::{Setting, made_up, today},
    side::Side,
    trial::Trial,
};

const BEFORE: usize = 1_000;
const NEW: usize = 300;

pub(super) async fn measure(setting: &Setting, effort: &Effort) -> Result<Vec<Case>> {
    setting.set_latency(Duration::ZERO, Duration::ZERO);
    setting.fill_today(BEFORE);
    let ours = Trial::prepare(setting, Side::Ours, &[]).await?;
    let guide = Trial::prepare(setting, Side::Guide, &[]).await?;
    for trial in [&ours, &guide] {
        trial.settle().await?;
    }
    let mut case = Case::new(Scenario::Fresh, "cold".to_owned());
    for round in 0..effort.rounds {
        let records = newest(NEW, round as u64 + 1)?;
        setting.zoom.world().truth.add_all(today(), records);
        for trial in [&ours, &guide] {
            case.push(trial.side, trial.cold().await?);
            trial.end().await;
        }
    }
    Ok(vec![case])
}

/// So many records of the last half minute, as they stand at the head of the list.
fn newest(count: usize, seed: u64) -> Result<Vec<Record>> {
    let begin = Utc::now() - TimeDelta::seconds(30);
    let mut records = Vec::with_capacity(count);
    for (number, record) in made_up(today(), count, seed).into_iter().enumerate() {
        let time = begin + TimeDelta::milliseconds(100) * i32::try_from(number)?;
        let mut fields: Value = serde_json::from_str(record.json())?;
        fields["time"] = time.to_rfc3339_opts(SecondsFormat::Secs, true).into();
        records.push(Record::from_json(to_raw_value(&fields)?.get())?);
    }
    Ok(records)
}
