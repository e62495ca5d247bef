//! A run under way: which days are read, in which order, and what their failures mean for the others.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::day::read_day;
use super::failure::{DayError, RunFailure, StopError};
use super::plan::{self, Depth, Plan, Task};
use super::settings::Settings;
use super::shared::Shared;
use super::shared_checkpoint::SharedCheckpoint;
use super::summary::RunSummary;
use crate::calendar::earliest_day;
use crate::checkpoint::{CheckpointFile, DayState, Loaded};
use crate::clock::Clock;
use crate::concurrency::run_in_order;
use crate::delivery_log::{DeliveryLog, LogError};
use crate::ledger::Ledger;
use crate::log_event::LogEvent;
use crate::store::Store;
use crate::zoom::{Meter, Zoom, ZoomError};

/// A run under way.
pub(super) struct Run<'a, Z, S, C> {
    shared: Shared<'a, Z, S, C>,
    failures: RefCell<Vec<(NaiveDate, DayError)>>,
    /// Days for which Zoom gave no usable answer.
    unreachable_days: Cell<u32>,
}

impl<'a, Z: Zoom, S: Store, C: Clock> Run<'a, Z, S, C> {
    /// A run that goes on from `loaded`, which `file` holds, and must be over at `deadline`.
    pub(super) fn new(
        (zoom, store, clock): (&'a Z, &'a S, &'a C),
        settings: &'a Settings,
        file: CheckpointFile<'a, S, C>,
        loaded: Loaded,
        summary: RunSummary,
        started: DateTime<Utc>,
        deadline: DateTime<Utc>,
    ) -> Self {
        let today = started.date_naive();
        let spent = loaded.checkpoint.requests.on(today);
        let zoom_deadline = deadline - reserve(deadline - started);
        let budget = settings.daily_request_budget;
        let dry_run = summary.dry_run;
        let shared = Shared {
            zoom,
            clock,
            settings,
            log: DeliveryLog::new(store, settings.report, &settings.s3_prefix),
            meter: Meter::new(zoom_deadline, budget, today, spent),
            checkpoint: Mutex::new(SharedCheckpoint::new(file, loaded, !dry_run)),
            started,
            deadline,
            dry_run,
            summary: RefCell::new(summary),
            halted: RefCell::default(),
            readings: Cell::new(0),
            long_day: Mutex::new(()),
        };
        Self {
            shared,
            failures: RefCell::default(),
            unreachable_days: Cell::new(0),
        }
    }

    /// An ordinary run: the open days, each as far as it is due.
    pub(super) async fn collect(&self) {
        let shared = &self.shared;
        let Plan { days, last } = {
            let mut checkpoint = shared.checkpoint.lock().await;
            self.close_lost_days(&mut checkpoint);
            let checkpoint = checkpoint.checkpoint();
            if plan::passes_over(checkpoint, shared.settings, shared.started) {
                shared.summary.borrow_mut().complete = false;
            }
            plan::plan(checkpoint, shared.settings, shared.started)
        };
        // Until there is a page, Zoom may be down, which one day shows as well as eight.
        let at_once = || match shared.summary.borrow().days.is_empty() {
            true => 1,
            false => shared.settings.limits.days_at_once,
        };
        let days = days.into_iter().map(|tasks| self.read_in_turn(tasks));
        run_in_order(at_once, days).await;
        self.read_in_turn(last).await;
    }

    async fn read_in_turn(&self, tasks: Vec<Task>) {
        for Task { day, depth } in tasks {
            if self.is_halted() {
                return;
            }
            if depth == Depth::Full && self.has_swept(day).await {
                // Its head was all of it.
                continue;
            }
            let read = read_day(&self.shared, day, depth, Ledger::default()).await;
            let Err(failure) = read else {
                continue;
            };
            // A day may be too much for Zoom. Two, and not a page of any other, and it is Zoom that is down.
            let unreachable = matches!(failure, DayError::Zoom(ZoomError::Unavailable { .. }));
            let days = self.unreachable_days.get() + u32::from(unreachable);
            self.unreachable_days.set(days);
            let is_down = days >= 2 && self.shared.summary.borrow().days.is_empty();
            self.note_failure(day, failure).await;
            if is_down {
                self.shared.halt(StopError::Unreachable);
            }
        }
    }

    /// A replay: the given days from their first page to their last, one after the other.
    pub(super) async fn replay(&self, days: impl Iterator<Item = NaiveDate>) {
        for day in days {
            let read = match self.reopen(day).await {
                Ok(known) => read_day(&self.shared, day, Depth::Full, known).await,
                Err(error) => Err(error.into()),
            };
            if let Err(failure) = read {
                self.note_failure(day, failure).await;
            }
            if self.is_halted() {
                return;
            }
        }
    }

    /// Makes a settled day an open one again, and returns its ledger, which is the log itself.
    async fn reopen(&self, day: NaiveDate) -> Result<Ledger, LogError> {
        let mut checkpoint = self.shared.checkpoint.lock().await;
        let known = checkpoint.checkpoint();
        if known.days.contains_key(&day) {
            return Ok(Ledger::default());
        }
        let expected = known.settled.get(&day).copied().unwrap_or(0);
        let ledger = self.shared.log.rebuild(day, expected).await?;
        let state = DayState {
            ledger: ledger.newest(self.shared.carried_records()),
            ..DayState::default()
        };
        checkpoint.checkpoint_mut().put_day(day, state);
        Ok(ledger)
    }

    fn close_lost_days(&self, checkpoint: &mut SharedCheckpoint<'_, S, C>) {
        let earliest = earliest_day(self.shared.started.date_naive());
        let Some(last) = earliest.pred_opt() else {
            return;
        };
        for day in checkpoint.checkpoint().open_days(last) {
            self.shared.close_as_lost(checkpoint, day);
        }
    }

    /// Whether this run has swept the day already.
    async fn has_swept(&self, day: NaiveDate) -> bool {
        let checkpoint = self.shared.checkpoint.lock().await;
        let state = checkpoint.checkpoint().days.get(&day);
        state
            .and_then(|state| state.sweep)
            .is_some_and(|sweep| sweep.started >= self.shared.started)
    }

    fn is_halted(&self) -> bool {
        self.shared.halted.borrow().is_some()
    }

    /// Sorts a day's failure: what concerns every day halts the run, anything else is that day's alone.
    async fn note_failure(&self, day: NaiveDate, failure: DayError) {
        let shared = &self.shared;
        shared.summary.borrow_mut().complete = false;
        if let DayError::Zoom(error) = &failure
            && error.is_pause()
        {
            shared.apply_to_all_days(day, error).await;
            return;
        }
        let known = match &*shared.halted.borrow() {
            Some(StopError::Day(_, reason)) => *reason == failure,
            _ => false,
        };
        if known {
            // The days beside the one that met it first are refused with its reason.
            return;
        }
        tracing::error!(event = LogEvent::DayFailed.as_str(), %day, kind = %failure.kind(), problem = %failure, "a day failed");
        if failure.stops_run() {
            shared.halt(StopError::Day(day, failure));
            return;
        }
        self.failures.borrow_mut().push((day, failure));
    }

    /// Writes the checkpoint for the last time, and says what the run did.
    pub(super) async fn finish(self) -> (RunSummary, Option<RunFailure>) {
        let Shared {
            clock,
            meter,
            checkpoint,
            summary,
            halted,
            ..
        } = self.shared;
        let now = clock.now();
        let mut summary = summary.into_inner();
        let mut shared_checkpoint = checkpoint.into_inner();
        let checkpoint = shared_checkpoint.checkpoint_mut();
        // A day may have been read to where its reading ends, and rows of it lie unread all the same.
        let has_unread = |day| checkpoint.days.get(day).is_some_and(DayState::has_unread);
        if summary.days.keys().any(has_unread) {
            summary.complete = false;
        }
        // A dry run or a replay says nothing about the open days.
        if summary.complete && summary.ordinary {
            checkpoint.last_complete_run = checkpoint.last_complete_run.max(Some(now));
        }
        checkpoint.newest_record = checkpoint.newest_record.max(summary.newest_record);
        checkpoint.ask_tomorrow |= summary.misdated > 0;
        let halted = halted.into_inner();
        let mut stopped = halted.filter(|stop| !matches!(stop, StopError::Pause(_)));
        let usage = meter.usage();
        if let Err(error) = shared_checkpoint.write(usage.by_day.clone()).await {
            tracing::error!(problem = %error, "the checkpoint was not written; the next run reads the log instead");
            summary.complete = false;
            stopped = stopped.or(Some(StopError::Checkpoint(error)));
        }
        let failures = self.failures.into_inner();
        summary.usage = usage;
        summary.failed_days = failures.iter().map(|(day, _)| *day).collect();
        summary.finish(shared_checkpoint.checkpoint(), now);
        let failed = stopped.is_some() || !failures.is_empty();
        let failure = failed.then_some(RunFailure {
            stopped,
            days: failures,
        });
        (summary, failure)
    }
}

/// The part of an invocation that is kept for delivering and committing what was read.
fn reserve(whole: TimeDelta) -> TimeDelta {
    (whole / 6).clamp(TimeDelta::seconds(1), TimeDelta::seconds(20))
}
