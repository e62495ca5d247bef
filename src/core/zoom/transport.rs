//! Requests and answers, as much of HTTP as Zoom needs.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use thiserror::Error;

/// The largest body that is read. A page of 300 rows has some 100 kB; what is beyond this is no page.
pub const LARGEST_BODY: usize = 64 << 20;

/// One request. Only the two kinds that exist: a form with the app's credentials, a query with a token.
#[derive(Debug)]
pub enum Request<'a> {
    /// `POST` of a form, with Basic authorization.
    Form {
        /// The address.
        url: &'a str,
        /// The form's fields.
        form: &'a [(&'a str, &'a SecretString)],
        /// User and password.
        basic: (&'a SecretString, &'a SecretString),
    },
    /// `GET` with a query, with Bearer authorization.
    Query {
        /// The address, without the query.
        url: &'a str,
        /// The query's parameters.
        query: &'a [(&'a str, String)],
        /// The access token.
        bearer: &'a SecretString,
    },
}

/// An answer with its body read. `Debug` shows the body's length: it holds a token, or records.
#[derive(Clone, Default)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The header `X-RateLimit-Type`, as it came.
    pub rate_limit_type: Option<String>,
    /// The body.
    pub body: Bytes,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("rate_limit_type", &self.rate_limit_type)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// A request without a complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No answer, or not all of it, in time.
    #[error("no complete answer within {0:?}")]
    TimedOut(Duration),
    /// The connection could not be made, or was cut.
    #[error("connection failed: {0}")]
    Connection(String),
    /// The body is larger than what is read.
    #[error("the body is larger than {} MB", LARGEST_BODY >> 20)]
    TooLarge,
}

/// Sends requests.
pub trait Transport {
    /// Sends a request and reads its answer, once, within `timeout`.
    ///
    /// # Errors
    /// When there is no complete answer. An answer of any status is no error.
    async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
    ) -> Result<Response, TransportError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_body() {
        let response = Response {
            status: 200,
            body: Bytes::from_static(b"hunter2"),
            ..Response::default()
        };
        let shown = format!("{response:?}");
        assert!(
            shown.contains("7 bytes") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
