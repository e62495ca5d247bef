//! How far a replay got.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use zoomlogs_core::calendar::DayRange;
use zoomlogs_core::failure_kind::FailureKind;

use crate::invocation::Failure;

/// The version of the form in which it is kept.
pub const VERSION: u32 = 1;

/// How far the replay of one function got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    /// The function's ARN.
    function: String,
    from: NaiveDate,
    to: NaiveDate,
    pub begun: DateTime<Utc>,
    pub days: BTreeMap<NaiveDate, DayProgress>,
}

/// How far one day got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayProgress {
    /// Rows that Zoom has of it, once it was read to its end.
    pub in_zoom: Option<u64>,
    /// Records that this replay delivered.
    pub written: u64,
    pub pages: u64,
    pub invocations: u64,
    pub done: bool,
    /// Why not, if its last invocation failed.
    #[serde(default)]
    pub failure: Option<Failure>,
    /// Whether an invocation is under way.
    pub asking: bool,
    /// Whether the answer to an invocation was lost, so that what it delivered is not in `written`.
    pub unheard: bool,
}

impl DayProgress {
    /// Whether there is nothing more to be had of it.
    pub fn is_over(&self) -> bool {
        let kind = self.failure.as_ref().and_then(Failure::known_kind);
        self.done || kind == Some(FailureKind::ZoomBeyondHistory)
    }
}

impl Progress {
    pub const fn new(function: String, range: DayRange, begun: DateTime<Utc>) -> Self {
        Self {
            version: VERSION,
            function,
            from: range.from,
            to: range.to,
            begun,
            days: BTreeMap::new(),
        }
    }

    /// Which replay it is of, for people.
    pub fn replay(&self) -> String {
        format!("{} from {} to {}", self.function, self.from, self.to)
    }

    /// Whether both are of the same replay.
    pub fn is_of_replay(&self, other: &Self) -> bool {
        (&self.function, self.from, self.to) == (&other.function, other.from, other.to)
    }

    pub fn done(&self) -> usize {
        self.days.values().filter(|day| day.done).count()
    }
}
