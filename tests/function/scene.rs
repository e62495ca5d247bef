//! The scene of a test: a bucket, a secret, a Zoom, and the function between them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_s3::types::{ObjectLockConfiguration, ObjectLockEnabled};
use chrono::{Days, NaiveDate, Utc};
use local_stack::{AccessKey, Bucket, Invocation, RuntimeApi, Stack};
use serde_json::{Value, json};
use zoom_simulator::{Credentials, Endpoint, Generator, Server, Settings};
use zoomlogs_core::report::{OPERATION_LOGS, Report};

pub const PREFIX: &str = "zoom/operationlogs/";
pub const STATE_KEY: &str = "zoom/state/operationlogs.json";
const BUCKET: &str = "zoom-operation-logs";
const SECRET: &str = "zoom-operation-logs/credentials";

/// What no log, error or answer may hold.
const CLIENT_SECRET: &str = "kX9-client-secret-kX9";
const ACCOUNT_ID: &str = "kX9-account-id-kX9";

/// See the [module](self).
pub struct Scene {
    pub stack: Stack,
    pub bucket: Bucket,
    pub zoom: Server,
    pub function: RuntimeApi,
    pub report: &'static Report,
}

/// The day so many days before today.
pub fn days_ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

impl Scene {
    /// A scene with `per_day` operation logs on each of the last `days` days, today included.
    pub async fn start(days: u64, per_day: usize, variables: &[(&str, &str)]) -> Self {
        Self::of(&OPERATION_LOGS, days, per_day, variables).await
    }

    /// The same with records of `report`, and the function that collects it.
    pub async fn of(
        report: &'static Report,
        days: u64,
        per_day: usize,
        variables: &[(&str, &str)],
    ) -> Self {
        let stack = Stack::start().await.unwrap();
        let bucket = stack.create_bucket(BUCKET).await.unwrap();
        let mut world = zoom_simulator::World::new(11);
        for day in 0..days {
            // The same number on a Sunday and a minute after midnight.
            let generator = Generator::new(day).of(at_zoom(report));
            let records = generator.day_until(days_ago(day), per_day, Utc::now());
            let truth = world.truth_of_mut(at_zoom(report));
            truth.add_all(days_ago(day), records);
        }
        let zoom = Server::start(world).unwrap();
        let credentials = Credentials {
            account_id: ACCOUNT_ID.to_owned(),
            client_id: "kX9-client-id-kX9".to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
        };
        store_credentials(&stack, &credentials).await;
        zoom.world().set_credentials(credentials);
        let function = function(report, &stack, &zoom, &AccessKey::root(), days);
        let mut scene = Self {
            stack,
            bucket,
            zoom,
            function,
            report,
        };
        set(&mut scene.function, variables);
        scene
    }

    /// A further process of the function that collects `report`, on the same bucket and the same account.
    pub fn beside(
        &self,
        report: &'static Report,
        days: u64,
        variables: &[(&str, &str)],
    ) -> RuntimeApi {
        let mut function = function(report, &self.stack, &self.zoom, &AccessKey::root(), days);
        set(&mut function, variables);
        function
    }

    /// Replaces the function by one that acts as the owner of `key`.
    pub fn act_as(&mut self, key: &AccessKey) {
        self.function = function(self.report, &self.stack, &self.zoom, key, 1);
    }

    /// Stores other credentials, as one who rotates them would.
    pub async fn store_credentials(&self, credentials: &Credentials) {
        store_credentials(&self.stack, credentials).await;
    }

    pub async fn store_secret(&self, value: &str) {
        self.stack.put_secret(SECRET, value).await.unwrap();
    }

    /// Lets objects of the bucket be locked, as Terraform does; none is locked by default.
    pub async fn enable_object_lock(&self) {
        let enabled = ObjectLockConfiguration::builder()
            .object_lock_enabled(ObjectLockEnabled::Enabled)
            .build();
        let request = self.stack.aws().s3.put_object_lock_configuration();
        let request = request.bucket(BUCKET).object_lock_configuration(enabled);
        request.send().await.unwrap();
    }

    /// Runs the function and looks for secrets and records in all that it said.
    pub async fn invoke(&self, event: Value) -> Invocation {
        self.checked(self.function.invoke(event).await.unwrap())
    }

    pub async fn invoke_within(&self, deadline: Duration, event: Value) -> Invocation {
        self.checked(self.function.invoke_within(deadline, event).await.unwrap())
    }

    fn checked(&self, invocation: Invocation) -> Invocation {
        says_nothing(&invocation);
        invocation
    }

    /// An ordinary run that must succeed. Returns its answer.
    pub async fn run(&self) -> Value {
        self.invoke(json!({})).await.answer().unwrap().clone()
    }

    /// Runs until nothing is left to deliver.
    pub async fn run_until_delivered(&self) {
        for _ in 0..10 {
            let answer = self.run().await;
            if answer["written"] == 0 && answer["complete"] == true {
                break;
            }
        }
        self.assert_exactly_once().await;
    }

    /// Every version of every object, deleted ones included, holds together exactly what Zoom holds.
    pub async fn assert_exactly_once(&self) {
        assert_exactly_once_of(self.report, &self.bucket, &self.zoom).await;
    }

    /// The records in the bucket.
    pub async fn delivered(&self) -> usize {
        let records = self.bucket.records(&self.report.prefix()).await;
        records.unwrap().len()
    }

    /// Adds generated records of a day to Zoom, anywhere in its list.
    pub fn arrive(&self, date: NaiveDate, count: usize, seed: u64) {
        self.arrive_in(self.report, date, count, seed);
    }

    /// The same of another report.
    pub fn arrive_in(&self, report: &Report, date: NaiveDate, count: usize, seed: u64) {
        let generator = Generator::new(seed).of(at_zoom(report));
        let records = generator.day_until(date, count, Utc::now());
        let mut zoom = self.zoom.world();
        zoom.truth_of_mut(at_zoom(report)).add_all(date, records);
    }

    /// Makes Zoom well again.
    pub fn end_trouble(&self, healthy: Settings, credentials: Credentials) {
        let mut zoom = self.zoom.world();
        zoom.clear_scripts();
        zoom.settings = healthy;
        zoom.set_credentials(credentials);
    }

    /// The requests to the report since this was last asked.
    pub fn take_requests(&self) -> u64 {
        let mut zoom = self.zoom.world();
        let requests = zoom.request_count(Endpoint::Report);
        zoom.clear_requests();
        requests as u64
    }
}

/// The report as Zoom knows it.
pub fn at_zoom(report: &Report) -> zoom_simulator::Report {
    zoom_simulator::Report::named(report.name).unwrap()
}

/// No secret and no record is in what a run said.
pub fn says_nothing(invocation: &Invocation) {
    let said = format!("{}\n{:?}", invocation.log, invocation.outcome);
    for secret in ["kX9", "operation_detail", "ip_address", "@example."] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

/// See [`assert_exactly_once_of`].
pub async fn assert_exactly_once(bucket: &Bucket, zoom: &Server) {
    assert_exactly_once_of(&OPERATION_LOGS, bucket, zoom).await;
}

/// Every version of every object of a report, deleted ones included, holds together exactly what Zoom holds: each record in
/// an object of the day under which Zoom lists it. Each day's objects are numbered without a gap.
pub async fn assert_exactly_once_of(report: &Report, bucket: &Bucket, zoom: &Server) {
    let mut balance: BTreeMap<(NaiveDate, String), i64> = BTreeMap::new();
    let mut numbers: BTreeMap<NaiveDate, BTreeSet<u64>> = BTreeMap::new();
    for version in bucket.versions(&report.prefix()).await.unwrap() {
        let (day, number) = day_and_number(report.name, &version.key)
            .unwrap_or_else(|| panic!("{} is no key of an entry", version.key));
        if !version.delete_marker {
            numbers.entry(day).or_default().insert(number);
            let body = bucket
                .read_version(&version.key, &version.id)
                .await
                .unwrap();
            let text =
                std::io::read_to_string(flate2::read::GzDecoder::new(body.as_slice())).unwrap();
            for line in text.lines() {
                *balance.entry((day, line.to_owned())).or_default() += 1;
            }
        }
    }
    for (day, numbers) in numbers {
        let without_a_gap = (0..)
            .zip(&numbers)
            .all(|(expected, &number)| number == expected);
        assert!(without_a_gap, "{day} has the objects {numbers:?}");
    }
    let zoom = zoom.world();
    let truth = zoom.truth_of(at_zoom(report));
    for day in truth.counts().into_keys() {
        for record in truth.day(day) {
            *balance.entry((day, record.json().to_owned())).or_default() -= 1;
        }
    }
    balance.retain(|_, difference| *difference != 0);
    let some: Vec<_> = balance.iter().take(3).collect();
    assert!(
        balance.is_empty(),
        "{} records missing on a day (-) or too much there (+): {some:#?}",
        balance.len()
    );
}

/// The day and the number of the entry that this is the key of.
fn day_and_number(report: &str, key: &str) -> Option<(NaiveDate, u64)> {
    let (_, name) = key.rsplit_once('/')?;
    let day_and_number = name
        .strip_prefix(&format!("zoom-{report}-"))?
        .strip_suffix(".json.gz")?;
    let (day, number) = day_and_number.rsplit_once('-')?;
    let (day, number): (NaiveDate, u64) = (day.parse().ok()?, number.parse().ok()?);
    // Whatever else might be read as these, this is how they are written.
    let written = format!(
        "zoom/{report}/{}/zoom-{report}-{day}-{number:06}.json.gz",
        day.format("%Y/%m/%d")
    );
    (written == key).then_some((day, number))
}

async fn store_credentials(stack: &Stack, credentials: &Credentials) {
    let value = json!({
        "account_id": credentials.account_id,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    });
    stack.put_secret(SECRET, &value.to_string()).await.unwrap();
}

fn set(function: &mut RuntimeApi, variables: &[(&str, &str)]) {
    for (name, value) in variables {
        function.set(*name, *value);
    }
}

fn function(
    report: &Report,
    stack: &Stack,
    zoom: &Server,
    key: &AccessKey,
    days: u64,
) -> RuntimeApi {
    let mut environment = stack.environment(key);
    let variables = [
        ("S3_BUCKET", BUCKET.to_owned()),
        ("ZOOM_SECRET_ID", SECRET.to_owned()),
        ("ZOOM_OAUTH_URL", zoom.oauth_url()),
        ("ZOOM_API_URL", zoom.api_url()),
        ("ZOOM_MAX_REQUESTS_PER_SECOND", "100".to_owned()),
        ("START_DATE", days_ago(days - 1).to_string()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
    ];
    environment.extend(variables.map(|(name, value)| (name.to_owned(), value)));
    // What is collected unless something else is said.
    if report != &OPERATION_LOGS {
        environment.push(("ZOOM_REPORT".to_owned(), report.name.to_owned()));
    }
    zoom.world().settings.per_second = 1_000;
    RuntimeApi::new(env!("CARGO_BIN_EXE_zoom_operationlogs_to_s3"), environment).unwrap()
}
