//! The bucket on S3.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
pub use aws_sdk_s3::types::ObjectLockMode;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use crate::error_chain::error_chain;
use crate::system_clock::SystemClock;
use zoomlogs_core::clock::Clock;
use zoomlogs_core::store::{
    Condition, ETag, Marker, Object, Store, StoreError, StoreErrorKind, Version, VersionId,
    VersionPage, Written,
};

/// How long one call may take. A put that hangs is a lost answer, and the protocol knows what to do with one; an
/// object of the largest size (64 MB) crosses at 2 MB/s in this time.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// How entries of the log are locked as they are written (S3 Object Lock): no version of one can be removed before its
/// time. The checkpoint is not locked. Every run rewrites it, and its earlier versions must be able to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectLock {
    /// Where the entries lie; what lies elsewhere is not locked.
    pub prefix: String,
    /// Who may lift a lock: somebody with a right of its own, or nobody.
    pub mode: ObjectLockMode,
    /// For how many days from its writing an entry is locked.
    pub days: u16,
}

impl ObjectLock {
    fn until(&self, now: DateTime<Utc>) -> aws_sdk_s3::primitives::DateTime {
        let until = now + TimeDelta::days(self.days.into());
        aws_sdk_s3::primitives::DateTime::from_secs(until.timestamp())
    }
}

/// A bucket on S3, or on what speaks its protocol.
#[derive(Debug, Clone)]
pub struct S3Store<C = SystemClock> {
    client: Client,
    bucket: String,
    object_lock: Option<ObjectLock>,
    clock: C,
}

impl S3Store {
    /// Calls `bucket` with the credentials, region and endpoint of `config`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, bucket: impl Into<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let config = aws_sdk_s3::config::Builder::from(config)
            // A given endpoint is an emulator or a proxy, which seldom resolves bucket.host.
            .force_path_style(config.endpoint_url().is_some())
            .timeout_config(timeouts)
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: bucket.into(),
            object_lock: None,
            clock: SystemClock,
        }
    }

    /// Locks entries from now on, if a lock is given. The bucket must have Object Lock enabled.
    #[must_use]
    pub fn locking<C: Clock>(self, lock: Option<ObjectLock>, clock: C) -> S3Store<C> {
        S3Store {
            client: self.client,
            bucket: self.bucket,
            object_lock: lock,
            clock,
        }
    }
}

impl<C> S3Store<C> {
    fn failed<E, R>(&self, action: &'static str, key: &str, failure: &SdkError<E, R>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: HttpStatus + std::fmt::Debug,
    {
        let status = failure.raw_response().map(HttpStatus::status);
        let code = failure.code().unwrap_or_default();
        let kind = match (status, code) {
            (_, "NoSuchBucket") => StoreErrorKind::NoBucket,
            (Some(412), _) => StoreErrorKind::PreconditionFailed,
            (Some(409), _) => StoreErrorKind::Conflict,
            (Some(404), _) => StoreErrorKind::NotFound,
            (Some(401 | 403), _) => StoreErrorKind::Denied,
            _ => StoreErrorKind::Unavailable,
        };
        let said = match status {
            Some(status) => {
                let message = failure.message().unwrap_or("no message");
                format!("HTTP {status} {code}: {message}")
            }
            // The chain of causes names hosts and time-outs, never a credential.
            None => error_chain(failure),
        };
        StoreError::new(
            kind,
            action,
            format_args!("s3://{}/{key}", self.bucket),
            &said,
        )
    }
}

/// The status of an answer that the SDK took for an error.
trait HttpStatus {
    fn status(&self) -> u16;
}

impl HttpStatus for aws_sdk_s3::config::http::HttpResponse {
    fn status(&self) -> u16 {
        self.status().as_u16()
    }
}

impl<C: Clock> Store for S3Store<C> {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        const ACTION: &str = "s3:GetObject";
        let answer = match self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(answer) => answer,
            Err(failure) => {
                let error = self.failed(ACTION, key, &failure);
                return match error.kind {
                    StoreErrorKind::NotFound => Ok(None),
                    _ => Err(error),
                };
            }
        };
        let etag = ETag(answer.e_tag.unwrap_or_default());
        let body = self.body(ACTION, key, answer.body).await?;
        Ok(Some(Object { body, etag }))
    }

    async fn get_version(&self, key: &str, version: &VersionId) -> Result<Bytes, StoreError> {
        const ACTION: &str = "s3:GetObjectVersion";
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .version_id(&version.0);
        let answer = request
            .send()
            .await
            .map_err(|failure| self.failed(ACTION, key, &failure))?;
        self.body(ACTION, key, answer.body).await
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        let content_type = if key.ends_with(".gz") {
            "application/gzip"
        } else {
            "application/json"
        };
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(body));
        let request = match condition {
            Condition::Absent => request.if_none_match("*"),
            Condition::Matches(etag) => request.if_match(etag.0),
        };
        let lock = self
            .object_lock
            .as_ref()
            .filter(|lock| key.starts_with(&lock.prefix));
        let (action, request) = match lock {
            None => ("s3:PutObject", request),
            Some(lock) => (
                "s3:PutObject and s3:PutObjectRetention",
                request
                    .object_lock_mode(lock.mode.clone())
                    .object_lock_retain_until_date(lock.until(self.clock.now()))
                    // S3 locks nothing that comes without a checksum. The SDK's own can be configured away.
                    .checksum_algorithm(ChecksumAlgorithm::Crc32),
            ),
        };
        let once = aws_sdk_s3::config::Builder::new().retry_config(RetryConfig::disabled());
        let answer = request
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(|failure| {
                let mut error = self.failed(action, key, &failure);
                if lock.is_some() && failure.code() == Some("InvalidRequest") {
                    error.problem +=
                        "; OBJECT_LOCK_MODE is set, so Object Lock must be enabled on the bucket";
                }
                error
            })?;
        Ok(Written {
            etag: ETag(answer.e_tag.unwrap_or_default()),
            // "null" is the id of an object written while versioning is suspended.
            version: answer.version_id.filter(|id| id != "null").map(VersionId),
        })
    }

    async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<VersionPage, StoreError> {
        let answer = self
            .client
            .list_object_versions()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_key_marker(after.map(|marker| marker.key.clone()))
            .set_version_id_marker(
                after
                    .and_then(|marker| marker.version.clone())
                    .map(|id| id.0),
            )
            .send()
            .await
            .map_err(|failure| self.failed("s3:ListBucketVersions", prefix, &failure))?;
        let next = match (answer.is_truncated, answer.next_key_marker) {
            (Some(true), Some(key)) => Some(Marker {
                key,
                version: answer.next_version_id_marker.map(VersionId),
            }),
            (Some(true), None) => {
                let said = "the listing is truncated but does not say where it goes on";
                let resource = format!("s3://{}/{prefix}", self.bucket);
                let kind = StoreErrorKind::Unavailable;
                return Err(StoreError::new(
                    kind,
                    "s3:ListBucketVersions",
                    resource,
                    said,
                ));
            }
            _ => None,
        };
        let versions = answer
            .versions
            .unwrap_or_default()
            .into_iter()
            .filter_map(|version| {
                Some(Version {
                    key: version.key?,
                    id: VersionId(version.version_id?),
                    modified: version.last_modified.map_or(DateTime::UNIX_EPOCH, |time| {
                        DateTime::<Utc>::from_timestamp(time.secs(), 0)
                            .unwrap_or(DateTime::UNIX_EPOCH)
                    }),
                })
            })
            .collect();
        Ok(VersionPage { versions, next })
    }
}

impl<C> S3Store<C> {
    async fn body(
        &self,
        action: &'static str,
        key: &str,
        body: ByteStream,
    ) -> Result<Bytes, StoreError> {
        body.collect()
            .await
            .map(aws_sdk_s3::primitives::AggregatedBytes::into_bytes)
            .map_err(|cut| {
                let resource = format!("s3://{}/{key}", self.bucket);
                let said = format!("the body was cut short: {}", error_chain(&cut));
                StoreError::new(StoreErrorKind::Unavailable, action, resource, &said)
            })
    }
}
