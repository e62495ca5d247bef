//! Credentials tried with Zoom, in the way that the function will use them.

use chrono::TimeDelta;
use thiserror::Error;
use zoomlogs_aws::error_chain::error_chain;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_aws::zoom_http::ZoomHttp;
use zoomlogs_core::clock::Clock as _;
use zoomlogs_core::report::Report;
use zoomlogs_core::secret::{CredentialSource, Credentials, SecretError};
use zoomlogs_core::zoom::{Client, Endpoints, Meter, PageQuery, Zoom as _, ZoomError};

use crate::exit::Code;

/// How long Zoom may take, retries included.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);

/// The most requests to the report: one, and its retries. They are part of the account's quota.
const REQUESTS: u64 = 10;

#[derive(Debug, Error)]
pub enum CheckError {
    /// Zoom knows better.
    #[error("{0}")]
    Refused(ZoomError),
    /// Nothing is known of the credentials.
    #[error(
        "the credentials could not be checked: {0}. Try again later, or store them unchecked with --no-check (make: \
         CHECK=no)"
    )]
    Unknown(String),
}

impl CheckError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Refused(_) => Code::Refused,
            Self::Unknown(_) => Code::Failed,
        }
    }
}

/// The credentials at hand, where the function has its secret.
struct AtHand(Credentials);

impl CredentialSource for AtHand {
    async fn credentials(&self) -> Result<Credentials, SecretError> {
        Ok(self.0.clone())
    }
}

/// Gets a token and reads one page of today's report.
pub async fn check(
    endpoints: Endpoints,
    report: &'static Report,
    credentials: Credentials,
) -> Result<(), CheckError> {
    let http = ZoomHttp::new().map_err(|error| CheckError::Unknown(error_chain(&error)))?;
    let zoom = Client::new(endpoints, report, http, AtHand(credentials), SystemClock);
    let now = SystemClock.now();
    let today = now.date_naive();
    let meter = Meter::new(now + PATIENCE, REQUESTS, today, 0);
    let query = PageQuery {
        day: today,
        page_size: 1,
        token: None,
    };
    match zoom.page(&query, &meter).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind().concerns_credentials() => Err(CheckError::Refused(error)),
        Err(ZoomError::OutOfTime) => Err(CheckError::Unknown(format!(
            "Zoom gave no answer within {} seconds",
            PATIENCE.num_seconds()
        ))),
        Err(error) => Err(CheckError::Unknown(error.to_string())),
    }
}
