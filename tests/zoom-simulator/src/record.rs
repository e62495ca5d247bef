//! One row of a report.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::layout;

/// One row of a report: the exact JSON text that is sent, and the second it sorts by.
///
/// A record has no id, as Zoom's has none: two records with the same text are two events. Clones share their text, so
/// that a list of a million can be pinned cheaply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    second: i64,
    text: Arc<str>,
}

/// A row of the activities without its time.
#[derive(Debug, Clone, Copy)]
pub struct Activity<'a> {
    /// `type`: `Sign in` or `Sign out`.
    pub kind: &'a str,
    /// Who.
    pub email: &'a str,
    /// From where.
    pub ip_address: &'a str,
    /// With what: `Browser`, `mac`, `win`, `iOS`, `Android` and so on.
    pub client_type: &'a str,
    /// Of which version; `-` for a browser.
    pub version: &'a str,
}

/// Why a text is no record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is not a JSON object.
    #[error("a record must be a JSON object: {0}")]
    NotAnObject(#[from] serde_json::Error),
}

/// Where a record without a readable `time` sorts: above all others, for it arrived last.
const WITHOUT_TIME: i64 = i64::MAX;

impl Record {
    /// A row of the operation logs: a record with the five documented fields, in Zoom's order.
    #[must_use]
    pub fn new(
        time: DateTime<Utc>,
        operator: &str,
        category_type: &str,
        action: &str,
        operation_detail: &str,
    ) -> Self {
        let text = format!(
            r#"{{"time":"{}","operator":{},"category_type":{},"action":{},"operation_detail":{}}}"#,
            time.to_rfc3339_opts(SecondsFormat::Secs, true),
            Value::from(operator),
            Value::from(category_type),
            Value::from(action),
            Value::from(operation_detail),
        );
        Self {
            second: time.timestamp(),
            text: text.into(),
        }
    }

    /// A row of the activities: a record with their six documented fields, in Zoom's order.
    #[must_use]
    pub fn activity(time: DateTime<Utc>, activity: &Activity<'_>) -> Self {
        let text = format!(
            r#"{{"client_type":{},"email":{},"ip_address":{},"time":"{}","type":{},"version":{}}}"#,
            Value::from(activity.client_type),
            Value::from(activity.email),
            Value::from(activity.ip_address),
            time.to_rfc3339_opts(SecondsFormat::Secs, true),
            Value::from(activity.kind),
            Value::from(activity.version),
        );
        Self {
            second: time.timestamp(),
            text: text.into(),
        }
    }

    /// A record with any fields at all, sent as it is written here, but for white space between tokens. It sorts by
    /// its `time`, or above everything if that is missing or unreadable.
    ///
    /// # Errors
    /// When `text` is not a JSON object.
    pub fn from_json(text: &str) -> Result<Self, RecordError> {
        let fields: serde_json::Map<String, Value> = serde_json::from_str(text)?;
        let second = fields
            .get("time")
            .and_then(Value::as_str)
            .and_then(|time| DateTime::parse_from_rfc3339(time).ok())
            .map_or(WITHOUT_TIME, |time| time.timestamp());
        Ok(Self {
            second,
            text: layout::compact(text).into(),
        })
    }

    /// The JSON text, compact and in one line.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.text
    }

    /// The second the record happened in, unless its `time` is missing or unreadable.
    #[must_use]
    pub fn time(&self) -> Option<DateTime<Utc>> {
        if self.second == WITHOUT_TIME {
            None
        } else {
            DateTime::from_timestamp(self.second, 0)
        }
    }

    pub(crate) fn second(&self) -> i64 {
        self.second
    }

    /// Whether the record is of the category that `category_type=` asks for: Zoom writes `User Group` in a record and
    /// takes `user_group` in a query.
    pub(crate) fn is_of(&self, category: &str) -> bool {
        #[derive(Deserialize)]
        struct Categorised {
            category_type: Option<String>,
        }
        serde_json::from_str::<Categorised>(&self.text)
            .ok()
            .and_then(|record| record.category_type)
            .is_some_and(|own| own.to_lowercase().replace(' ', "_") == category)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.text).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Through the raw text, because a parsed value would lose the order of keys and the way numbers are written.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_json(raw.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_record_is_written_as_zoom_writes_it() {
        let time = Utc.with_ymd_and_hms(2026, 11, 22, 9, 5, 7).unwrap();
        let record = Record::new(
            time,
            "zoë@example.com",
            "User Group",
            "Update",
            "Edit Group \"A\" ",
        );
        assert_eq!(
            record.json(),
            r#"{"time":"2026-11-22T09:05:07Z","operator":"zoë@example.com","category_type":"User Group","action":"Update","operation_detail":"Edit Group \"A\" "}"#
        );
        assert_eq!(record.time(), Some(time));
    }

    #[test]
    fn a_sign_in_is_written_as_zoom_writes_it() {
        let time = Utc.with_ymd_and_hms(2026, 11, 22, 9, 5, 7).unwrap();
        let activity = Activity {
            kind: "Sign in",
            email: "zoë@example.com",
            ip_address: "2001:db8::1",
            client_type: "Browser",
            version: "-",
        };
        let record = Record::activity(time, &activity);
        assert_eq!(
            record.json(),
            r#"{"client_type":"Browser","email":"zoë@example.com","ip_address":"2001:db8::1","time":"2026-11-22T09:05:07Z","type":"Sign in","version":"-"}"#
        );
        assert_eq!(record.time(), Some(time));
        assert!(!record.is_of("user"));
    }

    #[test]
    fn a_record_read_from_json_keeps_its_keys_in_order_and_its_numbers_as_written() {
        let record =
            Record::from_json("{\"z\": 1.50, \"time\": \"2026-11-22T09:05:07Z\", \"a\": 1e3}")
                .unwrap();
        assert_eq!(
            record.json(),
            r#"{"z":1.50,"time":"2026-11-22T09:05:07Z","a":1e3}"#
        );
        let again: Record = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
        assert_eq!(again, record);
    }

    #[test]
    fn a_record_may_lack_a_time_but_must_be_an_object() {
        assert_eq!(Record::from_json("{\"time\":5}").unwrap().time(), None);
        assert!(Record::from_json("[1]").is_err());
        assert!(Record::from_json("{").is_err());
    }

    #[test]
    fn categories_are_asked_for_in_snake_case() {
        let record = Record::new(DateTime::UNIX_EPOCH, "a", "User Group", "Add", "d");
        assert!(record.is_of("user_group"));
        assert!(!record.is_of("user"));
    }
}
