//! What tells one record from another, for the audit. It is not the function's fingerprint: an audit that shared it would
//! share its mistakes.
//!
//! A record is its documented fields, as canonical JSON, because a field that Zoom adds later makes no other record; a
//! record without any of them is all of itself. `docs/verify.md` has the same as a line of shell.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use zoomlogs_core::report::Report;

use super::canonical::{Members, canonical};

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Of a multiset: of its members' digests in hexadecimal, sorted, a line each, as often as they occur.
    pub fn of_all(members: impl IntoIterator<Item = (Self, u64)>) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_unstable();
        let mut hasher = Sha256::new();
        for (digest, count) in members {
            let line = format!("{digest}\n");
            for _ in 0..count {
                hasher.update(&line);
            }
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is known of a record without keeping it.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    pub digest: Digest,
    pub time: Option<DateTime<Utc>>,
}

impl Identity {
    /// Of a record of `report`, which is valid JSON.
    pub fn of(json: &str, report: &Report) -> Self {
        let Some(mut members) = Members::of(json) else {
            return Self {
                digest: Digest::of(canonical(json).as_bytes()),
                time: None,
            };
        };
        let documented = |key: &str| report.fields.contains(&key);
        if members.0.iter().any(|(key, _)| documented(key)) {
            members.0.retain(|(key, _)| documented(key));
        }
        let time = members.0.iter().find(|(key, _)| key == "time");
        let time = time
            .and_then(|(_, value)| serde_json::from_str::<String>(value.get()).ok())
            .and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
        Self {
            time: time.map(|time| time.to_utc()),
            digest: Digest::of(members.canonical().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use zoomlogs_core::report::OPERATION_LOGS;

    use super::*;

    fn digest(json: &str) -> Digest {
        Identity::of(json, &OPERATION_LOGS).digest
    }

    #[test]
    fn only_documented_fields_count_where_there_are_any() {
        let record = r#"{"time":"2026-11-22T09:05:07Z","operator":"a","action":"Add"}"#;
        let later =
            r#"{"region":"eu","action":"\u0041dd","operator":"a","time":"2026-11-22T09:05:07Z"}"#;
        assert_eq!(digest(record), digest(later));
        assert_ne!(digest(record), digest(&record.replace("Add", "add")));
        assert_ne!(digest(r#"{"x":1}"#), digest(r#"{"x":2}"#));
        assert_eq!(digest(r#"{"x":1,"y":2}"#), digest(r#"{"y":2,"x":1}"#));
        assert_ne!(digest("7"), digest("8"));
    }

    #[test]
    fn it_is_what_the_shell_makes_of_it() {
        // printf '%s' '{"action":"Add","operator":"a"}' | sha256sum
        let expected = "d9d1b9b998ed4e37b136f9612ee8482f768899305fbe4e2980eb2d982d2411b3";
        let made = digest(r#"{"operator":"a","extra":1,"action":"Add"}"#);
        assert_eq!(made.to_string(), expected);
    }

    #[test]
    fn a_set_is_told_from_another_by_counts_and_not_by_order() {
        let [a, b] = ["1", "2"].map(digest);
        assert_eq!(
            Digest::of_all([(a, 1), (b, 2)]),
            Digest::of_all([(b, 2), (a, 1)])
        );
        assert_ne!(
            Digest::of_all([(a, 1), (b, 2)]),
            Digest::of_all([(a, 2), (b, 1)])
        );
        let lines = {
            let mut lines = [format!("{a}\n"), format!("{b}\n")];
            lines.sort();
            lines.concat()
        };
        assert_eq!(
            Digest::of_all([(a, 1), (b, 1)]),
            Digest::of(lines.as_bytes())
        );
    }

    #[test]
    fn the_time_is_read_where_there_is_one() {
        let time = |json| Identity::of(json, &OPERATION_LOGS).time;
        let read = time(r#"{"time":"2026-11-22T09:05:07Z"}"#).map(|time| time.timestamp());
        assert_eq!(read, Some(1_795_338_307));
        for without in [r#"{"time":7}"#, r#"{"time":"soon"}"#, "{}", "[]"] {
            assert_eq!(time(without), None);
        }
    }
}
