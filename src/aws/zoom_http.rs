//! Requests over the network.

use std::time::Duration;

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use secrecy::ExposeSecret;
use zoomlogs_core::zoom::{LARGEST_BODY, Request, Response, Transport, TransportError};

use crate::error_chain::error_chain;
use crate::https;

/// Requests over the network.
#[derive(Debug, Clone)]
pub struct ZoomHttp {
    client: reqwest::Client,
}

impl ZoomHttp {
    /// Requests over connections of its own.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self::over(https::client()?))
    }

    /// Requests over the connections of `client`.
    #[must_use]
    pub fn over(client: reqwest::Client) -> Self {
        Self { client }
    }
}

impl Transport for ZoomHttp {
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
                TransportError::Connection(error_chain(&error.without_url()))
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
        let answer = builder.send().await.map_err(failed)?;

        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let response = Response {
            status: answer.status().as_u16(),
            retry_after: header("retry-after"),
            rate_limit_type: header("x-ratelimit-type"),
            ..Response::default()
        };
        let body = Limited::new(reqwest::Body::from(answer), LARGEST_BODY);
        let body = body.collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                return TransportError::TooLarge;
            }
            match error.downcast::<reqwest::Error>() {
                Ok(error) => failed(*error),
                Err(error) => TransportError::Connection(error_chain(&*error)),
            }
        })?;
        Ok(Response {
            body: body.to_bytes(),
            ..response
        })
    }
}
