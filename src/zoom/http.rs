//! Requests over the network.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::body::Body;
use super::transport::{Request, Response, Transport, TransportError};
use crate::causes::causes;
use crate::https;

/// Requests over the network.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
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
        let response = Response {
            status: answer.status().as_u16(),
            retry_after: header("retry-after"),
            rate_limit_type: header("x-ratelimit-type"),
            ..Response::default()
        };
        let mut body = Body::begin(answer.content_length());
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            body.push(piece)?;
        }
        Ok(Response {
            body: body.finish(),
            ..response
        })
    }
}
