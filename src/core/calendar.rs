//! Days, as Zoom and the log count them: UTC's, each with one spelling.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use thiserror::Error;

/// Reads a day that is written `YYYY-MM-DD`. None for anything else, spaces and signs included: chrono's own parsers take
/// `2026-06- 1`.
#[must_use]
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (day.to_string() == text).then_some(day)
}

/// The first day that Zoom still reports on `today`: its history is six months.
#[must_use]
pub fn earliest_day(today: NaiveDate) -> NaiveDate {
    today.checked_sub_months(Months::new(6)).unwrap_or(today)
}

/// The moment at which a day ends and the next one begins.
#[must_use]
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    day.checked_add_days(Days::new(1))
        .unwrap_or(NaiveDate::MAX)
        .and_time(NaiveTime::MIN)
        .and_utc()
}

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// Days that nobody can ask Zoom for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RangeError {
    /// The first day is after the last.
    #[error("the first day, {from}, is after the last, {to}")]
    Backwards {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// The last day has not begun.
    #[error("the last day, {to}, is in the future; today is {today} (UTC)")]
    Future {
        /// The last day.
        to: NaiveDate,
        /// The UTC day of the question.
        today: NaiveDate,
    },
    /// Zoom does not keep the first day any more.
    #[error(
        "the first day, {from}, is beyond the six months that Zoom keeps; the first day it has is {earliest}"
    )]
    BeyondHistory {
        /// The first day.
        from: NaiveDate,
        /// The first day that Zoom still has.
        earliest: NaiveDate,
    },
}

impl DayRange {
    /// The days from `from` to `to`, if they have begun on `today`. Whether Zoom still keeps them,
    /// [`within_history`](Self::within_history) says.
    ///
    /// # Errors
    /// When they stand the wrong way round, or lie in the future.
    pub fn new(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> Result<Self, RangeError> {
        if from > to {
            Err(RangeError::Backwards { from, to })
        } else if to > today {
            Err(RangeError::Future { to, today })
        } else {
            Ok(Self { from, to })
        }
    }

    /// The same days, if Zoom still keeps all of them on `today`.
    ///
    /// # Errors
    /// When the first day is older than Zoom's history.
    pub fn within_history(self, today: NaiveDate) -> Result<Self, RangeError> {
        let (from, earliest) = (self.from, earliest_day(today));
        if from < earliest {
            return Err(RangeError::BeyondHistory { from, earliest });
        }
        Ok(self)
    }

    /// The days, in order.
    pub fn iter(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let to = self.to;
        self.from.iter_days().take_while(move |&day| day <= to)
    }

    /// Whether `day` is one of them.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    #[test]
    fn a_day_has_one_spelling() {
        assert_eq!(
            day("2026-06-01"),
            NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
        );
        for other in [
            "2026-06- 1",
            "2026- 6-01",
            " 2026-06-1",
            "2026-06-01 ",
            "2026-6-1",
            "+2026-06-01",
            "02026-06-01",
            "26-06-01",
            "2026-06-31",
            "2026-06-01T00:00:00Z",
            "20260601",
            "2026/06/01",
            "",
        ] {
            assert_eq!(parse_day(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_range_has_begun_and_zoom_has_it() {
        let range = |from: &str, to: &str| {
            let today = day("2026-11-22");
            DayRange::new(day(from), day(to), today).and_then(|range| range.within_history(today))
        };
        let half_a_year = range("2026-05-22", "2026-11-22").unwrap();
        assert_eq!(half_a_year.iter().count(), 185);
        assert!(half_a_year.contains(day("2026-11-22")));
        assert!(!half_a_year.contains(day("2026-11-23")));
        for (from, to, said) in [
            (
                "2026-11-02",
                "2026-11-01",
                "2026-11-02, is after the last, 2026-11-01",
            ),
            (
                "2026-11-02",
                "2026-11-23",
                "2026-11-23, is in the future; today is 2026-11-22",
            ),
            (
                "2026-05-21",
                "2026-11-22",
                "2026-05-21, is beyond the six months that Zoom keeps; the first day it has is 2026-05-22",
            ),
        ] {
            let error = range(from, to).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_day_ends_when_the_next_begins() {
        assert_eq!(
            end_of(day("2026-12-31")),
            "2027-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
    }
}
