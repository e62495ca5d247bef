//! How far a replay got.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use zoomlogs_core::calendar::DayRange;

use super::kept::ProgressError;

/// The format of the file.
const VERSION: u32 = 1;

/// How far the replay of one function got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// The function's ARN.
    function: String,
    from: NaiveDate,
    to: NaiveDate,
    pub begun: DateTime<Utc>,
    pub days: BTreeMap<NaiveDate, Day>,
}

/// How far one day got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
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

/// Why a day failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: String,
    pub message: String,
    pub advice: String,
}

/// The kind of the failure of a day that Zoom does not keep any more. It is the function's word for it.
const BEYOND_HISTORY: &str = "ZoomBeyondHistory";

impl Failure {
    pub fn beyond_history(day: NaiveDate) -> Self {
        Self {
            kind: BEYOND_HISTORY.to_owned(),
            message: format!("Zoom does not keep {day} any more"),
            advice: "What was delivered of it is in the bucket; there is nothing more to be had."
                .to_owned(),
        }
    }
}

impl Day {
    /// Whether there is nothing more to be had of it.
    pub fn is_over(&self) -> bool {
        let failure = self.failure.as_ref();
        self.done || failure.is_some_and(|failure| failure.kind == BEYOND_HISTORY)
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

    /// Reads one, which must be of the same replay as `expected`.
    pub fn parse(bytes: &[u8], expected: &Self, path: &Path) -> Result<Self, ProgressError> {
        let found: Self =
            serde_json::from_slice(bytes).map_err(|problem| ProgressError::Malformed {
                path: path.to_owned(),
                problem: problem.to_string(),
            })?;
        if found.version != VERSION {
            return Err(ProgressError::Malformed {
                path: path.to_owned(),
                problem: format!("it has format {}", found.version),
            });
        }
        let is_same = found.function == expected.function
            && found.from == expected.from
            && found.to == expected.to;
        if is_same {
            return Ok(found);
        }
        Err(ProgressError::Other {
            path: path.to_owned(),
            found: format!("{} from {} to {}", found.function, found.from, found.to),
        })
    }

    pub fn done(&self) -> usize {
        self.days.values().filter(|day| day.done).count()
    }
}
