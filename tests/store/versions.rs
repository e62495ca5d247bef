//! Listings of versions: how the product finds what is there, whatever became of it since.

use chrono::TimeDelta;
use futures_util::future::join_all;
use zoomlogs_core::store::{Condition, Marker, Store, StoreErrorKind, Version, VersionId};

use crate::bucket::Bucket;

conforms! {
    keys_come_in_order_and_their_versions_newest_first: memory, ministack, moto;
    a_listing_goes_on_to_its_end: memory, ministack, moto;
    a_listing_goes_on_behind_any_version: memory, ministack, moto;
    a_listing_goes_on_behind_a_key: memory, ministack
        (not moto: "moto leaves out one version only, not the marker's key");
    a_listing_keeps_to_its_prefix: memory, ministack, moto;
    delete_markers_are_left_out_and_what_they_cover_is_not: memory, ministack, moto;
    a_removed_version_is_gone_and_the_one_below_is_current: memory, ministack, moto;
    versions_tell_when_they_were_written: memory, ministack, moto;
}

/// All of a listing, page by page, and how many pages there were.
async fn all(bucket: &impl Bucket, prefix: &str, after: Option<Marker>) -> (Vec<Version>, usize) {
    let (mut versions, mut pages, mut next) = (Vec::new(), 0, after);
    loop {
        let page = bucket.store().list_versions(prefix, next.as_ref()).await;
        let page = page.unwrap();
        versions.extend(page.versions);
        pages += 1;
        next = page.next;
        if next.is_none() {
            return (versions, pages);
        }
    }
}

fn ids(versions: &[Version]) -> Vec<(&str, &VersionId)> {
    let ids = versions.iter().map(|v| (v.key.as_str(), &v.id));
    ids.collect()
}

/// Writes so many versions of a key. Returns them as a listing shows them: newest first.
async fn write(bucket: &impl Bucket, key: String, count: usize) -> Vec<(String, VersionId)> {
    let mut condition = Condition::Absent;
    let mut written = Vec::new();
    for version in 0..count {
        let body = version.to_string().into();
        let put = bucket.store().put(&key, body, condition).await.unwrap();
        condition = Condition::Matches(put.etag);
        written.insert(0, (key.clone(), put.version.unwrap()));
    }
    written
}

async fn keys_come_in_order_and_their_versions_newest_first(bucket: impl Bucket) {
    let mut expected = Vec::new();
    // Written in another order than listed; S3 orders keys by their bytes.
    for key in ["logs/2", "logs/10", "logs/1", "logs/Z", "logs/a"] {
        expected.extend(write(&bucket, key.to_owned(), 2).await);
    }
    expected.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (listed, _) = all(&bucket, "logs/", None).await;
    let expected: Vec<_> = expected
        .iter()
        .map(|(key, id)| (key.as_str(), id))
        .collect();
    assert_eq!(ids(&listed), expected);
}

/// Seven versions of each key: no page of five or of a thousand ends with a key.
async fn a_listing_goes_on_to_its_end<B: Bucket>(bucket: B) {
    const EACH: usize = 7;
    let keys: Vec<usize> = (0..B::PAGE / EACH + 3).collect();
    let mut expected = Vec::new();
    // Sixteen keys at a time.
    for keys in keys.chunks(16) {
        let writes = keys
            .iter()
            .map(|n| write(&bucket, format!("k/{n:06}"), EACH));
        expected.extend(join_all(writes).await.into_iter().flatten());
    }
    let (listed, pages) = all(&bucket, "k/", None).await;
    let expected: Vec<_> = expected
        .iter()
        .map(|(key, id)| (key.as_str(), id))
        .collect();
    assert!(ids(&listed) == expected, "{} listed", listed.len());
    assert_eq!(pages, expected.len().div_ceil(B::PAGE));
}

async fn a_listing_goes_on_behind_any_version(bucket: impl Bucket) {
    for key in ["k/1", "k/2", "k/3"] {
        write(&bucket, key.to_owned(), 3).await;
    }
    let (listed, _) = all(&bucket, "k/", None).await;
    assert_eq!(listed.len(), 9);
    for (place, version) in listed.iter().enumerate() {
        let marker = Marker {
            key: version.key.clone(),
            version: Some(version.id.clone()),
        };
        let (behind, _) = all(&bucket, "k/", Some(marker)).await;
        assert_eq!(ids(&behind), ids(&listed[place + 1..]), "{place}");
    }
}

async fn a_listing_goes_on_behind_a_key(bucket: impl Bucket) {
    for key in ["k/1", "k/2", "k/3"] {
        write(&bucket, key.to_owned(), 3).await;
    }
    let (listed, _) = all(&bucket, "k/", None).await;
    // The third is a key that nobody wrote.
    for (key, first) in [("k/1", 3), ("k/3", 9), ("k/1x", 3), ("k", 0)] {
        let (behind, _) = all(&bucket, "k/", Some(Marker::after(key))).await;
        assert_eq!(ids(&behind), ids(&listed[first..]), "{key}");
    }
}

async fn a_listing_keeps_to_its_prefix(bucket: impl Bucket) {
    for key in ["k", "k/1", "k/10", "k0", "l/1", "K/1"] {
        bucket.create(key, "one").await;
    }
    for (prefix, expected) in [
        ("k/", vec!["k/1", "k/10"]),
        ("k/1", vec!["k/1", "k/10"]),
        ("k/10", vec!["k/10"]),
        ("m/", vec![]),
        ("", vec!["K/1", "k", "k/1", "k/10", "k0", "l/1"]),
    ] {
        let (listed, _) = all(&bucket, prefix, None).await;
        let keys: Vec<_> = listed.iter().map(|v| v.key.as_str()).collect();
        assert_eq!(keys, expected, "{prefix}");
    }
}

/// Twelve versions and twelve markers, so that pages of five are full of markers here and there.
async fn delete_markers_are_left_out_and_what_they_cover_is_not(bucket: impl Bucket) {
    let mut written = Vec::new();
    for n in 0..12 {
        let key = format!("k/{n:02}");
        written.push((key.clone(), bucket.create(&key, "one").await));
    }
    for (key, _) in &written {
        bucket.delete(key).await;
    }
    let (listed, _) = all(&bucket, "k/", None).await;
    let expected: Vec<_> = written.iter().map(|(key, id)| (key.as_str(), id)).collect();
    assert_eq!(ids(&listed), expected);
    for (key, id) in expected {
        assert_eq!(bucket.read(key).await, None);
        assert_eq!(bucket.store().get_version(key, id).await.unwrap(), "one");
    }
}

async fn a_removed_version_is_gone_and_the_one_below_is_current(bucket: impl Bucket) {
    let first = bucket.create("k/1", "one").await;
    let second = bucket.replace("k/1", "two").await;
    bucket.remove("k/1", &second).await;
    let store = bucket.store();
    let gone = store.get_version("k/1", &second).await.unwrap_err();
    assert_eq!(gone.kind, StoreErrorKind::NotFound, "{gone}");
    assert_eq!(bucket.read("k/1").await.unwrap(), "one");
    let (listed, _) = all(&bucket, "k/", None).await;
    assert_eq!(ids(&listed), [("k/1", &first)]);

    bucket.remove("k/1", &first).await;
    let gone = store.get_version("k/1", &first).await.unwrap_err();
    assert_eq!(gone.kind, StoreErrorKind::NotFound, "{gone}");
    assert_eq!(bucket.read("k/1").await, None);
    assert_eq!(all(&bucket, "k/", None).await.0, []);
    bucket.create("k/1", "three").await;
}

async fn versions_tell_when_they_were_written(bucket: impl Bucket) {
    // S3 tells whole seconds.
    let begin = bucket.now() - TimeDelta::seconds(1);
    write(&bucket, "k/1".to_owned(), 3).await;
    let (listed, _) = all(&bucket, "k/", None).await;
    let end = bucket.now();
    for version in &listed {
        let modified = version.modified;
        assert!(begin <= modified && modified <= end, "{modified}");
    }
    assert!(listed.is_sorted_by(|newer, older| newer.modified >= older.modified));
}
