//! The simulated Zoom account: three days of it, what was asked of it, and what arrives late.

use std::{collections::BTreeMap, fs::File, io::Read, time::SystemTime};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;
use zoom_simulator::{Credentials, Endpoint, Generator, Place, Report, Server, World};

const SEED: u64 = 20_261_122;

pub(crate) struct Account {
    server: Server,
    credentials: Credentials,
    days: [NaiveDate; 3],
    /// How many requests for each report were told of.
    told: BTreeMap<Report, usize>,
}

impl Account {
    /// Some thousands of records in each report on the day before yesterday, yesterday and today up to now, equal rows among
    /// them.
    pub(crate) fn open() -> Result<Self> {
        let now = now();
        let today = now.date_naive();
        let days = [today - Days::new(2), today - Days::new(1), today];
        let mut world = World::new(SEED);
        for (report, counts) in [
            (Report::OperationLogs, [1_400, 1_700, 900]),
            (Report::Activities, [800, 950, 400]),
        ] {
            let generator = Generator::new(SEED).of(report);
            let truth = world.truth_of_mut(report);
            truth.add_all(days[0], generator.day(days[0], counts[0]));
            truth.add_all(days[1], generator.day(days[1], counts[1]));
            truth.add_all(days[2], generator.day_until(days[2], counts[2], now));
        }
        let credentials = Credentials {
            account_id: "demo-account".to_owned(),
            client_id: "demo-client".to_owned(),
            client_secret: random_text()?,
        };
        world.set_credentials(credentials.clone());
        let server = Server::start(world).context("cannot start the Zoom simulator")?;
        Ok(Self {
            server,
            credentials,
            days,
            told: BTreeMap::new(),
        })
    }

    pub(crate) fn days(&self) -> [NaiveDate; 3] {
        self.days
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// The value of the secret that the function reads.
    pub(crate) fn secret(&self) -> String {
        let Credentials {
            account_id,
            client_id,
            client_secret,
        } = &self.credentials;
        json!({"account_id": account_id, "client_id": client_id, "client_secret": client_secret})
            .to_string()
    }

    /// What nobody may find anywhere: the client's secret, by itself and as HTTP carries it.
    pub(crate) fn secret_texts(&self) -> Vec<String> {
        let Credentials {
            client_id,
            client_secret,
            ..
        } = &self.credentials;
        let basic = base64::prelude::BASE64_STANDARD.encode(format!("{client_id}:{client_secret}"));
        vec![client_secret.clone(), basic]
    }

    /// The day's records as Zoom sends them, sorted: a multiset.
    pub(crate) fn truth(&self, report: Report, day: NaiveDate) -> Vec<String> {
        let mut truth: Vec<String> = self
            .server
            .world()
            .truth_of(report)
            .day(day)
            .map(|record| record.json().to_owned())
            .collect();
        truth.sort_unstable();
        truth
    }

    /// How often each day of a report was asked for since this was called last for it.
    pub(crate) fn asked(&mut self, report: Report) -> BTreeMap<String, usize> {
        let world = self.server.world();
        let mut asked = BTreeMap::new();
        let of_report = world.requests().iter().filter(|request| {
            request.endpoint == Endpoint::Report && request.report == Some(report)
        });
        for request in of_report
            .clone()
            .skip(self.told.get(&report).copied().unwrap_or(0))
        {
            let day = request
                .query
                .split('&')
                .find_map(|pair| pair.strip_prefix("from="))
                .unwrap_or("?");
            *asked.entry(day.to_owned()).or_default() += 1;
        }
        self.told.insert(report, of_report.count());
        asked
    }

    /// A report has five more records of yesterday and five of today, somewhere in the middle of its lists, and one of
    /// yesterday's for a second time. Returns how many those are.
    pub(crate) fn late_records(&self, report: Report) -> usize {
        let [_, yesterday, today] = self.days;
        let late = Generator::new(SEED + 1).of(report).with_equal_share(0.0);
        let mut world = self.server.world();
        let truth = world.truth_of_mut(report);
        let before = truth.counts().values().sum::<usize>();
        truth.add_all(yesterday, late.day(yesterday, 5));
        truth.add_all(today, late.day_until(today, 5, now()));
        let twin = truth.day(yesterday).nth(100).cloned();
        if let Some(twin) = twin {
            truth.insert(yesterday, Place::At(100), twin);
        }
        truth.counts().values().sum::<usize>() - before
    }
}

/// How many of these sorted records equal another one.
pub(crate) fn equal_rows(sorted: &[String]) -> usize {
    sorted
        .chunk_by(|a, b| a == b)
        .filter(|run| run.len() > 1)
        .map(<[String]>::len)
        .sum()
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

fn random_text() -> Result<String> {
    let mut bytes = [0; 24];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("/dev/urandom")?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
