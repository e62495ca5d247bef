//! The checkpoint: where a run begins to look.
//!
//! It is a lower bound of what the [delivery log](crate::delivery_log) holds and of what has been read, never more.
//! Losing it, or going back to an older one, costs requests and nothing else: the log is read where the checkpoint
//! is behind. Everything in it is a fact that stays true, so two of them merge into one that knows what both know.

mod day;
mod file;
mod format;
mod merge;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::report::Report;

pub use day::{CompleteSweep, DayState, PartialSweep, SeenRows, SweepId};
pub use file::{CheckpointError, CheckpointFile, Committed, Loaded, Origin};
pub use format::{FORMAT_VERSION, FormatError};

/// How many days back settled days are remembered by their number of entries. Zoom's history is six months; an
/// older day cannot be replayed.
const REMEMBERED_DAYS: u64 = 200;

/// See the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The algorithm of the fingerprints in the counts.
    pub fingerprint_version: u32,
    /// The name of the report that this is a checkpoint of.
    pub report: String,
    /// The prefix of the log that this is a checkpoint of.
    pub s3_prefix: String,
    /// The first day that is collected.
    pub start_date: NaiveDate,
    /// All days from the start date to this one are settled or lost.
    pub settled_through: NaiveDate,
    /// The days that are open, as far as anything is known of them.
    pub days: BTreeMap<NaiveDate, DayState>,
    /// The days that are settled: how many entries the log of each has. One that is among the open days as well was
    /// opened again by a replay.
    pub settled: BTreeMap<NaiveDate, u64>,
    /// The days that Zoom stopped keeping before they were settled.
    #[serde(default)]
    pub lost: BTreeSet<NaiveDate>,
    /// The requests spent.
    pub requests: RequestsSpent,
    /// Until when Zoom asked for no further request.
    #[serde(default)]
    pub paused_until: Option<DateTime<Utc>>,
    /// Whether a row was seen whose time is not on the day asked, so that Zoom's days may not be UTC days and
    /// tomorrow is asked for too.
    #[serde(default)]
    pub ask_tomorrow: bool,
    /// The time of the newest record delivered.
    #[serde(default)]
    pub newest_record: Option<DateTime<Utc>>,
    /// When the last run ended that did all that was due.
    #[serde(default)]
    pub last_complete_run: Option<DateTime<Utc>>,
}

/// Requests to the report on one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestsSpent {
    /// The day.
    pub date: NaiveDate,
    /// How many.
    pub spent: u64,
}

impl RequestsSpent {
    /// The requests spent on `day`.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> u64 {
        if self.date == day { self.spent } else { 0 }
    }

    /// Adds what a run spent on `day`. Only the latest day is kept: the budget is a day's.
    pub fn add(&mut self, day: NaiveDate, requests: u64) {
        if day > self.date {
            *self = Self {
                date: day,
                spent: requests,
            };
        } else if day == self.date {
            self.spent += requests;
        }
    }
}

impl Checkpoint {
    /// The checkpoint of a collection that begins with `start_date`, before anything has been read.
    #[must_use]
    pub fn new(report: &Report, s3_prefix: impl Into<String>, start_date: NaiveDate) -> Self {
        let before = start_date
            .checked_sub_days(Days::new(1))
            .unwrap_or(start_date);
        Self {
            fingerprint_version: crate::record::FINGERPRINT_VERSION,
            report: report.name.to_owned(),
            s3_prefix: s3_prefix.into(),
            start_date,
            settled_through: before,
            days: BTreeMap::new(),
            settled: BTreeMap::new(),
            lost: BTreeSet::new(),
            requests: RequestsSpent {
                date: before,
                spent: 0,
            },
            paused_until: None,
            ask_tomorrow: false,
            newest_record: None,
            last_complete_run: None,
        }
    }

    /// The days up to `last` that are open, oldest first: those that are not settled, and those that a replay opened.
    #[must_use]
    pub fn open_days(&self, last: NaiveDate) -> Vec<NaiveDate> {
        let unsettled = self.settled_through.iter_days().skip(1);
        let unsettled = unsettled
            .take_while(|&day| day <= last)
            .filter(|&day| !self.is_settled(day));
        let known = self.days.range(..=last).map(|(&day, _)| day);
        let open: BTreeSet<_> = unsettled.chain(known).collect();
        open.into_iter().collect()
    }

    /// Whether it was proven once that nothing can be added to the day, or Zoom does not keep it any more.
    fn is_settled(&self, day: NaiveDate) -> bool {
        self.settled.contains_key(&day)
    }

    /// The state of an open day, as far as anything is known of it.
    #[must_use]
    pub fn day(&self, day: NaiveDate) -> DayState {
        self.days.get(&day).cloned().unwrap_or_default()
    }

    /// Replaces the state of an open day. A settled day is open again thereby, until it settles anew; how many entries
    /// it had stays known.
    pub fn put_day(&mut self, day: NaiveDate, state: DayState) {
        self.days.insert(day, state);
    }

    /// Closes a day to which nothing can be added any more. Only the number of its entries is kept.
    pub fn settle(&mut self, day: NaiveDate, entries: u64) {
        self.days.remove(&day);
        let known = self.settled.entry(day).or_default();
        *known = entries.max(*known);
        self.advance();
    }

    /// Closes a day that Zoom does not keep any more.
    pub fn close_as_lost(&mut self, day: NaiveDate) {
        let entries = self.day(day).ledger.next_seq;
        self.lost.insert(day);
        self.settle(day, entries);
    }

    /// Moves `settled_through` over the days that are closed.
    fn advance(&mut self) {
        while let Some(next) = self
            .settled_through
            .succ_opt()
            .filter(|&day| self.is_settled(day))
        {
            self.settled_through = next;
        }
    }

    /// Forgets what no run can need any more.
    pub fn prune(&mut self, today: NaiveDate) {
        let horizon = today
            .checked_sub_days(Days::new(REMEMBERED_DAYS))
            .unwrap_or(NaiveDate::MIN);
        let horizon = horizon.min(self.settled_through);
        self.settled.retain(|&day, _| day >= horizon);
        self.lost.retain(|&day| day >= horizon);
    }
}
