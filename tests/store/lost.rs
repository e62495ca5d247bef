//! Answers that get lost. For a put this is the one failure that the SDK must leave alone: it would send it again, and meet
//! its own success as a failed condition.

use local_stack::Loss;
use zoomlogs_core::store::{Condition, Store, StoreErrorKind};

use crate::bucket::{Bucket, Remote};

conforms! {
    a_put_whose_answer_is_lost_was_sent_once: memory, ministack, moto;
    a_replacing_put_whose_answer_is_lost_was_sent_once: memory, ministack, moto;
    a_put_that_is_lost_was_sent_once: memory, ministack, moto;
    a_read_whose_answer_is_lost_is_sent_again: ministack, moto;
    a_read_whose_answers_are_all_lost_fails: ministack, moto;
}

async fn a_put_whose_answer_is_lost_was_sent_once(bucket: impl Bucket) {
    bucket.lose_next_answer("logs/");
    bucket.create("state", "one").await;
    let before = bucket.puts();
    let put = bucket
        .store()
        .put("logs/1", "one".into(), Condition::Absent)
        .await;
    let error = put.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unavailable, "{error}");
    assert_eq!(bucket.puts() - before, 1);

    assert_eq!(bucket.read("logs/1").await.unwrap(), "one");
    let page = bucket.store().list_versions("logs/", None).await.unwrap();
    assert_eq!(page.versions.len(), 1);
    let next = bucket.create("logs/2", "two").await;
    let page = bucket.store().list_versions("logs/2", None).await.unwrap();
    assert_eq!(page.versions[0].id, next);
}

async fn a_replacing_put_whose_answer_is_lost_was_sent_once(bucket: impl Bucket) {
    bucket.create("state", "one").await;
    let seen = bucket.store().get("state").await.unwrap().unwrap().etag;
    bucket.lose_next_answer("state");
    let before = bucket.puts();
    let condition = Condition::Matches(seen);
    let put = bucket.store().put("state", "two".into(), condition).await;
    let error = put.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unavailable, "{error}");
    assert_eq!(bucket.puts() - before, 1);
    assert_eq!(bucket.read("state").await.unwrap(), "two");
}

async fn a_put_that_is_lost_was_sent_once(bucket: impl Bucket) {
    bucket.lose_next_put("logs/");
    let put = bucket
        .store()
        .put("logs/1", "one".into(), Condition::Absent)
        .await;
    let error = put.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unavailable, "{error}");
    assert_eq!(bucket.puts(), 1);
    assert_eq!(bucket.read("logs/1").await, None);
    bucket.create("logs/1", "one").await;
}

/// Nothing can go wrong with the reads of a bucket in memory. On S3 the SDK asks again, which does no harm.
async fn a_read_whose_answer_is_lost_is_sent_again<Server, const PAGE: usize>(
    bucket: Remote<Server, PAGE>,
) {
    let version = bucket.create("a", "one").await;
    let store = bucket.store();
    let sent = || bucket.proxy().traffic("GET").received;
    let lose = || bucket.proxy().lose(Loss::of_answers().to("GET").times(1));

    lose();
    assert_eq!(bucket.read("a").await.unwrap(), "one");
    assert_eq!(sent(), 2);
    lose();
    assert_eq!(store.get_version("a", &version).await.unwrap(), "one");
    assert_eq!(sent(), 4);
    lose();
    let page = store.list_versions("a", None).await.unwrap();
    assert_eq!(page.versions.len(), 1);
    assert_eq!(sent(), 6);
}

/// Three times is the SDK's patience. Above all, what got no answer is not taken for absent.
async fn a_read_whose_answers_are_all_lost_fails<Server, const PAGE: usize>(
    bucket: Remote<Server, PAGE>,
) {
    let store = bucket.store();
    bucket.proxy().lose(Loss::of_answers().to("GET"));
    let get = store.get("a").await.map(drop);
    assert_eq!(get.unwrap_err().kind, StoreErrorKind::Unavailable);
    assert_eq!(bucket.proxy().traffic("GET").answers_lost, 3);
    let list = store.list_versions("a", None).await;
    assert_eq!(list.unwrap_err().kind, StoreErrorKind::Unavailable);
    assert_eq!(bucket.proxy().traffic("GET").answers_lost, 6);
}
