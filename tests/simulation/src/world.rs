//! What a run's three traits reach: a clock, a Zoom, a bucket, and the chance that something goes wrong with each.

use std::cell::{Cell, RefCell};

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, Utc};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use support::{MemoryStore, finish};
use zoomlogs_core::calendar::earliest_day;
use zoomlogs_core::store::{Condition, Store as _, StoreError, StoreErrorKind, Written};

use crate::account::Daily;
use crate::oracle::{Oracle, Violation};
use crate::scenario::{Campaign, Scenario};
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
    /// A put takes effect long after it was sent, which is a fault of this kind.
    Landing(Put, Kind),
    /// Zoom lists new rows.
    Arrival,
    /// Zoom lists new rows of a day that may settle in a moment.
    LastArrival,
    /// The feed looks at the bucket.
    Feed,
    /// The bucket's lifecycle rules are applied.
    Lifecycle,
    /// Somebody does something to the checkpoint.
    Tampering,
    /// The app's credentials become others.
    Rotation,
    /// Somebody stores the new ones in the secret.
    SecretUpdated,
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
    /// What the secret holds.
    pub(crate) secret: RefCell<zoom_simulator::Credentials>,
    pub(crate) oracle: RefCell<Oracle>,
    pub(crate) daily: RefCell<Daily>,
    pub(crate) rng: RefCell<ChaCha8Rng>,
    pub(crate) tally: Tally,
    pub(crate) trace: Trace,
    /// Whether anything may go wrong. In the end nothing does any more.
    pub(crate) troubled: Cell<bool>,
    /// The first promise that was broken.
    pub(crate) violation: RefCell<Option<Violation>>,
    /// How many rows Zoom has listed.
    pub(crate) rows: Cell<u32>,
}

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
    pub(crate) fn new(
        scenario: Scenario,
        campaign: Campaign,
        rng: ChaCha8Rng,
        trace: Trace,
    ) -> Self {
        let mut zoom = zoom_simulator::World::new(1);
        zoom.settings = scenario.zoom.clone();
        let oracle = Oracle {
            max_records: scenario.collector.max_records_per_object,
            tolerates_doubles: campaign != Campaign::Guarantee,
            tolerates_losses: campaign == Campaign::ShuffledRows,
            ..Oracle::of(scenario.collector.report)
        };
        Self {
            timeline: Timeline::new(scenario.begins),
            scenario,
            secret: RefCell::new(zoom.credentials().clone()),
            zoom: RefCell::new(zoom),
            bucket: MemoryStore::new(),
            oracle: RefCell::new(oracle),
            daily: RefCell::default(),
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

    /// The checkpoint's key.
    pub(crate) fn state_key(&self) -> &str {
        &self.scenario.collector.state_key
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

    /// A put takes effect, if its condition holds.
    pub(crate) fn land(&self, put: Put) -> Result<Written, StoreError> {
        self.bucket.set_time(self.now());
        let Put {
            run,
            key,
            body,
            condition,
        } = put;
        let answer = finish(self.bucket.put(&key, body.clone(), condition));
        match &answer {
            Ok(_) => {
                let checked = if key == self.state_key() {
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
}
