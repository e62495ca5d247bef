//! What the demo does, step by step.

use std::{env, time::Duration};

use anyhow::{Context, Result};
use local_stack::{AccessKey, Bucket};
use serde_json::json;
use zoom_simulator::Report;

use crate::{
    scene::Scene,
    search::CommandLines,
    setting::set,
    telling::{count, shortened},
};

/// For a scheduled run: the stack's schedules keep twice the pace, so half a minute and what the run takes, thrice over.
const PATIENCE: Duration = Duration::from_secs(100);

/// Tells the story and returns how many promises were broken.
pub(crate) async fn tell() -> Result<u32> {
    println!(
        "Zoom's operation logs and sign-ins to S3, each record exactly once: the whole pipeline on this machine."
    );
    let command_lines = CommandLines::watch();
    let mut scene = set().await?;

    scene.heading(
        "The schedules run the functions: every minute, and the emulator makes it half of one",
    );
    for report in Report::ALL {
        scene.scheduled_run(report).await?;
    }

    scene.heading("A direct invocation, under the same roles");
    for report in Report::ALL {
        scene.direct_run(report).await?;
    }

    scene.heading("What the feeds see: the bucket, read as their user");
    let key = scene.stack.create_access_key(scene.reader()?).await?;
    let reader = Bucket::new(scene.stack.aws_as(&key).await.s3, &scene.deployment.bucket);
    for report in Report::ALL {
        scene.show_log(&reader, report).await?;
    }
    scene.compare(&reader).await?;
    scene.try_what_is_forbidden(&reader).await?;

    scene.heading("Records turn up late, in the middle of yesterday and today");
    for report in Report::ALL {
        scene.late_records(report).await?;
    }
    scene.compare(&reader).await?;

    scene.heading("The schedules go on, and there is nothing new at Zoom");
    for _ in 0..2 {
        for report in Report::ALL {
            scene.quiet_run(report).await?;
        }
    }
    scene.compare(&reader).await?;

    scene.heading("What an operator sees: zoomlogs status");
    scene.show_status().await?;
    scene.heading("What an auditor sees: zoomlogs verify, which reads Zoom and the bucket itself");
    scene.show_verification().await?;
    scene.heading("What Google SecOps will make of it: zoomlogs udm, by the published mapping");
    scene.show_udm().await?;

    scene.heading("Looking for secrets where they must not be");
    scene.search(&command_lines, &key).await?;

    scene.telling.end();
    if env::var_os("KEEP").is_some_and(|keep| !keep.is_empty() && keep != "0") {
        scene.keep(&key)?;
        std::future::pending::<()>().await;
    }
    Ok(scene.telling.broken())
}

impl Scene {
    async fn scheduled_run(&mut self, report: Report) -> Result<()> {
        let known = self.seen(report).runs.clone();
        let run = self.function(report).next_run(&known, PATIENCE).await?;
        let failure = run.lines.iter().find(|line| line.contains("\"ERROR\""));
        if let Some(failure) = failure {
            self.telling.check(
                false,
                format!("the run failed: {}", shortened(failure, 400)),
            );
        }
        self.seen(report).runs.insert(run.stream);
        self.tell_effect(report, "by its schedule").await.map(drop)
    }

    async fn direct_run(&mut self, report: Report) -> Result<usize> {
        let function = self.function(report);
        let run = function.invoke(&json!({})).await?;
        let runs = function.runs().await?;
        self.seen(report).runs = runs;
        let ok = run.function_error.is_none() && run.payload["ok"] == true;
        let answer = shortened(&run.payload.to_string(), 400);
        self.telling.check(ok, format!("it answered {answer}"));
        Ok(self.tell_effect(report, "by hand").await?.records)
    }

    async fn quiet_run(&mut self, report: Report) -> Result<()> {
        let known = self.seen(report).runs.clone();
        let run = self.function(report).next_run(&known, PATIENCE).await?;
        self.seen(report).runs.insert(run.stream);
        let effect = self.tell_effect(report, "by its schedule").await?;
        self.telling
            .check(effect.objects.is_empty(), "it wrote no object");
        let once_a_day = !effect.asked.is_empty() && effect.asked.values().all(|asked| *asked == 1);
        let days = effect.asked.keys().cloned().collect::<Vec<_>>();
        self.telling.check(
            once_a_day,
            format!(
                "it asked Zoom once for each day whose head is due: {}",
                days.join(" and ")
            ),
        );
        Ok(())
    }

    async fn late_records(&mut self, report: Report) -> Result<()> {
        let late = self.account.late_records(report);
        self.telling.say(format!(
            "Zoom's report {} has {late} more, one of them equal to one that was delivered already. For once, a run shall not \
             wait six hours before it sweeps whole days again",
            report.name()
        ));
        self.function(report)
            .set_variable("FULL_SWEEP_MINUTES", Some("0"))
            .await?;
        let delivered = self.direct_run(report).await?;
        self.function(report)
            .set_variable("FULL_SWEEP_MINUTES", None)
            .await?;
        self.telling.check(
            delivered == late,
            format!("it delivered those {late} and nothing else"),
        );
        Ok(())
    }

    async fn show_log(&self, reader: &Bucket, report: Report) -> Result<()> {
        let prefix = &self.deployment.report(report.name()).s3_prefix;
        self.telling.say(format!(
            "{} reads s3://{}/{prefix}",
            self.reader()?,
            reader.name(),
        ));
        let keys = reader.keys(prefix).await?;
        for key in &keys {
            let lines = reader.lines(key).await?;
            self.telling
                .say(format!("    {key}  {:>6} records", count(lines.len())));
        }
        let last = keys.last().context("the log is empty")?;
        self.telling.say("The last of them ends with");
        for line in reader.lines(last).await?.iter().rev().take(2).rev() {
            self.telling.say(format!("    {}", shortened(line, 150)));
        }
        Ok(())
    }

    /// Delivered equals truth, report by report and day by day, as multisets of exact texts.
    async fn compare(&mut self, reader: &Bucket) -> Result<()> {
        for report in Report::ALL {
            for day in self.account.days() {
                let prefix = &self.deployment.report(report.name()).s3_prefix;
                let of_day = format!("{prefix}{}", day.format("%Y/%m/%d/"));
                let mut delivered = reader.records(&of_day).await?;
                delivered.sort_unstable();
                let truth = self.account.truth(report, day);
                self.telling.check(
                    delivered == truth,
                    format!(
                        "{} {day}: {} delivered, {} at Zoom, the same to the last character",
                        report.name(),
                        count(delivered.len()),
                        count(truth.len())
                    ),
                );
            }
        }
        Ok(())
    }

    async fn try_what_is_forbidden(&mut self, reader: &Bucket) -> Result<()> {
        let logs = self.deployment.operation_logs();
        let first = self.seen.values().flat_map(|seen| &seen.keys).next();
        let first = first.context("the bucket is empty")?;
        let forged = format!("{}forged.json.gz", logs.s3_prefix);
        let tries = [
            (
                "read a checkpoint",
                reader.read(&logs.state_key).await.map(drop),
            ),
            (
                "list what is beside the logs",
                reader.keys("").await.map(drop),
            ),
            ("write an object", reader.write(&forged, "{}").await),
            ("overwrite an object", reader.write(first, "{}").await),
            ("delete an object", reader.delete(first).await),
        ];
        for (what, tried) in tries {
            let denied = tried.as_ref().is_err_and(local_stack::Error::is_denied);
            let answer = match tried {
                Err(_) if denied => "AccessDenied".to_owned(),
                Err(error) => error.to_string(),
                Ok(()) => "allowed!".to_owned(),
            };
            self.telling
                .check(denied, format!("it may not {what}: {answer}"));
        }
        Ok(())
    }

    /// The user that the feeds read as.
    pub(crate) fn reader(&self) -> Result<&str> {
        let user = self.deployment.reader_user_name.as_deref();
        user.context("the output reader_user_name is empty")
    }

    /// Looks for what is secret in all that was written and started.
    async fn search(&mut self, command_lines: &CommandLines, key: &AccessKey) -> Result<()> {
        let mut secrets = self.account.secret_texts();
        secrets.push(key.secret.clone());
        for report in Report::ALL {
            self.search_log_of(report, &secrets).await?;
        }
        self.search_elsewhere(command_lines, &secrets)
    }
}
