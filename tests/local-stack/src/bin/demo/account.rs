//! The simulated Zoom account: three days of it, what was asked of it, and what arrives late.

use std::{collections::BTreeMap, fs::File, io::Read, time::SystemTime};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;
use zoom_simulator::{Credentials, Endpoint, Generator, Place, Server, World};

const SEED: u64 = 20_261_122;

pub(crate) struct Account {
    server: Server,
    credentials: Credentials,
    days: [NaiveDate; 3],
}

/// What one run asked of Zoom.
pub(crate) struct Asked {
    /// Requests for the report, by day.
    pub(crate) report: BTreeMap<String, usize>,
}

impl Asked {
    pub(crate) fn requests(&self) -> usize {
        self.report.values().sum()
    }
}

impl Account {
    /// Some thousands of records on the day before yesterday, yesterday and today up to now, equal rows among them.
    pub(crate) fn open() -> Result<Self> {
        let now = now();
        let today = now.date_naive();
        let days = [today - Days::new(2), today - Days::new(1), today];
        let generator = Generator::new(SEED);
        let mut world = World::new(SEED);
        world.truth.add_all(days[0], generator.day(days[0], 1_400));
        world.truth.add_all(days[1], generator.day(days[1], 1_700));
        world
            .truth
            .add_all(days[2], generator.day_until(days[2], 900, now));
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
    pub(crate) fn truth(&self, day: NaiveDate) -> Vec<String> {
        let mut truth: Vec<String> = self
            .server
            .world()
            .truth
            .day(day)
            .map(|record| record.json().to_owned())
            .collect();
        truth.sort_unstable();
        truth
    }

    /// What was asked since this was called last.
    pub(crate) fn asked(&self) -> Asked {
        let mut world = self.server.world();
        let mut report = BTreeMap::new();
        for request in world
            .requests()
            .iter()
            .filter(|request| request.endpoint == Endpoint::Report)
        {
            let day = request
                .query
                .split('&')
                .find_map(|pair| pair.strip_prefix("from="))
                .unwrap_or("?");
            *report.entry(day.to_owned()).or_default() += 1;
        }
        world.clear_requests();
        Asked { report }
    }

    /// Zoom reports five more records of yesterday and five of today, somewhere in the middle of its lists, and one of
    /// yesterday's for a second time. Returns how many those are.
    pub(crate) fn late_records(&self) -> usize {
        let [_, yesterday, today] = self.days;
        let late = Generator::new(SEED + 1).with_equal_share(0.0);
        let mut world = self.server.world();
        let before = world.truth.counts().values().sum::<usize>();
        world.truth.add_all(yesterday, late.day(yesterday, 5));
        world.truth.add_all(today, late.day_until(today, 5, now()));
        let twin = world.truth.day(yesterday).nth(100).cloned();
        if let Some(twin) = twin {
            world.truth.insert(yesterday, Place::At(100), twin);
        }
        world.truth.counts().values().sum::<usize>() - before
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
