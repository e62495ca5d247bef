//! The product's own function in the stack's Lambda, between a Zoom and a bucket.

use chrono::{Days, NaiveDate, Utc};
use local_stack::{AccessKey, Bucket, Stack};
use serde_json::json;
use zoom_simulator::{Credentials, Generator, Server, World};

use crate::command::{Said, command, run};
use crate::lambda::Function;

pub const PREFIX: &str = "zoom/operationlogs/";
pub const STATE_KEY: &str = "zoom/state/operationlogs.json";
pub const FUNCTION: &str = "zoom_operationlogs_to_s3";
const BUCKET: &str = "logs";
const SECRET: &str = "zoom";

/// A Zoom with records, a bucket, and a place for what an operator's command keeps.
pub struct Pipeline {
    pub stack: Stack,
    pub zoom: Server,
    pub bucket: Bucket,
}

/// The day so many days before today.
pub fn days_ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// The variables of a function that collects into the bucket from nowhere.
pub fn variables() -> Vec<(&'static str, String)> {
    vec![
        ("S3_BUCKET", BUCKET.to_owned()),
        ("ZOOM_SECRET_ID", SECRET.to_owned()),
    ]
}

impl Pipeline {
    /// A Zoom with `per_day` records on each of the last `days` days, today included.
    pub async fn start(days: u64, per_day: usize) -> Self {
        let stack = Stack::start().await.unwrap();
        let bucket = stack.create_bucket(BUCKET).await.unwrap();
        let mut world = World::new(11);
        for day in 0..days {
            let records = Generator::new(day).day_until(days_ago(day), per_day, Utc::now());
            world.truth.add_all(days_ago(day), records);
        }
        world.settings.per_second = 1_000;
        let zoom = Server::start(world).unwrap();
        let credentials = Credentials {
            account_id: "account".to_owned(),
            client_id: "client".to_owned(),
            client_secret: "secret".to_owned(),
        };
        let value =
            json!({"account_id": "account", "client_id": "client", "client_secret": "secret"});
        stack.put_secret(SECRET, &value.to_string()).await.unwrap();
        zoom.world().set_credentials(credentials);
        Self {
            stack,
            zoom,
            bucket,
        }
    }

    /// The product's function, which begins with today.
    pub async fn deploy(&self) -> Function<'_> {
        self.deploy_with(&[]).await
    }

    /// The same with these variables as well.
    pub async fn deploy_with(&self, more: &[(&'static str, String)]) -> Function<'_> {
        let mut variables = variables();
        variables.extend([
            ("ZOOM_OAUTH_URL", self.zoom.oauth_url()),
            ("ZOOM_API_URL", self.zoom.api_url()),
            ("ZOOM_MAX_REQUESTS_PER_SECOND", "100".to_owned()),
            ("PAGE_SIZE", "50".to_owned()),
            ("START_DATE", days_ago(0).to_string()),
        ]);
        variables.extend(more.iter().cloned());
        Function::deploy(&self.stack, FUNCTION, &variables).await
    }

    /// Runs a command about the function as the account's root.
    pub fn zoomlogs(&self, arguments: &[&str]) -> Said {
        run(&mut self.command(&AccessKey::root(), arguments), "")
    }

    /// Such a command, as the owner of `key`.
    pub fn command(&self, key: &AccessKey, arguments: &[&str]) -> std::process::Command {
        let mut command = command(&self.stack, key, arguments);
        command
            .args(["--function", FUNCTION])
            .env("XDG_STATE_HOME", self.stack.directory().join("states"))
            .env("HOME", self.stack.directory());
        command
    }

    /// The records that Zoom has of a day.
    pub fn in_zoom(&self, day: NaiveDate) -> u64 {
        self.zoom.world().truth.count(day) as u64
    }

    /// The records that the bucket has of a day.
    pub async fn delivered(&self, day: NaiveDate) -> u64 {
        let prefix = format!("{PREFIX}{}/", day.format("%Y/%m/%d"));
        self.bucket.records(&prefix).await.unwrap().len() as u64
    }
}
