//! A versioned bucket in memory, for tests.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Bound;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use zoomlogs_core::store::{
    Condition, ETag, Marker, Object, Store, StoreError, StoreErrorKind, Version, VersionId,
    VersionPage, Written,
};

/// How many versions one listing answers. Small, so that tests page.
const PAGE: usize = 5;

/// A bucket as S3 keeps it: versions, delete markers, conditional writes.
///
/// [`fail_next_put`](Self::fail_next_put) makes a write fail before or after it took effect.
#[derive(Debug, Default)]
pub struct MemoryStore {
    keys: RefCell<BTreeMap<String, Vec<Stored>>>,
    written: Cell<u64>,
    now: Cell<DateTime<Utc>>,
    put_faults: RefCell<Vec<(String, PutFault)>>,
    calls: RefCell<Vec<Call>>,
    unversioned: Cell<bool>,
}

/// How a put fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PutFault {
    /// The object is written, the answer is lost.
    AnswerLost,
    /// The call fails with this answer and has no effect.
    Refused(StoreErrorKind),
}

/// A call that the store has seen: its permission and its key or prefix.
pub type Call = (&'static str, String);

/// A version, or a delete marker where there is no body.
#[derive(Debug, Clone)]
struct Stored {
    /// In order of time.
    id: u64,
    /// Written while versioning was suspended.
    null: bool,
    body: Option<Bytes>,
    modified: DateTime<Utc>,
}

impl Stored {
    fn version(&self) -> VersionId {
        if self.null {
            VersionId("null".to_owned())
        } else {
            VersionId(self.id.to_string())
        }
    }
}

impl MemoryStore {
    /// An empty bucket.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells the bucket the time: when what is written from now on was written.
    pub fn set_time(&self, now: DateTime<Utc>) {
        self.now.set(now);
    }

    /// Makes the next put of a key that begins with `prefix` fail.
    pub fn fail_next_put(&self, prefix: &str, fault: PutFault) {
        self.put_faults
            .borrow_mut()
            .push((prefix.to_owned(), fault));
    }

    /// Turns versioning off: puts answer without a version id from now on, and a key has one version more at most.
    pub fn suspend_versioning(&self) {
        self.unversioned.set(true);
    }

    /// Deletes an object as a reader would: it leaves a delete marker.
    pub fn delete(&self, key: &str) {
        self.push(key, None);
    }

    /// Replaces an object's content without any condition, as somebody with the right to could.
    pub fn overwrite(&self, key: &str, body: impl Into<Bytes>) {
        self.push(key, Some(body.into()));
    }

    /// Removes one version for good, or a delete marker: what lies below it is current again.
    pub fn remove(&self, key: &str, version: &VersionId) {
        let mut keys = self.keys.borrow_mut();
        if let Some(versions) = keys.get_mut(key) {
            versions.retain(|stored| stored.version() != *version);
            if versions.is_empty() {
                keys.remove(key);
            }
        }
    }

    /// Removes a key with all its versions.
    pub fn purge(&self, key: &str) {
        self.keys.borrow_mut().remove(key);
    }

    /// Every version ever written below `prefix`, deleted ones included: key and content.
    #[must_use]
    pub fn all_versions(&self, prefix: &str) -> Vec<(String, Bytes)> {
        let keys = self.keys.borrow();
        keys.iter()
            .filter(|(key, _)| key.starts_with(prefix))
            .flat_map(|(key, versions)| {
                versions
                    .iter()
                    .filter_map(|stored| Some((key.clone(), stored.body.clone()?)))
            })
            .collect()
    }

    /// The calls since the last time this was asked.
    pub fn take_calls(&self) -> Vec<Call> {
        self.calls.take()
    }

    /// Adds a version, or a delete marker, and returns its id.
    fn push(&self, key: &str, body: Option<Bytes>) -> VersionId {
        let id = self.written.get() + 1;
        self.written.set(id);
        let stored = Stored {
            id,
            null: self.unversioned.get(),
            body,
            modified: self.now.get(),
        };
        let version = stored.version();
        let mut keys = self.keys.borrow_mut();
        let versions = keys.entry(key.to_owned()).or_default();
        if stored.null {
            // There is one version by this name; the next one takes its place.
            versions.retain(|stored| !stored.null);
        }
        versions.push(stored);
        version
    }

    /// The object that a get finds: none under a delete marker.
    fn current(&self, key: &str) -> Option<Object> {
        let keys = self.keys.borrow();
        let body = keys.get(key)?.last()?.body.clone()?;
        let etag = etag(&body);
        Some(Object { body, etag })
    }

    fn note(&self, action: &'static str, key: &str) {
        self.calls.borrow_mut().push((action, key.to_owned()));
    }
}

/// S3's is the MD5 of the content, unless KMS encrypts it: the same content written again has the same tag.
fn etag(body: &Bytes) -> ETag {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    ETag(format!("\"{:016x}\"", hasher.finish()))
}

fn error(kind: StoreErrorKind, action: &'static str, key: &str) -> StoreError {
    StoreError::new(
        kind,
        action,
        format_args!("memory://{key}"),
        &format!("{kind:?}"),
    )
}

impl Store for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        self.note("s3:GetObject", key);
        Ok(self.current(key))
    }

    async fn get_version(&self, key: &str, version: &VersionId) -> Result<Bytes, StoreError> {
        self.note("s3:GetObjectVersion", key);
        let keys = self.keys.borrow();
        keys.get(key)
            .and_then(|versions| versions.iter().find(|stored| stored.version() == *version))
            .and_then(|stored| stored.body.clone())
            .ok_or_else(|| error(StoreErrorKind::NotFound, "s3:GetObjectVersion", key))
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        const ACTION: &str = "s3:PutObject";
        self.note(ACTION, key);
        let fault = {
            let mut faults = self.put_faults.borrow_mut();
            let due = faults
                .iter()
                .position(|(prefix, _)| key.starts_with(prefix.as_str()));
            due.map(|index| faults.remove(index).1)
        };
        if let Some(PutFault::Refused(kind)) = fault {
            return Err(error(kind, ACTION, key));
        }
        let current = self.current(key).map(|object| object.etag);
        match (&condition, current) {
            (Condition::Absent, Some(_)) => {
                return Err(error(StoreErrorKind::PreconditionFailed, ACTION, key));
            }
            (Condition::Matches(_), None) => {
                return Err(error(StoreErrorKind::NotFound, ACTION, key));
            }
            (Condition::Matches(tag), Some(current)) if *tag != current => {
                return Err(error(StoreErrorKind::PreconditionFailed, ACTION, key));
            }
            _ => {}
        }
        let etag = etag(&body);
        let version = self.push(key, Some(body));
        if fault == Some(PutFault::AnswerLost) {
            return Err(error(StoreErrorKind::Unavailable, ACTION, key));
        }
        let version = (!self.unversioned.get()).then_some(version);
        Ok(Written { etag, version })
    }

    async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<VersionPage, StoreError> {
        self.note("s3:ListBucketVersions", prefix);
        let keys = self.keys.borrow();
        let seen = |key: &str, version: &VersionId| {
            let stored = keys.get(key)?.iter();
            let mut stored = stored.filter(|stored| stored.version() == *version);
            // One that is gone meanwhile had its place, too.
            stored
                .next()
                .map_or_else(|| version.0.parse().ok(), |stored| Some(stored.id))
        };
        let behind = |key: &str, id: u64| match after {
            None => true,
            Some(Marker {
                key: marker,
                version: None,
            }) => key > marker.as_str(),
            Some(Marker {
                key: marker,
                version: Some(version),
            }) => {
                // Newest first within a key, so what comes behind a version is older.
                key > marker.as_str() || (key == marker && seen(key, version) > Some(id))
            }
        };
        let first = match after {
            Some(marker) if marker.key.as_str() > prefix => marker.key.as_str(),
            _ => prefix,
        };
        let mut rows = keys
            .range::<str, _>((Bound::Included(first), Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .flat_map(|(key, versions)| versions.iter().rev().map(move |stored| (key, stored)))
            .filter(|(key, stored)| behind(key, stored.id));
        let taken: Vec<_> = rows.by_ref().take(PAGE).collect();
        let next = match (taken.last(), rows.next()) {
            (Some((key, stored)), Some(_)) => Some(Marker {
                key: (*key).clone(),
                version: Some(stored.version()),
            }),
            _ => None,
        };
        let versions = taken
            .into_iter()
            .filter(|(_, stored)| stored.body.is_some())
            .map(|(key, stored)| Version {
                key: key.clone(),
                id: stored.version(),
                modified: stored.modified,
            })
            .collect();
        Ok(VersionPage { versions, next })
    }
}
