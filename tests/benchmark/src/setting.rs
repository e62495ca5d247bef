//! What both sides work on: one simulated Zoom, one emulated AWS and the relay in front of it.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use chrono::{NaiveDate, Utc};
use local_stack::{AccessKey, Bucket, RuntimeApi, Stack};
use serde_json::{Value, json};
use zoom_simulator::{Credentials, Endpoint, Fault, Generator, Record, Script, Server, World};

use crate::{
    relay::Relay,
    side::{Contenders, PREFIX, Side},
};

const SECRET: &str = "zoom-operation-logs/credentials";
/// No run of a benchmark is to end before its time.
const DEADLINE: Duration = Duration::from_secs(900);

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) stack: Stack,
    pub(crate) relay: Relay,
    pub(crate) zoom: Server,
    pub(crate) contenders: Contenders,
    /// How many buckets were made.
    buckets: std::cell::Cell<u32>,
}

/// Today, which the functions go by as well.
pub(crate) fn today() -> NaiveDate {
    Utc::now().date_naive()
}

impl Setting {
    /// An empty one, whose Zoom grants whatever is asked of it at once.
    pub(crate) async fn start(contenders: Contenders) -> Result<Self> {
        let stack = Stack::start().await?;
        let relay = Relay::start(&stack.plain_endpoint()?, stack.directory()).await?;
        let zoom = Server::start(World::new(1))?;
        {
            let mut world = zoom.world();
            world.settings.per_second = 100_000;
            world.settings.per_day = 100_000_000;
        }
        let Credentials {
            account_id,
            client_id,
            client_secret,
        } = zoom.world().credentials().clone();
        let secret = json!({
            "account_id": account_id,
            "client_id": client_id,
            "client_secret": client_secret,
        });
        stack.put_secret(SECRET, &secret.to_string()).await?;
        Ok(Self {
            stack,
            relay,
            zoom,
            contenders,
            buckets: std::cell::Cell::default(),
        })
    }

    /// Zoom with these days in its report and nothing else.
    pub(crate) fn fill(&self, days: BTreeMap<NaiveDate, Vec<Record>>) {
        let mut world = self.zoom.world();
        world.truth = zoom_simulator::Truth::default();
        for (day, records) in days {
            world.truth.add_all(day, records);
        }
    }

    /// Zoom with so many records today, and nothing else.
    pub(crate) fn fill_today(&self, count: usize) {
        self.fill(BTreeMap::from([(today(), made_up(today(), count, 0))]));
    }

    /// The same, where every record is another one.
    pub(crate) fn fill_today_differently(&self, count: usize) {
        self.fill(BTreeMap::from([(today(), all_different(today(), count))]));
    }

    /// Lets every answer of Zoom's, and of AWS's, take so much longer from now on.
    pub(crate) fn set_latency(&self, zoom: Duration, aws: Duration) {
        self.relay.set_latency(aws);
        let mut world = self.zoom.world();
        world.clear_scripts();
        let milliseconds = u64::try_from(zoom.as_millis()).unwrap_or(u64::MAX);
        if milliseconds > 0 {
            for endpoint in [Endpoint::OAuth, Endpoint::Report] {
                let slow = Script::new(Fault::Latency(milliseconds));
                world.script(slow.on(endpoint).always());
            }
        }
    }

    /// A new bucket for a side.
    pub(crate) async fn bucket(&self, side: Side) -> Result<Bucket> {
        self.buckets.set(self.buckets.get() + 1);
        let name = format!("{}-{}", side.name(), self.buckets.get());
        Ok(self.stack.create_bucket(&name).await?)
    }

    /// A function of `side` on `bucket`: the side's own program, or one that `wrapped` it.
    pub(crate) fn function(
        &self,
        side: Side,
        wrapped: Option<PathBuf>,
        bucket: &Bucket,
        variables: &[(&str, &str)],
    ) -> Result<RuntimeApi> {
        let program = wrapped.unwrap_or_else(|| self.contenders.program(side).to_owned());
        let mut environment = self.stack.environment(&AccessKey::root());
        let credentials = self.zoom.world().credentials().clone();
        let mut set =
            |name: &str, value: &str| environment.push((name.to_owned(), value.to_owned()));
        set("AWS_ENDPOINT_URL", self.relay.url());
        set("S3_BUCKET", bucket.name());
        set("S3_PREFIX", PREFIX);
        set("STATE_KEY", side.state_key());
        set("ZOOM_OAUTH_URL", &self.zoom.oauth_url());
        set("ZOOM_API_URL", &self.zoom.api_url());
        match side {
            Side::Ours => {
                set("ZOOM_SECRET_ID", SECRET);
                set("START_DATE", &today().to_string());
                // The most it takes: the limit of requests is measured on its own.
                set("ZOOM_MAX_REQUESTS_PER_SECOND", "100");
                set("ZOOM_DAILY_REQUEST_BUDGET", "1000000");
            }
            Side::Guide => {
                set("ZOOM_ACCOUNT_ID", &credentials.account_id);
                set("ZOOM_CLIENT_ID", &credentials.client_id);
                set("ZOOM_CLIENT_SECRET", &credentials.client_secret);
            }
        }
        for (name, value) in variables {
            set(name, value);
        }
        Ok(RuntimeApi::new(program, environment)?.with_deadline(DEADLINE))
    }

    /// The records at Zoom, all days, each in one way of writing it.
    pub(crate) fn truth(&self) -> Vec<String> {
        let world = self.zoom.world();
        let days = world.truth.counts().into_keys();
        days.flat_map(|day| world.truth.day(day))
            .map(|record| canonical(record.json()))
            .collect()
    }
}

/// A record in one way of writing it: Python writes the same one with other escapes.
pub(crate) fn canonical(record: &str) -> String {
    serde_json::from_str::<Value>(record)
        .map_or_else(|_| record.to_owned(), |value| value.to_string())
}

/// So many made-up records of `day`, none later than now; 3 in 100 have a twin, as the simulator draws them.
pub(crate) fn made_up(day: NaiveDate, count: usize, seed: u64) -> Vec<Record> {
    Generator::new(seed).day_until(day, count, Utc::now())
}

/// The same, but every record is another one: no page can hide a row that is equal to one on the page before.
pub(crate) fn all_different(day: NaiveDate, count: usize) -> Vec<Record> {
    let generator = Generator::new(0).with_equal_share(0.0);
    // By chance some are equal after all.
    let mut records = generator.day_until(day, count + count / 4 + 10, Utc::now());
    let mut seen = HashSet::with_capacity(records.len());
    records.retain(|record| seen.insert(record.json().to_owned()));
    records.truncate(count);
    records
}

/// The function's zip, which `make build` builds.
pub(crate) fn package() -> PathBuf {
    local_stack::project::root().join("target/lambda/zoom_operationlogs_to_s3/bootstrap.zip")
}

/// A file's size.
pub(crate) fn size(path: &Path) -> Result<u64> {
    Ok(std::fs::metadata(path)?.len())
}
