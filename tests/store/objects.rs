//! What is written is what is read.

use bytes::Bytes;
use zoomlogs_core::store::{Condition, Store, StoreErrorKind, VersionId};

use crate::bucket::{Bucket, Emulator, Remote};

conforms! {
    nothing_is_found_where_nothing_was_written: memory, ministack, moto;
    a_deleted_object_is_absent: memory, ministack, moto;
    megabytes_come_back_as_they_were: memory, ministack, moto;
    a_key_may_hold_any_character: memory, ministack, moto;
    versions_have_ids_unless_they_are_suspended: memory, ministack
        (not moto: "moto forgets what it kept before versioning was suspended");
    a_missing_bucket_is_not_an_absent_object: ministack, moto;
}

async fn nothing_is_found_where_nothing_was_written(bucket: impl Bucket) {
    assert_eq!(bucket.read("a").await, None);
    bucket.create("a", "one").await;
    for near in ["a/", "A", "a/b"] {
        assert_eq!(bucket.read(near).await, None, "{near}");
    }
}

async fn a_deleted_object_is_absent(bucket: impl Bucket) {
    let version = bucket.create("a", "one").await;
    bucket.delete("a").await;
    assert_eq!(bucket.read("a").await, None);
    let body = bucket.store().get_version("a", &version).await.unwrap();
    assert_eq!(body, "one");
}

async fn megabytes_come_back_as_they_were(bucket: impl Bucket) {
    let body: Bytes = (0..5_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let store = bucket.store();
    let written = store.put("large.gz", body.clone(), Condition::Absent).await;
    let written = written.unwrap();
    let read = store.get("large.gz").await.unwrap().unwrap();
    assert!(read.body == body);
    assert_eq!(read.etag, written.etag);
    let version = written.version.unwrap();
    assert!(store.get_version("large.gz", &version).await.unwrap() == body);
}

/// `S3_PREFIX` is the operator's to choose.
async fn a_key_may_hold_any_character(bucket: impl Bucket) {
    let prefixes = [
        "with a space/",
        "100%/",
        "%41/",
        "a+b&c=d?e#f/",
        "üñí/日本/",
        "quote'\"<>&amp;/",
        "(a)*!~,;:@$/",
        "double//slash/",
        // Not `.` and `..`, which no URL has; the configuration refuses them.
        ".../",
    ];
    for prefix in prefixes {
        let keys = [format!("{prefix}1.json.gz"), format!("{prefix}2.json.gz")];
        for key in &keys {
            bucket.create(key, "one").await;
            bucket.replace(key, "two").await;
            assert_eq!(bucket.read(key).await.unwrap(), "two", "{key}");
        }
        let store = bucket.store();
        let page = store.list_versions(prefix, None).await.unwrap();
        let listed: Vec<_> = page.versions.iter().map(|v| v.key.as_str()).collect();
        let expected = [&keys[0], &keys[0], &keys[1], &keys[1]];
        assert_eq!(listed, expected, "{prefix}");
        for (version, body) in page.versions.iter().zip(["two", "one"]) {
            let read = store.get_version(&version.key, &version.id).await.unwrap();
            assert_eq!(read, body, "{}", version.key);
        }
    }
}

async fn versions_have_ids_unless_they_are_suspended(bucket: impl Bucket) {
    let kept = bucket.create("a", "one").await;
    bucket.suspend_versioning().await;
    let store = bucket.store();
    for body in ["two", "three"] {
        let current = store.get("a").await.unwrap().unwrap();
        let condition = Condition::Matches(current.etag);
        let written = store.put("a", body.into(), condition).await.unwrap();
        assert_eq!(written.version, None);
    }
    // The third took the place of the second; what was written before has stayed.
    let page = store.list_versions("a", None).await.unwrap();
    let listed: Vec<_> = page.versions.into_iter().map(|v| v.id).collect();
    assert_eq!(listed, [VersionId("null".to_owned()), kept]);
    assert_eq!(store.get_version("a", &listed[0]).await.unwrap(), "three");
}

/// The bucket in memory is always there.
async fn a_missing_bucket_is_not_an_absent_object<Server: Emulator, const PAGE: usize>(
    bucket: Remote<Server, PAGE>,
) {
    let store = bucket.without_a_bucket().await;
    let version = VersionId("1".to_owned());
    let errors = [
        store.get("a").await.map(drop).unwrap_err(),
        store.get_version("a", &version).await.unwrap_err(),
        store
            .put("a", "one".into(), Condition::Absent)
            .await
            .unwrap_err(),
        store.list_versions("a", None).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind, StoreErrorKind::NoBucket, "{error}");
        assert!(error.to_string().contains("S3_BUCKET"), "{error}");
    }
}
