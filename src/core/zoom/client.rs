//! Pages of the report over HTTP: tokens, retries, and what Zoom's answers mean.

use std::cell::RefCell;
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::answer::{LONGEST_PAUSE, Verdict, judge, refusal};
use super::auth::{self, Session, Token};
use super::meter::Meter;
use super::pace::Pace;
use super::retry::backoff;
use super::transport::{Request, Transport};
use super::{Page, PageQuery, Zoom, ZoomError};
use crate::clock::Clock;
use crate::report::Report;
use crate::secret::{CredentialSource, Credentials, SecretError};

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
    /// Held while the credentials or a token are fetched, for all that ask at the same time.
    renewing: Mutex<()>,
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
        // The request before this one may have learned that there is none to be had.
        meter.check(self.clock.now())?;
        let credentials = self.credentials().await?;
        let grant = SecretString::from("account_credentials");
        let form = [
            ("grant_type", &grant),
            ("account_id", &credentials.account_id),
        ];
        let token = self
            .with_retries(meter, async || {
                let request = Request::Form {
                    url: &self.endpoints.oauth_url,
                    form: &form,
                    basic: (&credentials.client_id, &credentials.client_secret),
                };
                let timeout = self.time_left(meter)?;
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
        self.with_retries(meter, async || {
            self.pace.wait(&self.clock).await;
            let timeout = self.time_left(meter)?;
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

    /// How long a request that is sent now may take.
    fn time_left(&self, meter: &Meter) -> Result<Duration, ZoomError> {
        let left = meter.deadline() - self.clock.now();
        let left = left.to_std().ok().filter(|left| !left.is_zero());
        left.map(|left| left.min(self.endpoints.timeout))
            .ok_or(ZoomError::OutOfTime)
    }

    /// Asks until there is an answer, the attempts are used up, or the time is.
    async fn with_retries<A>(
        &self,
        meter: &Meter,
        attempt: impl AsyncFn() -> Result<Verdict<A>, ZoomError>,
    ) -> Result<A, ZoomError> {
        let mut waits = backoff(self.clock.seed());
        let mut attempts = 0;
        loop {
            let timeout = self.time_left(meter)?;
            attempts += 1;
            let (not_before, throttled, last) = match attempt().await? {
                Verdict::Answer(answer) => return Ok(answer),
                Verdict::Final(error) => return Err(error),
                Verdict::Again {
                    not_before,
                    throttled,
                    last,
                } => (not_before, throttled, last),
            };
            let now = self.clock.now();
            if throttled {
                meter.note_throttled();
                self.pace.slow_down(now);
            }
            let Some(wait) = waits.next() else {
                return Err(ZoomError::Unavailable { attempts, last });
            };
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
