//! Where it is kept how far a replay got: in a small file, so that the same command goes on after whatever ended it.
//!
//! A replay may be begun again at any time without harm; the file saves the requests of the days that are done, and lets the
//! closing table tell of all days.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use etcetera::BaseStrategy as _;
use tempfile::NamedTempFile;
use thiserror::Error;
use zoomlogs_core::calendar::DayRange;

use super::progress::{DayProgress, Progress, VERSION};
use crate::exit::Code;

/// The file cannot be used.
#[derive(Debug, Error)]
pub enum StateFileError {
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
    #[error(
        "the same replay is running already, on this machine: it keeps its state in {}. Wait for it, or stop it",
        path.display()
    )]
    Running { path: PathBuf },
    #[error("there is no home folder to keep the state of the replay in: --state FILE says where")]
    NoHome,
}

impl StateFileError {
    pub const fn code(&self) -> Code {
        match self {
            Self::File { .. } => Code::Failed,
            Self::Running { .. } => Code::Refused,
            Self::Malformed { .. } | Self::Other { .. } | Self::NoHome => Code::Usage,
        }
    }
}

/// How far a replay got, and where that is kept.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// The file that is at the path, locked; none before the first one was written.
    held: Option<File>,
    /// Whether an earlier command began the replay.
    pub is_begun: bool,
    pub progress: Progress,
}

impl StateFile {
    /// Finds the state of a replay of `function`, or prepares one. `file` is where the operator wants it to be.
    pub fn open(
        function: &str,
        range: DayRange,
        file: Option<&Path>,
        anew: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, StateFileError> {
        let path = match file {
            Some(file) => file.to_owned(),
            None => default_path(function, range)?,
        };
        let new = Progress::new(function.to_owned(), range, now);
        let mut held = lock(&path)?;
        let found = match &mut held {
            Some(file) if !anew => {
                let mut bytes = Vec::new();
                let read = file.read_to_end(&mut bytes);
                read.map_err(failed(&path, "read"))?;
                Some(parse(&bytes, &new, &path)?)
            }
            _ => None,
        };
        let mut opened = Self {
            path,
            held,
            is_begun: found.is_some(),
            progress: found.unwrap_or(new),
        };
        for day in opened.progress.days.values_mut() {
            day.unheard |= std::mem::take(&mut day.asking);
        }
        Ok(opened)
    }

    /// Where it is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn day(&mut self, day: NaiveDate) -> &mut DayProgress {
        self.progress.days.entry(day).or_default()
    }

    /// Writes the file, whole or not at all. Each one is locked before it is there to be found.
    pub fn save(&mut self) -> Result<(), StateFileError> {
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let write = || -> io::Result<NamedTempFile> {
            fs::create_dir_all(folder)?;
            let mut file = NamedTempFile::new_in(folder)?;
            file.as_file().try_lock()?;
            serde_json::to_writer_pretty(&mut file, &self.progress)?;
            file.flush()?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        let file = write().map_err(failed(&self.path, "written"))?;
        let named = match self.held {
            Some(_) => file.persist(&self.path),
            None => file.persist_noclobber(&self.path),
        };
        self.held = Some(named.map_err(|failure| match failure.error.kind() {
            // Another one was begun since this one looked.
            io::ErrorKind::AlreadyExists => StateFileError::Running {
                path: self.path.clone(),
            },
            _ => failed(&self.path, "written")(failure.error),
        })?);
        Ok(())
    }

    /// Takes the file away when there is nothing left to go on with.
    pub fn finish(self) -> Result<(), StateFileError> {
        fs::remove_file(&self.path).map_err(failed(&self.path, "removed"))
    }
}

/// Reads what must be of the same replay as `expected`.
fn parse(bytes: &[u8], expected: &Progress, path: &Path) -> Result<Progress, StateFileError> {
    let malformed = |problem| StateFileError::Malformed {
        path: path.to_owned(),
        problem,
    };
    let found: Progress =
        serde_json::from_slice(bytes).map_err(|problem| malformed(problem.to_string()))?;
    if found.version != VERSION {
        return Err(malformed(format!("it has format {}", found.version)));
    }
    if !found.is_of_replay(expected) {
        return Err(StateFileError::Other {
            path: path.to_owned(),
            found: found.replay(),
        });
    }
    Ok(found)
}

/// Opens the file, if there is one, and keeps every other replay from it until it is closed.
fn lock(path: &Path) -> Result<Option<File>, StateFileError> {
    loop {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed(path, "read"))?,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StateFileError::Running {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(path, "locked")(error)),
        }
        // Who held it may have put another one in its place meanwhile, or taken it away.
        let of = |found: fs::Metadata| (found.dev(), found.ino());
        let is_current = match (file.metadata(), fs::metadata(path)) {
            (Ok(opened), Ok(there)) => of(opened) == of(there),
            _ => false,
        };
        if is_current {
            return Ok(Some(file));
        }
    }
}

fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> StateFileError {
    let path = path.to_owned();
    move |source| StateFileError::File {
        path,
        action,
        source,
    }
}

/// A name of its own for each replay, in the folder for states of programs.
fn default_path(function: &str, range: DayRange) -> Result<PathBuf, StateFileError> {
    let base = etcetera::base_strategy::Xdg::new().map_err(|_| StateFileError::NoHome)?;
    let folder = base.state_dir().ok_or(StateFileError::NoHome)?;
    let function = function.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
    let DayRange { from, to } = range;
    Ok(folder
        .join("zoomlogs/replay")
        .join(format!("{function}-{from}-{to}.json")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, to: &str, anew: bool) -> Result<StateFile, StateFileError> {
        let range = DayRange {
            from: "2026-11-01".parse().unwrap(),
            to: to.parse().unwrap(),
        };
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        StateFile::open("arn:f", range, Some(path), anew, now)
    }

    #[test]
    fn an_invocation_that_was_under_way_is_one_whose_answer_was_not_heard() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/state.json");
        let day = "2026-11-02".parse().unwrap();
        let mut file = open(&path, "2026-11-03", false).unwrap();
        file.day(day).written = 7;
        file.day(day).asking = true;
        file.save().unwrap();
        drop(file);
        let again = open(&path, "2026-11-03", false).unwrap();
        let found = &again.progress.days[&day];
        assert_eq!(
            (found.written, found.asking, found.unheard),
            (7, false, true)
        );
        drop(again);

        let anew = open(&path, "2026-11-03", true).unwrap();
        assert!(anew.progress.days.is_empty() && !anew.is_begun);
        anew.finish().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_another_replays_or_none_is_named_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        open(&path, "2026-11-03", false).unwrap().save().unwrap();
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

    #[test]
    fn any_name_will_do_and_no_other_file_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join("a.new");
        fs::write(&beside, "notes").unwrap();
        for name in ["a.json", "b.new"] {
            let path = folder.path().join(name);
            let mut file = open(&path, "2026-11-03", false).unwrap();
            file.save().unwrap();
            file.save().unwrap();
            assert!(path.exists());
            file.finish().unwrap();
        }
        assert_eq!(fs::read(&beside).unwrap(), b"notes");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_at_once_are_refused_however_often_the_first_one_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut first = open(&path, "2026-11-03", false).unwrap();
        let mut late = open(&path, "2026-11-03", false).unwrap();
        for _ in 0..2 {
            first.save().unwrap();
            for anew in [false, true] {
                let refused = open(&path, "2026-11-03", anew);
                assert!(matches!(refused, Err(StateFileError::Running { .. })));
            }
        }
        assert!(matches!(late.save(), Err(StateFileError::Running { .. })));
        drop(first);
        assert!(open(&path, "2026-11-03", false).unwrap().is_begun);
    }
}
