//! What the checkpoint says of the function's work, in words that an operator knows.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use zoomlogs_core::checkpoint::{Checkpoint, DayState};
use zoomlogs_core::collector::Settings;

/// What was done, and what is open.
#[derive(Debug, Clone, Serialize)]
pub struct Collected {
    pub last_complete_run: Option<DateTime<Utc>>,
    /// The time of the newest record delivered.
    pub newest_record: Option<DateTime<Utc>>,
    pub settled_through: NaiveDate,
    pub open_days: Vec<OpenDay>,
    pub lost_days: Vec<NaiveDate>,
    pub requests_today: u64,
    pub daily_request_budget: u64,
    /// Until when Zoom asked for no further request, if it still does.
    pub paused_until: Option<DateTime<Utc>>,
}

/// A day to which records may still be added.
#[derive(Debug, Clone, Serialize)]
pub struct OpenDay {
    pub date: NaiveDate,
    /// Records delivered.
    pub delivered: u64,
    /// The objects that hold them.
    pub objects: u64,
    /// When the last sweep began that reached the day's end.
    pub last_sweep: Option<DateTime<Utc>>,
    /// Whether that sweep saw equal rows that a second one must confirm.
    pub undecided: bool,
    /// Whether rows may lie unread.
    pub unread: bool,
    /// Whether Zoom's pages of the day made no sense since.
    pub broken: bool,
}

impl Collected {
    pub fn of(checkpoint: &Checkpoint, settings: &Settings, now: DateTime<Utc>) -> Self {
        let today = now.date_naive();
        let nothing = DayState::default();
        let open_days = checkpoint.open_days(today).into_iter();
        let open_days = open_days
            .map(|day| OpenDay::of(day, checkpoint.days.get(&day).unwrap_or(&nothing)))
            .collect();
        Self {
            last_complete_run: checkpoint.last_complete_run,
            newest_record: checkpoint.newest_record,
            settled_through: checkpoint.settled_through,
            open_days,
            lost_days: checkpoint.lost.iter().copied().collect(),
            requests_today: checkpoint.requests.on(today),
            daily_request_budget: settings.daily_request_budget,
            paused_until: checkpoint.paused_until.filter(|&until| until > now),
        }
    }

    /// Whether today's requests to Zoom are spent.
    pub const fn is_spent(&self) -> bool {
        self.requests_today >= self.daily_request_budget
    }
}

impl OpenDay {
    fn of(date: NaiveDate, state: &DayState) -> Self {
        let swept = state.sweep.map(|sweep| sweep.started);
        Self {
            date,
            delivered: state.ledger.records,
            objects: state.ledger.next_seq,
            last_sweep: swept,
            undecided: state.sweep.is_some_and(|sweep| sweep.undecided) || state.lacks_confirmed(),
            unread: state.sweep.is_none() || state.has_unread(),
            broken: state.broken.is_some() && state.broken > swept,
        }
    }

    /// What is left to do of it, for people.
    pub fn left(&self) -> String {
        let left = [
            (self.unread, "rows unread"),
            (self.undecided, "equal rows to be confirmed"),
            (self.broken, "Zoom's pages made no sense"),
        ];
        let left: Vec<_> = left
            .into_iter()
            .filter_map(|(is, what)| is.then_some(what))
            .collect();
        left.join(", ")
    }
}
