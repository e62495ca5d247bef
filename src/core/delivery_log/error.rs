//! Why a day's log could not be read or extended.

use chrono::NaiveDate;
use thiserror::Error;

use crate::failure_kind::FailureKind;
use crate::store::StoreError;

/// The last number that a key has room for.
pub(super) const LAST_SEQ: u64 = 999_999;

/// Why a day's log could not be read or extended. Nothing is ever skipped for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The store refused a call or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry is missing between others.
    #[error(
        "the log of {day} has entry {found} but not entry {missing}: restore s3://…/{key}, or a version of it, \
         before anything else is delivered for this day"
    )]
    Gap {
        /// The day.
        day: NaiveDate,
        /// The number that is not there.
        missing: u64,
        /// The number behind it that is.
        found: u64,
        /// The missing entry's key.
        key: String,
    },
    /// The log has fewer entries than were once delivered.
    #[error(
        "the log of {day} has {found} entries, but {expected} were delivered: the others were removed, and \
         without them it is not known what the day still lacks"
    )]
    Short {
        /// The day.
        day: NaiveDate,
        /// How many there are.
        found: u64,
        /// How many there were.
        expected: u64,
    },
    /// An entry cannot be read as gzip NDJSON.
    #[error(
        "entry {key} (version {version}) cannot be read: {problem}; restore it from a backup or an older version"
    )]
    Damaged {
        /// The entry's key.
        key: String,
        /// The version that is damaged.
        version: String,
        /// What is wrong with it; no content.
        problem: String,
    },
    /// An entry could not be compressed.
    #[error("entry {key} could not be compressed: {problem}")]
    Encoding {
        /// The entry's key.
        key: String,
        /// What the encoder said.
        problem: String,
    },
    /// The bucket keeps no versions.
    #[error(
        "versioning is off in the bucket (the put of {key} answered without a version id): switch it on; without \
         it an entry that a reader deletes could be delivered again"
    )]
    Unversioned {
        /// The key that was put.
        key: String,
    },
    /// All numbers of a day are taken.
    #[error("the log of {day} is full: entry {LAST_SEQ} is taken; raise MAX_RECORDS_PER_OBJECT")]
    Full {
        /// The day.
        day: NaiveDate,
    },
}

impl LogError {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Store(error) => error.kind.failure(),
            Self::Gap { .. } => FailureKind::LogGap,
            Self::Short { .. } => FailureKind::LogShort,
            Self::Damaged { .. } => FailureKind::LogDamaged,
            Self::Unversioned { .. } => FailureKind::BucketUnversioned,
            Self::Full { .. } => FailureKind::LogFull,
            Self::Encoding { .. } => FailureKind::LogEncoding,
        }
    }
}
