//! `zoomlogs status`: the verdict on a pipeline in each of its states.

mod deployed;
mod rights;
mod verdicts;

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use chrono::{DateTime, TimeDelta, Utc};
use local_stack::Stack;
use serde_json::{Value, json};
use zoomlogs_core::checkpoint::Checkpoint;
use zoomlogs_core::log_event::LogEvent;
use zoomlogs_core::metrics::name;
use zoomlogs_core::report::OPERATION_LOGS;

use crate::command::Said;
use crate::lambda::Function;
use crate::pipeline::{FUNCTION, PREFIX, Pipeline, STATE_KEY, days_ago, variables};

/// A function that was told nothing, because nobody invokes it, and what it left behind.
struct Scene {
    pipeline: Pipeline,
}

fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    Utc::now() - TimeDelta::minutes(minutes)
}

/// As a healthy function leaves it.
fn healthy() -> Checkpoint {
    let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, PREFIX, days_ago(1));
    checkpoint.last_complete_run = Some(minutes_ago(5));
    checkpoint.newest_record = Some(minutes_ago(12));
    checkpoint.requests.add(days_ago(0), 40);
    checkpoint
}

fn metrics(written: u64, complete: bool) -> String {
    json!({"_aws": {}, (name::RECORDS_WRITTEN): written as f64, (name::COMPLETE_RUNS): f64::from(complete)})
        .to_string()
}

fn error(kind: &str, problem: &str) -> String {
    let event = LogEvent::RunFailed.as_str();
    let fields =
        json!({"message": "failed", (LogEvent::FIELD): event, "kind": kind, "problem": problem});
    json!({"level": "ERROR", "fields": fields, "span": {}}).to_string()
}

impl Scene {
    async fn start() -> Self {
        let pipeline = Pipeline::start(0, 0).await;
        Function::create(&pipeline.stack, FUNCTION, &variables()).await;
        Self { pipeline }
    }

    async fn keep(&self, checkpoint: &Checkpoint) {
        let bytes = checkpoint.to_bytes().unwrap();
        self.pipeline.bucket.write(STATE_KEY, bytes).await.unwrap();
    }

    async fn log(&self, lines: &[(DateTime<Utc>, String)]) {
        log(&self.pipeline.stack, FUNCTION, lines).await;
    }

    fn status(&self) -> Said {
        self.pipeline.zoomlogs(&["status"])
    }

    /// Fails unless the verdict is this and one of the findings has each of these.
    fn expect(&self, verdict: &str, parts: &[&str]) -> Value {
        let said = self.pipeline.zoomlogs(&["status", "--json"]);
        let said = said.expect(if verdict == "red" { 5 } else { 0 });
        let status = said.json();
        assert_eq!(status["verdict"], verdict, "{status:#}");
        let findings = status["functions"][0]["findings"].as_array().unwrap();
        let found = findings.iter().any(|finding| {
            let text = finding.to_string();
            parts.iter().all(|part| text.contains(part))
        });
        assert!(found || parts.is_empty(), "no {parts:?} in {findings:#?}");
        assert_eq!(findings.is_empty(), verdict == "green", "{findings:#?}");
        status
    }
}

/// Writes lines into a function's log, which is made when it is not there.
async fn log(stack: &Stack, function: &str, lines: &[(DateTime<Utc>, String)]) {
    let logs = &stack.aws().logs;
    let group = format!("/aws/lambda/{function}");
    // The second time they are there.
    let _ = logs.create_log_group().log_group_name(&group).send().await;
    let stream = logs.create_log_stream().log_group_name(&group);
    let _ = stream.log_stream_name("stream").send().await;
    let mut put = logs
        .put_log_events()
        .log_group_name(&group)
        .log_stream_name("stream");
    for (at, line) in lines {
        let event = InputLogEvent::builder()
            .timestamp(at.timestamp_millis())
            .message(line);
        put = put.log_events(event.build().unwrap());
    }
    put.send().await.unwrap();
}
