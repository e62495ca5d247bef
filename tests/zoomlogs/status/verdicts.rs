//! What the checkpoint and the log say, and the verdict on it.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use zoomlogs_core::checkpoint::{Checkpoint, DayState};
use zoomlogs_core::metrics::name;
use zoomlogs_core::report::OPERATION_LOGS;

use super::{Scene, error, healthy, metrics, minutes_ago};
use crate::lambda::Function;
use crate::pipeline::{FUNCTION, PREFIX, Pipeline, STATE_KEY, days_ago, variables};

#[tokio::test]
async fn a_function_that_never_ran_is_told_how_to() {
    let scene = Scene::start().await;
    scene.expect(
        "red",
        &[
            "no run yet",
            "zoomlogs run --function zoom_operationlogs_to_s3",
        ],
    );
}

#[tokio::test]
async fn a_failed_run_is_red_until_one_is_complete() {
    let scene = Scene::start().await;
    let mut checkpoint = healthy();
    checkpoint.last_complete_run = Some(minutes_ago(30));
    scene.keep(&checkpoint).await;
    let problem = "the secret zoom has no value";
    scene
        .log(&[
            (minutes_ago(200), metrics(7, true)),
            (minutes_ago(16), metrics(0, false)),
            (minutes_ago(16), error("SecretMissing", problem)),
        ])
        .await;
    let status = scene.expect(
        "red",
        &[
            "SecretMissing",
            problem,
            "30 minutes ago",
            "zoomlogs credentials",
        ],
    );
    let function = &status["functions"][0];
    assert_eq!(function["errors"][0]["kind"], "SecretMissing");
    let failed = function["hours"].as_array().unwrap();
    assert_eq!(
        failed
            .iter()
            .filter(|hour| hour["failed_runs"] == 1)
            .count(),
        1
    );
    let said = scene.status().expect(5);
    assert!(
        said.stdout.contains("RED") && said.stdout.contains("Last errors"),
        "{said:?}"
    );

    checkpoint.last_complete_run = Some(minutes_ago(1));
    scene.keep(&checkpoint).await;
    let status = scene.expect("green", &[]);
    assert_eq!(
        status["functions"][0]["errors"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn each_state_has_its_verdict() {
    type Change = fn(&mut Checkpoint);
    let rows: [(&str, Change, &[&str]); 9] = [
        ("green", |_| {}, &[]),
        (
            "red",
            |it| it.last_complete_run = Some(minutes_ago(61)),
            &["No run has done all that was due for 1 hour"],
        ),
        (
            "green",
            |it| it.last_complete_run = Some(minutes_ago(58)),
            &[],
        ),
        (
            "red",
            |it| it.last_complete_run = None,
            &["No run has been complete yet"],
        ),
        (
            "yellow",
            |it| it.requests.add(days_ago(0), 7_961),
            &["8001 of the day's 10000", "zoom_daily_request_budget"],
        ),
        ("green", |it| it.requests.add(days_ago(0), 7_960), &[]),
        (
            "red",
            |it| it.requests.add(days_ago(0), 9_960),
            &["are spent", "00:00 UTC"],
        ),
        (
            "yellow",
            |it| it.paused_until = Some(Utc::now() + TimeDelta::hours(2)),
            &["asked for no request until"],
        ),
        (
            "yellow",
            |it| {
                it.lost.insert(days_ago(190));
            },
            &["stopped keeping days", "cannot be had again"],
        ),
    ];
    let scene = Scene::start().await;
    scene.log(&[(minutes_ago(300), metrics(7, false))]).await;
    for (verdict, change, parts) in rows {
        let mut checkpoint = healthy();
        change(&mut checkpoint);
        scene.keep(&checkpoint).await;
        scene.expect(verdict, parts);
    }
}

#[tokio::test]
async fn a_day_that_does_not_settle_is_a_backlog_at_first_and_then_a_fault() {
    let scene = Scene::start().await;
    let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, PREFIX, days_ago(5));
    checkpoint.last_complete_run = Some(minutes_ago(5));
    checkpoint.put_day(days_ago(5), DayState::default());
    scene.keep(&checkpoint).await;
    let day = days_ago(5).to_string();
    scene.expect("yellow", &[&day, "still open", "backlog"]);

    // As every run of the last day said.
    let run = |minutes| {
        let seconds = (4 * 24 * 60 - minutes) as f64 * 60.0;
        let line = json!({
            (name::RECORDS_WRITTEN): 0.0, (name::COMPLETE_RUNS): 1.0, (name::OLDEST_OPEN_DAY_AGE_SECONDS): seconds,
        });
        (minutes_ago(minutes), line.to_string())
    };
    scene.log(&[run(23 * 60 + 30), run(12 * 60), run(15)]).await;
    scene.expect("red", &[&day, "Look for errors of that day"]);
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_used_is_a_finding() {
    let scene = Scene::start().await;
    scene.log(&[(minutes_ago(10), metrics(7, true))]).await;
    scene.expect("yellow", &["is not there", "older version"]);
    let bucket = &scene.pipeline.bucket;
    bucket.write(STATE_KEY, "{").await.unwrap();
    scene.expect("yellow", &["damaged", "older version"]);
    bucket.write(STATE_KEY, r#"{"version": 99}"#).await.unwrap();
    scene.expect("red", &["format 99", "newer"]);
    scene
        .keep(&Checkpoint::new(&OPERATION_LOGS, "elsewhere/", days_ago(1)))
        .await;
    scene.expect(
        "red",
        &["belongs to another log", "operationlogs under elsewhere/"],
    );
}

#[tokio::test]
async fn a_configuration_with_which_it_cannot_start_is_a_finding() {
    let pipeline = Pipeline::start(0, 0).await;
    let mut variables = variables();
    variables.push(("PAGE_SIZE", "many".to_owned()));
    Function::create(&pipeline.stack, FUNCTION, &variables).await;
    let said = pipeline.zoomlogs(&["status"]).expect(5);
    assert!(
        said.stdout.contains("It cannot start") && said.stdout.contains("PAGE_SIZE"),
        "{said:?}"
    );
}
