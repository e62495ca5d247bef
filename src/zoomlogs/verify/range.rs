//! The days that are looked at.

use chrono::{Days, NaiveDate};
use zoomlogs_core::calendar::{DayRange, RangeError, earliest_day};

/// How many days, when nobody says which.
const WEEK: u64 = 7;

/// What the command line asks for: a week to yesterday, unless it says otherwise.
pub fn asked_for(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<DayRange, RangeError> {
    let before = |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(day);
    let to = match (from, to) {
        (_, Some(to)) => to,
        (Some(from), None) if from == today => today,
        _ => before(today, 1),
    };
    let from = from.unwrap_or_else(|| before(to, WEEK - 1).max(earliest_day(today)));
    DayRange::new(from, to, today)?.within_history(today)
}

/// Without the days before the first that is collected, as long as any is left.
pub fn collected_since(range: DayRange, start: Option<NaiveDate>) -> DayRange {
    let start = start.filter(|&start| range.contains(start));
    DayRange {
        from: start.unwrap_or(range.from),
        ..range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(from: &str, to: &str) -> Result<(NaiveDate, NaiveDate), RangeError> {
        let range = asked_for(from.parse().ok(), to.parse().ok(), day("2026-11-23"))?;
        Ok((range.from, range.to))
    }

    #[test]
    fn what_is_not_said_is_a_week_to_yesterday() {
        for (from, to, expected) in [
            ("", "", ("2026-11-16", "2026-11-22")),
            ("2026-11-01", "", ("2026-11-01", "2026-11-22")),
            ("", "2026-11-10", ("2026-11-04", "2026-11-10")),
            ("2026-11-23", "", ("2026-11-23", "2026-11-23")),
            ("", "2026-05-24", ("2026-05-23", "2026-05-24")),
            ("2026-05-23", "2026-11-23", ("2026-05-23", "2026-11-23")),
        ] {
            assert_eq!(range(from, to), Ok((day(expected.0), day(expected.1))));
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (from, to, part) in [
            ("2026-11-20", "2026-11-19", "is after"),
            ("2026-05-22", "", "the first day it has is 2026-05-23"),
            ("2026-11-24", "2026-11-24", "today is 2026-11-23 (UTC)"),
            ("2026-11-24", "", "is after"),
        ] {
            let problem = range(from, to).unwrap_err().to_string();
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn days_before_the_collection_began_are_left_out() {
        let week = asked_for(None, None, day("2026-11-23")).unwrap();
        let since = collected_since(week, Some(day("2026-11-21")));
        assert_eq!(
            since.iter().collect::<Vec<_>>(),
            [day("2026-11-21"), day("2026-11-22")]
        );
        for start in [None, Some(week.from), Some(day("2026-11-23"))] {
            assert_eq!(collected_since(week, start), week);
        }
        assert_eq!(collected_since(week, Some(day("2026-11-01"))), week);
    }
}
