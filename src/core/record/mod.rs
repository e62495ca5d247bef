//! One record, as Zoom sent it, and the fingerprint that tells it from others.
//!
//! A record has no id and its `time` has whole seconds, so two genuinely equal records can exist; the
//! fingerprint says *which* record, a [count](crate::ledger::Counts) says how many of it.

mod compact;
mod fingerprint;
mod id;
mod identity;
mod members;
mod message;
mod scan;
mod time;

use std::borrow::Cow;
use std::fmt;

use bytes_utils::Str;
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

use crate::report::Report;

pub use compact::compact;
pub use fingerprint::{FINGERPRINT_VERSION, Fingerprint};
pub use id::{RecordId, Second};
pub use time::parse_time;

use identity::identify;

/// A record: one line of NDJSON, its fingerprint and, where it has a readable one, its time.
///
/// Its line is a part of the body that it was read from, until it is [detached](Self::detach) from that.
///
/// `Debug` shows no content: a record never reaches a log line or an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    line: Str,
    id: RecordId,
    time: Option<DateTime<Utc>>,
}

impl Record {
    /// Takes a record of `report` from the JSON text that Zoom sent. Key order, numbers and escapes stay as they are; only
    /// white space between tokens goes, so that the record is one line.
    #[must_use]
    pub fn new(raw: &RawValue, report: &Report) -> Self {
        Self::of(raw, report, |line| Str::from(Box::<str>::from(line)))
    }

    /// The same of a row that is a part of `text`, such as a page's body: where it is one line already, it is not copied.
    pub(crate) fn within(text: &Str, row: &RawValue, report: &Report) -> Self {
        Self::of(row, report, |line| text.slice_ref(line))
    }

    fn of(row: &RawValue, report: &Report, keep: impl FnOnce(&str) -> Str) -> Self {
        let ((id, time), is_compact) = identify(row, report);
        let line = if is_compact {
            Cow::Borrowed(row.get())
        } else {
            compact(row.get())
        };
        Self {
            line: match line {
                Cow::Borrowed(line) => keep(line),
                Cow::Owned(line) => Str::from(line.into_boxed_str()),
            },
            id,
            time,
        }
    }

    /// Takes a record of `report` from a line of a delivered object.
    ///
    /// # Errors
    /// When the line is not JSON.
    pub fn parse(line: &str, report: &Report) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<&RawValue>(line).map(|raw| Self::new(raw, report))
    }

    /// Says which record of `report` a line of a delivered object is, without keeping the line.
    ///
    /// # Errors
    /// When the line is not JSON.
    pub fn identify(line: &str, report: &Report) -> Result<RecordId, serde_json::Error> {
        serde_json::from_str::<&RawValue>(line).map(|raw| identify(raw, report).0.0)
    }

    /// The same record with its line in memory of its own. One that is kept must not keep its whole page: a sweep may find
    /// one late record on each of thousands.
    #[must_use]
    pub fn detach(self) -> Self {
        Self {
            line: Str::from(Box::<str>::from(&*self.line)),
            ..self
        }
    }

    /// The record as one line of compact JSON, without the newline.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Which record it is. Worked out once, when the record is read.
    #[must_use]
    pub const fn id(&self) -> RecordId {
        self.id
    }

    /// What tells this record from others.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.id.fingerprint()
    }

    /// The record's `time`, where it is one.
    #[must_use]
    pub const fn time(&self) -> Option<DateTime<Utc>> {
        self.time
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?})", self.id.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ACTIVITIES, OPERATION_LOGS};

    fn fingerprint(json: &str) -> Fingerprint {
        Record::parse(json, &OPERATION_LOGS).unwrap().fingerprint()
    }

    const PLAIN: &str = r#"{"time":"2026-11-22T09:00:00Z","operator":"ada@example.com","category_type":"User","action":"Add","operation_detail":"Add User bo@example.com  - User Type: Basic"}"#;

    #[test]
    fn a_record_stays_as_zoom_sent_it_but_on_one_line() {
        let pretty = "{ \"time\" : \"2026-11-22T09:00:00Z\",\n\t\"action\": \"a \\\" b\\\\\",\r\n \"n\": [ 1.50, 1e3 ,\"x  y\" ] }";
        let record = Record::parse(pretty, &OPERATION_LOGS).unwrap();
        assert_eq!(
            record.line(),
            r#"{"time":"2026-11-22T09:00:00Z","action":"a \" b\\","n":[1.50,1e3,"x  y"]}"#
        );
        assert_eq!(Record::parse(PLAIN, &OPERATION_LOGS).unwrap().line(), PLAIN);
    }

    #[test]
    fn the_order_and_the_spelling_of_the_fields_do_not_matter() {
        let reordered = r#"{"operation_detail":"Add User bo@example.com  - User Type: Basic","action":"\u0041dd","category_type":"User","operator":"ada@example.com","time":"2026-11-22T09:00:00Z"}"#;
        assert_eq!(fingerprint(PLAIN), fingerprint(reordered));
    }

    #[test]
    fn a_field_that_zoom_adds_later_does_not_make_another_record() {
        let extended = PLAIN.replace("{\"time\"", "{\"region\":\"eu\",\"time\"");
        assert_eq!(fingerprint(PLAIN), fingerprint(&extended));
    }

    #[test]
    fn every_documented_field_makes_a_difference() {
        for field in OPERATION_LOGS.fields {
            let other = PLAIN.replacen(&format!("\"{field}\":\""), &format!("\"{field}\":\"x"), 1);
            assert_ne!(other, PLAIN);
            assert_ne!(fingerprint(PLAIN), fingerprint(&other), "{field}");
            let renamed = PLAIN.replacen(&format!("\"{field}\""), "\"other\"", 1);
            assert_ne!(fingerprint(PLAIN), fingerprint(&renamed), "{field} missing");
        }
    }

    #[test]
    fn each_report_has_fields_of_its_own() {
        const SIGN_IN: &str = r#"{"time":"2026-11-22T09:00:00Z","email":"ada@example.com","type":"Sign in","ip_address":"192.0.2.1","client_type":"Browser","version":"5.9.1.2581"}"#;
        let of = |json: &str| Record::parse(json, &ACTIVITIES).unwrap().fingerprint();
        for field in ACTIVITIES.fields {
            let other =
                SIGN_IN.replacen(&format!("\"{field}\":\""), &format!("\"{field}\":\"x"), 1);
            assert_ne!(of(SIGN_IN), of(&other), "{field}");
        }
        let extended = SIGN_IN.replace("{\"time\"", "{\"operator\":\"bo\",\"time\"");
        assert_eq!(of(SIGN_IN), of(&extended));
    }

    #[test]
    fn text_cannot_be_moved_from_one_field_to_its_neighbour() {
        assert_ne!(
            fingerprint(r#"{"operator":"ab","action":"c"}"#),
            fingerprint(r#"{"operator":"a","action":"bc"}"#)
        );
        assert_ne!(
            fingerprint(r#"{"action":"x"}"#),
            fingerprint(r#"{"operation_detail":"x"}"#)
        );
        assert_ne!(
            fingerprint(r#"{"action":null}"#),
            fingerprint(r#"{"action":"null"}"#)
        );
        assert_ne!(
            fingerprint(r#"{"action":"a","action":"b"}"#),
            fingerprint(r#"{"action":"b","action":"a"}"#)
        );
    }

    #[test]
    fn a_record_without_documented_fields_is_told_by_all_of_it() {
        let a = fingerprint(r#"{"payload":{"x":1,"y":[2,{"b":1,"a":2}]},"kind":"k"}"#);
        let same = fingerprint(r#"{"kind": "k", "payload": {"y":[2,{"a":2,"b":1}],"x":1}}"#);
        assert_eq!(a, same);
        for other in [
            r#"{"payload":{"x":2,"y":[2,{"b":1,"a":2}]},"kind":"k"}"#,
            r#"{"payload":{"x":1,"y":[{"b":1,"a":2},2]},"kind":"k"}"#,
            r#"["payload"]"#,
            r#""payload""#,
            "null",
            "{}",
        ] {
            assert_ne!(a, fingerprint(other), "{other}");
        }
    }

    #[test]
    fn numbers_that_a_float_would_merge_stay_apart() {
        assert_ne!(
            fingerprint(r#"{"id":9007199254740993}"#),
            fingerprint(r#"{"id":9007199254740992}"#)
        );
    }

    #[test]
    fn deep_nesting_and_lone_surrogates_are_records_too() {
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        let deeper = format!("{}2{}", "[".repeat(50_000), "]".repeat(50_000));
        assert_ne!(fingerprint(&deep), fingerprint(&deeper));
        let lone = r#"{"action":"\ud800"}"#;
        assert_eq!(Record::parse(lone, &OPERATION_LOGS).unwrap().line(), lone);
        assert_ne!(fingerprint(lone), fingerprint(r#"{"action":"\ud801"}"#));
    }

    #[test]
    fn time_is_read_where_there_is_one() {
        let time = |json: &str| Record::parse(json, &OPERATION_LOGS).unwrap().time();
        let nine = "2026-11-22T09:00:00Z".parse().ok();
        assert_eq!(time(PLAIN), nine);
        assert_eq!(time(r#"{"time":"2026-11-22 09:00:00"}"#), nine);
        assert_eq!(time(r#"{"time":"2026-11-22T11:00:00+02:00"}"#), nine);
        assert_eq!(time(r#"{"time":"soon"}"#), None);
        assert_eq!(time(r#"{"time":7}"#), None);
        assert_eq!(time("{}"), None);
    }

    #[test]
    fn a_record_takes_little_more_than_its_line() {
        assert_eq!(size_of::<Record>(), 64);
        let long = Record::parse(PLAIN, &OPERATION_LOGS).unwrap().detach();
        assert!(long.line.into_inner().is_unique());
    }

    #[test]
    fn debug_shows_no_content() {
        assert!(!format!("{:?}", Record::parse(PLAIN, &OPERATION_LOGS).unwrap()).contains("ada"));
    }
}
