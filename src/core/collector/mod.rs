//! One run: which days to read, reading them, delivering what the log lacks, and remembering how far that went.
//!
//! Everything that the run learns of the world comes through the three traits that it is given, so a simulation can
//! drive it: the same answers, the same run.
//!
//! | module | what it is |
//! |---|---|
//! | `settings` | what is collected, and what bounds it |
//! | `plan` | which days are due, how deep, in which order |
//! | `run` | a run under way: the days in that order, and what their failures mean for the others |
//! | `day` | a day in hand: from Zoom's pages into the log and the checkpoint |
//! | `reading` | one reading of a day: what is new on each page, and where it may stop |
//! | `batch` | records on their way to the log |
//! | `delivery` | from the batch into the log |
//! | `unread` | which reasons leave rows of a day unread, and since when |
//! | `shared`, `shared_checkpoint` | what the days of a run share |
//! | `failure`, `summary` | why a day or a run failed, and what a run did |

mod batch;
mod day;
mod delivery;
mod failure;
mod plan;
mod reading;
mod run;
mod settings;
mod shared;
mod shared_checkpoint;
mod summary;
mod unread;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future;

pub use failure::{DayError, RunFailure, StopError};
pub use settings::{Limits, Settings};
pub use summary::RunSummary;

use self::run::Run;
use crate::calendar::earliest_day;
use crate::checkpoint::{CheckpointFile, Loaded, Origin};
use crate::clock::Clock;
use crate::event::Event;
use crate::store::Store;
use crate::zoom::Zoom;

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

        let parts = (&self.zoom, &self.store, &self.clock);
        let settings = &self.settings;
        let run = Run::new(parts, settings, file, loaded, summary, started, deadline);
        match &event.replay {
            Some(days) => run.replay(days.iter()).await,
            None => run.collect().await,
        }
        let (summary, failure) = run.finish().await;
        Outcome { summary, failure }
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
