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
mod report;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

pub use failure::{DayError, RunFailure, StopError};
pub use report::{DayReport, RunReport};

use self::plan::{Reading, Task};
use crate::checkpoint::{CheckpointError, CheckpointFile, Committed, DayState, Loaded, Origin};
use crate::clock::Clock;
use crate::delivery_log::DeliveryLog;
use crate::event::Event;
use crate::report::Report;
use crate::store::Store;
use crate::zoom::{Meter, Zoom, ZoomError, earliest_day};

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
    pub report: RunReport,
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
        let mut report = RunReport::new(started, event);
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
        let mut loaded = match file.load(start_date).await {
            Ok(loaded) => loaded,
            Err(error) => return Outcome::failed(report, StopError::Checkpoint(error)),
        };
        self.say_where_it_begins(&loaded, start_date);
        // The start date must be safe before Zoom is first asked: a first run that dies on the first day and is
        // followed by the next one on the second would otherwise begin there.
        if loaded.origin != Origin::Current
            && !event.dry_run
            && let Err(error) = file.commit(&mut loaded, &[]).await
        {
            return Outcome::failed(report, StopError::Checkpoint(error));
        }

        if let Some(until) = loaded
            .checkpoint
            .paused_until
            .filter(|&until| until > started)
        {
            tracing::info!(%until, "Zoom asked for a pause; making no request");
            report.complete = false;
            report.finish(&loaded.checkpoint, started);
            return Outcome {
                report,
                failure: None,
            };
        }

        let spent = loaded.checkpoint.requests.on(started.date_naive());
        let zoom_deadline = deadline - reserve(deadline - started);
        let mut run = Run {
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
            file,
            loaded,
            committed: Vec::new(),
            started,
            deadline,
            report,
            failures: Vec::new(),
            halt: None,
        };
        self.zoom.begin().await;
        let stopped = match &event.replay {
            Some(days) => run.replay(days.iter()).await,
            None => run.collect().await,
        };
        run.finish(stopped).await
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
    fn failed(mut report: RunReport, error: StopError) -> Self {
        report.complete = false;
        Self {
            report,
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

/// A run under way.
struct Run<'a, Z, S, C> {
    zoom: &'a Z,
    clock: &'a C,
    settings: &'a Settings,
    log: DeliveryLog<'a, S>,
    file: CheckpointFile<'a, S, C>,
    meter: Meter,
    loaded: Loaded,
    /// The requests that commits have counted already.
    committed: Vec<(NaiveDate, u64)>,
    started: DateTime<Utc>,
    deadline: DateTime<Utc>,
    report: RunReport,
    failures: Vec<(NaiveDate, DayError)>,
    /// Why the run must not go on to another day, although the day at hand failed for another reason.
    halt: Option<StopError>,
}

impl<Z: Zoom, S: Store, C: Clock> Run<'_, Z, S, C> {
    /// An ordinary run: the open days, each as far as it is due.
    async fn collect(&mut self) -> Option<StopError> {
        self.close_lost_days(earliest_day(self.started.date_naive()));
        if plan::passes_over(&self.loaded.checkpoint, self.settings, self.started) {
            self.report.complete = false;
        }
        let mut unreachable_days = 0;
        for Task { day, reading } in
            plan::plan(&self.loaded.checkpoint, self.settings, self.started)
        {
            if reading == Reading::Sweep && self.has_swept(day) {
                // Its head was all of it.
                continue;
            }
            match self.read_day(day, reading).await {
                Ok(()) => {}
                Err(failure) => {
                    // A day may be too much for Zoom. Two, and not a page of any other, and it is Zoom that is down.
                    unreachable_days += u32::from(matches!(
                        failure,
                        DayError::Zoom(ZoomError::Unavailable { .. })
                    ));
                    let is_down = unreachable_days >= 2 && self.report.days.is_empty();
                    if let Some(stop) = self.note_failure(day, failure, is_down) {
                        return Some(stop);
                    }
                }
            }
        }
        None
    }

    /// A replay: the given days from their first page to their last.
    async fn replay(&mut self, days: impl Iterator<Item = NaiveDate>) -> Option<StopError> {
        for day in days {
            let result = match self.reopen(day).await {
                Ok(()) => self.read_day(day, Reading::Sweep).await,
                Err(error) => Err(error.into()),
            };
            if let Err(failure) = result
                && let Some(stop) = self.note_failure(day, failure, false)
            {
                return Some(stop);
            }
        }
        None
    }

    /// Makes a settled day an open one again. Its ledger is the log itself.
    async fn reopen(&mut self, day: NaiveDate) -> Result<(), crate::delivery_log::LogError> {
        let checkpoint = &mut self.loaded.checkpoint;
        if !checkpoint.days.contains_key(&day) {
            let expected = checkpoint.settled.get(&day).copied().unwrap_or(0);
            let ledger = self.log.rebuild(day, expected).await?;
            checkpoint.put_day(
                day,
                DayState {
                    ledger,
                    ..DayState::default()
                },
            );
        }
        Ok(())
    }

    fn close_lost_days(&mut self, earliest: NaiveDate) {
        let Some(last) = earliest.pred_opt() else {
            return;
        };
        for day in self.loaded.checkpoint.open_days(last) {
            self.close_as_lost(day);
        }
    }

    fn close_as_lost(&mut self, day: NaiveDate) {
        let checkpoint = &mut self.loaded.checkpoint;
        if day <= checkpoint.settled_through {
            // It was settled once, and a replay opened it again.
            let entries = checkpoint.take_day(day).ledger.next_seq;
            checkpoint.settle(day, entries);
            return;
        }
        tracing::error!(%day, "Zoom does not keep this day any more; it is closed as lost, with what was delivered of it");
        checkpoint.close_as_lost(day);
        self.report.lost.push(day);
    }

    /// Whether this run has swept the day already.
    fn has_swept(&self, day: NaiveDate) -> bool {
        let state = self.loaded.checkpoint.days.get(&day);
        state
            .and_then(|state| state.sweep)
            .is_some_and(|sweep| sweep.started >= self.started)
    }

    /// Sorts a day's failure: what concerns every day stops the run, anything else is that day's alone.
    fn note_failure(&mut self, day: NaiveDate, failure: DayError, stop: bool) -> Option<StopError> {
        self.report.complete = false;
        if let DayError::Zoom(error) = &failure
            && error.is_pause()
        {
            self.heed(day, error);
            return self.halt.take();
        }
        tracing::error!(%day, kind = failure.kind(), problem = %failure, "a day failed");
        if failure.stops_run() {
            return Some(StopError::Day(day, failure));
        }
        self.failures.push((day, failure));
        self.halt.take().or(stop.then_some(StopError::Unreachable))
    }

    /// Takes what Zoom said on one day for all of them, where it is meant so.
    fn heed(&mut self, day: NaiveDate, said: &ZoomError) {
        if said.is_pause() {
            tracing::info!(%day, reason = %said, "the run stops here; a later one goes on");
            let paused_until = &mut self.loaded.checkpoint.paused_until;
            *paused_until = (*paused_until).max(said.paused_until());
            self.halt = Some(StopError::Pause(said.clone()));
        } else if said.stops_run() {
            self.halt = Some(StopError::Day(day, said.clone().into()));
        }
    }

    /// Writes the checkpoint, if this run may.
    async fn commit(&mut self) -> Result<Committed, CheckpointError> {
        if self.report.dry_run {
            return Ok(Committed::Alone);
        }
        let spent = self.meter.usage().by_day;
        let before = |day| {
            self.committed
                .iter()
                .find(|(other, _)| *other == day)
                .map_or(0, |(_, requests)| *requests)
        };
        let new: Vec<_> = spent
            .iter()
            .map(|&(day, requests)| (day, requests.saturating_sub(before(day))))
            .collect();
        let met = self.file.commit(&mut self.loaded, &new).await?;
        self.committed = spent;
        Ok(met)
    }

    async fn finish(mut self, stopped: Option<StopError>) -> Outcome {
        let now = self.clock.now();
        let checkpoint = &mut self.loaded.checkpoint;
        // A dry run or a replay says nothing about the open days.
        if self.report.complete && self.report.ordinary {
            checkpoint.last_complete_run = checkpoint.last_complete_run.max(Some(now));
        }
        checkpoint.newest_record = checkpoint.newest_record.max(self.report.newest_record);
        checkpoint.ask_tomorrow |= self.report.misdated > 0;
        let mut stopped = stopped.filter(|stop| !matches!(stop, StopError::Pause(_)));
        if let Err(error) = self.commit().await {
            tracing::error!(problem = %error, "the checkpoint was not written; the next run reads the log instead");
            self.report.complete = false;
            stopped = stopped.or(Some(StopError::Checkpoint(error)));
        }
        self.report.usage = self.meter.usage();
        self.report.failed_days = self.failures.iter().map(|(day, _)| *day).collect();
        self.report.finish(&self.loaded.checkpoint, now);
        let failed = stopped.is_some() || !self.failures.is_empty();
        let failure = failed.then_some(RunFailure {
            stopped,
            days: self.failures,
        });
        Outcome {
            report: self.report,
            failure,
        }
    }
}
