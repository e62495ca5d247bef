//! How far a replay got, in a small file, so that the same command goes on after whatever ended it.
//!
//! A replay may be begun again at any time without harm; the file saves the requests of the days that are done, and lets the
//! closing table tell of all days.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zoom_operationlogs_to_s3::event::DayRange;

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

/// The file cannot be used.
#[derive(Debug, Error)]
pub enum ProgressError {
    #[error("the state of the replay, {}, cannot be {action}: {source}", path.display())]
    File {
        path: PathBuf,
        action: &'static str,
        source: io::Error,
    },
    #[error(
        "{} is not the state of a replay as this version knows it ({problem}): --anew begins again and replaces it, --state FILE \
         takes another one",
        path.display()
    )]
    Malformed { path: PathBuf, problem: String },
    #[error(
        "{} is the state of another replay, that of {found}: --state FILE takes another one, --anew replaces it",
        path.display()
    )]
    Other { path: PathBuf, found: String },
    #[error("there is no home folder to keep the state of the replay in: --state FILE says where")]
    NoHome,
}

/// A state and where it is kept.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    pub progress: Progress,
}

impl Kept {
    /// Finds the state of a replay of `function`, or begins one. `file` is where the operator wants it to be.
    pub fn open(
        function: &str,
        range: DayRange,
        file: Option<&Path>,
        anew: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, ProgressError> {
        let path = match file {
            Some(file) => file.to_owned(),
            None => default_path(function, range)?,
        };
        let new = Progress {
            version: VERSION,
            function: function.to_owned(),
            from: range.from,
            to: range.to,
            begun: now,
            days: BTreeMap::new(),
        };
        let found = match fs::read(&path) {
            Ok(_) if anew => None,
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => {
                return Err(ProgressError::File {
                    path,
                    action: "read",
                    source,
                });
            }
        };
        let mut kept = Self {
            progress: match found {
                Some(bytes) => Progress::parse(&bytes, &new, &path)?,
                None => new,
            },
            path,
        };
        for day in kept.progress.days.values_mut() {
            day.unheard |= std::mem::take(&mut day.asking);
        }
        // Whether it can be written is better known before the first invocation.
        kept.save()?;
        Ok(kept)
    }

    /// Where it is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn day(&mut self, day: NaiveDate) -> &mut Day {
        self.progress.days.entry(day).or_default()
    }

    /// Writes the file, whole or not at all.
    pub fn save(&self) -> Result<(), ProgressError> {
        let write = || -> io::Result<()> {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let beside = self.path.with_extension("new");
            let mut file = File::create(&beside)?;
            serde_json::to_writer_pretty(&mut file, &self.progress)?;
            file.flush()?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)
        };
        write().map_err(|source| ProgressError::File {
            path: self.path.clone(),
            action: "written",
            source,
        })
    }

    /// Takes the file away when there is nothing left to go on with.
    pub fn finish(&self) -> Result<(), ProgressError> {
        fs::remove_file(&self.path).map_err(|source| ProgressError::File {
            path: self.path.clone(),
            action: "removed",
            source,
        })
    }
}

impl Progress {
    fn parse(bytes: &[u8], expected: &Self, path: &Path) -> Result<Self, ProgressError> {
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

/// A name of its own for each replay, in the folder for states of programs.
fn default_path(function: &str, range: DayRange) -> Result<PathBuf, ProgressError> {
    let base = etcetera::base_strategy::Xdg::new().map_err(|_| ProgressError::NoHome)?;
    let folder = base.state_dir().ok_or(ProgressError::NoHome)?;
    let function = function.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
    let DayRange { from, to } = range;
    Ok(folder
        .join("zoomlogs/replay")
        .join(format!("{function}-{from}-{to}.json")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, to: &str, anew: bool) -> Result<Kept, ProgressError> {
        let range = DayRange {
            from: "2026-11-01".parse().unwrap(),
            to: to.parse().unwrap(),
        };
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        Kept::open("arn:f", range, Some(path), anew, now)
    }

    #[test]
    fn an_invocation_that_was_under_way_is_one_whose_answer_was_not_heard() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/state.json");
        let day = "2026-11-02".parse().unwrap();
        let mut kept = open(&path, "2026-11-03", false).unwrap();
        kept.day(day).written = 7;
        kept.day(day).asking = true;
        kept.save().unwrap();
        let again = open(&path, "2026-11-03", false).unwrap();
        let found = &again.progress.days[&day];
        assert_eq!(
            (found.written, found.asking, found.unheard),
            (7, false, true)
        );

        assert!(
            open(&path, "2026-11-03", true)
                .unwrap()
                .progress
                .days
                .is_empty()
        );
        again.finish().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_another_replays_or_none_is_named_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        open(&path, "2026-11-03", false).unwrap();
        let error = open(&path, "2026-11-04", false).unwrap_err().to_string();
        assert!(
            error.contains("arn:f from 2026-11-01 to 2026-11-03"),
            "{error}"
        );
        fs::write(&path, "notes").unwrap();
        let error = open(&path, "2026-11-03", false).unwrap_err().to_string();
        assert!(error.contains("not the state of a replay"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"notes");
        open(&path, "2026-11-03", true).unwrap();
    }
}
