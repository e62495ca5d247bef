//! The hours of a day as a line of characters.

use chrono::{DateTime, DurationRound as _, TimeDelta, Timelike as _, Utc};
use serde::Serialize;

use super::log::Log;

/// The hours that are shown.
const HOURS: usize = 24;

/// One hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hour {
    pub begins: DateTime<Utc>,
    pub records: u64,
    pub runs: u64,
    pub failed_runs: u64,
}

/// The last [`HOURS`] hours, the one at hand included, in order.
pub fn hours(log: &Log, now: DateTime<Utc>) -> Vec<Hour> {
    let hour = TimeDelta::hours(1);
    let current = now.duration_trunc(hour).unwrap_or(now);
    let mut hours: Vec<_> = (0..HOURS)
        .rev()
        .map(|ago| Hour {
            begins: current - hour * i32::try_from(ago).unwrap_or(i32::MAX),
            records: 0,
            runs: 0,
            failed_runs: 0,
        })
        .collect();
    let mut count = |at: DateTime<Utc>, count: &dyn Fn(&mut Hour)| {
        let of = hours
            .iter_mut()
            .find(|hour| (hour.begins..hour.begins + TimeDelta::hours(1)).contains(&at));
        if let Some(hour) = of {
            count(hour);
        }
    };
    for run in &log.runs {
        count(run.at, &|hour| {
            hour.records += run.written;
            hour.runs += 1;
        });
    }
    for error in log.errors.iter().filter(|error| error.failed_run) {
        count(error.at, &|hour| hour.failed_runs += 1);
    }
    hours
}

/// A bar for each hour, the tallest for the most records; a dot where runs delivered none, and nothing where none ran.
pub fn bars(hours: &[Hour]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = hours.iter().map(|hour| hour.records).max().unwrap_or(0);
    let bar = |hour: &Hour| match hour.records {
        0 if hour.runs + hour.failed_runs == 0 => ' ',
        0 => '·',
        records => {
            let eighths = (records * 8).div_ceil(most).clamp(1, 8);
            BARS[usize::try_from(eighths - 1).unwrap_or(0)]
        }
    };
    hours.iter().map(bar).collect()
}

/// A digit for each hour: how many runs failed.
pub fn failures(hours: &[Hour]) -> String {
    let digit = |hour: &Hour| match hour.failed_runs {
        0 if hour.runs == 0 => ' ',
        0 => '·',
        count @ 1..=9 => char::from_digit(count as u32, 10).unwrap_or('+'),
        _ => '+',
    };
    hours.iter().map(digit).collect()
}

/// The hours' own names, one in six.
pub fn axis(hours: &[Hour]) -> String {
    let mut axis = String::new();
    for (n, hour) in hours.iter().enumerate() {
        if n % 6 == 0 {
            axis += &format!("{:<6}", format!("{:02}h", hour.begins.hour()));
        }
    }
    axis.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::line::{LoggedError, Run};
    use super::*;

    #[test]
    fn each_hour_has_its_records_and_failures() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let run = |time: &str, written| Run {
            at: at(time),
            written,
            complete: true,
            oldest_open_day_age_seconds: None,
        };
        let log = Log {
            runs: vec![
                // Before the first hour.
                run("2026-11-22T10:59:59Z", 1_000),
                run("2026-11-22T11:00:00Z", 1),
                run("2026-11-23T09:00:00Z", 0),
                run("2026-11-23T10:00:00Z", 40),
                run("2026-11-23T10:15:00Z", 40),
                run("2026-11-23T10:20:00Z", 0),
            ],
            errors: vec![LoggedError {
                at: at("2026-11-23T10:20:00Z"),
                kind: String::new(),
                problem: String::new(),
                failed_run: true,
            }],
        };
        let hours = hours(&log, at("2026-11-23T10:30:00Z"));
        assert_eq!(hours.len(), 24);
        assert_eq!(hours.iter().map(|hour| hour.records).sum::<u64>(), 81);
        assert_eq!(bars(&hours), format!("▁{}·█", " ".repeat(21)));
        assert_eq!(failures(&hours), format!("·{}·1", " ".repeat(21)));
        assert_eq!(axis(&hours), "11h   17h   23h   05h");
    }
}
