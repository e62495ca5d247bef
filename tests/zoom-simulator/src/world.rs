//! The whole of the simulated Zoom as one value.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::fault::Fault;
use crate::generator::Generator;
use crate::limits::{Limits, Verdict};
use crate::oauth::{AccessTokens, Credentials};
use crate::paging::{PageTokens, Position, Query};
use crate::reply::{Answer, Delivery, Reply};
use crate::report::{self, Rows};
use crate::request::{Endpoint, Request};
use crate::request_log::LoggedRequest;
use crate::script::{Asked, Script, Scripts};
use crate::settings::Settings;
use crate::truth::Truth;
use crate::zoom_error;

/// An account at Zoom, and the API to it. It changes only through its methods: the time is told to it with each
/// request, and its random numbers come from its seed.
#[derive(Debug, Clone)]
pub struct World {
    /// How account and API behave. A change counts from the next request.
    pub settings: Settings,
    /// What happened in the account.
    pub truth: Truth,
    credentials: Credentials,
    access_tokens: AccessTokens,
    page_tokens: PageTokens,
    limits: Limits,
    scripts: Scripts,
    asked: BTreeMap<Endpoint, u64>,
    log: Vec<LoggedRequest>,
    token_rng: ChaCha8Rng,
    // Apart from the tokens' numbers, so that a request more or less does not turn every later fault around.
    chance_rng: ChaCha8Rng,
}

impl World {
    /// An account in which nothing happened yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let token_rng = ChaCha8Rng::seed_from_u64(seed);
        let mut chance_rng = token_rng.clone();
        chance_rng.set_stream(1);
        Self {
            settings: Settings::default(),
            truth: Truth::default(),
            credentials: Credentials::default(),
            access_tokens: AccessTokens::default(),
            page_tokens: PageTokens::default(),
            limits: Limits::default(),
            scripts: Scripts::default(),
            asked: BTreeMap::new(),
            log: Vec::new(),
            token_rng,
            chance_rng,
        }
    }

    /// An account in which `records_per_day` things happened on each of the last `days` days, today up to `now`
    /// included; see [`Generator::days`].
    #[must_use]
    pub fn populated(seed: u64, now: DateTime<Utc>, days: u64, records_per_day: usize) -> Self {
        let mut world = Self::new(seed);
        let today = now.date_naive();
        let first = today
            .checked_sub_days(Days::new(days.saturating_sub(1)))
            .unwrap_or(today);
        if days > 0 {
            for (date, records) in Generator::new(seed).days(first..=today, records_per_day, now) {
                world.truth.add_all(date, records);
            }
        }
        world
    }

    /// What an app must know to get a token.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Sets what an app must know to get a token. Tokens that are out stay good.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials = credentials;
    }

    /// An access token, without asking for it: for tests that are about the report alone. It is not logged.
    pub fn issue_access_token(&mut self, now: DateTime<Utc>) -> String {
        self.access_tokens
            .issue(now, &self.settings, &mut self.token_rng)
    }

    /// Makes every access token that is out an invalid one.
    pub fn revoke_access_tokens(&mut self) {
        self.access_tokens.revoke_all();
    }

    /// Makes every page token that is out an invalid one.
    pub fn forget_page_tokens(&mut self) {
        self.page_tokens.forget_all();
    }

    /// Adds a script for faults.
    pub fn script(&mut self, script: Script) {
        self.scripts.add(script);
    }

    /// The scripts that can still fire.
    #[must_use]
    pub fn scripts(&self) -> &[Script] {
        self.scripts.pending()
    }

    /// Drops all scripts.
    pub fn clear_scripts(&mut self) {
        self.scripts.clear();
    }

    /// The requests so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> &[LoggedRequest] {
        &self.log
    }

    /// How many requests the log has for `endpoint`.
    #[must_use]
    pub fn request_count(&self, endpoint: Endpoint) -> usize {
        self.log
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    /// Empties the log of requests. Their numbers go on.
    pub fn clear_requests(&mut self) {
        self.log.clear();
    }

    /// How much of the day's quota is used up.
    #[must_use]
    pub fn daily_requests_spent(&self, now: DateTime<Utc>) -> u32 {
        self.limits.spent(now)
    }

    /// What the client that sends `request` at `now` meets.
    pub fn handle(&mut self, now: DateTime<Utc>, request: &Request) -> Reply {
        let asked = self.look_at(now, request);
        let faults = self.scripts.play(&asked, &mut self.chance_rng);
        let mut delay = Duration::ZERO;
        let mut outcome = None;
        for fault in &faults {
            match fault {
                Fault::Latency(milliseconds) => delay += Duration::from_millis(*milliseconds),
                fault if !self.change(fault) => outcome = Some(fault),
                _ => {}
            }
        }
        let delivery = self.deliver(now, request, asked.number, outcome);
        self.record(now, request, asked, &delivery, faults);
        Reply { delay, delivery }
    }

    /// Counts a request and looks up what scripts tell it apart by.
    fn look_at(&mut self, now: DateTime<Utc>, request: &Request) -> Asked {
        let endpoint = request.endpoint();
        let number = self.asked.entry(endpoint).or_default();
        *number += 1;
        let query = Query::read(request)
            .ok()
            .filter(|_| endpoint == Endpoint::Report);
        let page = query.as_ref().and_then(|query| {
            let offset = match page_token(request) {
                None => 0,
                Some(token) => {
                    self.page_tokens
                        .find(now, &token, query, &self.settings)?
                        .offset
                }
            };
            Some(offset / query.page_size + 1)
        });
        Asked {
            endpoint,
            number: *number,
            days: query.map(|query| (query.from, query.to)),
            page,
        }
    }

    /// Lets a fault change the account, if it is one that does.
    fn change(&mut self, fault: &Fault) -> bool {
        match fault {
            Fault::Arrival {
                date,
                place,
                records,
            } => {
                for record in records {
                    self.truth.insert(*date, *place, record.clone());
                }
            }
            Fault::Vanishing {
                date,
                position,
                count,
            } => {
                for _ in 0..*count {
                    self.truth.remove(*date, *position);
                }
            }
            Fault::AccessTokensRevoked => self.access_tokens.revoke_all(),
            Fault::PageTokensForgotten => self.page_tokens.forget_all(),
            _ => return false,
        }
        true
    }

    fn deliver(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        number: u64,
        fault: Option<&Fault>,
    ) -> Delivery {
        match fault {
            Some(Fault::Hang) => return Delivery::Hang,
            Some(Fault::CutBeforeAnswer) => return Delivery::Dropped,
            _ => {}
        }
        if let Some(answer) = fault.and_then(|fault| self.instead(now, fault)) {
            return Delivery::Whole(answer);
        }
        let mut answer = match request.endpoint() {
            Endpoint::OAuth => self.access_tokens.grant(
                now,
                request,
                &self.credentials,
                &self.settings,
                &mut self.token_rng,
            ),
            Endpoint::Report => self
                .report(now, request, number, fault)
                .unwrap_or_else(|refusal| *refusal),
            Endpoint::Other => zoom_error::not_recognised(),
        };
        match fault {
            Some(Fault::CutInBody(bytes)) => {
                // Cut at its very end it would be complete.
                let cut = (*bytes).min(answer.body.len().saturating_sub(1));
                return Delivery::Cut(answer, cut);
            }
            Some(Fault::TruncatedJson) => answer.body.truncate(answer.body.len() / 2),
            Some(Fault::NotJson) => {
                answer.body = b"upstream connect error or disconnect/reset before headers".to_vec()
            }
            Some(Fault::Oversized(bytes)) => answer.padding = bytes.saturating_sub(answer.len()),
            _ => {}
        }
        Delivery::Whole(answer)
    }

    /// The answer that a fault puts in place of Zoom's own.
    fn instead(&self, now: DateTime<Utc>, fault: &Fault) -> Option<Answer> {
        Some(match fault {
            Fault::Status(status) => zoom_error::failed(*status),
            Fault::Html(status) => zoom_error::html_page(*status),
            Fault::PerSecondLimit {
                retry_after,
                seconds,
            } => zoom_error::per_second_limit(now, *retry_after, *seconds),
            Fault::DailyLimit {
                retry_after,
                headers,
            } => zoom_error::daily_limit(now, *retry_after, *headers, self.settings.per_day),
            Fault::InvalidAccessToken => zoom_error::invalid_access_token(),
            Fault::AccessTokenExpired => zoom_error::access_token_expired(),
            Fault::PageTokenInvalid => zoom_error::page_token_invalid(),
            Fault::MissingScope => zoom_error::missing_scope(),
            Fault::MissingClassicScope => zoom_error::missing_classic_scope(),
            Fault::NoPermission => zoom_error::no_permission(),
            Fault::InvalidClient => zoom_error::invalid_client(self.settings.invalid_client_status),
            Fault::Answer {
                status,
                headers,
                body,
            } => headers.iter().fold(
                Answer::json(*status, body.as_str()),
                |answer, (name, value)| answer.header(&name.to_lowercase(), value),
            ),
            _ => return None,
        })
    }

    /// Answers `GET /v2/report/operationlogs`.
    fn report(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        number: u64,
        fault: Option<&Fault>,
    ) -> Result<Answer, Box<Answer>> {
        self.access_tokens.check(now, request, &self.settings)?;
        let remaining = match self.limits.admit(now, &self.settings) {
            Verdict::Admitted { remaining } => remaining,
            Verdict::PerSecond => {
                let refusal =
                    zoom_error::per_second_limit(now, self.settings.per_second_retry_after, 1);
                return Err(refusal.into());
            }
            Verdict::Daily => {
                let form = self.settings.daily_retry_after;
                return Err(zoom_error::daily_limit(now, form, true, self.settings.per_day).into());
            }
        };
        let query = Query::of(request, now, &self.settings)
            .map_err(|error| zoom_error::invalid_query(&error.to_string()))?;
        let token = page_token(request);
        let position = match &token {
            None => report::begin(&self.truth, &query, &self.settings, number),
            Some(token) => self
                .page_tokens
                .find(now, token, &query, &self.settings)
                .ok_or_else(zoom_error::page_token_invalid)?
                .clone(),
        };
        let page = report::page(&self.truth, &query, &self.settings, &position, number);

        let end = position.offset + query.page_size;
        let next = match fault {
            Some(Fault::EmptyPage | Fault::RepeatedPage) => Some(position.offset),
            Some(Fault::NextPageEarly(rows)) => {
                (end < page.total).then(|| end.saturating_sub(*rows))
            }
            Some(Fault::NextPageLate(rows)) => (end < page.total).then_some(end + rows),
            _ => (end < page.total).then_some(end),
        };
        let next_token = match (fault, token) {
            (Some(Fault::RepeatedPageToken), Some(token)) => Some(token),
            _ => next.map(|offset| {
                let next = Position { offset, ..position };
                self.page_tokens
                    .issue(now, &query, next, &self.settings, &mut self.token_rng)
            }),
        };
        let rows = match fault {
            Some(Fault::EmptyPage) => Rows::These(&[]),
            Some(Fault::LogsMissing) => Rows::Missing,
            Some(Fault::LogsNull) => Rows::Null,
            Some(Fault::LogsNotAnArray) => Rows::NotAnArray,
            _ => Rows::These(&page.rows),
        };
        let body = report::body(now, &query, rows, next_token.as_deref(), &self.settings);
        Ok(Answer::json(200, body)
            .header("x-ratelimit-category", "Heavy")
            .header("x-ratelimit-limit", self.settings.per_day.to_string())
            .header("x-ratelimit-remaining", remaining.to_string()))
    }

    fn record(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        asked: Asked,
        delivery: &Delivery,
        faults: Vec<Fault>,
    ) {
        let (status, bytes) = match delivery {
            Delivery::Whole(answer) => (Some(answer.status), answer.len()),
            Delivery::Cut(answer, bytes) => (Some(answer.status), *bytes as u64),
            Delivery::Dropped | Delivery::Hang => (None, 0),
        };
        self.log.push(LoggedRequest {
            time: now,
            endpoint: asked.endpoint,
            number: asked.number,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.masked_query(),
            page: asked.page,
            status,
            bytes,
            faults,
        });
    }
}

/// The page token of a request; an empty one asks for the first page.
fn page_token(request: &Request) -> Option<String> {
    request
        .parameter("next_page_token")
        .filter(|token| !token.is_empty())
}
