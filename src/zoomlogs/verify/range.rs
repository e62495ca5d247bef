//! The days that are looked at.

use chrono::{Days, NaiveDate};
use thiserror::Error;
use zoomlogs_core::calendar::earliest_day;

/// How many days, when nobody says which.
const WEEK: u64 = 7;

/// From the first day to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Whether somebody asked for just these.
    pub asked_for: bool,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum RangeError {
    #[error("--from {from} is after --to {to}; the first day comes first")]
    Backwards { from: NaiveDate, to: NaiveDate },
    #[error(
        "--from {from} is beyond Zoom's history: it reports the last six months, today from {earliest} on. What was \
         delivered before that can be read in the bucket, but there is nothing left to compare it with"
    )]
    TooOld {
        from: NaiveDate,
        earliest: NaiveDate,
    },
    #[error("--to {to} has not begun: today (UTC) is {today}")]
    NotYet { to: NaiveDate, today: NaiveDate },
}

impl Range {
    /// What the command line asks for: a week to yesterday, unless it says otherwise.
    pub fn new(
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<Self, RangeError> {
        let earliest = earliest_day(today);
        let before = |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(day);
        let asked_for = from.is_some() || to.is_some();
        let to = match (from, to) {
            (_, Some(to)) => to,
            (Some(from), None) if from == today => today,
            _ => before(today, 1),
        };
        let from = from.unwrap_or_else(|| before(to, WEEK - 1).max(earliest));
        if to > today {
            Err(RangeError::NotYet { to, today })
        } else if from > to {
            Err(RangeError::Backwards { from, to })
        } else if from < earliest {
            Err(RangeError::TooOld { from, earliest })
        } else {
            Ok(Self {
                from,
                to,
                asked_for,
            })
        }
    }

    /// Without the days before the first that is collected, unless somebody asked for them.
    #[must_use]
    pub fn collected_since(self, start: Option<NaiveDate>) -> Self {
        match start {
            Some(start) if !self.asked_for && self.from < start && start <= self.to => Self {
                from: start,
                ..self
            },
            _ => self,
        }
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |&day| day <= self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(from: &str, to: &str) -> Result<(NaiveDate, NaiveDate), RangeError> {
        let range = Range::new(from.parse().ok(), to.parse().ok(), day("2026-11-23"))?;
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
            ("2026-05-22", "", "from 2026-05-23 on"),
            ("2026-11-24", "2026-11-24", "today (UTC) is 2026-11-23"),
            ("2026-11-24", "", "is after"),
        ] {
            let problem = range(from, to).unwrap_err().to_string();
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn days_before_the_collection_began_are_left_out_unless_asked_for() {
        let week = Range::new(None, None, day("2026-11-23")).unwrap();
        let since = week.collected_since(Some(day("2026-11-21")));
        assert_eq!(
            since.days().collect::<Vec<_>>(),
            [day("2026-11-21"), day("2026-11-22")]
        );
        assert_eq!(week.collected_since(Some(day("2026-11-23"))), week);
        assert_eq!(week.collected_since(None), week);
        let asked = Range::new(Some(week.from), None, day("2026-11-23")).unwrap();
        assert_eq!(asked.collected_since(Some(day("2026-11-21"))), asked);
    }
}
