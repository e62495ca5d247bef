//! Which days.

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use thiserror::Error;
use zoomlogs_core::calendar::DayRange;
use zoomlogs_core::calendar::earliest_day;

/// The days that the command line names.
#[derive(Debug, Args)]
pub struct Days {
    /// The first day, YYYY-MM-DD, in UTC; six months back at most
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,

    /// The last day; today at most
    #[arg(long, value_name = "DAY")]
    to: NaiveDate,
}

#[derive(Debug, PartialEq, Eq, Error)]
pub enum RangeError {
    #[error("--from {from} is after --to {to}")]
    Backwards { from: NaiveDate, to: NaiveDate },
    #[error("--to {to} is in the future; today is {today} (UTC)")]
    Future { to: NaiveDate, today: NaiveDate },
    #[error(
        "--from {from} is beyond the six months that Zoom keeps; the first day possible is {earliest}"
    )]
    BeyondHistory {
        from: NaiveDate,
        earliest: NaiveDate,
    },
}

impl Days {
    /// The days, if they have begun at `now`. Whether Zoom still keeps them, [`within_history`] tells.
    pub fn range(&self, now: DateTime<Utc>) -> Result<DayRange, RangeError> {
        let Self { from, to } = *self;
        let today = now.date_naive();
        if from > to {
            return Err(RangeError::Backwards { from, to });
        }
        if to > today {
            return Err(RangeError::Future { to, today });
        }
        Ok(DayRange { from, to })
    }
}

/// Fails if Zoom does not keep the first day any more: a replay is not begun in the expectation of less than was asked for.
pub fn within_history(range: DayRange, now: DateTime<Utc>) -> Result<(), RangeError> {
    let earliest = earliest_day(now.date_naive());
    let from = range.from;
    if from < earliest {
        return Err(RangeError::BeyondHistory { from, earliest });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_those_that_zoom_has() {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let range = |from: &str, to: &str| {
            let days = Days {
                from: from.parse().unwrap(),
                to: to.parse().unwrap(),
            };
            let range = days.range(now);
            let range = range.and_then(|range| within_history(range, now).map(|()| range));
            range.map_err(|error| error.to_string())
        };
        assert_eq!(
            range("2026-05-22", "2026-11-22").unwrap().iter().count(),
            185
        );
        for (from, to, problem) in [
            ("2026-11-02", "2026-11-01", "is after --to 2026-11-01"),
            (
                "2026-11-02",
                "2026-11-23",
                "in the future; today is 2026-11-22",
            ),
            (
                "2026-05-21",
                "2026-11-22",
                "the first day possible is 2026-05-22",
            ),
        ] {
            let said = range(from, to).unwrap_err();
            assert!(said.contains(problem), "{said}");
        }
    }
}
