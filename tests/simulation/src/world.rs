//! What a run's three traits reach: a clock, a Zoom, a bucket, and the chance that something goes wrong with each.

use std::cell::{Cell, RefCell};

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use zoom_operationlogs_to_s3::store::memory::MemoryStore;
use zoom_operationlogs_to_s3::store::{Condition, Store as _, StoreError, StoreErrorKind, Written};
use zoom_operationlogs_to_s3::zoom::earliest_day;
use zoom_simulator::{Place, Record};

use crate::oracle::{Oracle, Violation};
use crate::scenario::{PREFIX, STATE_KEY, Scenario};
use crate::tally::{Kind, Tally};
use crate::timeline::Timeline;
use crate::trace::Trace;

/// A run, by the number of its invocation.
pub(crate) type RunId = u32;

/// What is to happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// The schedule fires.
    Firing,
    /// Another run begins, beside the schedule's.
    SecondRun,
    /// A wait of a run is over.
    Wake(RunId),
    /// A run's invocation ends, whatever is under way.
    Deadline(RunId),
    /// A put takes effect long after it was sent.
    Landing(Put),
    /// Zoom lists new rows.
    Arrival,
    /// The feed looks at the bucket.
    Feed,
    /// The bucket's lifecycle rules are applied.
    Lifecycle,
    /// Somebody does something to the checkpoint.
    Tampering,
}

/// A put on its way.
#[derive(Debug, Clone)]
pub(crate) struct Put {
    pub(crate) run: RunId,
    pub(crate) key: String,
    pub(crate) body: Bytes,
    pub(crate) condition: Condition,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) scenario: Scenario,
    pub(crate) timeline: Timeline<Event>,
    pub(crate) zoom: RefCell<zoom_simulator::World>,
    pub(crate) bucket: MemoryStore,
    pub(crate) oracle: RefCell<Oracle>,
    pub(crate) rng: RefCell<ChaCha8Rng>,
    pub(crate) tally: Tally,
    pub(crate) trace: Trace,
    /// Whether anything may go wrong. In the end nothing does any more.
    pub(crate) troubled: Cell<bool>,
    /// The first promise that was broken.
    pub(crate) violation: RefCell<Option<Violation>>,
    /// How many rows Zoom has listed.
    rows: Cell<u32>,
}

/// A world has no more rows than this. Small pages make long days of few rows, and without an end rows would arrive as
/// fast as they are read.
const MOST_ROWS: u32 = 120;

/// Writes a line of the trace; what it takes to write it is not done where nobody reads it.
macro_rules! note {
    ($world:expr, $($what:tt)*) => {
        if !matches!($world.trace, $crate::trace::Trace::Off) {
            $world.trace.line($world.now(), format_args!($($what)*));
        }
    };
}
pub(crate) use note;

impl World {
    pub(crate) fn new(scenario: Scenario, rng: ChaCha8Rng, trace: Trace) -> Self {
        let mut zoom = zoom_simulator::World::new(1);
        zoom.settings = scenario.zoom.clone();
        let oracle = Oracle {
            max_records: scenario.collector.max_records_per_object,
            ..Oracle::default()
        };
        Self {
            timeline: Timeline::new(scenario.begins),
            scenario,
            zoom: RefCell::new(zoom),
            bucket: MemoryStore::new(),
            oracle: RefCell::new(oracle),
            rng: RefCell::new(rng),
            tally: Tally::default(),
            trace,
            troubled: Cell::new(true),
            violation: RefCell::default(),
            rows: Cell::new(0),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.timeline.now()
    }

    /// Whether a thing of this probability happens. In the end nothing goes wrong any more, and no number is drawn.
    pub(crate) fn chance(&self, probability: f64) -> bool {
        self.troubled.get() && probability > 0.0 && self.rng.borrow_mut().random_bool(probability)
    }

    pub(crate) fn between(&self, from: i64, to: i64) -> i64 {
        self.rng.borrow_mut().random_range(from..=to)
    }

    pub(crate) fn pick<T: Copy>(&self, of: &[T], otherwise: T) -> T {
        of.choose(&mut *self.rng.borrow_mut())
            .copied()
            .unwrap_or(otherwise)
    }

    /// Notes that a promise was broken, if it was.
    pub(crate) fn check(&self, result: Result<(), Violation>) {
        if let Err(violation) = result {
            note!(self, "VIOLATION {violation}");
            self.violation.borrow_mut().get_or_insert(violation);
        }
    }

    /// The first of the days that must be whole in the end: those since the collection began that Zoom still has.
    pub(crate) fn start(&self) -> Option<NaiveDate> {
        let first_asked = self.oracle.borrow().first_asked?.date_naive();
        let yesterday = first_asked - Days::new(1);
        let start = self.scenario.collector.start_date.unwrap_or(yesterday);
        Some(start.max(earliest_day(self.now().date_naive())))
    }

    /// Zoom lists some rows that it did not list before, of today or of a day that may still get some. False if it does not.
    pub(crate) fn arrive(&self) -> bool {
        if self.rows.get() >= MOST_ROWS {
            return false;
        }
        let late = self.rng.borrow_mut().random_bool(self.scenario.late_rows);
        let today = self.now().date_naive();
        let back = if late { self.between(0, 3) } else { 0 };
        let day = today - Days::new(back as u64);
        let begin = day.and_time(NaiveTime::MIN).and_utc();
        let end = begin + TimeDelta::days(1);
        if back > 0 && self.now() >= end + self.scenario.collector.late_arrival {
            return false;
        }
        let last = self.now().min(end - TimeDelta::seconds(1));
        let since = (last - begin).num_seconds();
        let count = self.between(1, i64::from(self.scenario.rows));
        // Many of one second, or one each.
        let bulk = self.between(0, 1) == 0;
        let mut time = last - TimeDelta::seconds(if late { self.between(0, since) } else { 0 });
        for _ in 0..count {
            if !bulk && time > begin + TimeDelta::minutes(1) {
                time -= TimeDelta::seconds(self.between(0, 5));
            }
            let place = if self.is_punctual() {
                Place::Head
            } else {
                self.place(day)
            };
            self.list(day, time, place);
        }
        if late {
            self.tally.add(Kind::LateRow);
        }
        true
    }

    /// Whether every row is listed above those that were there before.
    pub(crate) fn is_punctual(&self) -> bool {
        self.scenario.late_rows == 0.0
    }

    fn place(&self, day: NaiveDate) -> Place {
        let rows = self.zoom.borrow().truth.count(day) as i64;
        match self.between(0, 3) {
            0 => Place::Head,
            1 => Place::At(self.between(0, rows) as usize),
            _ => Place::ByTime,
        }
    }

    fn list(&self, day: NaiveDate, time: DateTime<Utc>, place: Place) {
        let equal = self.rng.borrow_mut().random_bool(self.scenario.equal_rows);
        self.rows.set(self.rows.get() + 1);
        let detail = if equal {
            self.pick(&["a", "b", "c"], "a").to_owned()
        } else {
            format!("row {}", self.rows.get())
        };
        let odd = self.scenario.odd_rows && self.between(0, 4) == 0;
        let record = if odd {
            self.odd_record(time, &detail)
        } else {
            Record::new(time, "ada@example.com", "User", "Add", &detail)
        };
        if self.oracle.borrow_mut().listed(day, record.json()) {
            self.tally.add(Kind::EqualRow);
        }
        note!(self, "zoom lists {} on {day}, {place:?}", record.json());
        self.zoom.borrow_mut().truth.insert(day, place, record);
    }

    /// A record of another shape than Zoom documents, or with a time that is not on its day.
    fn odd_record(&self, time: DateTime<Utc>, detail: &str) -> Record {
        let at = time.format("%Y-%m-%dT%H:%M:%SZ");
        let json = match self.between(0, 3) {
            0 => format!(r#"{{"detail":"{detail}","n":1.50}}"#),
            1 => format!(r#"{{"action":"{detail}","time":"{at}","operator":null}}"#),
            2 => format!(
                r#"{{"time":"{at}","operation_detail":"{detail}","nested":{{"z":[1e3,"\u00e9"]}}}}"#
            ),
            _ => {
                let other_day = time - TimeDelta::days(1);
                return Record::new(other_day, "ada@example.com", "User", "Add", detail);
            }
        };
        Record::from_json(&json)
            .unwrap_or_else(|_| Record::new(time, "ada@example.com", "User", "Add", detail))
    }

    /// A put takes effect, if its condition holds.
    pub(crate) fn land(&self, put: Put) -> Result<Written, StoreError> {
        self.bucket.set_time(self.now());
        let Put {
            run,
            key,
            body,
            condition,
        } = put;
        let answer = ready(self.bucket.put(&key, body.clone(), condition));
        match &answer {
            Ok(_) => {
                let checked = if key == STATE_KEY {
                    note!(
                        self,
                        "run {run}: the checkpoint is written, {} bytes",
                        body.len()
                    );
                    let earliest = earliest_day(self.now().date_naive());
                    self.oracle.borrow_mut().checkpoint_written(&body, earliest)
                } else {
                    let written = self
                        .oracle
                        .borrow_mut()
                        .entry_written(&key, &body, self.now());
                    let records = *written.as_ref().unwrap_or(&0);
                    note!(self, "run {run}: {key} is written, {records} records");
                    written.map(|_| ())
                };
                self.check(checked);
            }
            Err(error) => {
                note!(self, "run {run}: {key} is not written: {:?}", error.kind);
                match error.kind {
                    StoreErrorKind::PreconditionFailed => self.tally.add(Kind::PreconditionFailed),
                    StoreErrorKind::NotFound => self.tally.add(Kind::MatchOfNothing),
                    _ => {}
                }
            }
        }
        self.bucket.take_calls();
        answer
    }

    /// The feed deletes what it has ingested.
    pub(crate) fn feed(&self) {
        let Some(age) = self.scenario.feed_waits else {
            return;
        };
        let mut oracle = self.oracle.borrow_mut();
        for entry in oracle.old_entries(self.now(), age, |entry| entry.deleted) {
            self.bucket.delete(&entry.key);
            entry.deleted = true;
            self.tally.add(Kind::FeedDeleted);
            note!(self, "the feed deletes {}", entry.key);
        }
    }

    /// The bucket's rules: entries expire, and their versions much later.
    pub(crate) fn lifecycle(&self) {
        let Some(age) = self.scenario.entries_expire else {
            return;
        };
        let now = self.now();
        let mut oracle = self.oracle.borrow_mut();
        for entry in oracle.old_entries(now, age, |entry| entry.deleted) {
            self.bucket.delete(&entry.key);
            entry.deleted = true;
            self.tally.add(Kind::LifecycleExpired);
            note!(self, "{} expires", entry.key);
        }
        let kept = self.scenario.versions_kept;
        for entry in oracle.old_entries(now, kept, |entry| entry.purged) {
            self.bucket.purge(&entry.key);
            entry.purged = true;
            self.tally.add(Kind::LifecyclePurged);
            note!(self, "{} is removed for good", entry.key);
        }
    }

    /// Somebody does something to the checkpoint.
    pub(crate) fn tamper(&self) {
        let versions: Vec<Bytes> = self
            .bucket
            .all_versions(STATE_KEY)
            .into_iter()
            .map(|(_, body)| body)
            .collect();
        let Some(newest) = versions.last() else {
            return;
        };
        // With all versions gone START_DATE is all that says where the collection began.
        let kinds = if self.scenario.collector.start_date.is_some() {
            4
        } else {
            3
        };
        let kind = match self.between(0, kinds) {
            0 => {
                self.bucket.delete(STATE_KEY);
                Kind::StateDeleted
            }
            1 => {
                let length = self.between(0, (newest.len() as i64 - 1).max(0));
                self.bucket
                    .overwrite(STATE_KEY, newest.slice(..length as usize));
                Kind::StateTruncated
            }
            2 => {
                let older = self.between(0, versions.len() as i64 - 1);
                self.bucket
                    .overwrite(STATE_KEY, versions[older as usize].clone());
                Kind::StateRolledBack
            }
            3 => {
                self.bucket
                    .overwrite(STATE_KEY, r#"{"state":"of something else"}"#);
                Kind::StateGarbage
            }
            _ => {
                self.bucket.purge(STATE_KEY);
                Kind::StatePurged
            }
        };
        let mut oracle = self.oracle.borrow_mut();
        oracle.checkpoint = None;
        oracle.tampered += 1;
        self.tally.add(kind);
        note!(self, "{}", kind.name());
    }
}

/// The answer of a future that does not wait.
///
/// # Panics
/// If it does: the bucket in memory never does.
#[allow(clippy::expect_used, reason = "cannot fail on any seed")]
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    use std::task::{Context, Poll, Waker};
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
    .expect("a call to memory does not wait")
}

/// Whether a key is of the log.
pub(crate) fn is_entry(key: &str) -> bool {
    key.starts_with(PREFIX)
}
