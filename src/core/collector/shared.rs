//! What the days of a run share.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::Mutex;

use super::failure::StopError;
use super::settings::Settings;
use super::shared_checkpoint::SharedCheckpoint;
use super::summary::RunSummary;
use crate::checkpoint::CheckpointError;
use crate::clock::Clock;
use crate::delivery_log::DeliveryLog;
use crate::store::Store;
use crate::zoom::{Meter, Page, PageQuery, Zoom, ZoomError};

/// What the days of a run share. They are read side by side on one thread: the cells are never borrowed across an await, the
/// mutexes may be held across one.
pub(super) struct Shared<'a, Z, S, C> {
    pub(super) zoom: &'a Z,
    pub(super) clock: &'a C,
    pub(super) settings: &'a Settings,
    pub(super) log: DeliveryLog<'a, S>,
    pub(super) meter: Meter,
    /// Held only across calls to the bucket, never across a request to Zoom.
    pub(super) checkpoint: Mutex<SharedCheckpoint<'a, S, C>>,
    pub(super) started: DateTime<Utc>,
    pub(super) deadline: DateTime<Utc>,
    pub(super) dry_run: bool,
    pub(super) summary: RefCell<RunSummary>,
    /// Why the run does not go on to another day.
    pub(super) halted: RefCell<Option<StopError>>,
    /// How many days are being read.
    pub(super) readings: Cell<usize>,
    /// Held while a long day is read, so that there is never more than one in memory.
    pub(super) long_day: Mutex<()>,
}

impl<Z: Zoom, S: Store, C: Clock> Shared<'_, Z, S, C> {
    /// Asks for a page. What Zoom says of more than this day holds for the others at once: they may be about to ask.
    pub(super) async fn page(&self, query: PageQuery) -> Result<Page, ZoomError> {
        let page = self.zoom.page(&query, &self.meter).await;
        page.inspect_err(|error| {
            if error.is_pause() || error.stops_run() {
                self.meter.stop(error);
            }
        })
    }

    /// Writes the checkpoint for a day.
    pub(super) async fn commit(&self) -> Result<(), CheckpointError> {
        let mut checkpoint = self.checkpoint.lock().await;
        checkpoint.commit(self.meter.usage().by_day).await
    }

    /// How many of a day's newest records its ledger keeps. A dry run keeps all: what it counts as delivered is not in the
    /// log, where it could be looked up.
    pub(super) const fn carried_records(&self) -> usize {
        if self.dry_run {
            usize::MAX
        } else {
            self.settings.limits.carried_records
        }
    }

    /// Applies what Zoom said on one day to all of them, where Zoom meant all.
    pub(super) async fn apply_to_all_days(&self, day: NaiveDate, said: &ZoomError) {
        if said.is_pause() {
            tracing::info!(%day, reason = %said, "the run stops here; a later one goes on");
            let mut checkpoint = self.checkpoint.lock().await;
            let paused_until = &mut checkpoint.checkpoint_mut().paused_until;
            *paused_until = (*paused_until).max(said.paused_until());
            self.halt(StopError::Pause(said.clone()));
        } else if said.stops_run() {
            self.halt(StopError::Day(day, said.clone().into()));
        }
    }

    /// Lets no further day begin. The first reason counts; but a failure replaces a pause.
    pub(super) fn halt(&self, why: StopError) {
        let mut halted = self.halted.borrow_mut();
        if matches!(*halted, None | Some(StopError::Pause(_))) {
            *halted = Some(why);
        }
    }

    /// Closes a day that Zoom does not keep any more.
    pub(super) fn close_as_lost(&self, shared: &mut SharedCheckpoint<'_, S, C>, day: NaiveDate) {
        let checkpoint = shared.checkpoint_mut();
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

    /// Counts a reading for as long as the returned guard lives.
    pub(super) fn begin_reading(&self) -> UnderWay<'_> {
        self.readings.set(self.readings.get() + 1);
        UnderWay(&self.readings)
    }
}

/// A reading that is under way.
pub(super) struct UnderWay<'a>(&'a Cell<usize>);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
