//! A day as Zoom tells it, read from its first page to its last.

use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use aws_config::SdkConfig;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use thiserror::Error;
use zoomlogs_aws::config::Config;
use zoomlogs_aws::error_chain::error_chain;
use zoomlogs_aws::secrets_manager::SecretsManager;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_aws::zoom_http::ZoomHttp;
use zoomlogs_core::clock::Clock as _;
use zoomlogs_core::report::Report;
use zoomlogs_core::secret::SecretError;
use zoomlogs_core::zoom::{Client, Endpoints, Meter, PageQuery, Zoom as _, ZoomError};

use super::identity::{Digest, Identity};
use crate::aws::AwsError;

/// How long one page may take, retries included.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// How often a day is begun anew because its page token expired.
const RESTARTS: u32 = 2;

/// The most pages of a day: three million rows at 300 to a page. Pages without end must have one.
const MOST_PAGES: u64 = 10_000;

/// After so many empty pages in a row that each promise another, the function gives up, and so does this.
const MOST_EMPTY_PAGES: u32 = 20;

/// How often, and when, a record was seen in one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub count: u32,
    /// The most on one page. Equal rows on one page are as many records; on several they may be one that moved.
    pub on_one_page: u32,
    pub time: Option<DateTime<Utc>>,
}

/// One reading of a day.
#[derive(Debug, Default)]
pub struct Reading {
    pub rows: HashMap<Digest, Seen>,
}

impl Reading {
    pub fn total(&self) -> u64 {
        self.rows.values().map(|seen| u64::from(seen.count)).sum()
    }

    pub fn count(&self, digest: &Digest) -> u32 {
        self.rows.get(digest).map_or(0, |seen| seen.count)
    }

    /// Whether both say the same, each record as often.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.rows.len() == other.rows.len()
            && self
                .rows
                .iter()
                .all(|(digest, seen)| other.count(digest) == seen.count)
    }

    /// Whether no two equal rows came on different pages.
    pub fn is_certain(&self) -> bool {
        self.rows
            .values()
            .all(|seen| seen.count == seen.on_one_page)
    }

    pub fn digest(&self) -> Digest {
        Digest::of_all(
            self.rows
                .iter()
                .map(|(&digest, seen)| (digest, u64::from(seen.count))),
        )
    }

    fn add_page(&mut self, page: impl IntoIterator<Item = Identity>) {
        let mut here: HashMap<Digest, u32> = HashMap::new();
        for Identity { digest, time } in page {
            let on_page = here.entry(digest).or_default();
            *on_page += 1;
            match self.rows.entry(digest) {
                Entry::Vacant(new) => {
                    new.insert(Seen {
                        count: 1,
                        on_one_page: 1,
                        time,
                    });
                }
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.count += 1;
                    known.on_one_page = known.on_one_page.max(*on_page);
                }
            }
        }
    }
}

#[derive(Debug, Error)]
pub enum ZoomReadError {
    #[error("{0}")]
    Zoom(ZoomError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error("a connection to Zoom cannot be set up: {0}")]
    Setup(String),
    #[error(
        "the {limit} requests to Zoom that it may take are used up: look at fewer days at once, wait until the budget is \
         renewed at 00:00 UTC, or allow more with --max-requests"
    )]
    Limit { limit: u64 },
    #[error("Zoom gives the same page token again and again")]
    RepeatedToken,
    #[error("Zoom gives {MOST_EMPTY_PAGES} empty pages in a row, each with the token of another")]
    EmptyPages,
    #[error(
        "Zoom did not give a page of this day within {} minutes, however often it was asked; verify the day again later",
        PATIENCE.num_minutes()
    )]
    Slow,
    #[error("Zoom gives more than {MOST_PAGES} pages for the day")]
    Endless,
}

impl ZoomReadError {
    /// Whether it concerns every day alike.
    pub const fn stops(&self) -> bool {
        match self {
            Self::Zoom(error) => error.stops_run(),
            Self::Aws(_) | Self::Setup(_) | Self::Limit { .. } => true,
            Self::RepeatedToken | Self::EmptyPages | Self::Slow | Self::Endless => false,
        }
    }
}

/// Reads days.
pub struct ZoomReader {
    client: Client<ZoomHttp, SecretsManager, SystemClock>,
    report: &'static Report,
    limit: u64,
    spent: Cell<u64>,
}

impl ZoomReader {
    /// A reader that asks where the function asks, with its credentials, half as fast, and `limit` times at most.
    pub fn new(config: &Config, aws: &SdkConfig, limit: u64) -> Result<Self, ZoomReadError> {
        let http = ZoomHttp::new().map_err(|error| ZoomReadError::Setup(error_chain(&error)))?;
        let endpoints = Endpoints {
            requests_per_second: (config.endpoints.requests_per_second / 2).max(1),
            ..config.endpoints.clone()
        };
        let secrets = SecretsManager::new(aws, &config.secret_id);
        let report = config.settings.report;
        Ok(Self {
            client: Client::new(endpoints, report, http, secrets, SystemClock),
            report,
            limit,
            spent: Cell::new(0),
        })
    }

    /// The requests to the report so far.
    pub const fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// Reads a day, and shows each row on the way.
    pub async fn day(
        &self,
        day: NaiveDate,
        page_size: u16,
        mut show: impl FnMut(&Identity, &str),
    ) -> Result<Reading, ZoomReadError> {
        let mut restarts = 0;
        loop {
            match self.read(day, page_size, &mut show).await {
                Err(ZoomReadError::Zoom(ZoomError::PageTokenExpired)) if restarts < RESTARTS => {
                    restarts += 1;
                }
                done => return done,
            }
        }
    }

    async fn read(
        &self,
        day: NaiveDate,
        page_size: u16,
        show: &mut impl FnMut(&Identity, &str),
    ) -> Result<Reading, ZoomReadError> {
        let mut reading = Reading::default();
        let mut tokens = HashSet::new();
        let mut query = PageQuery {
            day,
            page_size,
            token: None,
        };
        let mut empty_pages = 0;
        for _ in 0..MOST_PAGES {
            // The limit is this command's, of whatever day: it is not renewed at midnight.
            let deadline = SystemClock.now() + PATIENCE;
            let meter = Meter::new(deadline, self.limit, NaiveDate::MAX, self.spent.get());
            let page = self.client.page(&query, &meter).await;
            self.spent.set(self.spent.get() + meter.usage().requests);
            let page = page.map_err(|error| explain(error, self.limit))?;
            empty_pages = if page.rows.is_empty() {
                empty_pages + 1
            } else {
                0
            };
            reading.add_page(page.rows.iter().map(|row| {
                let identity = Identity::of(row.line(), self.report);
                show(&identity, row.line());
                identity
            }));
            let Some(token) = page.next else {
                return Ok(reading);
            };
            if !tokens.insert(Digest::of(token.as_bytes())) {
                return Err(ZoomReadError::RepeatedToken);
            }
            if empty_pages >= MOST_EMPTY_PAGES {
                return Err(ZoomReadError::EmptyPages);
            }
            query.token = Some(token);
        }
        Err(ZoomReadError::Endless)
    }
}

/// The library speaks of the function's run, budget and role; here it is this command's, and whoever runs it.
fn explain(error: ZoomError, limit: u64) -> ZoomReadError {
    match error {
        ZoomError::BudgetSpent { .. } => ZoomReadError::Limit { limit },
        ZoomError::OutOfTime => ZoomReadError::Slow,
        ZoomError::Secret(SecretError::Denied { id, said }) => AwsError::Denied {
            call: "secretsmanager:GetSecretValue",
            subject: id,
            said,
        }
        .into(),
        error => ZoomReadError::Zoom(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(pages: &[&[&str]]) -> Reading {
        let mut reading = Reading::default();
        for page in pages {
            reading.add_page(page.iter().map(|text| Identity {
                digest: Digest::of(text.as_bytes()),
                time: None,
            }));
        }
        reading
    }

    #[test]
    fn equal_rows_are_certain_on_one_page_only() {
        let one_page = reading(&[&["a", "b", "a"], &["c"]]);
        assert!(one_page.is_certain());
        let two_pages = reading(&[&["a", "b"], &["a", "c"]]);
        assert!(!two_pages.is_certain());
        assert!(one_page.agrees_with(&two_pages));
        assert_eq!(one_page.digest(), two_pages.digest());
        assert_eq!((one_page.total(), one_page.rows.len()), (4, 3));
    }

    #[test]
    fn a_page_that_takes_too_long_is_its_own_days_error_in_an_auditors_words() {
        let slow = explain(ZoomError::OutOfTime, 7);
        assert!(!slow.stops());
        let said = slow.to_string();
        assert!(
            said.contains("within 5 minutes") && !said.contains("invocation"),
            "{said}"
        );
    }

    #[test]
    fn readings_agree_only_in_every_count() {
        let one = reading(&[&["a", "b"]]);
        for other in [&["a"][..], &["a", "b", "b"], &["a", "c"], &["a", "b", "c"]] {
            let other = reading(&[other]);
            assert!(!one.agrees_with(&other) && !other.agrees_with(&one));
        }
    }
}
