//! What is found out about a row.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use super::fingerprint::{Fingerprint, hash_string, hash_value};
use super::id::{RecordId, Second};
use super::members::Members;
use super::message::Message;
use super::scan::{Scanned, Value, scan};
use super::time::parse_time;
use crate::report::Report;

/// The member that has a row's time, in every report.
const TIME: &str = "time";

/// Which record a row is, and its `time` where it has a readable one.
type Identity = (RecordId, Option<DateTime<Utc>>);

/// Identifies a row. Also whether it is known to have no white space between its tokens.
pub(super) fn identify(row: &RawValue, report: &Report) -> (Identity, bool) {
    match scan(row.get(), report) {
        Some(scanned) => {
            let identity = of_scanned(&scanned, report);
            debug_assert_eq!(identity, of_any(row, report), "the short way is wrong");
            (identity, scanned.is_compact)
        }
        None => (of_any(row, report), false),
    }
}

/// Identifies a row of which each documented member was found at most once.
fn of_scanned(scanned: &Scanned<'_>, report: &Report) -> Identity {
    let mut message = Message::default();
    let mut time = None;
    for ((tag, field), value) in (0_u8..).zip(report.fields).zip(scanned.values) {
        let Some(value) = value else { continue };
        message.push(&[tag]);
        match value {
            Value::Plain(text) => hash_string(&mut message, text),
            Value::Json(text) => hash_value(&mut message, text),
        }
        if *field == TIME {
            time = match value {
                Value::Plain(text) => parse_time(text),
                Value::Json(text) => time_in(text),
            };
        }
    }
    identity(message, time)
}

/// Identifies any row at all.
fn of_any(row: &RawValue, report: &Report) -> Identity {
    let members =
        serde_json::from_str::<Members<'_>>(row.get()).map_or_else(|_| Vec::new(), |m| m.0);
    let mut message = Message::default();
    let mut documented = false;
    for (tag, field) in (0_u8..).zip(report.fields) {
        // A key that stands twice counts twice: parsers differ in which one they keep.
        for (_, value) in members.iter().filter(|(key, _)| key == *field) {
            documented = true;
            message.push(&[tag]);
            hash_value(&mut message, value.get());
        }
    }
    if !documented {
        message.push(b"\xff");
        hash_value(&mut message, row.get());
    }
    let time = members.iter().find(|(key, _)| key == TIME);
    identity(message, time.and_then(|(_, value)| time_in(value.get())))
}

fn identity(message: Message, time: Option<DateTime<Utc>>) -> Identity {
    (
        RecordId::new(Second::of(time), Fingerprint::of(message)),
        time,
    )
}

/// The time in a value's text.
fn time_in(json: &str) -> Option<DateTime<Utc>> {
    let text = serde_json::from_str::<Cow<'_, str>>(json).ok()?;
    parse_time(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ALL;

    #[test]
    fn the_short_way_finds_the_time_of_every_report() {
        for report in ALL {
            assert!(report.fields.contains(&TIME), "{}", report.name);
        }
    }

    /// Rows that the short way takes, and some that it must leave.
    const ROWS: [(&str, bool); 20] = [
        (
            r#"{"time":"2026-11-22T09:00:00Z","action":"Add","operation_detail":"x"}"#,
            true,
        ),
        (
            r#"{ "time" : "2026-11-22 09:00:00" , "action" : "Add" }"#,
            true,
        ),
        ("{\n\t\"action\":\r\n\"Add\"}", true),
        (
            r#"{"action":"a\u0041\"}\\","time":"\u0032026-11-22T09:00:00Z"}"#,
            true,
        ),
        (r#"{"action":"\ud800"}"#, true),
        (r#"{"action":"","region":"\"","n":-1.50e3}"#, true),
        (
            r#"{"action":{"b":[1,"]}",{}],"a":" x "},"time":null}"#,
            true,
        ),
        (r#"{"action":[ ],"operation_detail":[[],[{"":0}]] }"#, true),
        (r#"{"other":{"action":"no"},"action":true}"#, true),
        (
            r#"{"email":"zo\u00eb","type":"Sign in","time":"soon"}"#,
            true,
        ),
        (r#"{"action":"a","action":"a"}"#, false),
        (r#"{"\u0061ction":"a","time":7}"#, false),
        (r#"{"other":"a"}"#, false),
        ("{}", false),
        ("[]", false),
        ("[{\"action\":1}]", false),
        ("\"action\"", false),
        ("7", false),
        ("null", false),
        ("{\"\":{}}", false),
    ];

    #[test]
    fn the_short_way_finds_what_the_long_way_finds() {
        for (text, short) in ROWS {
            let row: &RawValue = serde_json::from_str(text).unwrap();
            let scanned = ALL.map(|report| scan(text, report).map(|found| (found, report)));
            assert_eq!(scanned.iter().any(Option::is_some), short, "{text}");
            for (scanned, report) in scanned.into_iter().flatten() {
                assert_eq!(of_scanned(&scanned, report), of_any(row, report), "{text}");
                let compact = super::super::compact(text) == text;
                assert_eq!(scanned.is_compact, compact, "{text}");
            }
        }
    }

    #[test]
    fn what_is_cut_off_is_not_found() {
        for (text, _) in ROWS {
            for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
                for report in ALL {
                    assert!(scan(&text[..end], report).is_none(), "{}", &text[..end]);
                }
            }
        }
    }
}
