//! What the demo does, step by step.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use local_stack::{
    AccessKey, Applied, Bucket, DeployedReport, Deployment, Function, Stack, Variables, project,
};
use serde_json::{Map, json};

use crate::{
    account::{Account, Asked, equal_rows},
    search::{self, CommandLines},
    telling::{Telling, count, shortened},
};

/// For a scheduled run: the stack's schedules keep twice the pace, so half a minute and what the run takes, thrice over.
const PATIENCE: Duration = Duration::from_secs(100);

/// Everything that is running.
struct Scene {
    telling: Telling,
    account: Account,
    stack: Stack,
    deployment: Deployment,
    /// The log streams of the runs so far.
    runs: BTreeSet<String>,
    /// The keys in the bucket so far.
    keys: Vec<String>,
}

/// What a run did, seen from outside.
struct Effect {
    objects: Vec<String>,
    records: usize,
    asked: Asked,
}

/// Tells the story and returns how many promises were broken.
pub(crate) async fn tell() -> Result<u32> {
    println!(
        "Zoom operation logs to S3, each record exactly once: the whole pipeline on this machine."
    );
    let command_lines = CommandLines::watch();
    let mut scene = set().await?;

    scene.heading(
        "The schedule runs the function: every minute, and the emulator makes it half of one",
    );
    let effect = scene.scheduled_run().await?;
    scene.tell_effect("run 1, by the schedule", &effect);

    scene.heading("A direct invocation, under the same role");
    let effect = scene.direct_run().await?;
    scene.tell_effect("run 2, by hand", &effect);

    scene.heading("What the feed sees: the bucket, read as its user");
    let user = scene.reader()?;
    let key = scene.stack.create_access_key(user).await?;
    let reader = Bucket::new(scene.stack.aws_as(&key).await.s3, &scene.deployment.bucket);
    scene.show_bucket(&reader).await?;
    scene.compare(&reader).await?;
    scene.try_what_is_forbidden(&reader).await?;

    scene.heading("Records turn up late, in the middle of yesterday and today");
    scene.late_records().await?;
    scene.compare(&reader).await?;

    scene.heading("The schedule goes on, and there is nothing new at Zoom");
    scene.quiet_run("run 4, by the schedule").await?;
    scene.quiet_run("run 5, by the schedule").await?;
    scene.compare(&reader).await?;

    scene.heading("Looking for secrets where they must not be");
    scene.search(&command_lines, &key).await?;

    scene.telling.end();
    if env::var_os("KEEP").is_some_and(|keep| !keep.is_empty() && keep != "0") {
        scene.keep(&key)?;
        std::future::pending::<()>().await;
    }
    Ok(scene.telling.broken())
}

/// Builds, starts and deploys.
async fn set() -> Result<Scene> {
    let mut telling = Telling::new();

    telling.heading("The function, built for Lambda (the first time takes minutes)");
    let package = package().await?;
    let size = fs::metadata(&package)
        .with_context(|| package.display().to_string())?
        .len();
    telling.say(format!(
        "{} ({:.1} MiB)",
        package.display(),
        size as f64 / f64::from(1 << 20)
    ));

    telling.heading("Zoom, simulated");
    let account = Account::open()?;
    telling.say(format!("{}: an account with", account.server().url()));
    for day in account.days() {
        let truth = account.truth(day);
        telling.say(format!(
            "    {day}  {:>6} records, {} of them equal to another in every field",
            count(truth.len()),
            equal_rows(&truth)
        ));
    }

    telling.heading("AWS, emulated");
    let stack = Stack::start().await?;
    telling.say(format!(
        "{}: ministack, with TLS and IAM enforced",
        stack.endpoint()
    ));

    telling.heading("terraform apply");
    let variables = Variables {
        package_path: package,
        architecture: project::architecture().to_owned(),
        schedule_expression: "rate(1 minute)".to_owned(),
        schedule_enabled: true,
        lifecycle_enabled: false,
        settings: Map::from_iter([
            (
                "zoom_oauth_url".to_owned(),
                json!(account.server().oauth_url()),
            ),
            ("zoom_api_url".to_owned(), json!(account.server().api_url())),
            // What a Pro account grants.
            ("zoom_max_requests_per_second".to_owned(), json!(10)),
            (
                "start_date".to_owned(),
                json!(account.days()[0].to_string()),
            ),
        ]),
        options: Map::new(),
    };
    let Applied {
        deployment,
        summary,
        resources,
    } = stack.apply(&variables).await?;
    telling.say(format!("terraform/environments/local: {summary}"));
    for (module, resources) in by_module(&resources) {
        telling.say(format!("    {module:<17} {}", resources));
    }
    stack
        .put_secret(&deployment.secret_arn, &account.secret())
        .await?;
    telling.say("The Zoom credentials went into the secret, past Terraform");

    Ok(Scene {
        telling,
        account,
        stack,
        deployment,
        runs: BTreeSet::new(),
        keys: Vec::new(),
    })
}

impl Scene {
    fn heading(&mut self, text: &str) {
        self.telling.heading(text);
    }

    fn function(&self) -> Function<'_> {
        self.stack.function(self.deployment.operation_logs())
    }

    async fn scheduled_run(&mut self) -> Result<Effect> {
        let run = self.function().next_run(&self.runs, PATIENCE).await?;
        let failure = run.lines.iter().find(|line| line.contains("\"ERROR\""));
        if let Some(failure) = failure {
            self.telling.check(
                false,
                format!("the run failed: {}", shortened(failure, 400)),
            );
        }
        self.runs.insert(run.stream);
        self.effect().await
    }

    async fn direct_run(&mut self) -> Result<Effect> {
        let function = self.function();
        let run = function.invoke(&json!({})).await?;
        self.runs = function.runs().await?;
        let ok = run.function_error.is_none() && run.payload["ok"] == true;
        let answer = shortened(&run.payload.to_string(), 400);
        self.telling.check(ok, format!("it answered {answer}"));
        self.effect().await
    }

    async fn quiet_run(&mut self, name: &str) -> Result<()> {
        let effect = self.scheduled_run().await?;
        self.tell_effect(name, &effect);
        self.telling
            .check(effect.objects.is_empty(), "it wrote no object");
        let asked = &effect.asked.report;
        let once_a_day = !asked.is_empty() && asked.values().all(|requests| *requests == 1);
        let days = asked.keys().cloned().collect::<Vec<_>>().join(" and ");
        self.telling.check(
            once_a_day,
            format!("it asked Zoom once for each day whose head is due: {days}"),
        );
        Ok(())
    }

    async fn late_records(&mut self) -> Result<()> {
        let late = self.account.late_records();
        self.telling.say(format!(
            "Zoom now has {late} more, one of them equal to one that was delivered already"
        ));
        self.telling
            .say("For once, a run shall not wait six hours before it sweeps whole days again");
        self.function()
            .set_variable("FULL_SWEEP_MINUTES", Some("0"))
            .await?;
        let effect = self.direct_run().await?;
        self.function()
            .set_variable("FULL_SWEEP_MINUTES", None)
            .await?;
        self.tell_effect("run 3, by hand", &effect);
        self.telling.check(
            effect.records == late,
            format!("it delivered those {late} and nothing else"),
        );
        Ok(())
    }

    /// What came of the last run: new keys, what is in them, and what Zoom was asked.
    async fn effect(&mut self) -> Result<Effect> {
        let bucket = self.stack.bucket(&self.deployment.bucket);
        let keys = bucket
            .keys(&self.deployment.operation_logs().s3_prefix)
            .await?;
        let objects: Vec<String> = keys
            .iter()
            .filter(|key| !self.keys.contains(key))
            .cloned()
            .collect();
        let mut records = 0;
        for key in &objects {
            records += bucket.lines(key).await?.len();
        }
        self.keys = keys;
        Ok(Effect {
            objects,
            records,
            asked: self.account.asked(),
        })
    }

    fn tell_effect(&self, run: &str, effect: &Effect) {
        self.telling.say(format!(
            "{run}: {} records, {} new objects, {} requests to Zoom's report",
            count(effect.records),
            effect.objects.len(),
            effect.asked.requests()
        ));
    }

    /// The user that the feed reads as.
    fn reader(&self) -> Result<&str> {
        let user = self.deployment.reader_user_name.as_deref();
        user.context("the output reader_user_name is empty")
    }

    async fn show_bucket(&self, reader: &Bucket) -> Result<()> {
        self.telling.say(format!(
            "{} reads s3://{}/{}",
            self.reader()?,
            reader.name(),
            self.deployment.operation_logs().s3_prefix
        ));
        let keys = reader
            .keys(&self.deployment.operation_logs().s3_prefix)
            .await?;
        for key in &keys {
            let lines = reader.lines(key).await?;
            self.telling
                .say(format!("    {key}  {:>6} records", count(lines.len())));
        }
        if let Some(key) = keys.last() {
            self.telling.say("The last of them ends with");
            for line in reader.lines(key).await?.iter().rev().take(3).rev() {
                self.telling.say(format!("    {}", shortened(line, 150)));
            }
        }
        Ok(())
    }

    /// Delivered equals truth, day by day, as multisets of exact texts.
    async fn compare(&mut self, reader: &Bucket) -> Result<()> {
        for day in self.account.days() {
            let mut delivered = reader.records(&self.prefix_of(day)).await?;
            delivered.sort_unstable();
            let truth = self.account.truth(day);
            self.telling.check(
                delivered == truth,
                format!(
                    "{day}: {} delivered, {} at Zoom, the same to the last character",
                    count(delivered.len()),
                    count(truth.len())
                ),
            );
        }
        Ok(())
    }

    fn prefix_of(&self, day: NaiveDate) -> String {
        format!(
            "{}{}",
            self.deployment.operation_logs().s3_prefix,
            day.format("%Y/%m/%d/")
        )
    }

    async fn try_what_is_forbidden(&mut self, reader: &Bucket) -> Result<()> {
        let DeployedReport {
            s3_prefix,
            state_key,
            ..
        } = self.deployment.operation_logs();
        let first = self.keys.first().context("the bucket is empty")?;
        let tries = [
            ("read the state", reader.read(state_key).await.map(drop)),
            (
                "list what is beside the logs",
                reader.keys("").await.map(drop),
            ),
            (
                "write an object",
                reader
                    .write(&format!("{s3_prefix}forged.json.gz"), "{}")
                    .await,
            ),
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

    async fn search(&mut self, command_lines: &CommandLines, key: &AccessKey) -> Result<()> {
        let mut secrets = self.account.secret_texts();
        secrets.push(key.secret.clone());

        let function = self.function();
        let runs = function.runs().await?;
        let mut told = 0;
        for run in &runs {
            told += usize::from(search::holds(
                &secrets,
                &function.lines(run).await?.join("\n"),
            ));
        }
        self.telling.check(
            told == 0,
            format!("none in the function's logs ({} runs)", runs.len()),
        );

        let log = fs::read(self.stack.log_file()).context("ministack's log")?;
        self.telling.check(
            !search::holds(&secrets, &String::from_utf8_lossy(&log)),
            "none in ministack's log",
        );

        let state = self.stack.terraform_state_file();
        let (found, searched) =
            search::files_with(&secrets, state.parent().unwrap_or_else(|| Path::new("/")))?;
        self.telling.check(
            found.is_empty(),
            format!(
                "none in Terraform's state and files ({searched} files){}",
                found.iter().map(|f| format!(" {f}")).collect::<String>()
            ),
        );

        let lines = command_lines.seen();
        let shown = lines
            .iter()
            .filter(|line| search::holds(&secrets, line))
            .count();
        self.telling.check(
            shown == 0,
            format!(
                "none among the arguments of processes ({} command lines seen)",
                lines.len()
            ),
        );
        Ok(())
    }

    /// Writes down how to talk to all this, in files that only this user can read and that go with the stack.
    fn keep(&self, key: &AccessKey) -> Result<()> {
        let administrator = self.stack.directory().join("admin.env");
        let reader = self.stack.directory().join("reader.env");
        for (path, key) in [(&administrator, &AccessKey::root()), (&reader, key)] {
            let lines: String = self
                .stack
                .environment(key)
                .iter()
                .map(|(name, value)| format!("export {name}='{value}'\n"))
                .collect();
            fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .and_then(|mut file| file.write_all(lines.as_bytes()))
                .with_context(|| path.display().to_string())?;
        }
        let bucket = &self.deployment.bucket;
        let DeployedReport {
            s3_prefix,
            function_name,
            log_group_name,
            ..
        } = self.deployment.operation_logs();
        let zoom = self.account.server().url();
        println!(
            "
KEEP=1: everything keeps running, the schedule included, until Ctrl-C.

  AWS        {endpoint}   (CA: {ca})
  as root    . {administrator}
  as reader  . {reader}
  log        {log}
  state      {state}

  aws s3 ls --recursive s3://{bucket}/{s3_prefix}
  aws lambda invoke --function-name {function_name} /dev/stdout
  aws logs tail {log_group_name} --follow

  Zoom       {zoom}
  curl {zoom}/_simulator/truth
  curl {zoom}/_simulator/records -d '{{\"date\":\"{today}\",\"count\":10,\"seed\":1}}'
",
            endpoint = self.stack.endpoint(),
            ca = self.stack.ca_file().display(),
            administrator = administrator.display(),
            reader = reader.display(),
            log = self.stack.log_file().display(),
            state = self.stack.terraform_state_file().display(),
            today = self.account.days()[2],
        );
        Ok(())
    }
}

/// The zip to run: `PACKAGE`, or a fresh build.
async fn package() -> Result<PathBuf> {
    if let Some(package) = env::var_os("PACKAGE") {
        return fs::canonicalize(&package)
            .with_context(|| PathBuf::from(package).display().to_string());
    }
    Ok(project::package().await?)
}

/// What each module has, such as `iam_role`, or `cloudwatch_metric_alarm ×6`. An address ends in
/// `module.schedule["operationlogs"].aws_iam_role.schedule`.
fn by_module(addresses: &[String]) -> Vec<(String, String)> {
    let mut modules: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for address in addresses {
        let parts: Vec<&str> = address.split('.').collect();
        if let [.., module, kind, _] = parts.as_slice() {
            let module = module.split('[').next().unwrap_or(module);
            let kinds = modules.entry(module).or_default();
            *kinds.entry(kind.trim_start_matches("aws_")).or_default() += 1;
        }
    }
    let listed = |kinds: BTreeMap<&str, usize>| {
        let kinds = kinds.into_iter().map(|(kind, count)| match count {
            1 => kind.to_owned(),
            _ => format!("{kind} ×{count}"),
        });
        kinds.collect::<Vec<_>>().join(", ")
    };
    modules
        .into_iter()
        .map(|(module, kinds)| (module.to_owned(), listed(kinds)))
        .collect()
}
