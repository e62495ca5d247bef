//! `zoomlogs replay`: past days once more, with the product's own function and with one that answers what it is told to.

mod interrupted;
mod state_file;

use chrono::{Datelike as _, Utc};
use serde_json::{Value, json};
use zoomlogs_core::checkpoint::Checkpoint;
use zoomlogs_core::report::OPERATION_LOGS;

use crate::command::Said;
use crate::lambda::Function;
use crate::operator;
use crate::pipeline::{FUNCTION, PREFIX, Pipeline, STATE_KEY, days_ago, variables};

/// The replay of the days from `from` to `to` days ago.
fn arguments(from: u64, to: u64) -> Vec<String> {
    let [from, to] = [from, to].map(|days| days_ago(days).to_string());
    ["replay", "--from", &from, "--to", &to]
        .map(ToOwned::to_owned)
        .to_vec()
}

fn replay(pipeline: &Pipeline, from: u64, to: u64, more: &[&str]) -> Said {
    let arguments = arguments(from, to);
    let arguments: Vec<_> = arguments
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    pipeline.zoomlogs(&arguments)
}

/// An answer about a day that was read to its end.
fn done(days: u64, in_zoom: u64, written: u64) -> Value {
    answer(days, true, written, in_zoom - written, Some(in_zoom))
}

fn answer(days: u64, complete: bool, written: u64, already: u64, in_zoom: Option<u64>) -> Value {
    let mut day = json!({
        "date": days_ago(days), "written": written, "already_delivered": already, "pages": 2, "swept": complete,
        "settled": false,
    });
    if let Some(in_zoom) = in_zoom {
        day["in_zoom"] = in_zoom.into();
    }
    json!({
        "ok": true, "written": written, "date": days_ago(0), "complete": complete, "days": [day], "requests": 2, "objects": [],
        "settled_through": days_ago(9),
    })
}

fn by_day(answers: &[(u64, &[Value])]) -> Value {
    let answers = answers
        .iter()
        .map(|(days, answers)| (days_ago(*days).to_string(), json!(answers)));
    Value::Object(answers.collect())
}

fn asked(function: &Function<'_>) -> Vec<String> {
    let events = function.events();
    events
        .iter()
        .map(|event| event["from"].as_str().unwrap().to_owned())
        .collect()
}

/// A function that is told what to answer.
async fn told(answers: &Value) -> Pipeline {
    let pipeline = Pipeline::start(0, 0).await;
    let function = Function::create(&pipeline.stack, FUNCTION, &variables()).await;
    function.answer(answers);
    pipeline
}

fn function(pipeline: &Pipeline) -> Function<'_> {
    Function::known(&pipeline.stack, FUNCTION)
}

#[tokio::test]
async fn what_the_bucket_lacks_is_delivered_and_the_table_tells_the_truth() {
    let pipeline = Pipeline::start(5, 120).await;
    pipeline.deploy().await;
    pipeline.zoomlogs(&["run"]).expect(0);
    // One day was delivered before, by somebody else's replay, all but what came late.
    replay(&pipeline, 3, 3, &[]).expect(0);
    let late = zoom_simulator::Generator::new(99).day_until(days_ago(3), 7, Utc::now());
    pipeline.zoom.world().truth.add_all(days_ago(3), late);

    let said = replay(&pipeline, 4, 1, &["--json"]).expect(0);
    let report = &said.json()[0];
    let days = report["days"].as_array().unwrap();
    assert_eq!(days.len(), 4);
    let (mut total, mut now) = (0, 0);
    for (row, ago) in days.iter().zip([4, 3, 2, 1]) {
        let in_zoom = pipeline.in_zoom(days_ago(ago));
        let before = if ago == 3 { in_zoom - 7 } else { 0 };
        assert_eq!(row["date"], days_ago(ago).to_string());
        assert_eq!(row["in_zoom"], in_zoom, "{row}");
        assert_eq!(row["already_delivered"], before, "{row}");
        assert_eq!(row["delivered_now"], in_zoom - before, "{row}");
        assert_eq!(row["pages"], in_zoom.div_ceil(50), "{row}");
        assert_eq!(pipeline.delivered(days_ago(ago)).await, in_zoom);
        total += in_zoom;
        now += in_zoom - before;
    }
    assert_eq!(report["total"]["in_zoom"], total);
    assert_eq!(report["total"]["delivered_now"], now);
    assert_eq!(report["state"], Value::Null);

    // Once more: it begins again, because the last one is done, and there is nothing to deliver.
    let said = replay(&pipeline, 4, 1, &[]).expect(0);
    let row = said
        .stdout
        .lines()
        .last()
        .unwrap()
        .split_whitespace()
        .collect::<Vec<_>>();
    let total = total.to_string();
    assert_eq!(row[..4], ["total", &total, &total, "0"], "{said:?}");
    assert!(said.stderr.contains("(4 of 4)"), "{said:?}");
}

#[tokio::test]
async fn a_day_that_takes_several_runs_is_counted_once() {
    // The second run began at the top again: what the first one delivered it found delivered.
    let parts = [
        answer(2, false, 500, 100, None),
        answer(2, true, 300, 700, Some(1_000)),
    ];
    let pipeline = told(&by_day(&[(2, &parts), (1, &[done(1, 3, 0)])])).await;
    let said = replay(&pipeline, 2, 1, &["--json"]).expect(0);
    let row = &said.json()[0]["days"][0];
    for (field, expected) in [
        ("in_zoom", 1_000),
        ("delivered_now", 800),
        ("already_delivered", 200),
        ("pages", 4),
        ("invocations", 2),
    ] {
        assert_eq!(row[field], expected, "{field} in {row}");
    }
}

#[tokio::test]
async fn a_day_that_fails_does_not_keep_the_others_and_is_tried_again_by_the_same_command() {
    let gap = json!({"errorType": "LogGap", "errorMessage": "no entry 3"});
    let answers = [
        (3, &[done(3, 3, 3)][..]),
        (2, &[gap]),
        (1, &[done(1, 5, 5)]),
    ];
    let pipeline = told(&by_day(&answers)).await;
    let day = days_ago(2).to_string();
    let said = replay(&pipeline, 3, 1, &[]).expect(4);
    let said = said.explains(&[&day, "LogGap", "no entry 3", "The same command goes on"]);
    assert!(said.stdout.contains("failed: LogGap"), "{said:?}");
    assert_eq!(asked(&function(&pipeline)).len(), 3);

    function(&pipeline).answer(&by_day(&[(2, &[done(2, 4, 4)])]));
    let said = replay(&pipeline, 3, 1, &["--json"]).expect(0);
    assert_eq!(asked(&function(&pipeline))[3..], [day]);
    assert_eq!(said.json()[0]["total"]["in_zoom"], 12);
}

#[tokio::test]
async fn what_every_day_would_meet_is_met_once() {
    let refused = json!({"errorType": "ZoomMissingScope", "errorMessage": "the app lacks a scope"});
    let pipeline = told(&by_day(&[(2, &[refused])])).await;
    replay(&pipeline, 2, 1, &[]).expect(4).explains(&[
        "ZoomMissingScope",
        "would fail alike",
        "Zoom App Marketplace",
    ]);
    assert_eq!(asked(&function(&pipeline)).len(), 1);
}

#[tokio::test]
async fn a_spent_budget_or_a_pause_stops_it_with_the_reason() {
    let mut nothing = answer(2, false, 0, 0, None);
    nothing["days"] = json!([]);
    let pipeline = told(&by_day(&[(2, &[nothing.clone(), nothing])])).await;
    let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, PREFIX, days_ago(5));
    checkpoint.requests.add(days_ago(0), 10_000);
    pipeline
        .bucket
        .write(STATE_KEY, checkpoint.to_bytes().unwrap())
        .await
        .unwrap();
    replay(&pipeline, 2, 1, &[]).expect(1).explains(&[
        "0 of today's 10000 are left",
        "the same command goes on after 00:00 UTC",
        &format!("stopped at {}", days_ago(2)),
        "today's 10000 requests to Zoom are spent",
        "The same command goes on",
    ]);
    checkpoint.paused_until = Some(Utc::now() + chrono::TimeDelta::hours(3));
    pipeline
        .bucket
        .write(STATE_KEY, checkpoint.to_bytes().unwrap())
        .await
        .unwrap();
    replay(&pipeline, 2, 1, &[])
        .expect(1)
        .explains(&["Zoom asked for no request until"]);
}

#[tokio::test]
async fn days_that_zoom_does_not_have_are_refused() {
    let pipeline = told(&json!({})).await;
    let today = Utc::now().date_naive();
    let first = today.checked_sub_months(chrono::Months::new(6)).unwrap();
    replay(&pipeline, 300, 1, &[])
        .expect(2)
        .explains(&["six months", &format!("the first day it has is {first}")]);
    replay(&pipeline, 1, 2, &[])
        .expect(2)
        .explains(&["is after the last"]);
    let next_year = format!("{}-01-01", today.year() + 1);
    let arguments = ["replay", "--from", "2026-11-01", "--to", &next_year];
    pipeline
        .zoomlogs(&arguments)
        .expect(2)
        .explains(&["in the future"]);
    pipeline
        .zoomlogs(&["replay", "--from", "yesterday", "--to", "today"])
        .expect(2)
        .explains(&["'yesterday'", "--from <DAY>", "YYYY-MM-DD"]);
    pipeline
        .zoomlogs(&["replay", "--from", "2026-06-01", "--to", "2026-06- 1"])
        .expect(2)
        .explains(&["'2026-06- 1'", "--to <DAY>", "YYYY-MM-DD"]);
    assert!(function(&pipeline).events().is_empty());
}

#[tokio::test]
async fn a_dry_run_delivers_and_keeps_nothing() {
    let pipeline = Pipeline::start(3, 60).await;
    pipeline.deploy().await;
    pipeline.zoomlogs(&["run"]).expect(0);
    let said = replay(&pipeline, 2, 1, &["--dry-run", "--json"]).expect(0);
    let report = &said.json()[0];
    for (row, ago) in report["days"].as_array().unwrap().iter().zip([2, 1]) {
        assert_eq!(
            row["delivered_now"],
            pipeline.in_zoom(days_ago(ago)),
            "{row}"
        );
        assert_eq!(pipeline.delivered(days_ago(ago)).await, 0);
    }
    assert_eq!(report["dry_run"], true);
    let estimate = &report["estimate"];
    assert_eq!(
        (&estimate["days"], &estimate["daily_request_budget"]),
        (&json!(2), &json!(10_000))
    );
    assert!(!pipeline.stack.directory().join("states").exists());
}

#[tokio::test]
async fn a_dry_run_tells_a_day_that_is_lost_from_one_that_is_held_up() {
    let mut nothing = answer(2, true, 0, 0, None);
    nothing["days"] = json!([]);
    let mut held_up = nothing.clone();
    held_up["complete"] = false.into();
    let pipeline = told(&by_day(&[(2, &[nothing]), (1, &[held_up])])).await;
    let said = replay(&pipeline, 2, 1, &["--dry-run"])
        .expect(4)
        .explains(&[
            &format!("failed on {} (ZoomBeyondHistory)", days_ago(2)),
            &format!("stopped at {}", days_ago(1)),
        ]);
    assert!(!said.stdout.contains("more than one run"), "{said:?}");
}

#[tokio::test]
async fn without_the_checkpoint_there_is_an_estimate_all_the_same() {
    let pipeline = told(&by_day(&[(1, &[done(1, 3, 3)])])).await;
    let rights = ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"];
    let key = operator::hire(&pipeline.stack, &rights).await;
    let arguments = arguments(1, 1);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut command = pipeline.command(&key, &arguments);
    crate::command::run(&mut command, "")
        .expect(0)
        .explains(&["s3:GetObject", "at least 1 request to Zoom"]);
}
