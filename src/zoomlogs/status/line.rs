//! A line of the function's log: a run, an error, or nothing that counts.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use zoomlogs_core::log_event::LogEvent;
use zoomlogs_core::metrics::name;

/// A run.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    pub at: DateTime<Utc>,
    pub written: u64,
    /// Whether it was an ordinary one that did all that was due.
    pub complete: bool,
    /// How long ago the oldest open day had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_open_day_age_seconds: Option<u64>,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedError {
    pub at: DateTime<Utc>,
    /// The function's name for it; of Lambda itself where the function could say nothing.
    pub kind: String,
    pub problem: String,
    /// Whether it made an invocation fail. Others are parts of such a failure.
    pub failed_run: bool,
}

/// What a line is, of those that count.
#[derive(Debug)]
pub enum LogLine {
    Run(Run),
    Error(LoggedError),
}

impl LogLine {
    pub fn parse(at: DateTime<Utc>, message: &str) -> Option<Self> {
        let Ok(line) = serde_json::from_str::<Value>(message) else {
            return parse_text(at, message).map(Self::Error);
        };
        // A metric is a float in the log, whatever it counts.
        let number = |name: &str| line[name].as_f64().map(|number| number as u64);
        if let Some(written) = number(name::RECORDS_WRITTEN) {
            return Some(Self::Run(Run {
                at,
                written,
                complete: number(name::COMPLETE_RUNS) == Some(1),
                oldest_open_day_age_seconds: number(name::OLDEST_OPEN_DAY_AGE_SECONDS),
            }));
        }
        if line["type"] == "platform.report" {
            return of_lambda(at, &line["record"]).map(Self::Error);
        }
        let fields = &line["fields"];
        let text = |name: &str| fields[name].as_str().unwrap_or_default();
        // The runtime writes one of its own about a failure that the function has told of already.
        let is_echo = text("message").starts_with("Diagnostic {");
        (line["level"] == "ERROR" && !is_echo)
            .then(|| Self::Error(LoggedError::told(at, text("message"), text)))
    }
}

impl LoggedError {
    /// An error that the function told of in these fields.
    fn told<'a>(at: DateTime<Utc>, message: &str, field: impl Fn(&str) -> &'a str) -> Self {
        let event = LogEvent::named(field(LogEvent::FIELD));
        Self {
            at,
            kind: field("kind").to_owned(),
            problem: match (field("problem"), field("day")) {
                ("", _) => message.to_owned(),
                (problem, "") => problem.to_owned(),
                (problem, day) => format!("{day}: {problem}"),
            },
            failed_run: event.is_some_and(LogEvent::ends_invocation),
        }
    }

    fn timeout(at: DateTime<Utc>) -> Self {
        Self {
            at,
            kind: "Timeout".to_owned(),
            problem: "Lambda ended the function because it took longer than its timeout".to_owned(),
            failed_run: true,
        }
    }
}

/// Lambda's own report of an invocation, where it counts.
fn of_lambda(at: DateTime<Utc>, report: &Value) -> Option<LoggedError> {
    let kind = report["errorType"].as_str();
    // An error that the function answers with has a line of its own, and a kind of the function's.
    let ended = kind.is_none_or(|kind| {
        kind.is_empty() || kind.starts_with("Runtime.") || kind.starts_with("Extension.")
    });
    match report["status"].as_str() {
        Some("timeout") => Some(LoggedError::timeout(at)),
        Some("failure" | "error") if ended => Some(LoggedError {
            at,
            kind: kind.unwrap_or("Crash").to_owned(),
            problem: "the function's process ended before it answered".to_owned(),
            failed_run: true,
        }),
        _ => None,
    }
}

/// A line that is no JSON. In AWS there is none: the function and Lambda log as JSON there, as Terraform sets it, and the
/// pattern lets nothing else through. The local stack's Lambda writes its own lines as text, does not tell the function to
/// log as JSON unless its variables do, and takes any pattern for "all".
fn parse_text(at: DateTime<Utc>, line: &str) -> Option<LoggedError> {
    // It may have colors.
    let line = anstream::adapter::strip_str(line).to_string();
    if line.contains("Task timed out after") || line.contains("Status: timeout") {
        return Some(LoggedError::timeout(at));
    }
    let (_, message) = line.split_once("ERROR ")?;
    // Behind the spans: what it is, and then its fields, the last of which is the problem.
    let message = message.rsplit_once("}: ").map_or(message, |(_, rest)| rest);
    let field = |name: &str| {
        let value = message.split_once(&format!(" {name}="));
        match (name, value.map(|(_, rest)| rest)) {
            ("problem", Some(rest)) => rest.trim(),
            (_, Some(rest)) => {
                let rest = rest.trim_start_matches('"');
                rest.split(['"', ' ']).next().unwrap_or_default()
            }
            (_, None) => "",
        }
    };
    Some(LoggedError::told(at, message.trim(), field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(message: &str) -> Option<LogLine> {
        LogLine::parse("2026-11-23T10:00:00Z".parse().unwrap(), message)
    }

    #[test]
    fn the_metrics_of_a_run_are_a_run() {
        let line = r#"{"_aws":{},"RecordsWritten":12.0,"CompleteRuns":1.0,"OldestOpenDayAgeSeconds":90.0}"#;
        let Some(LogLine::Run(run)) = parse(line) else {
            panic!("no run");
        };
        assert_eq!((run.written, run.complete), (12, true));
        assert_eq!(run.oldest_open_day_age_seconds, Some(90));
    }

    #[test]
    fn errors_are_read_in_either_format() {
        for (line, kind, problem, failed_run) in [
            (
                r#"{"level":"ERROR","fields":{"message":"failed","event":"run_failed","kind":"LogGap","problem":"no entry 3"},"span":{}}"#,
                "LogGap",
                "no entry 3",
                true,
            ),
            (
                r#"{"level":"ERROR","fields":{"message":"the function cannot start","event":"start_failed","problem":"no S3_BUCKET"}}"#,
                "",
                "no S3_BUCKET",
                true,
            ),
            (
                r#"{"level":"ERROR","fields":{"message":"a day failed","event":"day_failed","day":"2026-11-20","kind":"LogGap","problem":"no entry 3"}}"#,
                "LogGap",
                "2026-11-20: no entry 3",
                false,
            ),
            (
                r#"{"level":"ERROR","fields":{"message":"panicked","event":"panicked","at":"src/x.rs:1:1"}}"#,
                "",
                "panicked",
                false,
            ),
            (
                r#"{"level":"ERROR","fields":{"message":"failed"}}"#,
                "",
                "failed",
                false,
            ),
            (
                r#"{"type":"platform.report","record":{"status":"failure","errorType":"Runtime.ExitError"}}"#,
                "Runtime.ExitError",
                "the function's process ended before it answered",
                true,
            ),
            (
                r#"{"type":"platform.report","record":{"status":"error","errorType":"Runtime.OutOfMemory"}}"#,
                "Runtime.OutOfMemory",
                "the function's process ended before it answered",
                true,
            ),
            (
                r#"ERROR Lambda runtime invoke{requestId="1"}: failed event="run_failed" kind=LogGap problem=no entry 3"#,
                "LogGap",
                "no entry 3",
                true,
            ),
            (
                r#"ERROR Lambda runtime invoke{requestId="1"}: a day failed event="day_failed" day=2026-11-20 kind=LogGap problem=no entry 3"#,
                "LogGap",
                "2026-11-20: no entry 3",
                false,
            ),
            (
                r#"ERROR the function cannot start event="start_failed" problem=no S3_BUCKET"#,
                "",
                "no S3_BUCKET",
                true,
            ),
            (
                "\u{1b}[31mERROR\u{1b}[0m invoke\u{1b}[1m{\u{1b}[0mid=1\u{1b}[1m}\u{1b}[0m: failed \u{1b}[3mevent\u{1b}[0m=\"run_failed\" \u{1b}[3mkind\u{1b}[0m=LogGap \u{1b}[3mproblem\u{1b}[0m=no entry 3",
                "LogGap",
                "no entry 3",
                true,
            ),
            (
                r#"{"time":"x","type":"platform.report","record":{"status":"timeout"}}"#,
                "Timeout",
                "Lambda ended the function because it took longer than its timeout",
                true,
            ),
        ] {
            let Some(LogLine::Error(error)) = parse(line) else {
                panic!("no error in {line}");
            };
            assert_eq!(
                (
                    error.kind.as_str(),
                    error.problem.as_str(),
                    error.failed_run
                ),
                (kind, problem, failed_run),
                "{line}"
            );
        }
    }

    #[test]
    fn other_lines_do_not_count() {
        for line in [
            r#"{"level":"INFO","fields":{"message":"done","event":"run_done","written":3}}"#,
            r#"{"level":"ERROR","fields":{"message":"Diagnostic { error_type: \"LogGap\" }"}}"#,
            r#"{"type":"platform.report","record":{"status":"success"}}"#,
            r#"{"type":"platform.report","record":{"status":"error","errorType":"LogGap"}}"#,
            "START RequestId: 1 Version: $LATEST",
            "REPORT RequestId: 1 Duration: 2 ms",
        ] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
