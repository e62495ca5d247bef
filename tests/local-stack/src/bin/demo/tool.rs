//! The operator's tool, run on what was delivered.

use std::env;

use anyhow::{Context, Result};
use local_stack::{AccessKey, project};
use tokio::process::Command;
use zoom_simulator::Report;

use crate::scene::Scene;

/// How much of a long answer is shown.
const LINES: usize = 30;

impl Scene {
    pub(crate) async fn show_status(&mut self) -> Result<()> {
        for report in Report::ALL {
            let name = self.deployment.report(report.name()).function_name.clone();
            self.show(&["status", "--function", &name]).await?;
        }
        Ok(())
    }

    pub(crate) async fn show_verification(&mut self) -> Result<()> {
        let [first, _, last] = self.account.days().map(|day| day.to_string());
        for report in Report::ALL {
            let name = self.deployment.report(report.name()).function_name.clone();
            let days = ["--from", &first, "--to", &last];
            let arguments = [&["verify", "--function", &name][..], &days].concat();
            self.show(&arguments).await?;
        }
        Ok(())
    }

    pub(crate) async fn show_udm(&mut self) -> Result<()> {
        let bucket = self.deployment.bucket.clone();
        for report in Report::ALL {
            let prefix = &self.deployment.report(report.name()).s3_prefix;
            let log = format!("s3://{bucket}/{prefix}");
            self.show(&["udm", &log, "--table", "--limit", "4"]).await?;
            self.show(&["udm", &log, "--stats"]).await?;
        }
        Ok(())
    }

    /// Runs the tool as an operator would, shows what it says, and that it finds nothing wrong.
    async fn show(&mut self, arguments: &[&str]) -> Result<()> {
        self.telling
            .say(format!("$ zoomlogs {}", arguments.join(" ")));
        let answer = Command::new(project::program("zoomlogs")?)
            .args(arguments)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .envs(self.stack.environment(&AccessKey::root()))
            .kill_on_drop(true)
            .output()
            .await
            .context("zoomlogs")?;
        let said = String::from_utf8_lossy(&answer.stdout);
        for line in said.lines().take(LINES) {
            self.telling.say(format!("    {line}"));
        }
        if said.lines().count() > LINES {
            self.telling.say("    …");
        }
        let code = answer.status.code().unwrap_or(-1);
        if code != 0 {
            self.telling.say(String::from_utf8_lossy(&answer.stderr));
        }
        self.telling
            .check(code == 0, format!("its exit code is {code}"));
        Ok(())
    }
}
