//! Why a day, or a run, failed.

use std::fmt;

use chrono::NaiveDate;
use thiserror::Error;

use crate::checkpoint::CheckpointError;
use crate::delivery_log::LogError;
use crate::store::StoreErrorKind;
use crate::zoom::ZoomError;

/// Why a day could not be read to where it should have been.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DayError {
    /// Zoom's side.
    #[error(transparent)]
    Zoom(#[from] ZoomError),
    /// The log's side.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The checkpoint could not be written halfway.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Zoom gave a page token that it had given before.
    #[error("Zoom repeats a page token after page {page}: the day cannot be read to its end")]
    RepeatedToken {
        /// The page that came with it.
        page: u64,
    },
    /// Page follows page without a row that was not seen before.
    #[error("Zoom's pages do not end: up to page {page} they only repeat rows, or have none")]
    EndlessPages {
        /// The page at which it was given up.
        page: u64,
    },
}

impl DayError {
    /// Whether the other days would fare no better.
    #[must_use]
    pub fn stops_run(&self) -> bool {
        match self {
            Self::Zoom(error) => error.stops_run(),
            Self::Log(LogError::Store(error)) => error.kind.is_final(),
            Self::Log(LogError::Unversioned { .. }) | Self::Checkpoint(_) => true,
            _ => false,
        }
    }

    /// A short name for logs, alarms and scripts.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Zoom(error) => error.kind(),
            Self::Log(error) => log_kind(error),
            Self::Checkpoint(error) => checkpoint_kind(error),
            Self::RepeatedToken { .. } => "ZoomRepeatedToken",
            Self::EndlessPages { .. } => "ZoomEndlessPages",
        }
    }
}

fn log_kind(error: &LogError) -> &'static str {
    match error {
        LogError::Store(error) => store_kind(error.kind),
        LogError::Gap { .. } => "LogGap",
        LogError::Short { .. } => "LogShort",
        LogError::Damaged { .. } => "LogDamaged",
        LogError::Unversioned { .. } => "BucketUnversioned",
        LogError::Full { .. } => "LogFull",
        LogError::Encoding { .. } => "LogEncoding",
    }
}

fn checkpoint_kind(error: &CheckpointError) -> &'static str {
    match error {
        CheckpointError::Store(error) => store_kind(error.kind),
        CheckpointError::Log(error) => log_kind(error),
        CheckpointError::Format { .. } => "CheckpointNewer",
        CheckpointError::OtherLog { .. } => "CheckpointOfOtherLog",
        CheckpointError::Serialize(_) => "CheckpointSerialize",
    }
}

const fn store_kind(kind: StoreErrorKind) -> &'static str {
    match kind {
        StoreErrorKind::Denied => "BucketDenied",
        StoreErrorKind::NoBucket => "BucketMissing",
        _ => "BucketUnavailable",
    }
}

/// Why a run ended before its last day.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StopError {
    /// Not a failure: the time, the budget or Zoom's limit.
    #[error(transparent)]
    Pause(ZoomError),
    /// The checkpoint could not be read or written.
    #[error(transparent)]
    Checkpoint(CheckpointError),
    /// A day met what every day would meet.
    #[error("{0}: {1}")]
    Day(NaiveDate, DayError),
    /// Zoom gave no usable answer for several days in a row.
    #[error("Zoom is not reachable; the other days were not tried")]
    Unreachable,
}

/// Why an invocation fails. What was read before is delivered and committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFailure {
    /// What ended the run early.
    pub stopped: Option<StopError>,
    /// The days that failed alone.
    pub days: Vec<(NaiveDate, DayError)>,
}

impl RunFailure {
    /// The short name of the first cause.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match (&self.stopped, self.days.first()) {
            (Some(StopError::Day(_, error)), _) => error.kind(),
            (Some(StopError::Checkpoint(error)), _) => checkpoint_kind(error),
            (Some(StopError::Pause(error)), _) => error.kind(),
            (_, Some((_, error))) => error.kind(),
            (Some(StopError::Unreachable), None) | (None, None) => "ZoomUnavailable",
        }
    }
}

impl fmt::Display for RunFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self
            .days
            .iter()
            .map(|(day, error)| format!("{day}: {error}"));
        let causes: Vec<_> = days
            .chain(self.stopped.as_ref().map(ToString::to_string))
            .collect();
        write!(
            f,
            "{} (what was read before is delivered)",
            causes.join("; ")
        )
    }
}

impl std::error::Error for RunFailure {}
