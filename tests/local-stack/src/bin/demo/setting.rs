//! Builds, starts and deploys everything.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use local_stack::{Applied, Stack, Variables, project};
use serde_json::{Map, json};
use zoom_simulator::Report;

use crate::{
    account::{Account, equal_rows},
    scene::Scene,
    telling::{Telling, count},
};

pub(crate) async fn set() -> Result<Scene> {
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
    for report in Report::ALL {
        for day in account.days() {
            let truth = account.truth(report, day);
            telling.say(format!(
                "    {:<13}  {day}  {:>6} records, {} of them equal to another in every field",
                report.name(),
                count(truth.len()),
                equal_rows(&truth)
            ));
        }
    }

    telling.heading("AWS, emulated");
    let stack = Stack::start().await?;
    telling.say(format!(
        "{}: ministack, with TLS and IAM enforced",
        stack.endpoint()
    ));

    telling.heading("terraform apply, with reports = { operationlogs = {}, activities = {} }");
    let Applied {
        deployment,
        summary,
        resources,
    } = stack.apply(&variables(&package, &account)).await?;
    telling.say(format!("terraform/environments/local: {summary}"));
    for (module, resources) in by_module(&resources) {
        telling.say(format!("    {module:<17} {resources}"));
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
        seen: BTreeMap::new(),
    })
}

fn variables(package: &Path, account: &Account) -> Variables {
    let reports = Report::ALL.map(|report| (report.name().to_owned(), json!({})));
    let settings = json!({
        "zoom_oauth_url": account.server().oauth_url(),
        "zoom_api_url": account.server().api_url(),
        // What a Pro account grants.
        "zoom_max_requests_per_second": 10,
        "start_date": account.days()[0].to_string(),
    });
    Variables {
        package_path: package.to_owned(),
        architecture: project::architecture().to_owned(),
        schedule_expression: "rate(1 minute)".to_owned(),
        schedule_enabled: true,
        lifecycle_enabled: false,
        settings: settings.as_object().cloned().unwrap_or_default(),
        options: Map::from_iter([("reports".to_owned(), Map::from_iter(reports).into())]),
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
