//! Pages of the report over HTTP: tokens, retries, and what Zoom's answers mean.

use std::cell::RefCell;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::auth::{self, Session, Token};
use super::meter::Meter;
use super::pace::Pace;
use super::retry::{backoff, parse_retry_after};
use super::transport::{LARGEST_BODY, Request, Response, Transport, TransportError};
use super::{Page, PageQuery, Zoom, ZoomError};
use crate::calendar::end_of;
use crate::clock::Clock;
use crate::report::Report;
use crate::secret::{CredentialSource, Credentials, SecretError};

/// A pause that Zoom asks for is never taken for longer than this: the daily quota is renewed every midnight.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(24);

/// Where Zoom is, and how it may be asked.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The token endpoint.
    pub oauth_url: String,
    /// The API's base, such as `https://api.zoom.us/v2`.
    pub api_url: String,
    /// How long one request may take.
    pub timeout: Duration,
    /// How many requests to the report may begin within a second.
    pub requests_per_second: u32,
}

/// Zoom over a transport. One client serves all invocations of a warm function: it keeps the credentials and the
/// token.
#[derive(Debug)]
pub struct Client<T, S, C> {
    endpoints: Endpoints,
    report: &'static Report,
    report_url: String,
    transport: T,
    secrets: S,
    clock: C,
    pace: Pace,
    session: RefCell<Session>,
    /// Who has it fetches the credentials or a token, for all who ask at the same time.
    renewing: Mutex<()>,
}

/// What to do about one attempt.
enum Verdict<A> {
    /// It answered what was asked.
    Answer(A),
    /// Ask again, and not before that moment if there is one.
    Again {
        not_before: Option<DateTime<Utc>>,
        throttled: bool,
        last: String,
    },
    /// There is no use in asking again.
    Final(ZoomError),
}

impl<T: Transport, S: CredentialSource, C: Clock> Client<T, S, C> {
    /// A client that asks `endpoints` for `report` over `transport` with the credentials from `secrets`.
    pub fn new(
        endpoints: Endpoints,
        report: &'static Report,
        transport: T,
        secrets: S,
        clock: C,
    ) -> Self {
        Self {
            report,
            report_url: format!(
                "{}/report/{}",
                endpoints.api_url.trim_end_matches('/'),
                report.name
            ),
            pace: Pace::new(endpoints.requests_per_second),
            endpoints,
            transport,
            secrets,
            clock,
            session: RefCell::default(),
            renewing: Mutex::default(),
        }
    }

    async fn credentials(&self) -> Result<Credentials, ZoomError> {
        let kept = self.session.borrow().credentials.clone();
        if let Some(credentials) = kept {
            return Ok(credentials);
        }
        let credentials = self.secrets.credentials().await?;
        self.session.borrow_mut().credentials = Some(credentials.clone());
        Ok(credentials)
    }

    /// A token, with its number.
    async fn token(&self, meter: &Meter) -> Result<(SecretString, u64), ZoomError> {
        let kept = || self.session.borrow().usable_at(self.clock.now());
        if let Some(token) = kept() {
            return Ok(token);
        }
        let _renewing = self.renewing.lock().await;
        if let Some(token) = kept() {
            return Ok(token);
        }
        // Whoever was before us may have learned that there is none to be had.
        meter.check(self.clock.now())?;
        let credentials = self.credentials().await?;
        let grant = SecretString::from("account_credentials");
        let form = [
            ("grant_type", &grant),
            ("account_id", &credentials.account_id),
        ];
        let token = self
            .with_retries(meter, async |timeout| {
                let request = Request::Form {
                    url: &self.endpoints.oauth_url,
                    form: &form,
                    basic: (&credentials.client_id, &credentials.client_secret),
                };
                let answer = self.transport.send(request, timeout).await;
                let now = self.clock.now();
                Ok(judge(
                    answer,
                    now,
                    |body| Token::parse(body, now),
                    auth::refusal,
                ))
            })
            .await?;
        Ok(self.session.borrow_mut().renew(token))
    }

    async fn read(
        &self,
        query: &PageQuery,
        token: &SecretString,
        meter: &Meter,
    ) -> Result<Page, ZoomError> {
        let day = query.day.format("%Y-%m-%d").to_string();
        let mut parameters = vec![
            ("from", day.clone()),
            ("to", day),
            ("page_size", query.page_size.to_string()),
        ];
        parameters.extend(query.token.clone().map(|token| ("next_page_token", token)));
        self.with_retries(meter, async |timeout| {
            self.pace.wait(&self.clock).await;
            meter.spend(self.clock.now())?;
            let request = Request::Query {
                url: &self.report_url,
                query: &parameters,
                bearer: token,
            };
            let answer = self.transport.send(request, timeout).await;
            Ok(judge(
                answer,
                self.clock.now(),
                |body| Page::parse(body, self.report),
                |refused| refusal(refused, self.report),
            ))
        })
        .await
    }

    /// Asks until there is an answer, the attempts are used up, or the time is.
    async fn with_retries<A>(
        &self,
        meter: &Meter,
        attempt: impl AsyncFn(Duration) -> Result<Verdict<A>, ZoomError>,
    ) -> Result<A, ZoomError> {
        let mut waits = backoff(self.clock.seed());
        let mut attempts = 0;
        loop {
            let left = meter.deadline() - self.clock.now();
            let Some(timeout) = left.to_std().ok().filter(|left| !left.is_zero()) else {
                return Err(ZoomError::OutOfTime);
            };
            attempts += 1;
            let (not_before, throttled, last) =
                match attempt(timeout.min(self.endpoints.timeout)).await? {
                    Verdict::Answer(answer) => return Ok(answer),
                    Verdict::Final(error) => return Err(error),
                    Verdict::Again {
                        not_before,
                        throttled,
                        last,
                    } => (not_before, throttled, last),
                };
            if throttled {
                meter.note_throttled();
            }
            let Some(wait) = waits.next() else {
                return Err(ZoomError::Unavailable { attempts, last });
            };
            let now = self.clock.now();
            let asked = not_before.map_or(TimeDelta::zero(), |at| at - now);
            let wait = wait.max(asked.to_std().unwrap_or_default());
            if TimeDelta::from_std(wait).is_ok_and(|wait| now + wait < meter.deadline()) {
                tracing::warn!(
                    attempts,
                    wait_ms = wait.as_millis() as u64,
                    problem = last,
                    "asking Zoom again"
                );
                meter.note_retry();
                self.clock.sleep(wait).await;
            } else if throttled {
                let until = not_before.unwrap_or(now).min(now + LONGEST_PAUSE);
                return Err(ZoomError::Throttled { until });
            } else if attempts == 1 && timeout < self.endpoints.timeout {
                // Its one attempt had less time than a request should have: that is not Zoom's fault.
                return Err(ZoomError::OutOfTime);
            } else {
                return Err(ZoomError::Unavailable { attempts, last });
            }
        }
    }
}

impl<T: Transport, S: CredentialSource, C: Clock> Zoom for Client<T, S, C> {
    async fn begin(&self) {
        let kept = self.session.borrow().credentials.clone();
        let now = self.secrets.credentials().await;
        let mut session = self.session.borrow_mut();
        match (kept, now) {
            (None, Ok(now)) => session.credentials = Some(now),
            (Some(kept), Ok(now)) if now.same_as(&kept) => {}
            (Some(_), Ok(now)) => {
                tracing::info!("the credentials are other ones than in the last run");
                session.credentials = Some(now);
                session.token = None;
            }
            (Some(_), Err(error @ SecretError::Unavailable { .. })) => {
                tracing::warn!(problem = %error, "going on with the credentials of the last run");
            }
            // The first request reads the secret again, and says what is wrong with it.
            (_, Err(_)) => {
                session.credentials = None;
                session.token = None;
            }
        }
    }

    async fn page(&self, query: &PageQuery, meter: &Meter) -> Result<Page, ZoomError> {
        let mut renewed = false;
        let mut reread = false;
        loop {
            // Before a token is fetched for a request that may not be made.
            meter.check(self.clock.now())?;
            let issued = self.session.borrow().tokens;
            let (error, number) = match self.token(meter).await {
                Ok((token, number)) => match self.read(query, &token, meter).await {
                    Ok(page) => return Ok(page),
                    Err(error) => (error, number),
                },
                Err(error) => (error, issued),
            };
            match error {
                // Revoked before its time, or refused because Zoom's clock is ahead of ours.
                ZoomError::Unauthorized if !renewed => {
                    renewed = true;
                    self.session.borrow_mut().drop_token(number);
                }
                // The secret may have been rotated, and an old token keeps the scopes that it was issued with.
                ZoomError::BadCredentials { .. }
                | ZoomError::MissingScope { .. }
                | ZoomError::NoPermission { .. }
                    if !reread =>
                {
                    reread = true;
                    self.session.borrow_mut().drop_credentials(number);
                }
                error => {
                    if error.stops_run() && !error.is_pause() {
                        // The next invocation begins with what the secret then holds.
                        self.session.borrow_mut().drop_credentials(number);
                    }
                    return Err(error);
                }
            }
            tracing::warn!(kind = %error.kind(), "asking Zoom again with a new token");
            meter.note_retry();
        }
    }
}

fn judge<A>(
    answer: Result<Response, TransportError>,
    now: DateTime<Utc>,
    parse: impl FnOnce(&Bytes) -> Result<A, String>,
    refusal: impl FnOnce(&Response) -> ZoomError,
) -> Verdict<A> {
    let again = |last: String| Verdict::Again {
        not_before: None,
        throttled: false,
        last,
    };
    let response = match answer {
        Ok(response) => response,
        Err(TransportError::TooLarge) => {
            return Verdict::Final(ZoomError::TooLarge {
                limit_mb: LARGEST_BODY >> 20,
            });
        }
        Err(error) => return again(error.to_string()),
    };
    let retry_after = response
        .retry_after
        .as_deref()
        .and_then(|value| parse_retry_after(value, now));
    match response.status {
        200 => match parse(&response.body) {
            Ok(answer) => Verdict::Answer(answer),
            Err(problem) => again(problem),
        },
        429 if is_daily_limit(&response) => {
            let until = retry_after
                .unwrap_or_else(|| end_of(now.date_naive()))
                .min(now + LONGEST_PAUSE);
            Verdict::Final(ZoomError::Throttled { until })
        }
        429 => Verdict::Again {
            not_before: retry_after,
            throttled: true,
            last: "HTTP 429, too many requests per second".to_owned(),
        },
        status @ 500..=599 => Verdict::Again {
            not_before: retry_after,
            throttled: false,
            last: format!("HTTP {status}"),
        },
        _ => Verdict::Final(refusal(&response)),
    }
}

/// The body of Zoom's errors.
#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

impl ErrorBody {
    fn of(response: &Response) -> Self {
        serde_json::from_slice(&response.body).unwrap_or_default()
    }
}

/// A user has seen a daily 429 with neither header, so its message counts too.
fn is_daily_limit(response: &Response) -> bool {
    let daily = |text: &str| text.to_ascii_lowercase().contains("daily");
    match &response.rate_limit_type {
        Some(kind) => daily(kind),
        None => daily(&ErrorBody::of(response).message),
    }
}

/// What an answer of the report means that is neither 200 nor worth another attempt.
fn refusal(response: &Response, report: &'static Report) -> ZoomError {
    let ErrorBody { code, message } = ErrorBody::of(response);
    let says = |words: &[&str]| {
        let message = message.to_ascii_lowercase();
        words.iter().all(|word| message.contains(word))
    };
    match (response.status, code) {
        (_, 4700 | 4711) => ZoomError::MissingScope {
            report,
            code,
            named: named_scopes(&message),
        },
        (401, _) | (_, 124) => ZoomError::Unauthorized,
        (_, 200) => ZoomError::NoPermission { report },
        (400, _) if says(&["page", "token"]) => ZoomError::PageTokenExpired,
        (400, 300) if says(&["recent", "months"]) => ZoomError::BeyondHistory,
        (status, code) => ZoomError::Refused {
            status,
            code,
            message: shorten(&message),
        },
    }
}

/// The scopes between the brackets of "…does not contain scopes:[a, b]."
fn named_scopes(message: &str) -> String {
    let inside = message
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    inside.map_or_else(String::new, |(scopes, _)| {
        format!(", named: {}", shorten(scopes))
    })
}

/// A foreign text, fit for a log line.
pub(super) fn shorten(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ACTIVITIES, OPERATION_LOGS};

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            body: Bytes::copy_from_slice(body.as_bytes()),
            ..Response::default()
        }
    }

    #[test]
    fn the_daily_limit_is_known_by_header_or_message() {
        let mut response = answer(
            429,
            r#"{"code":429,"message":"You have reached the maximum daily rate limit"}"#,
        );
        assert!(is_daily_limit(&response));
        response.rate_limit_type = Some("QPS".to_owned());
        assert!(!is_daily_limit(&response), "the header is more exact");
        response.rate_limit_type = Some("Daily-limit".to_owned());
        assert!(is_daily_limit(&response));
    }

    #[test]
    fn a_page_token_refused_and_a_day_too_old_are_told_apart() {
        let token = answer(
            400,
            r#"{"code":300,"message":"The next page token is invalid or expired."}"#,
        );
        assert_eq!(
            refusal(&token, &OPERATION_LOGS),
            ZoomError::PageTokenExpired
        );
        let old = answer(
            400,
            r#"{"code":300,"message":"Only provide report in recent 6 months."}"#,
        );
        assert_eq!(refusal(&old, &OPERATION_LOGS), ZoomError::BeyondHistory);
        let other = answer(400, r#"{"code":300,"message":"Invalid\nfield."}"#);
        let expected = ZoomError::Refused {
            status: 400,
            code: 300,
            message: "Invalid field.".to_owned(),
        };
        assert_eq!(refusal(&other, &OPERATION_LOGS), expected);
    }

    #[test]
    fn a_missing_scope_is_named() {
        let body = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[report:read:x]."}"#;
        for report in [&OPERATION_LOGS, &ACTIVITIES] {
            let error = refusal(&answer(400, body), report).to_string();
            assert!(error.contains("code 4711, named: report:read:x"), "{error}");
            assert!(error.contains(report.scope), "{error}");
        }
    }

    #[test]
    fn a_daily_limit_without_a_moment_ends_at_midnight_and_an_absurd_one_within_a_day() {
        let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse().unwrap();
        let judged = |retry_after: Option<&str>| {
            let mut response = answer(429, "");
            response.rate_limit_type = Some("Daily-limit".to_owned());
            response.retry_after = retry_after.map(str::to_owned);
            let parse = |body: &Bytes| Page::parse(body, &OPERATION_LOGS);
            match judge(Ok(response), now, parse, |refused| {
                refusal(refused, &OPERATION_LOGS)
            }) {
                Verdict::Final(ZoomError::Throttled { until }) => until.to_rfc3339(),
                _ => panic!("no pause"),
            }
        };
        assert_eq!(judged(None), "2026-11-23T00:00:00+00:00");
        assert_eq!(
            judged(Some("2026-11-22T12:00:00Z")),
            "2026-11-22T12:00:00+00:00"
        );
        assert_eq!(
            judged(Some("2099-01-01T00:00:00Z")),
            "2026-11-23T09:00:00+00:00"
        );
    }
}
