//! What a run collects, and what bounds it.

use chrono::{NaiveDate, TimeDelta};

use crate::report::Report;

/// The part of the configuration that says what to collect and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The report that is collected.
    pub report: &'static Report,
    /// The prefix of the log, ending in `/`.
    pub s3_prefix: String,
    /// The checkpoint's key.
    pub state_key: String,
    /// Rows to a page, 1 to 300.
    pub page_size: u16,
    /// The first day to collect, at the first run.
    pub start_date: Option<NaiveDate>,
    /// How long after its end a day stays open for late records.
    pub late_arrival: TimeDelta,
    /// How long after a sweep of an open day the next one is due.
    pub full_sweep: TimeDelta,
    /// The most records to an object.
    pub max_records_per_object: usize,
    /// The most requests to the report on one UTC day.
    pub daily_request_budget: u64,
    /// What bounds the memory that a run takes.
    pub limits: Limits,
}

/// What bounds the memory that a run takes. None of it changes what is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many days are read side by side. They share the requests of a second, so that it takes several of them to use
    /// these up where Zoom takes its time to answer.
    pub days_at_once: usize,
    /// A day of more rows than this is read, or its log counted, while that of no other such day is.
    pub long_day: u64,
    /// How many bytes of records are held for one object, all days that are read at the time together. A page that goes
    /// beyond them is the last.
    pub object_bytes: usize,
    /// How many of a day's newest records the checkpoint carries: some pages, so that a run that finds nothing new needs
    /// no others.
    pub carried_records: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            days_at_once: 8,
            long_day: 50_000,
            object_bytes: 16 << 20,
            carried_records: 2_000,
        }
    }
}
