//! Between the function's client and the simulated Zoom: what the one sends as the other takes it, and back.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use zoom_simulator::{Answer, Delivery, Reply};
use zoomlogs_core::clock::Clock;
use zoomlogs_core::secret::Credentials;
use zoomlogs_core::zoom::{LARGEST_BODY, Request, Response, TransportError};

/// Asks the simulated Zoom, which `ask` reaches, as a transport asks the real one.
///
/// # Errors
/// When there is no complete answer within `timeout`, by `clock`.
pub async fn exchange(
    request: Request<'_>,
    timeout: Duration,
    clock: &impl Clock,
    ask: impl AsyncFnOnce(&zoom_simulator::Request) -> Reply,
) -> Result<Response, TransportError> {
    let Reply { delay, delivery } = ask(&as_simulated(request)).await;
    if delay > timeout || matches!(delivery, Delivery::Hang) {
        clock.sleep(timeout).await;
        return Err(TransportError::TimedOut(timeout));
    }
    if !delay.is_zero() {
        clock.sleep(delay).await;
    }
    match delivery {
        Delivery::Whole(answer) if answer.len() > LARGEST_BODY as u64 => {
            Err(TransportError::TooLarge)
        }
        Delivery::Whole(answer) => Ok(response(answer)),
        _ => Err(TransportError::Connection("cut".to_owned())),
    }
}

/// The simulated app's credentials as the client takes them.
#[must_use]
pub fn credentials(credentials: &zoom_simulator::Credentials) -> Credentials {
    Credentials {
        account_id: credentials.account_id.as_str().into(),
        client_id: credentials.client_id.as_str().into(),
        client_secret: credentials.client_secret.as_str().into(),
    }
}

/// A request as the simulator takes it.
fn as_simulated(request: Request<'_>) -> zoom_simulator::Request {
    match request {
        Request::Form {
            form,
            basic: (user, password),
            ..
        } => {
            let account = form.iter().find(|(name, _)| *name == "account_id");
            zoom_simulator::Request::token(&zoom_simulator::Credentials {
                account_id: account
                    .map_or_else(String::new, |(_, id)| id.expose_secret().to_owned()),
                client_id: user.expose_secret().to_owned(),
                client_secret: password.expose_secret().to_owned(),
            })
        }
        Request::Query { url, query, bearer } => {
            // Its path: the report is part of it.
            let path = url.splitn(4, '/').nth(3).unwrap_or_default();
            let base = zoom_simulator::Request {
                method: "GET".to_owned(),
                path: format!("/{path}"),
                authorization: Some(format!("Bearer {}", bearer.expose_secret())),
                ..zoom_simulator::Request::default()
            };
            query
                .iter()
                .fold(base, |request, (name, value)| request.with(name, value))
        }
    }
}

/// An answer as the client's transport gives it.
fn response(answer: Answer) -> Response {
    Response {
        status: answer.status,
        retry_after: answer.header_value("retry-after").map(str::to_owned),
        rate_limit_type: answer.header_value("x-ratelimit-type").map(str::to_owned),
        body: answer.body.into(),
    }
}

/// A query without the token's text.
pub(crate) struct Asked<'a>(pub(crate) &'a str);

impl std::fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (query, token) = self
            .0
            .split_once("&next_page_token=")
            .unwrap_or((self.0, ""));
        f.write_str(query)?;
        if token.is_empty() {
            Ok(())
        } else {
            write!(f, " token {}", &token[..token.len().min(6)])
        }
    }
}

/// What came back, in a word.
pub(crate) struct Got<'a>(pub(crate) &'a Delivery);

impl std::fmt::Display for Got<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Delivery::Whole(answer) => {
                let rows = answer.text().matches("{\"").count().saturating_sub(1);
                write!(f, "{} ({} bytes, {rows} rows)", answer.status, answer.len())
            }
            Delivery::Cut(answer, bytes) => write!(f, "{}, cut after {bytes} bytes", answer.status),
            Delivery::Dropped => f.write_str("the connection is closed"),
            Delivery::Hang => f.write_str("nothing"),
        }
    }
}
