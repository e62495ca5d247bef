//! The last day of the function's log: its runs, by the metrics that each writes, and its errors.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use zoomlogs_core::metrics::name::RECORDS_WRITTEN;

use super::line::{LogLine, LoggedError, Run};
use crate::aws::AwsError;

/// How far back it is read.
pub const WINDOW: TimeDelta = TimeDelta::hours(24);

/// What CloudWatch is asked for: the metrics of a run, errors, and runs that Lambda itself ended. Each line is looked at once
/// more by [`LogLine`].
fn pattern() -> String {
    format!(
        "{{ ($.{RECORDS_WRITTEN} >= 0) || ($.level = \"ERROR\") || ($.record.status = \"timeout\") || \
         ($.record.status = \"failure\") || ($.record.status = \"error\") }}"
    )
}

/// What the log says.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Log {
    /// In order.
    pub runs: Vec<Run>,
    /// In order.
    pub errors: Vec<LoggedError>,
}

impl Log {
    /// Reads the log of the [`WINDOW`] before `now`. A group that is not there has nothing in it: nothing ever ran.
    pub async fn read(aws: &SdkConfig, group: &str, now: DateTime<Utc>) -> Result<Self, AwsError> {
        let mut pages = Client::new(aws)
            .filter_log_events()
            .log_group_name(group)
            .filter_pattern(pattern())
            .start_time((now - WINDOW).timestamp_millis())
            .into_paginator()
            .send();
        let mut log = Self::default();
        while let Some(page) = pages.next().await {
            let page = match page.map_err(AwsError::of("logs:FilterLogEvents", group)) {
                Err(AwsError::NotFound { .. }) => return Ok(log),
                page => page?,
            };
            for event in page.events.unwrap_or_default() {
                let at = event.timestamp.and_then(DateTime::from_timestamp_millis);
                let (Some(at), Some(message)) = (at, event.message) else {
                    continue;
                };
                match LogLine::parse(at, &message) {
                    Some(LogLine::Run(run)) => log.runs.push(run),
                    Some(LogLine::Error(error)) => log.errors.push(error),
                    None => {}
                }
            }
        }
        log.runs.sort_by_key(|run| run.at);
        log.errors.sort_by_key(|error| error.at);
        Ok(log)
    }

    /// When a run was complete last.
    pub fn last_complete(&self) -> Option<DateTime<Utc>> {
        let complete = self.runs.iter().filter(|run| run.complete);
        complete.map(|run| run.at).max()
    }

    /// The last invocation that failed.
    pub fn last_failure(&self) -> Option<&LoggedError> {
        self.errors.iter().rfind(|error| error.failed_run)
    }

    /// The earliest sign of a run.
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        let runs = self.runs.first().map(|run| run.at);
        let errors = self.errors.first().map(|error| error.at);
        runs.into_iter().chain(errors).min()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};
    use tracing_subscriber::util::SubscriberInitExt as _;
    use zoomlogs_core::collector::{Outcome, RunSummary};
    use zoomlogs_core::failure_kind::FailureKind;
    use zoomlogs_core::log_event::LogEvent;
    use zoomlogs_core::metrics;
    use zoomlogs_core::zoom::Usage;

    use super::*;

    fn parse(line: &Value) -> Option<LogLine> {
        LogLine::parse("2026-11-23T10:00:00Z".parse().unwrap(), &line.to_string())
    }

    /// Whether CloudWatch lets a line through: whether one of the pattern's terms is true of it.
    fn passes(term: &str, line: &Value) -> bool {
        let [field, operator, value] = term
            .trim_matches(['(', ')'])
            .splitn(3, ' ')
            .collect::<Vec<_>>()[..]
        else {
            panic!("{term} is no comparison");
        };
        let field = field.strip_prefix("$.").unwrap().replace('.', "/");
        let found = line.pointer(&format!("/{field}"));
        let value: Value = serde_json::from_str(value).unwrap();
        match operator {
            "=" => found == Some(&value),
            ">=" => found.and_then(Value::as_f64) >= value.as_f64(),
            other => panic!("{other} is not known here"),
        }
    }

    #[test]
    fn the_pattern_lets_through_what_the_function_writes_and_is_read_here() {
        let pattern = pattern();
        let terms: Vec<_> = pattern
            .trim_matches(['{', '}', ' '])
            .split(" || ")
            .collect();
        let status =
            |status: &str| json!({"type": "platform.report", "record": {"status": status}});
        let lines = [
            metrics_of_a_run(),
            logged(|| {
                let event = LogEvent::RunFailed.as_str();
                tracing::error!(event, kind = "LogGap", problem = "no entry 3", "failed");
            }),
            status("timeout"),
            status("failure"),
            status("error"),
        ];
        for (line, term) in lines.iter().zip(&terms) {
            assert!(passes(term, line), "{term}: {line}");
            assert!(parse(line).is_some(), "{line}");
        }
        assert_eq!(terms.len(), lines.len(), "{terms:?}");
        for line in [
            logged(|| {
                let event = LogEvent::RunDone.as_str();
                tracing::info!(event, written = 3, "done");
            }),
            status("success"),
        ] {
            assert!(!terms.iter().any(|term| passes(term, &line)), "{line}");
        }
    }

    /// As the function writes it.
    fn metrics_of_a_run() -> Value {
        let summary = RunSummary {
            date: "2026-11-23".parse().unwrap(),
            dry_run: false,
            ordinary: true,
            complete: true,
            days: BTreeMap::new(),
            objects: Vec::new(),
            settled_through: None,
            usage: Usage::default(),
            requests_today: 0,
            late: 0,
            misdated: 0,
            open_days: 0,
            oldest_open_day_age: Some(TimeDelta::seconds(90)),
            failed_days: Vec::new(),
            lost: Vec::new(),
            newest_record: None,
            newest_record_age: None,
            since_complete_run: None,
        };
        let outcome = Outcome {
            summary,
            failure: None,
        };
        let line = metrics::embedded(&outcome, "f", "1", "2026-11-23T10:00:00Z".parse().unwrap());
        let Some(LogLine::Run(run)) = parse(&line) else {
            panic!("no run");
        };
        assert!(run.complete && run.oldest_open_day_age_seconds == Some(90));
        line
    }

    #[test]
    fn an_error_that_the_function_writes_as_text_is_read_as_well() {
        let text = written(false, || {
            let event = LogEvent::DayFailed.as_str();
            let (day, kind) = ("2026-11-20", FailureKind::LogGap);
            tracing::error!(event, %day, %kind, problem = %"no entry 3", "a day failed");
            let event = LogEvent::RunFailed.as_str();
            tracing::error!(event, %kind, problem = %"no entry 3", "failed");
        });
        let at = "2026-11-23T10:00:00Z".parse().unwrap();
        let found: Vec<_> = text
            .lines()
            .map(|line| match LogLine::parse(at, line) {
                Some(LogLine::Error(error)) => (error.kind, error.problem, error.failed_run),
                other => panic!("{line} is {other:?}"),
            })
            .collect();
        let error = |problem: &str, failed| ("LogGap".to_owned(), problem.to_owned(), failed);
        assert_eq!(
            found,
            [
                error("2026-11-20: no entry 3", false),
                error("no entry 3", true)
            ]
        );
    }

    /// A line as the function's subscriber writes it in AWS.
    fn logged(event: impl FnOnce()) -> Value {
        serde_json::from_str(&written(true, event)).unwrap()
    }

    fn written(json: bool, events: impl FnOnce()) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        let lines = tracing_subscriber::fmt()
            .with_target(false)
            .without_time()
            .with_writer(file.reopen().map(std::sync::Mutex::new).unwrap());
        let _guard = if json {
            lines.json().set_default()
        } else {
            lines.set_default()
        };
        events();
        std::fs::read_to_string(file.path()).unwrap()
    }
}
