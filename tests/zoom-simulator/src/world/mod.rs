//! The whole of the simulated Zoom as one value.

mod answer;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::credentials::Credentials;
use crate::fault::Fault;
use crate::generator::Generator;
use crate::limits::Limits;
use crate::oauth::AccessTokens;
use crate::paging::{PageTokens, Query};
use crate::reply::{Delivery, Reply};
use crate::report::Report;
use crate::request::{Endpoint, Request};
use crate::request_log::LoggedRequest;
use crate::script::{Asked, Script, Scripts};
use crate::settings::Settings;
use crate::truth::Truth;
use answer::page_token;

/// An account at Zoom, and the API to it. It changes only through its methods: the time is told to it with each
/// request, and its random numbers come from its seed.
#[derive(Debug, Clone)]
pub struct World {
    /// How account and API behave. A change counts from the next request.
    pub settings: Settings,
    /// What happened in the account: its operation logs.
    pub truth: Truth,
    /// Who signed in and out.
    pub activities: Truth,
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
            activities: Truth::default(),
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
    /// included, and people signed in and out as often; see [`Generator::days`].
    #[must_use]
    pub fn populated(seed: u64, now: DateTime<Utc>, days: u64, records_per_day: usize) -> Self {
        let mut world = Self::new(seed);
        let today = now.date_naive();
        let first = today
            .checked_sub_days(Days::new(days.saturating_sub(1)))
            .unwrap_or(today);
        for report in Report::ALL.into_iter().filter(|_| days > 0) {
            let generator = Generator::new(seed).of(report);
            for (date, records) in generator.days(first..=today, records_per_day, now) {
                world.truth_of_mut(report).add_all(date, records);
            }
        }
        world
    }

    /// What `report` is cut from.
    #[must_use]
    pub fn truth_of(&self, report: Report) -> &Truth {
        match report {
            Report::OperationLogs => &self.truth,
            Report::Activities => &self.activities,
        }
    }

    /// The same, to change it.
    pub fn truth_of_mut(&mut self, report: Report) -> &mut Truth {
        match report {
            Report::OperationLogs => &mut self.truth,
            Report::Activities => &mut self.activities,
        }
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

    /// How many requests the log has for `report`.
    #[must_use]
    pub fn request_count_of(&self, report: Report) -> usize {
        self.log
            .iter()
            .filter(|request| request.report == Some(report))
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
                fault if !self.change(fault, asked.report) => outcome = Some(fault),
                _ => {}
            }
        }
        let delivery = self.deliver(now, request, &asked, outcome);
        self.record(now, request, asked, &delivery, faults);
        Reply { delay, delivery }
    }

    /// Counts a request and looks up what scripts tell it apart by.
    fn look_at(&mut self, now: DateTime<Utc>, request: &Request) -> Asked {
        let endpoint = request.endpoint();
        let number = self.asked.entry(endpoint).or_default();
        *number += 1;
        let report = request.asked_report();
        let query = report.and_then(|report| Query::read(request, report).ok());
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
            report,
            number: *number,
            days: query.map(|query| (query.from, query.to)),
            page,
        }
    }

    /// Lets a fault change the account, if it is one that does.
    fn change(&mut self, fault: &Fault, report: Option<Report>) -> bool {
        let truth = self.truth_of_mut(report.unwrap_or_default());
        match fault {
            Fault::Arrival {
                date,
                place,
                records,
            } => {
                for record in records {
                    truth.insert(*date, *place, record.clone());
                }
            }
            Fault::Vanishing {
                date,
                position,
                count,
            } => {
                for _ in 0..*count {
                    truth.remove(*date, *position);
                }
            }
            Fault::AccessTokensRevoked => self.access_tokens.revoke_all(),
            Fault::PageTokensForgotten => self.page_tokens.forget_all(),
            _ => return false,
        }
        true
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
            report: asked.report,
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
