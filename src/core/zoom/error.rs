//! What Zoom's failures mean for a run.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::failure_kind::FailureKind;
use crate::report::Report;
use crate::secret::SecretError;

/// A page that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ZoomError {
    /// The run's own daily budget is spent.
    #[error(
        "the daily budget of {budget} requests (ZOOM_DAILY_REQUEST_BUDGET) is spent until {until}"
    )]
    BudgetSpent {
        /// The budget, in requests.
        budget: u64,
        /// When it is renewed.
        until: DateTime<Utc>,
    },
    /// The account's daily limit is reached, or Zoom asks for a pause that is longer than the run.
    #[error("Zoom asks for no further request until {until}")]
    Throttled {
        /// When to ask again.
        until: DateTime<Utc>,
    },
    /// The invocation's time is nearly over.
    #[error("the invocation's time is nearly over")]
    OutOfTime,
    /// The page token is not valid any more; the day can be read from its first page.
    #[error("the page token is invalid or expired")]
    PageTokenExpired,
    /// The day is beyond the six months that Zoom keeps.
    #[error("Zoom does not keep this day any more (it reports the last six months)")]
    BeyondHistory,
    /// The app lacks a scope.
    #[error(
        "the Zoom app lacks a scope (code {code}{named}): add {} (or the classic {}) to the Server-to-Server OAuth app in \
         the Zoom App Marketplace", report.scope, report.classic_scope
    )]
    MissingScope {
        /// The report that was asked for.
        report: &'static Report,
        /// Zoom's code, 4700 or 4711.
        code: i64,
        /// The scopes that Zoom named, after a comma; may be empty.
        named: String,
    },
    /// The app's role may not see the report.
    #[error(
        "Zoom refuses the report {} (code 200, no permission): the role of the app's owner needs the view rights {}, and the \
         account a plan with reports (Pro or higher)", report.name, report.rights
    )]
    NoPermission {
        /// The report that was asked for.
        report: &'static Report,
    },
    /// The token endpoint does not know the credentials.
    #[error(
        "Zoom refuses the credentials ({reason}): check account_id, client_id and client_secret in the secret, and \
         that the Server-to-Server OAuth app is activated"
    )]
    BadCredentials {
        /// Zoom's short error name, such as `invalid_client`.
        reason: String,
    },
    /// A fresh token was refused as well.
    #[error("Zoom refuses a token that it has just issued (HTTP 401): is the app deactivated?")]
    Unauthorized,
    /// The credentials could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The answer's body is beyond what is read.
    #[error("Zoom's answer is larger than {limit_mb} MB")]
    TooLarge {
        /// The limit, in 2^20 bytes.
        limit_mb: usize,
    },
    /// Zoom could not be reached or made no sense, in spite of retries.
    #[error("Zoom gave no usable answer in {attempts} attempts; the last: {last}")]
    Unavailable {
        /// How often it was asked.
        attempts: u32,
        /// What happened the last time; no content.
        last: String,
    },
    /// Zoom refused the request for a reason that is none of the above.
    #[error("Zoom refused the request (HTTP {status}, code {code}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Zoom's code, 0 where it gave none.
        code: i64,
        /// Zoom's message, shortened.
        message: String,
    },
}

impl ZoomError {
    /// Not a failure: what was read is committed, and a later run goes on.
    #[must_use]
    pub const fn is_pause(&self) -> bool {
        matches!(
            self,
            Self::BudgetSpent { .. } | Self::Throttled { .. } | Self::OutOfTime
        )
    }

    /// Until when no run needs to ask again.
    #[must_use]
    pub const fn paused_until(&self) -> Option<DateTime<Utc>> {
        match self {
            // The budget's own count in the checkpoint says the rest.
            Self::Throttled { until } => Some(*until),
            _ => None,
        }
    }

    /// Whether it concerns every day alike, so that the run stops.
    #[must_use]
    pub const fn stops_run(&self) -> bool {
        self.is_pause() || self.kind().concerns_every_day()
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::BudgetSpent { .. } => FailureKind::ZoomBudgetSpent,
            Self::Throttled { .. } => FailureKind::ZoomThrottled,
            Self::OutOfTime => FailureKind::OutOfTime,
            Self::PageTokenExpired => FailureKind::ZoomPageTokenExpired,
            Self::BeyondHistory => FailureKind::ZoomBeyondHistory,
            Self::MissingScope { .. } => FailureKind::ZoomMissingScope,
            Self::NoPermission { .. } => FailureKind::ZoomNoPermission,
            Self::BadCredentials { .. } => FailureKind::ZoomBadCredentials,
            Self::Unauthorized => FailureKind::ZoomUnauthorized,
            Self::Secret(error) => error.kind(),
            Self::TooLarge { .. } => FailureKind::ZoomAnswerTooLarge,
            Self::Unavailable { .. } => FailureKind::ZoomUnavailable,
            Self::Refused { .. } => FailureKind::ZoomRefused,
        }
    }
}
