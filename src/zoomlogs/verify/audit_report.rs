//! The audit's report, as an auditor gets it. `docs/verify.md` explains its fields.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;

use super::compare::Kind;
use super::day_log::ObjectVersion;
use super::excuses::Settlement;
use super::identity::Digest;

/// The version of the report's form. It changes when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// What came of all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    Matches,
    /// Something is wrong. All that was to be looked at was.
    Differs,
    /// Something could not be looked at, or Zoom does not agree with itself.
    Incomplete,
}

#[derive(Debug, Serialize)]
pub struct AuditReport {
    pub format: u32,
    pub tool: Tool,
    pub auditor: Auditor,
    pub started: String,
    pub ended: String,
    pub functions: Vec<FunctionAudit>,
    pub verdict: Overall,
}

#[derive(Debug, Serialize)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

/// Who ran it, by AWS's word.
#[derive(Debug, Serialize)]
pub struct Auditor {
    pub arn: String,
    pub account: String,
    pub user_id: String,
}

/// One function, and what it delivered.
#[derive(Debug, Default, Serialize)]
pub struct FunctionAudit {
    pub function: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    pub report: String,
    pub zoom: String,
    pub bucket: String,
    pub prefix: String,
    pub last_complete_run: Option<String>,
    pub settled_through: Option<NaiveDate>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Requests to Zoom that the audit took.
    pub requests: u64,
    pub remarks: Vec<String>,
    /// Objects under the prefix in no day's folder, or in that of a day that has not come.
    pub astray: Vec<ObjectVersion>,
    pub days: Vec<DayAudit>,
    /// Why none of it could be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What came of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayVerdict {
    /// Every record that Zoom has is in the bucket as often as in Zoom, and nothing else is.
    Matches,
    /// Something is wrong.
    Differs,
    /// Zoom gives different answers, and the bucket is among them.
    ZoomDisagrees,
    /// It could not be looked at.
    Unread,
}

/// A record that is wrong, for people to find it.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    pub kind: Kind,
    pub time: Option<DateTime<Utc>>,
    /// Of the record's documented fields; see `docs/verify.md`.
    pub digest: Digest,
    /// How many of it are too few, or too many.
    pub count: u32,
    /// Where it stands in the bucket, the first time and the last.
    pub places: Vec<String>,
    /// The record itself, only when somebody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// One day.
#[derive(Debug, Serialize)]
pub struct DayAudit {
    pub date: NaiveDate,
    pub state: Settlement,
    pub verdict: DayVerdict,
    #[serde(flatten)]
    pub looked: Option<Looked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What was found on a day that could be looked at.
#[derive(Debug, Serialize)]
pub struct Looked {
    pub zoom: InZoom,
    pub bucket: InBucket,
    pub missing: u64,
    pub doubled: u64,
    pub foreign: u64,
    /// Of the foreign ones, those whose time is on another day.
    pub foreign_of_another_day: u64,
    pub not_due: u64,
    pub undecided: u64,
    pub problems: Vec<String>,
    pub examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
pub struct InZoom {
    pub records: u64,
    /// Of the sorted digests of its records; see `docs/verify.md`.
    pub sha256: Digest,
    /// How often the day was read.
    pub readings: usize,
}

#[derive(Debug, Serialize)]
pub struct InBucket {
    pub records: u64,
    /// As Zoom's.
    pub sha256: Digest,
    pub objects: Vec<ObjectVersion>,
}

impl DayAudit {
    pub const fn unread(date: NaiveDate, state: Settlement, error: String) -> Self {
        Self {
            date,
            state,
            verdict: DayVerdict::Unread,
            looked: None,
            error: Some(error),
        }
    }
}

impl FunctionAudit {
    pub fn verdict(&self) -> Overall {
        let days = self.days.iter().map(|day| match day.verdict {
            DayVerdict::Matches => Overall::Matches,
            DayVerdict::Differs => Overall::Differs,
            DayVerdict::ZoomDisagrees | DayVerdict::Unread => Overall::Incomplete,
        });
        let own = match (&self.error, self.astray.is_empty()) {
            (Some(_), _) => Overall::Incomplete,
            (None, false) => Overall::Differs,
            (None, true) => Overall::Matches,
        };
        days.fold(own, Overall::max)
    }
}

/// A moment, to the second.
pub fn moment(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
