//! A run's numbers as CloudWatch metrics, in the embedded metric format: one line of JSON on standard output.
//!
//! CloudWatch takes the line out of the function's log, so that no further call, permission or time is needed.
//! Source: "Specification: Embedded metric format", CloudWatch user guide.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::collector::{Outcome, RunFailure};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "ZoomOperationLogs";

/// The one dimension of all metrics.
pub const DIMENSION: &str = "FunctionName";

/// The metrics of a run: name, unit, value. One without a value yet is left out, which alarms see as missing.
fn metrics(Outcome { report, failure }: &Outcome) -> Vec<(&'static str, &'static str, f64)> {
    let count = |name, value: u64| Some((name, "Count", value as f64));
    let seconds =
        |name, age: Option<TimeDelta>| age.map(|age| (name, "Seconds", age.num_seconds() as f64));
    [
        count(
            "RecordsWritten",
            if report.dry_run { 0 } else { report.written() },
        ),
        count("RecordsAlreadyDelivered", report.already_delivered()),
        count("LateRecords", report.late),
        count("MisdatedRecords", report.misdated),
        count("ZoomRequests", report.usage.requests),
        count("ZoomRequestsToday", report.requests_today),
        count("ZoomRetries", report.usage.retries),
        count("ZoomThrottled", report.usage.throttled),
        count("OpenDays", report.open_days),
        count("FailedDays", report.failed_days.len() as u64),
        count("LostDays", report.lost.len() as u64),
        count(
            "CredentialsRefused",
            u64::from(
                failure
                    .as_ref()
                    .is_some_and(RunFailure::concerns_credentials),
            ),
        ),
        count(
            "CompleteRuns",
            u64::from(report.complete && report.ordinary),
        ),
        seconds("OldestOpenDayAgeSeconds", report.oldest_open_day_age),
        seconds("NewestRecordAgeSeconds", report.newest_record_age),
        seconds("SecondsSinceCompleteRun", report.since_complete_run),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The line for a run that ended at `now` under the function's name.
#[must_use]
pub fn embedded(
    outcome: &Outcome,
    function_name: &str,
    request_id: &str,
    now: DateTime<Utc>,
) -> Value {
    let metrics = metrics(outcome);
    let definitions: Vec<_> = metrics
        .iter()
        .map(|(name, unit, _)| json!({"Name": name, "Unit": unit}))
        .collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[DIMENSION]],
                "Metrics": definitions,
            }],
        }),
    );
    line.insert(DIMENSION.to_owned(), function_name.into());
    line.insert("requestId".to_owned(), request_id.into());
    line.extend(
        metrics
            .into_iter()
            .map(|(name, _, value)| (name.to_owned(), value.into())),
    );
    Value::Object(line)
}
