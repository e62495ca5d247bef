//! One record, as Zoom sent it, and the fingerprint that tells it from others.
//!
//! A record has no id and its `time` has whole seconds, so two genuinely equal records can exist; the
//! fingerprint says *which* record, a [count](crate::ledger::Counts) says how many of it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::report::Report;

/// The version of the fingerprint's algorithm. It is part of the checkpoint: counts under another algorithm
/// must never be compared.
pub const FINGERPRINT_VERSION: u32 = 1;

/// How deep a value is looked into for its canonical form; below that its text counts as it stands.
/// The parser reads any depth, a recursion must not.
const CANONICAL_DEPTH: usize = 64;

/// The first 128 bits of SHA-256 over a record's documented fields.
///
/// Nothing weaker: two records with one fingerprint are one record here, and whoever could choose such a pair could keep an
/// action from being delivered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// A fingerprint from its bytes, as a checkpoint holds them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The fingerprint's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A record: one line of NDJSON, its fingerprint and, where it has a readable one, its time.
///
/// `Debug` shows no content: a record never reaches a log line or an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    line: Box<str>,
    fingerprint: Fingerprint,
    time: Option<DateTime<Utc>>,
}

impl Record {
    /// Takes a record of `report` from the JSON text that Zoom sent. Key order, numbers and escapes stay as they are; only
    /// white space between tokens goes, so that the record is one line.
    #[must_use]
    pub fn new(raw: &RawValue, report: &Report) -> Self {
        let (fingerprint, time) = identify(raw, report);
        Self {
            line: compact(raw.get()).into(),
            fingerprint,
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

    /// The record as one line of compact JSON, without the newline.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// What tells this record from others.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The record's `time`, where it is one.
    #[must_use]
    pub const fn time(&self) -> Option<DateTime<Utc>> {
        self.time
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?})", self.fingerprint)
    }
}

/// The members of a JSON object in the order of the text, repeated keys included.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// An object's key; borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

fn identify(raw: &RawValue, report: &Report) -> (Fingerprint, Option<DateTime<Utc>>) {
    let members =
        serde_json::from_str::<Members<'_>>(raw.get()).map_or_else(|_| Vec::new(), |m| m.0);
    let mut hasher = Sha256::new();
    let mut documented = false;
    for (tag, field) in (0_u8..).zip(report.fields) {
        // A key that stands twice counts twice: parsers differ in which one they keep.
        for (_, value) in members.iter().filter(|(key, _)| key == *field) {
            documented = true;
            hasher.update([tag]);
            hash_value(&mut hasher, value.get(), CANONICAL_DEPTH);
        }
    }
    if !documented {
        hasher.update(b"\xff");
        hash_value(&mut hasher, raw.get(), CANONICAL_DEPTH);
    }
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);

    let time = members
        .iter()
        .find(|(key, _)| key == "time")
        .and_then(|(_, value)| serde_json::from_str::<Cow<'_, str>>(value.get()).ok())
        .and_then(|text| parse_time(&text));
    (Fingerprint(bytes), time)
}

/// Hashes a value so that equal values hash equally however they are spelled, and different ones differently:
/// strings by their characters, objects with their keys sorted, numbers by their text (an `f64` would make
/// different large numbers equal).
fn hash_value(hasher: &mut Sha256, text: &str, depth: usize) {
    let text = text.trim();
    match text.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Cow<'_, str>>(text) {
            Ok(string) => hash_bytes(hasher, b's', string.as_bytes()),
            // A lone surrogate has no characters to hash; its text is as good.
            Err(_) => hash_bytes(hasher, b'r', text.as_bytes()),
        },
        Some(b'{') if depth > 0 => {
            if let Ok(Members(mut members)) = serde_json::from_str::<Members<'_>>(text) {
                // Stable, so that repeated keys keep their order.
                members.sort_by(|a, b| a.0.cmp(&b.0));
                hash_length(hasher, b'o', members.len());
                for (key, value) in members {
                    hash_bytes(hasher, b'k', key.as_bytes());
                    hash_value(hasher, value.get(), depth - 1);
                }
            } else {
                hash_bytes(hasher, b'r', compact(text).as_bytes());
            }
        }
        Some(b'[') if depth > 0 => {
            if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
                hash_length(hasher, b'a', items.len());
                for item in items {
                    hash_value(hasher, item.get(), depth - 1);
                }
            } else {
                hash_bytes(hasher, b'r', compact(text).as_bytes());
            }
        }
        _ => hash_bytes(hasher, b'r', compact(text).as_bytes()),
    }
}

fn hash_length(hasher: &mut Sha256, kind: u8, length: usize) {
    hasher.update([kind]);
    hasher.update((length as u64).to_le_bytes());
}

fn hash_bytes(hasher: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash_length(hasher, kind, bytes.len());
    hasher.update(bytes);
}

/// Removes the white space between the tokens of valid JSON. What stands in strings stays.
pub(crate) fn compact(json: &str) -> Cow<'_, str> {
    let mut in_string = false;
    let mut escaped = false;
    let mut keep = |c: char| {
        if in_string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            return true;
        }
        in_string = c == '"';
        !matches!(c, ' ' | '\t' | '\n' | '\r')
    };
    let Some(first) = json.find(|c| !keep(c)) else {
        return Cow::Borrowed(json);
    };
    // `keep` has just seen the white space at `first`, which is outside a string: go on behind it.
    let mut out = String::with_capacity(json.len());
    out.push_str(&json[..first]);
    out.extend(json[first + 1..].chars().filter(|&c| keep(c)));
    Cow::Owned(out)
}

/// Zoom sends RFC 3339; copies of its documentation also show a space for the `T` and no zone, which is UTC.
pub(crate) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%d %H:%M:%S")
                .map(|time| time.and_utc())
        })
        .ok()
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
    fn debug_shows_no_content() {
        assert!(!format!("{:?}", Record::parse(PLAIN, &OPERATION_LOGS).unwrap()).contains("ada"));
    }
}
