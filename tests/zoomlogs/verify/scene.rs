//! The scene of an audit: a Zoom, a bucket that the real function filled from it, and an auditor.

use std::io::Write as _;

use chrono::{DateTime, Days, NaiveDate, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use local_stack::{AccessKey, Bucket, RuntimeApi, Stack};
use serde_json::{Value, json};
use zoom_simulator::{Credentials, Fault, Generator, Record, Script, Server, World};
use zoomlogs_core::report::{ACTIVITIES, OPERATION_LOGS, Report};

use crate::command::{Said, command, run};
use crate::lambda::Function;
use crate::operator;

pub const FUNCTION: &str = "zoom_operationlogs_to_s3";
pub const ACTIVITIES_FUNCTION: &str = "zoom_activities_to_s3";
pub const PREFIX: &str = "zoom/operationlogs/";
const BUCKET: &str = "logs";
pub const SECRET: &str = "zoom-operationlogs-credentials";

/// The rights that the help names.
pub const RIGHTS: [&str; 7] = [
    "lambda:GetFunctionConfiguration",
    "secretsmanager:GetSecretValue",
    "s3:ListBucketVersions",
    "s3:GetObjectVersion",
    "s3:GetObject",
    "s3:ListBucket",
    "kms:GetPublicKey",
];

/// What may show up nowhere.
const SECRETS: [&str; 1] = ["kX9"];

/// What is in records, and may show up only when somebody asked for it.
const CONTENT: [&str; 4] = ["operation_detail", "ip_address", "@example.", "kontent"];

/// How many records a day has.
pub const PER_DAY: usize = 50;

/// How long an answer of Zoom's is held back, in milliseconds, while a test does something.
const LATENCY: u64 = 3_000;

/// The answer of Zoom's that is held back: a page of a day, after so many others of it.
pub struct Held {
    pub day: NaiveDate,
    pub page: usize,
    pub after: u32,
}

impl Held {
    pub fn first(day: NaiveDate) -> Self {
        Self {
            day,
            page: 1,
            after: 0,
        }
    }
}

/// See the [module](self).
pub struct Scene {
    pub stack: Stack,
    pub bucket: Bucket,
    pub zoom: Server,
    pub auditor: AccessKey,
    pub function: RuntimeApi,
}

/// The day so many days before today.
pub fn days_ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// A record of this moment that is like no other.
pub fn record(time: DateTime<Utc>, name: &str) -> Record {
    let detail = format!("kontent of {name}");
    Record::new(time, "somebody@example.com", "User", "Add", &detail)
}

/// A moment on a day.
pub fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).unwrap().and_utc()
}

/// The key of an entry.
pub fn key(day: NaiveDate, number: u32) -> String {
    format!(
        "{PREFIX}{}{number:06}.json.gz",
        day.format("%Y/%m/%d/zoom-operationlogs-%Y-%m-%d-")
    )
}

/// An object of these lines.
pub fn gzip(lines: &[String]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for line in lines {
        writeln!(encoder, "{line}").unwrap();
    }
    encoder.finish().unwrap()
}

impl Scene {
    /// Today and the two days before it in Zoom, and nothing delivered.
    pub async fn start() -> Self {
        let stack = Stack::start().await.unwrap();
        let bucket = stack.create_bucket(BUCKET).await.unwrap();
        let mut world = World::new(5);
        for day in 0..3 {
            let records = Generator::new(day).day_until(days_ago(day), PER_DAY, Utc::now());
            world.truth.add_all(days_ago(day), records);
        }
        world.settings.per_second = 1_000;
        let zoom = Server::start(world).unwrap();
        zoom.world().set_credentials(Credentials {
            account_id: "kX9-account".to_owned(),
            client_id: "kX9-client".to_owned(),
            client_secret: "kX9-secret".to_owned(),
        });
        let secret = json!({"account_id": "kX9-account", "client_id": "kX9-client", "client_secret": "kX9-secret"});
        stack.put_secret(SECRET, &secret.to_string()).await.unwrap();

        let variables = variables(&zoom, &OPERATION_LOGS);
        Function::create(&stack, FUNCTION, &variables).await;
        let function = function(&stack, &variables);
        let auditor = operator::hire(&stack, &RIGHTS).await;
        Self {
            stack,
            bucket,
            zoom,
            auditor,
            function,
        }
    }

    /// The same, with all of it delivered.
    pub async fn delivered() -> Self {
        let scene = Self::start().await;
        scene.deliver().await;
        scene
    }

    /// Lets the function run until nothing is left to deliver.
    pub async fn deliver(&self) {
        run_all(&self.function).await;
    }

    /// Makes the function that collects sign-ins beside the other, fills Zoom with them, and lets it deliver them.
    pub async fn deliver_activities(&self) {
        for day in 0..3 {
            let generator = Generator::new(day).of(zoom_simulator::Report::Activities);
            let records = generator.day_until(days_ago(day), PER_DAY, Utc::now());
            let mut zoom = self.zoom.world();
            let truth = zoom.truth_of_mut(zoom_simulator::Report::Activities);
            truth.add_all(days_ago(day), records);
        }
        let variables = variables(&self.zoom, &ACTIVITIES);
        Function::create(&self.stack, ACTIVITIES_FUNCTION, &variables).await;
        run_all(&function(&self.stack, &variables)).await;
    }

    /// Runs the command, and looks for secrets and records in what it says.
    pub fn verify(&self, more: &[&str]) -> Said {
        let said = self.verify_and_show(more);
        said.hides(&CONTENT)
    }

    /// The same, where records may be shown.
    pub fn verify_and_show(&self, more: &[&str]) -> Said {
        let arguments = [&["verify", "--function", FUNCTION], more].concat();
        run(&mut command(&self.stack, &self.auditor, &arguments), "").hides(&SECRETS)
    }

    /// Runs the command, and does something between its start and its end: an answer of Zoom's waits for that.
    pub async fn verify_meanwhile(
        &self,
        held: Held,
        more: &[&str],
        meanwhile: impl AsyncFnOnce(),
    ) -> Said {
        let Held { day, page, after } = held;
        let script = Script::new(Fault::Latency(LATENCY)).on_day(day);
        self.zoom.world().script(script.at_page(page).after(after));
        let arguments = [&["verify", "--function", FUNCTION], more].concat();
        let mut command = command(&self.stack, &self.auditor, &arguments);
        let running = tokio::task::spawn_blocking(move || run(&mut command, ""));
        while !self.zoom.world().scripts().is_empty() {
            assert!(!running.is_finished(), "Zoom was not asked for {day}");
            tokio::task::yield_now().await;
        }
        meanwhile().await;
        assert!(
            !running.is_finished(),
            "it was over before something was done"
        );
        running.await.unwrap().hides(&SECRETS).hides(&CONTENT)
    }

    /// Looks at the two days before today, and returns the report.
    #[track_caller]
    pub fn audit(&self, code: i32) -> Value {
        self.audit_of((days_ago(2), days_ago(1)), code)
    }

    /// Looks at the days from the first to the last.
    #[track_caller]
    pub fn audit_of(&self, (from, to): (NaiveDate, NaiveDate), code: i32) -> Value {
        let (from, to) = (from.to_string(), to.to_string());
        let said = self.verify(&["--json", "--from", &from, "--to", &to]);
        said.expect(code).json()["report"].clone()
    }

    /// Adds an entry behind those of a day.
    pub async fn append(&self, day: NaiveDate, lines: &[String]) -> String {
        let there = self
            .bucket
            .keys(&key(day, 0)[..key(day, 0).len() - 14])
            .await;
        let number = there.unwrap().len();
        let key = key(day, u32::try_from(number).unwrap());
        self.bucket.write(&key, gzip(lines)).await.unwrap();
        key
    }

    /// The records of a day, newest first, as Zoom has them.
    pub fn truth(&self, day: NaiveDate) -> Vec<String> {
        let zoom = self.zoom.world();
        zoom.truth
            .day(day)
            .map(|record| record.json().to_owned())
            .collect()
    }
}

/// How the function of a report is configured. Days settle at once; pages and entries are small, so that there are several.
fn variables(zoom: &Server, report: &Report) -> [(&'static str, String); 11] {
    [
        ("ZOOM_REPORT", report.name.to_owned()),
        ("S3_BUCKET", BUCKET.to_owned()),
        ("ZOOM_SECRET_ID", SECRET.to_owned()),
        ("ZOOM_OAUTH_URL", zoom.oauth_url()),
        ("ZOOM_API_URL", zoom.api_url()),
        ("ZOOM_MAX_REQUESTS_PER_SECOND", "100".to_owned()),
        ("START_DATE", days_ago(2).to_string()),
        ("LATE_ARRIVAL_HOURS", "0".to_owned()),
        ("FULL_SWEEP_MINUTES", "0".to_owned()),
        ("PAGE_SIZE", "20".to_owned()),
        ("MAX_RECORDS_PER_OBJECT", "20".to_owned()),
    ]
}

/// The real function, configured like this.
fn function(stack: &Stack, variables: &[(&str, String)]) -> RuntimeApi {
    let mut environment = stack.environment(&AccessKey::root());
    let ours = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    environment.extend(ours);
    let program = local_stack::project::program("zoom_operationlogs_to_s3").unwrap();
    RuntimeApi::new(program, environment).unwrap()
}

/// Lets the function run until nothing is left to deliver.
async fn run_all(function: &RuntimeApi) {
    for _ in 0..10 {
        let run = function.invoke(json!({})).await.unwrap();
        let answer = run.answer().unwrap();
        if answer["written"] == 0 && answer["complete"] == true {
            return;
        }
    }
    panic!("there is always something left to deliver");
}

/// A day of the only function's report.
pub fn day_of(report: &Value, day: NaiveDate) -> &Value {
    let days = report["functions"][0]["days"].as_array().unwrap();
    let mut days = days.iter();
    days.find(|one| one["date"] == day.to_string())
        .unwrap_or_else(|| panic!("no {day} in {report:#}"))
}

/// Missing, doubled and foreign.
pub fn counts(day: &Value) -> [u64; 3] {
    ["missing", "doubled", "foreign"].map(|kind| day[kind].as_u64().unwrap())
}
