//! HTTP, as much of it as Zoom needs.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::causes::causes;

/// The largest body that is read. A page of 300 rows has some 100 kB; what is beyond this is no page.
pub(super) const LARGEST_BODY: usize = 64 << 20;

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

/// An answer with its body read.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The header `X-RateLimit-Type`, as it came.
    pub rate_limit_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
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
#[allow(
    async_fn_in_trait,
    reason = "the function runs on one thread; no future needs to be Send"
)]
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

/// Requests over the network.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// A client with its own connections, kept between the invocations of a warm function.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .connect_timeout(Duration::from_secs(5))
            // A redirect would carry the token to an address that nobody configured.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client })
    }
}

impl Transport for Http {
    async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() {
                TransportError::TimedOut(timeout)
            } else {
                // The address of a report request has the page token in its query.
                TransportError::Connection(causes(&error.without_url()))
            }
        };
        let builder = match request {
            Request::Form {
                url,
                form,
                basic: (user, password),
            } => {
                let form: Vec<_> = form
                    .iter()
                    .map(|(name, value)| (*name, value.expose_secret()))
                    .collect();
                let request = self.client.post(url).form(&form);
                request.basic_auth(user.expose_secret(), Some(password.expose_secret()))
            }
            Request::Query { url, query, bearer } => self
                .client
                .get(url)
                .query(query)
                .bearer_auth(bearer.expose_secret()),
        };
        let builder = builder
            .header("accept", "application/json")
            .timeout(timeout);
        let mut answer = builder.send().await.map_err(failed)?;

        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let mut response = Response {
            status: answer.status().as_u16(),
            retry_after: header("retry-after"),
            rate_limit_type: header("x-ratelimit-type"),
            body: Vec::new(),
        };
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if response.body.len() + chunk.len() > LARGEST_BODY {
                return Err(TransportError::TooLarge);
            }
            response.body.extend_from_slice(&chunk);
        }
        Ok(response)
    }
}
