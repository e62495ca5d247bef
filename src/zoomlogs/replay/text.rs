//! What came of a replay, day by day and in all.

use std::fmt;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::estimate::Estimate;
use super::progress::DayProgress;
use crate::invocation::Failure;

/// The replay of one function.
#[derive(Debug, Serialize)]
pub struct Replayed {
    pub function: String,
    pub report: &'static str,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub dry_run: bool,
    /// When it was begun, by this command or by an earlier one.
    pub begun: DateTime<Utc>,
    pub estimate: Estimate,
    pub days: Vec<DayRow>,
    pub total: Counts,
    /// Why it ended before the last day.
    pub stopped: Option<String>,
    /// Where its state is kept while there is something left to do.
    pub state: Option<PathBuf>,
}

/// One day.
#[derive(Debug, Clone, Serialize)]
pub struct DayRow {
    pub date: NaiveDate,
    #[serde(flatten)]
    pub counts: Counts,
    pub invocations: u64,
    /// Whether it was read to its end.
    pub done: bool,
    /// Whether an answer was lost: then some of what this replay delivered is counted as delivered before.
    pub answer_lost: bool,
    pub failure: Option<Failure>,
}

/// Records, and the pages that they came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Known once the day was read to its end.
    pub in_zoom: Option<u64>,
    pub already_delivered: Option<u64>,
    /// In a dry run: what would be.
    pub delivered_now: u64,
    pub pages: u64,
}

impl DayRow {
    /// A day as it is kept.
    pub fn of(date: NaiveDate, day: &DayProgress) -> Self {
        Self {
            date,
            counts: Counts::of(day.in_zoom, day.written, day.pages),
            invocations: day.invocations,
            done: day.done,
            answer_lost: day.unheard,
            failure: day.failure.clone(),
        }
    }

    /// In one line, for who watches.
    pub fn line(&self) -> String {
        let Counts {
            in_zoom,
            already_delivered,
            delivered_now,
            pages,
        } = self.counts;
        match (&self.failure, in_zoom) {
            (Some(failure), _) => format!("{}: failed ({})", self.date, failure.kind),
            (None, Some(in_zoom)) => format!(
                "{}: {in_zoom} in Zoom, {} delivered before, {delivered_now} now, {pages} pages",
                self.date,
                already_delivered.unwrap_or(0)
            ),
            (None, None) => format!("{}: not read to its end", self.date),
        }
    }
}

impl Counts {
    /// What Zoom has and was not delivered now had been delivered before. It is not counted as it is read: a page that is read
    /// twice, and a record that this replay delivered and then met again, would count as often.
    pub fn of(in_zoom: Option<u64>, written: u64, pages: u64) -> Self {
        Self {
            in_zoom,
            already_delivered: in_zoom.map(|rows| rows.saturating_sub(written)),
            delivered_now: written,
            pages,
        }
    }

    /// The sum; of what is not known of each, as far as it is known.
    pub fn sum<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let add = |sum: Option<u64>, more: Option<u64>| match (sum, more) {
            (None, None) => None,
            (sum, more) => Some(sum.unwrap_or(0) + more.unwrap_or(0)),
        };
        all.fold(Self::default(), |sum, more| Self {
            in_zoom: add(sum.in_zoom, more.in_zoom),
            already_delivered: add(sum.already_delivered, more.already_delivered),
            delivered_now: sum.delivered_now + more.delivered_now,
            pages: sum.pages + more.pages,
        })
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.function, self.report)?;
        let now = if self.dry_run {
            "WOULD BE DELIVERED"
        } else {
            "DELIVERED NOW"
        };
        writeln!(
            f,
            "  {:10} {:>9} {:>17} {now:>19} {:>7}",
            "DAY", "IN ZOOM", "DELIVERED BEFORE", "PAGES"
        )?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, counts: &Counts, remark: &str| {
            let known = |count: Option<u64>| {
                count.map_or_else(|| "?".to_owned(), |count| count.to_string())
            };
            let line = format!(
                "  {name:10} {:>9} {:>17} {:>19} {:>7}  {remark}",
                known(counts.in_zoom),
                known(counts.already_delivered),
                counts.delivered_now,
                counts.pages
            );
            writeln!(f, "{}", line.trim_end())
        };
        for day in &self.days {
            row(
                f,
                &day.date.to_string(),
                &day.counts,
                &day.remark(self.dry_run),
            )?;
        }
        row(f, "total", &self.total, "")
    }
}

impl DayRow {
    fn remark(&self, dry_run: bool) -> String {
        match &self.failure {
            Some(failure) => format!("failed: {}", failure.kind),
            None if self.done && self.answer_lost => {
                "an answer was lost: what that invocation delivered counts as delivered before"
                    .to_owned()
            }
            None if self.done => String::new(),
            None if dry_run && self.answer_lost => "the answer was lost".to_owned(),
            None if self.invocations == 0 => "not tried".to_owned(),
            None if dry_run && self.counts.pages > 0 => {
                "more than one run can read; the rest was not looked at".to_owned()
            }
            None => "not read to its end".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_nothing() {
        let known = Counts::of(Some(10), 3, 1);
        let unknown = Counts::of(None, 2, 1);
        assert_eq!(known.already_delivered, Some(7));
        let sum = Counts::sum([known, unknown].iter());
        assert_eq!(
            (sum.in_zoom, sum.already_delivered, sum.delivered_now),
            (Some(10), Some(7), 5)
        );
        assert_eq!(Counts::sum([unknown].iter()).in_zoom, None);
    }

    #[test]
    fn a_dry_run_says_of_each_day_why_it_is_not_read() {
        let remark = |invocations, pages, answer_lost| {
            let day = DayProgress {
                invocations,
                pages,
                unheard: answer_lost,
                ..DayProgress::default()
            };
            DayRow::of("2026-11-22".parse().unwrap(), &day).remark(true)
        };
        assert!(remark(1, 3, false).starts_with("more than one run can read"));
        assert_eq!(remark(1, 0, false), "not read to its end");
        assert_eq!(remark(0, 0, false), "not tried");
        assert_eq!(remark(0, 0, true), "the answer was lost");
    }
}
