//! What the function is asked to do.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::calendar::{DayRange, RangeError, parse_day};

/// An invocation's event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The days to replay; none for an ordinary run.
    pub replay: Option<DayRange>,
    /// Whether to read only, and write nothing.
    pub dry_run: bool,
}

/// An event that asks for nothing the function does.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the event is not understood: {problem}. It takes {{}} (an ordinary run), \
     {{\"from\": \"2026-06-01\", \"to\": \"2026-06-30\"}} (a replay of these days) and, with either, {{\"dry_run\": true}}"
)]
pub struct EventError {
    problem: String,
}

impl Event {
    /// An ordinary run.
    pub const RUN: Self = Self {
        replay: None,
        dry_run: false,
    };

    /// Reads an event. `now` bounds the days that can be replayed.
    ///
    /// # Errors
    /// Names the field that is wrong, what it has and what it takes.
    pub fn parse(event: &Value, now: DateTime<Utc>) -> Result<Self, EventError> {
        let fail = |problem: String| Err(EventError { problem });
        let Value::Object(fields) = event else {
            return fail(format!("it is {}, not an object", kind_of(event)));
        };
        if is_schedule(fields) {
            return Ok(Self::RUN);
        }
        let known = ["from", "to", "dry_run"];
        if let Some(other) = fields.keys().find(|field| !known.contains(&field.as_str())) {
            return fail(format!("it has the field {:?}", shorten(other)));
        }
        let dry_run = match fields.get("dry_run") {
            None => false,
            Some(Value::Bool(dry_run)) => *dry_run,
            Some(other) => {
                return fail(format!("dry_run is {}, not true or false", kind_of(other)));
            }
        };
        let replay = match (day(fields, "from")?, day(fields, "to")?) {
            (None, None) => None,
            (Some(from), Some(to)) => {
                let today = now.date_naive();
                let range =
                    DayRange::new(from, to, today).and_then(|range| range.within_history(today));
                let problem = |error: RangeError| EventError {
                    problem: error.to_string(),
                };
                Some(range.map_err(problem)?)
            }
            (Some(_), None) => return fail("it has from but not to".to_owned()),
            (None, Some(_)) => return fail("it has to but not from".to_owned()),
        };
        Ok(Self { replay, dry_run })
    }
}

/// EventBridge's envelope: Scheduler's, or a rule's.
fn is_schedule(fields: &Map<String, Value>) -> bool {
    let source = fields.get("source").and_then(Value::as_str);
    matches!(source, Some("aws.scheduler" | "aws.events"))
}

fn day(fields: &Map<String, Value>, name: &str) -> Result<Option<NaiveDate>, EventError> {
    let Some(value) = fields.get(name) else {
        return Ok(None);
    };
    let problem = match value.as_str() {
        Some(text) => match parse_day(text) {
            Some(day) => return Ok(Some(day)),
            None => format!("{name} is {:?}, not a date YYYY-MM-DD", shorten(text)),
        },
        None => format!("{name} is {}, not a date YYYY-MM-DD", kind_of(value)),
    };
    Err(EventError { problem })
}

/// As much of a foreign text as an error has room for.
fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(event: Value) -> Result<Event, String> {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        Event::parse(&event, now).map_err(|error| error.problem)
    }

    #[test]
    fn the_schedule_and_an_empty_event_are_ordinary_runs() {
        let rule = json!({"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        for event in [
            json!({}),
            json!({"source": "aws.scheduler", "detail": "{}"}),
            rule,
        ] {
            assert_eq!(parse(event), Ok(Event::RUN));
        }
    }

    #[test]
    fn a_replay_names_its_days() {
        let event =
            parse(json!({"from": "2026-05-22", "to": "2026-11-22", "dry_run": true})).unwrap();
        assert!(event.dry_run);
        let days: Vec<_> = event.replay.unwrap().iter().collect();
        assert_eq!(
            (days.len(), days[0].to_string().as_str()),
            (185, "2026-05-22")
        );
    }

    #[test]
    fn an_error_is_short_however_long_the_event_is() {
        let problem = parse(json!({"x".repeat(100_000): 1})).unwrap_err();
        assert!(problem.len() < 100, "{problem}");
    }

    #[test]
    fn anything_else_is_an_error_that_names_it() {
        for (event, expected) in [
            (json!([]), "an array, not an object"),
            (json!({"form": "2026-06-01"}), "the field \"form\""),
            (json!({"source": "aws.s3"}), "the field \"source\""),
            (json!({"dry_run": "yes"}), "dry_run is a string"),
            (json!({"from": "2026-06-01"}), "from but not to"),
            (json!({"to": "2026-06-01"}), "to but not from"),
            (
                json!({"from": "2026-6-1", "to": "2026-06-01"}),
                "from is \"2026-6-1\"",
            ),
            (
                json!({"from": "2026-06- 1", "to": "2026-06-01"}),
                "from is \"2026-06- 1\"",
            ),
            (
                json!({"from": 20260601, "to": "2026-06-01"}),
                "from is a number",
            ),
            (
                json!({"from": "2026-06-02", "to": "2026-06-01"}),
                "is after the last",
            ),
            (
                json!({"from": "2026-11-22", "to": "2026-11-23"}),
                "in the future",
            ),
            (
                json!({"from": "2026-05-21", "to": "2026-11-22"}),
                "the first day it has is 2026-05-22",
            ),
        ] {
            let problem = parse(event.clone()).unwrap_err();
            assert!(problem.contains(expected), "{event}: {problem}");
        }
    }
}
