//! A line of the function's log: a run, an error, or nothing that counts.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::log::{LoggedError, Run};

/// What a line is, of those that count.
#[derive(Debug)]
pub enum Line {
    Run(Run),
    Error(LoggedError),
}

impl Line {
    pub fn parse(at: DateTime<Utc>, message: &str) -> Option<Self> {
        let Ok(line) = serde_json::from_str::<Value>(message) else {
            return Self::parse_text(at, message);
        };
        // A metric is a float in the log, whatever it counts.
        let number = |name: &str| line[name].as_f64().map(|number| number as u64);
        if let Some(written) = number("RecordsWritten") {
            return Some(Self::Run(Run {
                at,
                written,
                complete: number("CompleteRuns") == Some(1),
                oldest_open_day_age_seconds: number("OldestOpenDayAgeSeconds"),
            }));
        }
        if line["type"] == "platform.report" {
            let kind = line["record"]["errorType"].as_str().unwrap_or_default();
            // An error that the function answers with has a line of its own, and a kind of the function's.
            let of_lambda =
                kind.is_empty() || kind.starts_with("Runtime.") || kind.starts_with("Extension.");
            return match line["record"]["status"].as_str() {
                Some("timeout") => Some(Self::Error(timeout(at))),
                Some("failure" | "error") if of_lambda => {
                    Some(Self::Error(crash(at, &line["record"])))
                }
                _ => None,
            };
        }
        if line["level"] != "ERROR" {
            return None;
        }
        let fields = &line["fields"];
        let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
        let message = text("message");
        if is_echo(&message) {
            return None;
        }
        Some(Self::Error(LoggedError {
            at,
            failed_run: ends_invocation(&message),
            kind: text("kind"),
            problem: match (text("problem"), text("day")) {
                (problem, _) if problem.is_empty() => message,
                (problem, day) if day.is_empty() => problem,
                (problem, day) => format!("{day}: {problem}"),
            },
        }))
    }

    /// A line that is no JSON. In AWS there is none: the function and Lambda log as JSON there, as Terraform sets it, and the
    /// pattern lets nothing else through. The local stack's Lambda writes its own lines as text, does not tell the function to
    /// log as JSON unless its variables do, and takes any pattern for "all".
    fn parse_text(at: DateTime<Utc>, line: &str) -> Option<Self> {
        // It may have colours.
        let line = anstream::adapter::strip_str(line).to_string();
        if line.contains("Task timed out after") || line.contains("Status: timeout") {
            return Some(Self::Error(timeout(at)));
        }
        let (_, message) = line.split_once("ERROR ")?;
        // Behind the spans: what it is, and then its fields, the last of which is the problem.
        let message = message.rsplit_once("}: ").map_or(message, |(_, rest)| rest);
        let value = |name: &str| {
            message
                .split_once(&format!("{name}="))
                .map(|(_, rest)| rest)
        };
        let kind = value("kind").unwrap_or_default();
        let kind = kind.trim_start_matches('"').split(['"', ' ']).next();
        Some(Self::Error(LoggedError {
            at,
            failed_run: ends_invocation(message.split_whitespace().next().unwrap_or_default()),
            kind: kind.unwrap_or_default().to_owned(),
            problem: value("problem").unwrap_or(message).trim().to_owned(),
        }))
    }
}

/// Whether a message of the function is the one with which an invocation fails.
fn ends_invocation(message: &str) -> bool {
    matches!(message, "failed" | "the function cannot start")
}

/// Whether a message is the runtime's own of a failure that the function has told of already.
fn is_echo(message: &str) -> bool {
    message.starts_with("Diagnostic {")
}

/// Lambda's report of a process that ended.
fn crash(at: DateTime<Utc>, report: &Value) -> LoggedError {
    let kind = report["errorType"].as_str().unwrap_or("Crash");
    LoggedError {
        at,
        kind: kind.to_owned(),
        problem: "the function's process ended before it answered".to_owned(),
        failed_run: true,
    }
}

fn timeout(at: DateTime<Utc>) -> LoggedError {
    LoggedError {
        at,
        kind: "Timeout".to_owned(),
        problem: "Lambda ended the function because it took longer than its timeout".to_owned(),
        failed_run: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(message: &str) -> Option<Line> {
        Line::parse("2026-11-23T10:00:00Z".parse().unwrap(), message)
    }

    #[test]
    fn the_metrics_of_a_run_are_a_run() {
        let line = r#"{"_aws":{},"RecordsWritten":12.0,"CompleteRuns":1.0,"OldestOpenDayAgeSeconds":90.0}"#;
        let Some(Line::Run(run)) = parse(line) else {
            panic!("no run");
        };
        assert_eq!((run.written, run.complete), (12, true));
        assert_eq!(run.oldest_open_day_age_seconds, Some(90));
    }

    #[test]
    fn errors_are_read_in_either_format() {
        for (line, kind, problem, failed_run) in [
            (
                r#"{"level":"ERROR","fields":{"message":"failed","kind":"LogGap","problem":"no entry 3"},"span":{}}"#,
                "LogGap",
                "no entry 3",
                true,
            ),
            (
                r#"{"level":"ERROR","fields":{"message":"a day failed","day":"2026-11-20","kind":"LogGap","problem":"no entry 3"}}"#,
                "LogGap",
                "2026-11-20: no entry 3",
                false,
            ),
            (
                r#"{"level":"ERROR","fields":{"message":"panicked","at":"src/x.rs:1:1"}}"#,
                "",
                "panicked",
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
                r#"ERROR Lambda runtime invoke{requestId="1"}: failed kind="LogGap" problem=no entry 3"#,
                "LogGap",
                "no entry 3",
                true,
            ),
            (
                "\u{1b}[31mERROR\u{1b}[0m invoke\u{1b}[1m{\u{1b}[0mid=1\u{1b}[1m}\u{1b}[0m: failed \u{1b}[3mkind\u{1b}[0m=\"LogGap\" \u{1b}[3mproblem\u{1b}[0m=no entry 3",
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
            let Some(Line::Error(error)) = parse(line) else {
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
            r#"{"level":"INFO","fields":{"message":"done","written":3}}"#,
            r#"{"level":"ERROR","fields":{"message":"Diagnostic { error_type: \"LogGap\" }"}}"#,
            r#"{"type":"platform.report","record":{"status":"success"}}"#,
            "START RequestId: 1 Version: $LATEST",
            "REPORT RequestId: 1 Duration: 2 ms",
        ] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
