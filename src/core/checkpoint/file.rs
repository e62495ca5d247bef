//! The checkpoint in the bucket: found, created, recovered, and written by compare-and-set.

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, Utc};
use thiserror::Error;

use super::{Checkpoint, FormatError, RequestsSpent};
use crate::clock::Clock;
use crate::delivery_log::{DeliveryLog, LogError};
use crate::failure_kind::FailureKind;
use crate::report::Report;
use crate::store::{Condition, Store, StoreError, StoreErrorKind, Version};

/// The checkpoint cannot be read or written; the run stops. No error is ever taken for "begin today".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The store refused a call or could not be reached.
    #[error("the checkpoint: {0}")]
    Store(#[from] StoreError),
    /// The log, which is asked when there is no checkpoint, could not be read.
    #[error("looking for the first day of the log: {0}")]
    Log(#[from] LogError),
    /// It is of a newer format.
    #[error("the checkpoint {key}: {error}")]
    Format {
        /// Its key.
        key: String,
        /// What is wrong.
        error: FormatError,
    },
    /// It belongs to another log.
    #[error(
        "the checkpoint {key} belongs to the log of {found}, not to that of {expected}: give each log a STATE_KEY and an \
         S3_PREFIX of its own"
    )]
    OtherLog {
        /// Its key.
        key: String,
        /// The report and the prefix that it names.
        found: String,
        /// The report and the prefix that are configured.
        expected: String,
    },
    /// It could not be serialized.
    #[error("the checkpoint could not be serialized: {0}")]
    Serialize(String),
}

impl CheckpointError {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Store(error) => error.kind.failure(),
            Self::Log(error) => error.kind(),
            Self::Format { .. } => FailureKind::CheckpointNewer,
            Self::OtherLog { .. } => FailureKind::CheckpointOfOtherLog,
            Self::Serialize(_) => FailureKind::CheckpointSerialize,
        }
    }
}

/// Where a loaded checkpoint comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is the current object.
    Current,
    /// There was none, nor any sign of an earlier run: this is the first.
    FirstRun,
    /// The current object was missing or damaged; an older version of it was readable.
    OlderVersion,
    /// No version was readable; the start was worked out from the log, the versions' age and START_DATE.
    Log,
}

/// A checkpoint, and how to replace it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Where it comes from.
    pub origin: Origin,
    /// What the object must be like for it to be replaced.
    condition: Condition,
    /// The requests that the object counts; a run's own are added to these.
    requests: RequestsSpent,
}

/// What a commit met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// The checkpoint that the run knew.
    Alone,
    /// Another run's checkpoint, or none any more: what is in memory may know more now than before.
    Merged,
}

/// The checkpoint's object.
#[derive(Debug)]
pub struct CheckpointFile<'a, S, C> {
    store: &'a S,
    clock: &'a C,
    report: &'static Report,
    key: &'a str,
    s3_prefix: &'a str,
}

impl<'a, S: Store, C: Clock> CheckpointFile<'a, S, C> {
    /// The checkpoint at `key` of the log of `report` below `s3_prefix`.
    pub const fn new(
        store: &'a S,
        clock: &'a C,
        report: &'static Report,
        key: &'a str,
        s3_prefix: &'a str,
    ) -> Self {
        Self {
            store,
            clock,
            report,
            key,
            s3_prefix,
        }
    }

    /// Finds the checkpoint. `start_date` is the configured one; it counts only where there is nothing better.
    ///
    /// # Errors
    /// When the object cannot be read for any reason but being absent or damaged, or is of a newer format.
    pub async fn load(&self, start_date: Option<NaiveDate>) -> Result<Loaded, CheckpointError> {
        let (found, condition) = self.read_current().await?;
        let (checkpoint, origin) = match found {
            Some(checkpoint) => (checkpoint, Origin::Current),
            None => self.recover(start_date).await?,
        };
        let requests = checkpoint.requests;
        Ok(Loaded {
            checkpoint,
            origin,
            condition,
            requests,
        })
    }

    /// The current object, if it is whole, and what a put must meet to replace it.
    async fn read_current(&self) -> Result<(Option<Checkpoint>, Condition), CheckpointError> {
        let Some(object) = self.store.get(self.key).await? else {
            return Ok((None, Condition::Absent));
        };
        let condition = Condition::Matches(object.etag);
        match self.parse(&object.body)? {
            Ok(checkpoint) => Ok((Some(checkpoint), condition)),
            Err(problem) => {
                tracing::warn!(key = self.key, problem, "the checkpoint is damaged");
                Ok((None, condition))
            }
        }
    }

    /// Damage is an answer; a newer format or another log's checkpoint is an error.
    fn parse(&self, body: &Bytes) -> Result<Result<Checkpoint, String>, CheckpointError> {
        match Checkpoint::from_bytes(body) {
            Ok(checkpoint)
                if checkpoint.s3_prefix != self.s3_prefix
                    || checkpoint.report != self.report.name =>
            {
                Err(CheckpointError::OtherLog {
                    key: self.key.to_owned(),
                    found: format!("{} under {}", checkpoint.report, checkpoint.s3_prefix),
                    expected: format!("{} under {}", self.report.name, self.s3_prefix),
                })
            }
            Ok(checkpoint) => Ok(Ok(checkpoint)),
            Err(FormatError::Damaged(problem)) => Ok(Err(problem)),
            Err(error) => Err(CheckpointError::Format {
                key: self.key.to_owned(),
                error,
            }),
        }
    }

    /// A checkpoint where the current object is none.
    async fn recover(
        &self,
        start_date: Option<NaiveDate>,
    ) -> Result<(Checkpoint, Origin), CheckpointError> {
        let versions = self.versions().await?;
        for version in &versions {
            let body = match self.store.get_version(self.key, &version.id).await {
                // A lifecycle rule removed it since the listing.
                Err(error) if error.kind == StoreErrorKind::NotFound => continue,
                answer => answer?,
            };
            if let Ok(checkpoint) = self.parse(&body)? {
                tracing::warn!(
                    key = self.key,
                    version = version.id.0,
                    "going on from an older version of the checkpoint; the log is read where it is behind"
                );
                return Ok((checkpoint, Origin::OlderVersion));
            }
        }
        let yesterday = |at: DateTime<Utc>| {
            let day = at.date_naive();
            day.checked_sub_days(Days::new(1)).unwrap_or(day)
        };
        let first_day = DeliveryLog::new(self.store, self.report, self.s3_prefix)
            .first_day()
            .await?;
        // The first run wrote the oldest version, and began with START_DATE or the day before it ran.
        let first_run = versions
            .iter()
            .map(|version| yesterday(version.modified))
            .min();
        let (start, origin) = match first_day.into_iter().chain(first_run).min() {
            Some(evidence) => (start_date.unwrap_or(evidence).min(evidence), Origin::Log),
            None => (
                start_date.unwrap_or_else(|| yesterday(self.clock.now())),
                Origin::FirstRun,
            ),
        };
        if origin == Origin::Log {
            tracing::warn!(key = self.key, %start, "there is no readable checkpoint; beginning from what the log shows");
        }
        Ok((Checkpoint::new(self.report, self.s3_prefix, start), origin))
    }

    /// The versions of the checkpoint, newest first.
    async fn versions(&self) -> Result<Vec<Version>, CheckpointError> {
        let mut versions = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.list_versions(self.key, after.as_ref()).await?;
            versions.extend(
                page.versions
                    .into_iter()
                    .filter(|version| version.key == self.key),
            );
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(versions),
            }
        }
    }

    /// Writes the checkpoint, with the requests of `by_day` that this run has made since its last commit added to
    /// those of the object that it replaces. Where another run has written in between, the two are merged.
    ///
    /// # Errors
    /// When it could not be written. What was delivered is in the log all the same.
    pub async fn commit(
        &self,
        loaded: &mut Loaded,
        by_day: &[(NaiveDate, u64)],
    ) -> Result<Committed, CheckpointError> {
        let mut met = Committed::Alone;
        let mut waits = crate::store::backoff(self.clock.seed());
        loop {
            loaded.checkpoint.requests = loaded.requests;
            for &(day, requests) in by_day {
                loaded.checkpoint.requests.add(day, requests);
            }
            loaded.checkpoint.prune(self.clock.now().date_naive());
            let body = loaded
                .checkpoint
                .to_bytes()
                .map_err(|error| CheckpointError::Serialize(error.to_string()))?;
            let error = match self
                .store
                .put(self.key, body.clone(), loaded.condition.clone())
                .await
            {
                Ok(written) => {
                    loaded.condition = Condition::Matches(written.etag);
                    loaded.requests = loaded.checkpoint.requests;
                    return Ok(met);
                }
                Err(error) => error,
            };
            let Some(wait) = waits.next().filter(|_| !error.kind.is_final()) else {
                return Err(error.into());
            };
            tracing::warn!(problem = %error, "the checkpoint was not written; merging with what is there");
            self.clock.sleep(wait).await;
            if self.merge_current(loaded, &body).await? {
                return Ok(met);
            }
            met = Committed::Merged;
        }
    }

    /// Reads the object anew and merges it in. True when it is what we tried to write: the put landed and only its
    /// answer was lost.
    async fn merge_current(
        &self,
        loaded: &mut Loaded,
        attempted: &Bytes,
    ) -> Result<bool, CheckpointError> {
        let object = self.store.get(self.key).await?;
        let Some(object) = object else {
            loaded.condition = Condition::Absent;
            return Ok(false);
        };
        loaded.condition = Condition::Matches(object.etag);
        if object.body == attempted {
            loaded.requests = loaded.checkpoint.requests;
            return Ok(true);
        }
        // Damaged in between: ours replaces it, and the next run has both among the versions.
        if let Ok(other) = self.parse(&object.body)? {
            // Somebody may have put an older version back in place; what was spent is spent.
            loaded.requests = loaded.requests.max(other.requests);
            loaded.checkpoint = loaded.checkpoint.clone().merge(other);
        }
        Ok(false)
    }
}
