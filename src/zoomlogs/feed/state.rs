//! How a feed is doing, as Google tells it.

use std::fmt;

use serde::Serialize;

use super::resource::{Feed, TransferFailure};

/// What is said of a feed.
#[derive(Debug, Clone, Serialize)]
pub struct FeedState {
    /// Its resource name.
    pub name: String,
    pub display_name: String,
    pub state: String,
    /// When Google last transferred something.
    pub last_transfer: Option<String>,
    pub failure: Option<TransferFailure>,
}

impl From<Feed> for FeedState {
    fn from(feed: Feed) -> Self {
        let Feed {
            name,
            display_name,
            state,
            failure_msg,
            failure_details,
            last_feed_initiation_time,
            ..
        } = feed;
        let state = state.unwrap_or_else(|| "STATE_UNSPECIFIED".to_owned());
        // A failure of the past is told as well; only that of a feed that fails counts.
        let failure = failure_details.or_else(|| {
            failure_msg
                .filter(|cause| !cause.is_empty())
                .map(|error_cause| TransferFailure {
                    error_cause,
                    ..TransferFailure::default()
                })
        });
        Self {
            failure: failure.filter(|_| state == "FAILED"),
            name,
            display_name,
            state,
            last_transfer: last_feed_initiation_time,
        }
    }
}

impl FeedState {
    /// Whether it brings logs to SecOps, as far as it tells.
    pub fn is_well(&self) -> bool {
        matches!(self.state.as_str(), "ACTIVE" | "RUNNING" | "SUCCEEDED")
    }

    /// What the state means, in Google's definition of it.
    fn meaning(&self) -> &'static str {
        match self.state.as_str() {
            "ACTIVE" => "ready; has not read anything yet",
            "RUNNING" => "reading now",
            "SUCCEEDED" => "has read what there was",
            "INACTIVE" => "switched off in SecOps",
            "FAILED" => "failed to read, and tries again",
            _ => "a state that this version does not know",
        }
    }
}

impl fmt::Display for FeedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            display_name,
            state,
            last_transfer,
            failure,
        } = self;
        writeln!(f, "{display_name}")?;
        writeln!(f, "  name             {name}")?;
        writeln!(f, "  state            {state} ({})", self.meaning())?;
        let last = last_transfer.as_deref().unwrap_or("never");
        writeln!(f, "  last transfer    {last}")?;
        if let Some(failure) = failure {
            let code = match (failure.error_code.as_str(), failure.http_error_code) {
                (code, 0) => code.to_owned(),
                (code, http) => format!("{code}, HTTP {http}"),
            };
            writeln!(f, "  failure          {code}")?;
            writeln!(f, "  cause            {}", failure.error_cause)?;
            writeln!(f, "  Google's advice  {}", failure.error_action)?;
        }
        Ok(())
    }
}
