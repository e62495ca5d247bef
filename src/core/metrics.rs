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

/// The names of the metrics. All count, but for those that end in `Seconds` and [`SECONDS_SINCE_COMPLETE_RUN`](name::SECONDS_SINCE_COMPLETE_RUN).
pub mod name {
    /// Records delivered. Zero for a dry run.
    pub const RECORDS_WRITTEN: &str = "RecordsWritten";
    /// Rows read that the log had already.
    pub const RECORDS_ALREADY_DELIVERED: &str = "RecordsAlreadyDelivered";
    /// Records that an earlier sweep, which began after their time, had not seen.
    pub const LATE_RECORDS: &str = "LateRecords";
    /// Rows whose time is not on the day asked.
    pub const MISDATED_RECORDS: &str = "MisdatedRecords";
    /// Requests to Zoom's report in this run, retries included.
    pub const ZOOM_REQUESTS: &str = "ZoomRequests";
    /// Requests to Zoom's report on this UTC day, those of earlier runs included.
    pub const ZOOM_REQUESTS_TODAY: &str = "ZoomRequestsToday";
    /// Requests that were retries.
    pub const ZOOM_RETRIES: &str = "ZoomRetries";
    /// Answers 429.
    pub const ZOOM_THROTTLED: &str = "ZoomThrottled";
    /// Days that are not settled.
    pub const OPEN_DAYS: &str = "OpenDays";
    /// Days that failed in this run.
    pub const FAILED_DAYS: &str = "FailedDays";
    /// Days that Zoom stopped keeping before they were settled.
    pub const LOST_DAYS: &str = "LostDays";
    /// 1 where the credentials were refused, or there are none.
    pub const CREDENTIALS_REFUSED: &str = "CredentialsRefused";
    /// 1 for an ordinary run that did all that was due.
    pub const COMPLETE_RUNS: &str = "CompleteRuns";
    /// How long ago the oldest open day ended.
    pub const OLDEST_OPEN_DAY_AGE_SECONDS: &str = "OldestOpenDayAgeSeconds";
    /// How long ago the newest delivered record's time was.
    pub const NEWEST_RECORD_AGE_SECONDS: &str = "NewestRecordAgeSeconds";
    /// How long ago the last complete run ended.
    pub const SECONDS_SINCE_COMPLETE_RUN: &str = "SecondsSinceCompleteRun";
}

/// The metrics of a run: name, unit, value. One without a value yet is left out, which alarms see as missing.
fn metrics(Outcome { summary, failure }: &Outcome) -> Vec<(&'static str, &'static str, f64)> {
    let count = |name, value: u64| Some((name, "Count", value as f64));
    let seconds =
        |name, age: Option<TimeDelta>| age.map(|age| (name, "Seconds", age.num_seconds() as f64));
    [
        count(
            name::RECORDS_WRITTEN,
            if summary.dry_run {
                0
            } else {
                summary.written()
            },
        ),
        count(name::RECORDS_ALREADY_DELIVERED, summary.already_delivered()),
        count(name::LATE_RECORDS, summary.late),
        count(name::MISDATED_RECORDS, summary.misdated),
        count(name::ZOOM_REQUESTS, summary.usage.requests),
        count(name::ZOOM_REQUESTS_TODAY, summary.requests_today),
        count(name::ZOOM_RETRIES, summary.usage.retries),
        count(name::ZOOM_THROTTLED, summary.usage.throttled),
        count(name::OPEN_DAYS, summary.open_days),
        count(name::FAILED_DAYS, summary.failed_days.len() as u64),
        count(name::LOST_DAYS, summary.lost.len() as u64),
        count(
            name::CREDENTIALS_REFUSED,
            u64::from(
                failure
                    .as_ref()
                    .is_some_and(RunFailure::concerns_credentials),
            ),
        ),
        count(
            name::COMPLETE_RUNS,
            u64::from(summary.complete && summary.ordinary),
        ),
        seconds(
            name::OLDEST_OPEN_DAY_AGE_SECONDS,
            summary.oldest_open_day_age,
        ),
        seconds(name::NEWEST_RECORD_AGE_SECONDS, summary.newest_record_age),
        seconds(name::SECONDS_SINCE_COMPLETE_RUN, summary.since_complete_run),
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
