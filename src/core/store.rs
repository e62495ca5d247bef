//! The few calls that the product makes to its bucket, as a trait.
//!
//! S3 serves the function, a bucket in memory the tests. Both behave as a versioned bucket with conditional writes does.

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::failure_kind::FailureKind;

/// An entity tag, opaque, as a conditional write needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(pub String);

/// The id of one version of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionId(pub String);

/// An object's current version.
#[derive(Debug, Clone)]
pub struct Object {
    /// What it holds.
    pub body: Bytes,
    /// What a write that replaces exactly this version must name.
    pub etag: ETag,
}

/// What must hold for a put to take effect. There is no unconditional put: nothing may overwrite what it has not
/// seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// No current object has the key (`If-None-Match: *`). A delete marker counts as absent.
    Absent,
    /// The key's current object has this tag (`If-Match`).
    Matches(ETag),
}

/// What a put that took effect answered.
#[derive(Debug, Clone)]
pub struct Written {
    /// The new object's tag.
    pub etag: ETag,
    /// The new version's id; none when the bucket keeps no versions.
    pub version: Option<VersionId>,
}

/// One version of one key, newest first among the versions of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The key.
    pub key: String,
    /// The version's id.
    pub id: VersionId,
    /// When it was written.
    pub modified: DateTime<Utc>,
}

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Behind this key, or within it where a version is given.
    pub key: String,
    /// Behind this version of the key.
    pub version: Option<VersionId>,
}

impl Marker {
    /// Behind all versions of `key`.
    pub fn after(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            version: None,
        }
    }
}

/// One answer to a listing.
#[derive(Debug, Clone, Default)]
pub struct VersionPage {
    /// The object versions in order of their keys. Delete markers are left out: what a reader deleted has been
    /// delivered all the same.
    pub versions: Vec<Version>,
    /// Where the next answer begins, unless this was the last.
    pub next: Option<Marker>,
}

/// A versioned bucket.
pub trait Store {
    /// The current object of `key`, or none when there is none.
    ///
    /// # Errors
    /// Everything but 404 is an error; above all 403, which must never be taken for absent.
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError>;

    /// One version of an object.
    ///
    /// # Errors
    /// When it cannot be read, and also when it does not exist.
    async fn get_version(&self, key: &str, version: &VersionId) -> Result<Bytes, StoreError>;

    /// Writes an object if `condition` holds. Never retried below this call: a resent put whose first answer was
    /// lost meets its own success as a failed condition.
    ///
    /// # Errors
    /// Any error but a refusal leaves open whether the object was written.
    async fn put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError>;

    /// The versions of the keys that begin with `prefix`, from `after` on; one answer, of a size that the store
    /// chooses.
    ///
    /// # Errors
    /// When the listing was refused or got no answer.
    async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<VersionPage, StoreError>;
}

impl<S: Store> Store for &S {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        (**self).get(key).await
    }

    async fn get_version(&self, key: &str, version: &VersionId) -> Result<Bytes, StoreError> {
        (**self).get_version(key, version).await
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        (**self).put(key, body, condition).await
    }

    async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<VersionPage, StoreError> {
        (**self).list_versions(prefix, after).await
    }
}

/// What kind of answer a store error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// 412: the put's condition does not hold.
    PreconditionFailed,
    /// 409: a conditional put met another write or a delete in progress.
    Conflict,
    /// 404 for an object or a version.
    NotFound,
    /// 403: the policy does not allow the call.
    Denied,
    /// 404 for the bucket itself.
    NoBucket,
    /// Whatever else: 5xx, a time-out, a cut connection. A put may have taken effect.
    Unavailable,
}

impl StoreErrorKind {
    /// Whether no later call of this run can fare better.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Denied | Self::NoBucket)
    }

    /// What kind of failure it is for a run that cannot go on without the call.
    #[must_use]
    pub const fn failure(self) -> FailureKind {
        match self {
            Self::Denied => FailureKind::BucketDenied,
            Self::NoBucket => FailureKind::BucketMissing,
            Self::PreconditionFailed | Self::Conflict | Self::NotFound | Self::Unavailable => {
                FailureKind::BucketUnavailable
            }
        }
    }
}

/// A call to the store that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{action} on {resource}: {problem}")]
pub struct StoreError {
    /// What kind of answer it was.
    pub kind: StoreErrorKind,
    /// The call, by the name of the permission that it needs, such as `s3:GetObject`.
    pub action: &'static str,
    /// The bucket or object that was called, as `s3://bucket/key`.
    pub resource: String,
    /// What the store said, and what to do about it.
    pub problem: String,
}

impl StoreError {
    /// An error of this kind, with what can be done about it.
    #[must_use]
    pub fn new(
        kind: StoreErrorKind,
        action: &'static str,
        resource: impl fmt::Display,
        said: &str,
    ) -> Self {
        let remedy = match kind {
            StoreErrorKind::Denied => {
                "; the role's policy must allow this action there, and no policy of the bucket, its key or the organization may deny it"
            }
            StoreErrorKind::NoBucket => "; S3_BUCKET must name an existing bucket",
            _ => "",
        };
        Self {
            kind,
            action,
            resource: resource.to_string(),
            problem: format!("{said}{remedy}"),
        }
    }
}

/// The waits between the attempts of one write: short, because what the store then holds is looked at in between.
pub fn backoff(seed: u64) -> impl Iterator<Item = std::time::Duration> {
    use backon::BackoffBuilder as _;

    backon::ExponentialBuilder::default()
        .with_min_delay(std::time::Duration::from_millis(50))
        .with_max_delay(std::time::Duration::from_secs(4))
        .with_max_times(8)
        .with_jitter()
        .with_jitter_seed(seed)
        .build()
}
