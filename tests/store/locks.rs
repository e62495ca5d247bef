//! Object Lock: what is locked, for how long, and what a lock prevents. The bucket in memory knows no locks; the product's
//! core does not either.

use aws_config::SdkConfig;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{ChecksumMode, ObjectLockConfiguration, ObjectLockEnabled};
use chrono::{TimeDelta, Utc};
use support::ManualClock;
use zoomlogs_aws::s3::{ObjectLock, ObjectLockMode, S3Store};
use zoomlogs_core::clock::Clock;
use zoomlogs_core::store::{Condition, Store, StoreErrorKind, VersionId};

use crate::bucket::{Bucket, Emulator, NAME, Remote};

conforms! {
    entries_are_locked_and_nothing_else: ministack, moto;
    without_a_lock_nothing_is_locked: ministack, moto;
    a_locked_version_cannot_be_removed_and_can_be_covered: ministack, moto;
    a_lock_comes_with_a_checksum_whatever_the_sdk_was_told: ministack, moto;
    a_bucket_that_cannot_lock_is_named: ministack, moto;
}

const DAYS: u16 = 400;

/// What a lock is reckoned from. Not the machine's time, so that asking the machine is found out; in the machine's future, or
/// S3 would refuse it.
fn clock() -> ManualClock {
    ManualClock::new(Utc::now() + TimeDelta::days(3))
}

fn locking<C: Clock>(config: &SdkConfig, mode: ObjectLockMode, clock: C) -> S3Store<C> {
    let lock = ObjectLock {
        prefix: "logs/".to_owned(),
        mode,
        days: DAYS,
    };
    S3Store::new(config, NAME).locking(Some(lock), clock)
}

/// Does what Terraform does: locks are possible from now on, and none is made by default.
async fn enable_locks<S: Emulator, const PAGE: usize>(bucket: &Remote<S, PAGE>) {
    let enabled = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .build();
    let request = bucket.s3().put_object_lock_configuration().bucket(NAME);
    let request = request.object_lock_configuration(enabled);
    request.send().await.unwrap();
}

/// How one version is locked, and until when; none when it is not.
async fn lock<S: Emulator, const PAGE: usize>(
    bucket: &Remote<S, PAGE>,
    key: &str,
    version: &VersionId,
) -> Option<(ObjectLockMode, i64)> {
    let request = bucket.s3().head_object().bucket(NAME).key(key);
    let head = request.version_id(&version.0).send().await.unwrap();
    let until = head.object_lock_retain_until_date;
    assert_eq!(head.object_lock_mode.is_some(), until.is_some());
    head.object_lock_mode.zip(until.map(|until| until.secs()))
}

/// Creates an object and returns the version's id.
async fn create(store: &impl Store, key: &str) -> VersionId {
    let written = store.put(key, "one".into(), Condition::Absent).await;
    written.unwrap().version.unwrap()
}

/// Replaces an object and returns the version's id.
async fn replace(store: &impl Store, key: &str) -> VersionId {
    let seen = store.get(key).await.unwrap().unwrap().etag;
    let written = store.put(key, "two".into(), Condition::Matches(seen)).await;
    written.unwrap().version.unwrap()
}

async fn entries_are_locked_and_nothing_else<S: Emulator, const PAGE: usize>(
    bucket: Remote<S, PAGE>,
) {
    enable_locks(&bucket).await;
    let (config, clock) = (bucket.config().await, clock());
    for (key, mode) in [
        ("logs/1", ObjectLockMode::Governance),
        ("logs/2026/2", ObjectLockMode::Compliance),
    ] {
        let store = locking(&config, mode.clone(), &clock);
        let version = create(&store, key).await;
        let until = clock.now().timestamp() + i64::from(DAYS) * 24 * 60 * 60;
        assert_eq!(lock(&bucket, key, &version).await, Some((mode, until)));
    }

    let store = locking(&config, ObjectLockMode::Compliance, &clock);
    for key in ["state", "state/logs/1", "logs", "logs-old/1"] {
        let first = create(&store, key).await;
        let second = replace(&store, key).await;
        assert_eq!(lock(&bucket, key, &first).await, None, "{key}");
        assert_eq!(lock(&bucket, key, &second).await, None, "{key}");
    }
}

async fn without_a_lock_nothing_is_locked<S: Emulator, const PAGE: usize>(bucket: Remote<S, PAGE>) {
    enable_locks(&bucket).await;
    let store = S3Store::new(&bucket.config().await, NAME).locking(None, clock());
    let version = create(&store, "logs/1").await;
    assert_eq!(lock(&bucket, "logs/1", &version).await, None);
}

async fn a_locked_version_cannot_be_removed_and_can_be_covered<S: Emulator, const PAGE: usize>(
    bucket: Remote<S, PAGE>,
) {
    enable_locks(&bucket).await;
    let store = locking(&bucket.config().await, ObjectLockMode::Compliance, clock());
    let entry = create(&store, "logs/1").await;
    let earlier = create(&store, "state").await;
    replace(&store, "state").await;

    let s3 = bucket.s3();
    let remove = |key, version: &VersionId| {
        let request = s3.delete_object().bucket(NAME).key(key);
        request.version_id(&version.0).send()
    };
    let refused = remove("logs/1", &entry).await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"), "{refused:?}");
    remove("state", &earlier).await.unwrap();

    // A delete without a version is what a reader's delete or an expiration does. The entry can still be read.
    bucket.delete("logs/1").await;
    assert_eq!(bucket.read("logs/1").await, None);
    assert_eq!(store.get_version("logs/1", &entry).await.unwrap(), "one");
}

/// S3 refuses a lock without one, which no emulator does.
async fn a_lock_comes_with_a_checksum_whatever_the_sdk_was_told<S: Emulator, const PAGE: usize>(
    bucket: Remote<S, PAGE>,
) {
    enable_locks(&bucket).await;
    let config = bucket.config().await.into_builder();
    let config = config
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .build();
    let store = locking(&config, ObjectLockMode::Governance, clock());
    for (key, expected) in [("logs/1", true), ("state", false)] {
        create(&store, key).await;
        let request = bucket.s3().head_object().bucket(NAME).key(key);
        let request = request.checksum_mode(ChecksumMode::Enabled);
        let head = request.send().await.unwrap();
        assert_eq!(head.checksum_crc32.is_some(), expected, "{key}");
    }
}

async fn a_bucket_that_cannot_lock_is_named<S: Emulator, const PAGE: usize>(
    bucket: Remote<S, PAGE>,
) {
    let store = locking(&bucket.config().await, ObjectLockMode::Governance, clock());
    let refused = store.put("logs/1", "one".into(), Condition::Absent).await;
    let error = refused.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unavailable);
    let said = error.to_string();
    for part in [
        "s3:PutObject and s3:PutObjectRetention on s3://conformance/logs/1: HTTP 400 InvalidRequest",
        "OBJECT_LOCK_MODE is set, so Object Lock must be enabled on the bucket",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(bucket.read("logs/1").await, None);
    create(&store, "state").await;
}
