//! Conditional writes, one after the other.

use zoomlogs_core::store::{Condition, ETag, Store, StoreErrorKind};

use crate::bucket::Bucket;

conforms! {
    a_first_put_creates_and_a_second_changes_nothing: memory, ministack, moto;
    an_absent_put_passes_over_a_delete_marker: memory, ministack, moto;
    a_matching_put_replaces_what_it_has_seen_and_nothing_else: memory, ministack, moto;
    a_matching_put_of_what_is_not_there_is_not_found: memory, ministack, moto;
    a_put_and_a_get_show_the_same_tag: memory, ministack, moto;
    the_same_content_has_the_same_tag: memory, ministack, moto;
}

/// How a put was refused.
async fn refused(bucket: &impl Bucket, key: &str, condition: Condition) -> StoreErrorKind {
    let refused = bucket.store().put(key, "refused".into(), condition).await;
    refused.unwrap_err().kind
}

async fn tag(bucket: &impl Bucket, key: &str) -> ETag {
    bucket.store().get(key).await.unwrap().unwrap().etag
}

async fn versions(bucket: &impl Bucket, prefix: &str) -> usize {
    let page = bucket.store().list_versions(prefix, None).await.unwrap();
    page.versions.len()
}

async fn a_first_put_creates_and_a_second_changes_nothing(bucket: impl Bucket) {
    bucket.create("a", "one").await;
    let kind = refused(&bucket, "a", Condition::Absent).await;
    assert_eq!(kind, StoreErrorKind::PreconditionFailed);
    assert_eq!(bucket.read("a").await.unwrap(), "one");
    assert_eq!(versions(&bucket, "a").await, 1);
}

async fn an_absent_put_passes_over_a_delete_marker(bucket: impl Bucket) {
    let first = bucket.create("a", "one").await;
    bucket.delete("a").await;
    let second = bucket.create("a", "two").await;
    assert_eq!(bucket.read("a").await.unwrap(), "two");
    let page = bucket.store().list_versions("a", None).await.unwrap();
    let listed: Vec<_> = page.versions.into_iter().map(|v| v.id).collect();
    assert_eq!(listed, [second, first]);
}

async fn a_matching_put_replaces_what_it_has_seen_and_nothing_else(bucket: impl Bucket) {
    bucket.create("a", "one").await;
    let stale = tag(&bucket, "a").await;
    bucket.overwrite("a", "two").await;

    let kind = refused(&bucket, "a", Condition::Matches(stale.clone())).await;
    assert_eq!(kind, StoreErrorKind::PreconditionFailed);
    assert_eq!(bucket.read("a").await.unwrap(), "two");

    bucket.replace("a", "three").await;
    assert_eq!(bucket.read("a").await.unwrap(), "three");
    assert_eq!(versions(&bucket, "a").await, 3);
    let kind = refused(&bucket, "a", Condition::Matches(stale)).await;
    assert_eq!(kind, StoreErrorKind::PreconditionFailed);
}

async fn a_matching_put_of_what_is_not_there_is_not_found(bucket: impl Bucket) {
    bucket.create("a", "one").await;
    let condition = Condition::Matches(tag(&bucket, "a").await);
    let kind = refused(&bucket, "never", condition.clone()).await;
    assert_eq!(kind, StoreErrorKind::NotFound);

    bucket.delete("a").await;
    let kind = refused(&bucket, "a", condition).await;
    assert_eq!(kind, StoreErrorKind::NotFound);
    assert_eq!(bucket.read("a").await, None);
    assert_eq!(versions(&bucket, "").await, 1);
}

async fn a_put_and_a_get_show_the_same_tag(bucket: impl Bucket) {
    let store = bucket.store();
    let put = store.put("a", "one".into(), Condition::Absent).await;
    let first = put.unwrap().etag;
    assert_eq!(tag(&bucket, "a").await, first);
    let condition = Condition::Matches(first.clone());
    let second = store.put("a", "two".into(), condition).await.unwrap().etag;
    assert_eq!(tag(&bucket, "a").await, second);
    assert_ne!(first, second);
}

/// A tag is not a version: who has seen content that was replaced and came back may write over it.
async fn the_same_content_has_the_same_tag(bucket: impl Bucket) {
    bucket.create("a", "one").await;
    let first = tag(&bucket, "a").await;
    bucket.replace("a", "two").await;
    bucket.replace("a", "one").await;
    assert_eq!(tag(&bucket, "a").await, first);
    let condition = Condition::Matches(first);
    let put = bucket.store().put("a", "three".into(), condition).await;
    put.unwrap();
    assert_eq!(bucket.read("a").await.unwrap(), "three");
}
