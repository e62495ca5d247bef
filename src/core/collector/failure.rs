//! Why a day, or a run, failed.

use std::fmt;

use chrono::NaiveDate;
use thiserror::Error;

use crate::checkpoint::CheckpointError;
use crate::delivery_log::LogError;
use crate::failure_kind::FailureKind;
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
            Self::Checkpoint(_) => true,
            Self::Log(_) | Self::RepeatedToken { .. } | Self::EndlessPages { .. } => {
                self.kind().concerns_every_day()
            }
        }
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Zoom(error) => error.kind(),
            Self::Log(error) => error.kind(),
            Self::Checkpoint(error) => error.kind(),
            Self::RepeatedToken { .. } => FailureKind::ZoomRepeatedToken,
            Self::EndlessPages { .. } => FailureKind::ZoomEndlessPages,
        }
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
    /// The kind of the first cause.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match (&self.stopped, self.days.first()) {
            (Some(StopError::Day(_, error)), _) => error.kind(),
            (Some(StopError::Checkpoint(error)), _) => error.kind(),
            (Some(StopError::Pause(error)), _) => error.kind(),
            (_, Some((_, error))) => error.kind(),
            (Some(StopError::Unreachable), None) | (None, None) => FailureKind::ZoomUnavailable,
        }
    }

    /// Whether no later run fares better until somebody changes the app, its scopes or the secret. Such a failure stops its
    /// run, so it is never a day's alone.
    #[must_use]
    pub const fn concerns_credentials(&self) -> bool {
        match &self.stopped {
            Some(StopError::Day(_, error)) => error.kind().concerns_credentials(),
            _ => false,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::OPERATION_LOGS;
    use crate::secret::SecretError;

    #[test]
    fn what_somebody_must_mend_in_the_app_or_its_secret_concerns_the_credentials() {
        let (id, said) = ("zoom".to_owned(), "no".to_owned());
        let until = "2026-11-23T00:00:00Z".parse().unwrap();
        let secret = |error| ZoomError::Secret(error);
        let concerned = [
            ZoomError::MissingScope {
                report: &OPERATION_LOGS,
                code: 4711,
                named: String::new(),
            },
            ZoomError::NoPermission {
                report: &OPERATION_LOGS,
            },
            ZoomError::BadCredentials {
                reason: "invalid_client".to_owned(),
            },
            ZoomError::Unauthorized,
            secret(SecretError::Missing {
                id: id.clone(),
                said: said.clone(),
            }),
            secret(SecretError::Denied {
                id: id.clone(),
                said: said.clone(),
            }),
            secret(SecretError::Malformed {
                id: id.clone(),
                problem: said.clone(),
            }),
        ];
        let others = [
            ZoomError::BudgetSpent { budget: 1, until },
            ZoomError::Throttled { until },
            ZoomError::OutOfTime,
            ZoomError::PageTokenExpired,
            ZoomError::BeyondHistory,
            ZoomError::TooLarge { limit_mb: 64 },
            ZoomError::Unavailable {
                attempts: 6,
                last: said.clone(),
            },
            ZoomError::Refused {
                status: 404,
                code: 0,
                message: said.clone(),
            },
            secret(SecretError::Unavailable { id, said }),
        ];
        let day: NaiveDate = "2026-11-22".parse().unwrap();
        let stopped_by = |error: &ZoomError| RunFailure {
            stopped: Some(StopError::Day(day, DayError::Zoom(error.clone()))),
            days: Vec::new(),
        };
        for error in &concerned {
            assert!(stopped_by(error).concerns_credentials(), "{error}");
            // Or it would end among the days that failed alone, where it is not looked for.
            assert!(error.stops_run() && !error.is_pause(), "{error}");
        }
        for error in &others {
            assert!(!stopped_by(error).concerns_credentials(), "{error}");
        }
        let unreachable = RunFailure {
            stopped: Some(StopError::Unreachable),
            days: Vec::new(),
        };
        assert!(!unreachable.concerns_credentials());
    }
}
