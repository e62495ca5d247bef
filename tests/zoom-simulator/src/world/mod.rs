//! The whole of the simulated Zoom as one value.

mod answer;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::credentials::Credentials;
use crate::generator::Generator;
use crate::limits::Limits;
use crate::oauth::AccessTokens;
use crate::paging::PageTokens;
use crate::report::Report;
use crate::request::Endpoint;
use crate::request_log::LoggedRequest;
use crate::script::{Script, Scripts};
use crate::settings::Settings;
use crate::truth::Truth;

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
}
