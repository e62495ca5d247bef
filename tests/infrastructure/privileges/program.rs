//! The function's own program under a function's role, through everything that makes it call AWS.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, Utc};
use local_stack::{DeployedReport, Deployment, Invocation, RuntimeApi, Stack};
use serde_json::{Map, Value, json};
use zoom_simulator::{Credentials, Generator, Report, Server, World};

use super::decisions::{Decision, Decisions};

/// An action on a kind of thing.
pub type Use = (String, &'static str);

/// What an ARN is of, to the function that collects this report.
pub fn kind(deployment: &Deployment, report: &str, arn: &str) -> &'static str {
    let DeployedReport {
        s3_prefix,
        state_key,
        ..
    } = deployment.report(report);
    let bucket = format!("arn:aws:s3:::{}", deployment.bucket);
    if arn == bucket {
        "the bucket"
    } else if arn == format!("{bucket}/{state_key}") {
        "the checkpoint"
    } else if arn.starts_with(&format!("{bucket}/{s3_prefix}")) {
        "an entry"
    } else if arn == deployment.secret_arn {
        "the secret"
    } else if Some(arn) == deployment.kms_key_arn.as_deref() {
        "the key"
    } else {
        "something else"
    }
}

/// What was allowed to that function, by kind.
pub fn uses<'a>(
    deployment: &Deployment,
    report: &str,
    decisions: impl IntoIterator<Item = &'a Decision>,
) -> BTreeSet<Use> {
    decisions
        .into_iter()
        .filter(|decision| decision.allowed)
        .map(|decision| {
            (
                decision.action.clone(),
                kind(deployment, report, &decision.resource),
            )
        })
        .collect()
}

/// A Zoom account with a few records of each report on each of two days.
pub fn zoom() -> Server {
    let mut world = World::new(4);
    for report in Report::ALL {
        for day in 0..2 {
            let generator = Generator::new(day).of(report);
            let records = generator.day_until(days_ago(day), 20, Utc::now());
            world.truth_of_mut(report).add_all(days_ago(day), records);
        }
    }
    world.set_credentials(credentials());
    world.settings.per_second = 1_000;
    Server::start(world).unwrap()
}

/// The settings of functions that read that account.
pub fn settings(zoom: &Server) -> Map<String, Value> {
    let settings = json!({
        "zoom_oauth_url": zoom.oauth_url(),
        "zoom_api_url": zoom.api_url(),
        "start_date": days_ago(1).to_string(),
        "zoom_max_requests_per_second": 100,
        "full_sweep_minutes": 0,
    });
    settings.as_object().unwrap().clone()
}

/// Lets the program do all that it ever does, as the role of the function that collects this report and with the settings that
/// Terraform gave it, and says what it was allowed. Nothing may have been denied.
pub async fn live(
    stack: &Stack,
    deployment: &Deployment,
    report: &str,
    zoom: &Server,
    decisions: &mut Decisions,
) -> BTreeSet<Use> {
    let deployed = deployment.report(report);
    let function = program(stack, deployed).await;
    let bucket = stack.bucket(&deployment.bucket);
    let reported = Report::ALL.into_iter().find(|one| one.name() == report);
    let arrive = |days, count| arrive(zoom, reported.unwrap(), days, count);
    decisions.take();

    let first = invoke(&function).await;
    first.error().expect("there are no credentials yet");
    let Credentials {
        account_id,
        client_id,
        client_secret,
    } = credentials();
    let secret =
        json!({"account_id": account_id, "client_id": client_id, "client_secret": client_secret});
    stack
        .put_secret(&deployment.secret_arn, &secret.to_string())
        .await
        .unwrap();

    deliver(&function, 40).await;
    deliver(&function, 0).await;
    arrive(1, 3);
    deliver(&function, 3).await;

    // The log tells where the checkpoint stood; and so does an earlier version of it.
    bucket.delete(&deployed.state_key).await.unwrap();
    arrive(0, 2);
    deliver(&function, 2).await;
    bucket
        .write(&deployed.state_key, "no checkpoint")
        .await
        .unwrap();
    deliver(&function, 0).await;

    // Without any of its versions, only the log is left to tell; what was deleted from it counts as well.
    let entries = bucket.keys(&deployed.s3_prefix).await.unwrap();
    bucket.delete(&entries[0]).await.unwrap();
    for version in bucket.versions(&deployed.state_key).await.unwrap() {
        bucket
            .delete_version(&version.key, &version.id)
            .await
            .unwrap();
    }
    arrive(1, 1);
    deliver(&function, 1).await;

    // For the next function there are none, as well.
    stack
        .put_secret(&deployment.secret_arn, "no credentials")
        .await
        .unwrap();
    let decisions = decisions.take();
    let denied: Vec<_> = decisions
        .iter()
        .filter(|decision| !decision.allowed)
        .collect();
    assert!(denied.is_empty(), "the program was denied: {denied:#?}");
    uses(deployment, report, &decisions)
}

async fn program(stack: &Stack, report: &DeployedReport) -> RuntimeApi {
    let role = stack
        .assume_role(&report.function_role_arn, "program")
        .await
        .unwrap();
    let configuration = stack.aws().lambda.get_function_configuration();
    let configuration = configuration
        .function_name(&report.function_name)
        .send()
        .await
        .unwrap();
    let mut environment = stack.environment(&role);
    environment.extend(configuration.environment.unwrap().variables.unwrap());
    RuntimeApi::new(env!("CARGO_BIN_EXE_zoom_operationlogs_to_s3"), environment).unwrap()
}

async fn invoke(function: &RuntimeApi) -> Invocation {
    function.invoke(json!({})).await.unwrap()
}

/// A run that must deliver so many records.
async fn deliver(function: &RuntimeApi, records: usize) {
    let run = invoke(function).await;
    let answer = run
        .answer()
        .unwrap_or_else(|error| panic!("{error}: {}", run.log));
    assert_eq!(answer["written"], records, "{}", run.log);
}

fn arrive(zoom: &Server, report: Report, days: u64, count: usize) {
    let generator = Generator::new(count as u64 + 100).of(report);
    let late = generator.day_until(days_ago(days), count, Utc::now());
    let mut world = zoom.world();
    world.truth_of_mut(report).add_all(days_ago(days), late);
}

fn credentials() -> Credentials {
    Credentials {
        account_id: "account".to_owned(),
        client_id: "client".to_owned(),
        client_secret: "secret".to_owned(),
    }
}

fn days_ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}
