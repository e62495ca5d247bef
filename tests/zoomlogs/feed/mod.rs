//! `zoomlogs feed`.

mod api;
mod create;
mod credentials;
mod form;
mod recovery;
mod schema;
mod secops;
mod several;
mod update;

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use self::secops::{INSTANCE, PROJECT, SecOps};
use crate::command::{Said, ZOOMLOGS, run};

pub const KEY_ID: &str = "AKIAFEEDFEEDFEEDFEED";
pub const SECRET: &str = "kX9feed/secret+access/key0123456789abcde";

/// What `reader-key issue --json` prints.
pub fn key() -> String {
    json!({"user": "reader", "access_key_id": KEY_ID, "secret_access_key": SECRET}).to_string()
}

/// Where the feed of a form without an environment reads.
pub const DIRECT: [&str; 5] = ["feed", "--bucket", "logs", "--user", "reader"];

/// Somebody who is signed in to Google, with a SecOps instance.
pub struct Scene {
    pub secops: SecOps,
    home: TempDir,
}

impl Scene {
    pub async fn start() -> Self {
        let secops = SecOps::start(SECRET).await;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/gcloud");
        fs::create_dir_all(&folder).unwrap();
        let signed_in = json!({
            "type": "authorized_user", "client_id": "id", "client_secret": "hush", "refresh_token": "1//refresh",
            "quota_project_id": "acme-quota", "token_uri": format!("{}/token", secops.endpoint),
        });
        let file = folder.join("application_default_credentials.json");
        fs::write(file, signed_in.to_string()).unwrap();
        Self { secops, home }
    }

    /// `zoomlogs` with these arguments, its SecOps being this one.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(arguments);
        command.env("HOME", self.home.path()).args([
            "--project",
            PROJECT,
            "--location",
            "eu",
            "--instance",
            INSTANCE,
            "--endpoint",
            &self.secops.endpoint,
        ]);
        command
    }

    /// Runs `feed` for a bucket with a key from standard input.
    pub async fn create(&self, more: &[&str]) -> Said {
        let arguments = [&DIRECT[..], &["--create", "--key-stdin", "--json"], more].concat();
        self.run(&arguments, &key()).await
    }

    /// Runs a command, beside this process's server.
    pub async fn run(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(arguments);
        let input = input.to_owned();
        let said = tokio::task::spawn_blocking(move || run(&mut command, &input));
        said.await
            .unwrap()
            .hides(&[SECRET, secops::TOKEN, "hush", "1//refresh"])
    }
}

/// `zoomlogs` with nothing of this machine's environment but where programs are.
pub fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(ZOOMLOGS);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// A feed as Google shows it.
pub fn present(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut feed = json!({
        "name": format!("{}/feeds/{id}", secops::PARENT), "displayName": "Zoom Operation Logs", "state": "SUCCEEDED",
        "details": {
            "feedSourceType": "AMAZON_S3_V2", "logType": format!("{}/logTypes/ZOOM_OPERATION_LOGS", secops::PARENT),
            "amazonS3V2Settings": {
                "s3Uri": "s3://logs/zoom/operationlogs/", "sourceDeletionOption": "NEVER", "maxLookbackDays": 180,
                "authentication": {"accessKeySecretAuth": {"accessKeyId": KEY_ID}},
            },
        },
    });
    change(&mut feed);
    feed
}
