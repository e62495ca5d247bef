//! What a run did: what becomes the function's answer, and the numbers behind its metrics.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::answer::{Answer, DayAnswer, DayCounts};
use crate::calendar::end_of;
use crate::checkpoint::Checkpoint;
use crate::event::Event;
use crate::zoom::Usage;

/// What a run did.
#[derive(Debug, Clone)]
pub struct RunSummary {
    /// The UTC day on which the run began.
    pub date: NaiveDate,
    /// Whether the run only read. Then `written` counts what a run would deliver.
    pub dry_run: bool,
    /// Whether it was neither a replay nor a dry run: only such a run speaks for all open days.
    pub ordinary: bool,
    /// Whether all that was due was done.
    pub complete: bool,
    /// The days that were read.
    pub days: BTreeMap<NaiveDate, DayCounts>,
    /// The keys of the objects written, in the order of writing.
    pub objects: Vec<String>,
    /// The last of the days that are all settled.
    pub settled_through: Option<NaiveDate>,
    /// Requests to Zoom.
    pub usage: Usage,
    /// Requests to Zoom's report today (UTC), those of earlier runs included.
    pub requests_today: u64,
    /// Records that an earlier sweep, which began after their time, had not seen.
    pub late: u64,
    /// Rows whose time is not on the day asked.
    pub misdated: u64,
    /// Days that are not settled.
    pub open_days: u64,
    /// How long ago the oldest of them ended; zero when that is today.
    pub oldest_open_day_age: Option<TimeDelta>,
    /// Days that failed.
    pub failed_days: Vec<NaiveDate>,
    /// Days that Zoom stopped keeping before they were settled.
    pub lost: Vec<NaiveDate>,
    /// The time of the newest record delivered.
    pub newest_record: Option<DateTime<Utc>>,
    /// How long ago that was.
    pub newest_record_age: Option<TimeDelta>,
    /// How long ago the last complete run ended.
    pub since_complete_run: Option<TimeDelta>,
}

impl RunSummary {
    pub(super) fn new(now: DateTime<Utc>, event: &Event) -> Self {
        Self {
            date: now.date_naive(),
            dry_run: event.dry_run,
            ordinary: *event == Event::RUN,
            complete: true,
            days: BTreeMap::new(),
            objects: Vec::new(),
            settled_through: None,
            usage: Usage::default(),
            requests_today: 0,
            late: 0,
            misdated: 0,
            open_days: 0,
            oldest_open_day_age: None,
            failed_days: Vec::new(),
            lost: Vec::new(),
            newest_record: None,
            newest_record_age: None,
            since_complete_run: None,
        }
    }

    pub(super) fn day(&mut self, day: NaiveDate) -> &mut DayCounts {
        self.days.entry(day).or_default()
    }

    /// Records delivered of one day.
    pub(super) fn written_on(&self, day: NaiveDate) -> u64 {
        self.days.get(&day).map_or(0, |day| day.written)
    }

    /// Adds what the checkpoint says at the run's end.
    pub(super) fn finish(&mut self, checkpoint: &Checkpoint, now: DateTime<Utc>) {
        let today = now.date_naive();
        self.settled_through = Some(checkpoint.settled_through);
        let open_days = checkpoint.open_days(today);
        self.open_days = open_days.len() as u64;
        let oldest = open_days.first().map_or(now, |&day| end_of(day));
        self.oldest_open_day_age = Some((now - oldest).max(TimeDelta::zero()));
        self.newest_record_age = checkpoint
            .newest_record
            .map(|at| (now - at).max(TimeDelta::zero()));
        self.since_complete_run = checkpoint
            .last_complete_run
            .map(|at| (now - at).max(TimeDelta::zero()));
        self.requests_today = checkpoint.requests.on(today);
    }

    /// Records delivered, of all days.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.days.values().map(|day| day.written).sum()
    }

    /// Rows that were in the log already, of all days.
    #[must_use]
    pub fn already_delivered(&self) -> u64 {
        self.days.values().map(|day| day.already_delivered).sum()
    }

    /// The function's answer.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let days = self.days.iter().map(|(&date, counts)| DayAnswer {
            date,
            counts: counts.clone(),
        });
        Answer {
            ok: true,
            written: self.written(),
            date: self.date,
            complete: self.complete,
            days: days.collect(),
            requests: self.usage.requests,
            objects: self.objects.clone(),
            settled_through: self.settled_through,
            dry_run: self.dry_run,
        }
    }
}
