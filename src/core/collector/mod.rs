//! One run: which days to read, reading them, delivering what the log lacks, and remembering how far that went.
//!
//! Everything that the run learns of the world comes through the three traits that it is given, so a simulation can
//! drive it: the same answers, the same run.

mod batch;
mod deliver;
mod failure;
mod pass;
mod plan;
mod read;
mod remembered;
mod summary;

use std::cell::{Cell, RefCell};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::future;
use tokio::sync::Mutex;

pub use failure::{DayError, RunFailure, StopError};
pub use summary::RunSummary;

use self::plan::{Plan, Reading, Task};
use self::remembered::Remembered;
use crate::calendar::earliest_day;
use crate::checkpoint::{CheckpointFile, DayState, Loaded, Origin};
use crate::clock::Clock;
use crate::delivery_log::DeliveryLog;
use crate::event::Event;
use crate::ledger::Ledger;
use crate::log_event::LogEvent;
use crate::report::Report;
use crate::side_by_side::side_by_side;
use crate::store::Store;
use crate::zoom::{Meter, Zoom, ZoomError};

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

/// Collects a report: from `zoom` into `store`, by `clock`.
#[derive(Debug)]
pub struct Collector<Z, S, C> {
    zoom: Z,
    store: S,
    clock: C,
    settings: Settings,
}

/// What a run did, and why it failed if it did. A failed run has delivered and committed what it read.
#[derive(Debug)]
pub struct Outcome {
    /// What it did.
    pub summary: RunSummary,
    /// Why the invocation must fail.
    pub failure: Option<RunFailure>,
}

impl<Z: Zoom, S: Store, C: Clock> Collector<Z, S, C> {
    /// A collector; it keeps nothing between two runs but what its parts keep.
    pub const fn new(zoom: Z, store: S, clock: C, settings: Settings) -> Self {
        Self {
            zoom,
            store,
            clock,
            settings,
        }
    }

    /// Runs once. `deadline` is when the invocation ends, whatever is under way then.
    pub async fn run(&self, event: &Event, deadline: DateTime<Utc>) -> Outcome {
        let started = self.clock.now();
        let mut summary = RunSummary::new(started, event);
        let file = CheckpointFile::new(
            &self.store,
            &self.clock,
            self.settings.report,
            &self.settings.state_key,
            &self.settings.s3_prefix,
        );

        let start_date = self
            .settings
            .start_date
            .map(|date| date.clamp(earliest_day(started.date_naive()), started.date_naive()));
        // Neither needs the other, and each is a way to AWS and back.
        let (loaded, ()) = future::join(file.load(start_date), self.zoom.begin()).await;
        let mut loaded = match loaded {
            Ok(loaded) => loaded,
            Err(error) => return Outcome::failed(summary, StopError::Checkpoint(error)),
        };
        self.say_where_it_begins(&loaded, start_date);
        // The start date must be safe before Zoom is first asked: a first run that dies on the first day and is
        // followed by the next one on the second would otherwise begin there.
        if loaded.origin != Origin::Current
            && !event.dry_run
            && let Err(error) = file.commit(&mut loaded, &[]).await
        {
            return Outcome::failed(summary, StopError::Checkpoint(error));
        }

        if let Some(until) = loaded
            .checkpoint
            .paused_until
            .filter(|&until| until > started)
        {
            tracing::info!(%until, "Zoom asked for a pause; making no request");
            summary.complete = false;
            summary.finish(&loaded.checkpoint, started);
            return Outcome {
                summary,
                failure: None,
            };
        }

        let spent = loaded.checkpoint.requests.on(started.date_naive());
        let zoom_deadline = deadline - reserve(deadline - started);
        let run = Run {
            zoom: &self.zoom,
            clock: &self.clock,
            settings: &self.settings,
            log: DeliveryLog::new(&self.store, self.settings.report, &self.settings.s3_prefix),
            meter: Meter::new(
                zoom_deadline,
                self.settings.daily_request_budget,
                started.date_naive(),
                spent,
            ),
            remembered: Mutex::new(Remembered::new(file, loaded, !event.dry_run)),
            started,
            deadline,
            dry_run: event.dry_run,
            summary: RefCell::new(summary),
            failures: RefCell::default(),
            halt: RefCell::default(),
            unreachable_days: Cell::new(0),
            readings: Cell::new(0),
            long_day: Mutex::new(()),
        };
        match &event.replay {
            Some(days) => run.replay(days.iter()).await,
            None => run.collect().await,
        }
        run.finish().await
    }

    fn say_where_it_begins(&self, loaded: &Loaded, start_date: Option<NaiveDate>) {
        let begins = loaded.checkpoint.start_date;
        if let (Some(asked), Some(start)) = (self.settings.start_date, start_date)
            && asked != start
        {
            tracing::warn!(%asked, %start, "START_DATE is not within the six months that Zoom reports; taking the nearest day that is");
        }
        match (&loaded.origin, self.settings.start_date) {
            (Origin::FirstRun, _) => tracing::info!(%begins, "first run"),
            (_, Some(asked)) if asked != begins => {
                tracing::info!(%asked, %begins, "START_DATE has no effect once a checkpoint exists");
            }
            _ => {}
        }
    }
}

impl Outcome {
    fn failed(mut summary: RunSummary, error: StopError) -> Self {
        summary.complete = false;
        Self {
            summary,
            failure: Some(RunFailure {
                stopped: Some(error),
                days: Vec::new(),
            }),
        }
    }
}

/// The part of an invocation that is kept for delivering and committing what was read.
fn reserve(whole: TimeDelta) -> TimeDelta {
    (whole / 6).clamp(TimeDelta::seconds(1), TimeDelta::seconds(20))
}

/// A run under way. Several days are read at once on the one thread, so that what they share lies in cells, which nobody
/// holds over an await, and in locks, which may be.
struct Run<'a, Z, S, C> {
    zoom: &'a Z,
    clock: &'a C,
    settings: &'a Settings,
    log: DeliveryLog<'a, S>,
    meter: Meter,
    /// Whoever has it waits for the bucket, and for nothing else.
    remembered: Mutex<Remembered<'a, S, C>>,
    started: DateTime<Utc>,
    deadline: DateTime<Utc>,
    dry_run: bool,
    summary: RefCell<RunSummary>,
    failures: RefCell<Vec<(NaiveDate, DayError)>>,
    /// Why the run must not go on to another day.
    halt: RefCell<Option<StopError>>,
    /// Days for which Zoom gave no usable answer.
    unreachable_days: Cell<u32>,
    /// How many days are being read.
    readings: Cell<usize>,
    /// Who has it reads a long day.
    long_day: Mutex<()>,
}

impl<Z: Zoom, S: Store, C: Clock> Run<'_, Z, S, C> {
    /// An ordinary run: the open days, each as far as it is due.
    async fn collect(&self) {
        let Plan { days, last } = {
            let mut remembered = self.remembered.lock().await;
            self.close_lost_days(&mut remembered, earliest_day(self.started.date_naive()));
            let checkpoint = remembered.checkpoint();
            if plan::passes_over(checkpoint, self.settings, self.started) {
                self.summary.borrow_mut().complete = false;
            }
            plan::plan(checkpoint, self.settings, self.started)
        };
        // Until there is a page, Zoom may be down, which one day shows as well as eight.
        let at_once = || match self.summary.borrow().days.is_empty() {
            true => 1,
            false => self.settings.limits.days_at_once,
        };
        let days = days.into_iter().map(|tasks| self.read_in_turn(tasks));
        side_by_side(at_once, days).await;
        self.read_in_turn(last).await;
    }

    /// How many of a day's newest records its ledger keeps. A dry run keeps all: what it counts as delivered is not in the
    /// log, where it could be looked up.
    fn carried_records(&self) -> usize {
        if self.dry_run {
            usize::MAX
        } else {
            self.settings.limits.carried_records
        }
    }

    async fn read_in_turn(&self, tasks: Vec<Task>) {
        for Task { day, reading } in tasks {
            if self.halt.borrow().is_some() {
                return;
            }
            if reading == Reading::Sweep && self.has_swept(day).await {
                // Its head was all of it.
                continue;
            }
            let Err(failure) = self.read_day(day, reading, Ledger::default()).await else {
                continue;
            };
            // A day may be too much for Zoom. Two, and not a page of any other, and it is Zoom that is down.
            let unreachable = matches!(failure, DayError::Zoom(ZoomError::Unavailable { .. }));
            let days = self.unreachable_days.get() + u32::from(unreachable);
            self.unreachable_days.set(days);
            let is_down = days >= 2 && self.summary.borrow().days.is_empty();
            self.note_failure(day, failure, is_down).await;
        }
    }

    /// A replay: the given days from their first page to their last, one after the other.
    async fn replay(&self, days: impl Iterator<Item = NaiveDate>) {
        for day in days {
            let result = match self.reopen(day).await {
                Ok(known) => self.read_day(day, Reading::Sweep, known).await,
                Err(error) => Err(error.into()),
            };
            if let Err(failure) = result {
                self.note_failure(day, failure, false).await;
            }
            if self.halt.borrow().is_some() {
                return;
            }
        }
    }

    /// Makes a settled day an open one again, and returns its ledger, which is the log itself.
    async fn reopen(&self, day: NaiveDate) -> Result<Ledger, crate::delivery_log::LogError> {
        let mut remembered = self.remembered.lock().await;
        let checkpoint = remembered.checkpoint();
        if checkpoint.days.contains_key(&day) {
            return Ok(Ledger::default());
        }
        let expected = checkpoint.settled.get(&day).copied().unwrap_or(0);
        let ledger = self.log.rebuild(day, expected).await?;
        let state = DayState {
            ledger: ledger.newest(self.carried_records()),
            ..DayState::default()
        };
        remembered.checkpoint_mut().put_day(day, state);
        Ok(ledger)
    }

    fn close_lost_days(&self, remembered: &mut Remembered<'_, S, C>, earliest: NaiveDate) {
        let Some(last) = earliest.pred_opt() else {
            return;
        };
        for day in remembered.checkpoint().open_days(last) {
            self.close_as_lost(remembered, day);
        }
    }

    fn close_as_lost(&self, remembered: &mut Remembered<'_, S, C>, day: NaiveDate) {
        let checkpoint = remembered.checkpoint_mut();
        if day <= checkpoint.settled_through {
            // It was settled once, and a replay opened it again.
            let entries = checkpoint.day(day).ledger.next_seq;
            checkpoint.settle(day, entries);
            return;
        }
        tracing::error!(%day, "Zoom does not keep this day any more; it is closed as lost, with what was delivered of it");
        checkpoint.close_as_lost(day);
        self.summary.borrow_mut().lost.push(day);
    }

    /// Whether this run has swept the day already.
    async fn has_swept(&self, day: NaiveDate) -> bool {
        let remembered = self.remembered.lock().await;
        let state = remembered.checkpoint().days.get(&day);
        state
            .and_then(|state| state.sweep)
            .is_some_and(|sweep| sweep.started >= self.started)
    }

    /// Sorts a day's failure: what concerns every day stops the run, anything else is that day's alone.
    async fn note_failure(&self, day: NaiveDate, failure: DayError, stop: bool) {
        self.summary.borrow_mut().complete = false;
        if let DayError::Zoom(error) = &failure
            && error.is_pause()
        {
            self.heed(day, error).await;
            return;
        }
        let known = match &*self.halt.borrow() {
            Some(StopError::Day(_, reason)) => *reason == failure,
            _ => false,
        };
        if known {
            // The days beside the one that met it first are refused with its reason.
            return;
        }
        tracing::error!(event = LogEvent::DayFailed.as_str(), %day, kind = %failure.kind(), problem = %failure, "a day failed");
        if failure.stops_run() {
            self.halt(StopError::Day(day, failure));
            return;
        }
        self.failures.borrow_mut().push((day, failure));
        if stop {
            self.halt(StopError::Unreachable);
        }
    }

    /// Takes what Zoom said on one day for all of them, where it is meant so.
    async fn heed(&self, day: NaiveDate, said: &ZoomError) {
        if said.is_pause() {
            tracing::info!(%day, reason = %said, "the run stops here; a later one goes on");
            let mut remembered = self.remembered.lock().await;
            let paused_until = &mut remembered.checkpoint_mut().paused_until;
            *paused_until = (*paused_until).max(said.paused_until());
            self.halt(StopError::Pause(said.clone()));
        } else if said.stops_run() {
            self.halt(StopError::Day(day, said.clone().into()));
        }
    }

    /// Lets no further day begin. The first reason counts; but a failure is one, whatever paused the run before.
    fn halt(&self, why: StopError) {
        let mut halt = self.halt.borrow_mut();
        if matches!(*halt, None | Some(StopError::Pause(_))) {
            *halt = Some(why);
        }
    }

    async fn finish(self) -> Outcome {
        let now = self.clock.now();
        let mut summary = self.summary.into_inner();
        let mut remembered = self.remembered.into_inner();
        let checkpoint = remembered.checkpoint_mut();
        // A dry run or a replay says nothing about the open days.
        if summary.complete && summary.ordinary {
            checkpoint.last_complete_run = checkpoint.last_complete_run.max(Some(now));
        }
        checkpoint.newest_record = checkpoint.newest_record.max(summary.newest_record);
        checkpoint.ask_tomorrow |= summary.misdated > 0;
        let halt = self.halt.into_inner();
        let mut stopped = halt.filter(|stop| !matches!(stop, StopError::Pause(_)));
        let usage = self.meter.usage();
        if let Err(error) = remembered.write(usage.by_day.clone()).await {
            tracing::error!(problem = %error, "the checkpoint was not written; the next run reads the log instead");
            summary.complete = false;
            stopped = stopped.or(Some(StopError::Checkpoint(error)));
        }
        let failures = self.failures.into_inner();
        summary.usage = usage;
        summary.failed_days = failures.iter().map(|(day, _)| *day).collect();
        summary.finish(remembered.checkpoint(), now);
        let failed = stopped.is_some() || !failures.is_empty();
        let failure = failed.then_some(RunFailure {
            stopped,
            days: failures,
        });
        Outcome { summary, failure }
    }
}
