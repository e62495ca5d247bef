//! Several writers at once.
//!
//! All of them read before the first one writes, so that all but one come too late: that much is certain of every store.
//! Beyond it, ministack races for real: it answers on as many connections as there are writers, in the order in which
//! they happen to become ready. Moto answers one request after the other (`serve_moto.py` says why), and only their order
//! is chance. In memory a call is one step and nothing is chance: there the writers take turns, because each yields
//! between what it reads and what it writes.

use std::fmt::Debug;

use futures_util::future::join_all;
use tokio::task::yield_now;
use zoomlogs_core::store::{Condition, Object, Store, StoreError, StoreErrorKind};

use crate::bucket::Bucket;

conforms! {
    of_those_who_create_a_key_one_wins: memory, ministack, moto;
    no_increment_is_lost: memory, ministack, moto;
}

/// Reads once for each writer, all at once. Each read leaves a connection open, so that no writer begins with making one.
async fn read_by_each(store: &impl Store, key: &str, writers: usize) -> Vec<Option<Object>> {
    let read = join_all((0..writers).map(|_| store.get(key))).await;
    read.into_iter().map(Result::unwrap).collect()
}

/// Whether a put was the one that counted. That it was refused for another's sake is the one excuse.
fn won<T: Debug>(put: Result<T, StoreError>) -> bool {
    let Err(error) = put else { return true };
    assert!(
        matches!(
            error.kind,
            StoreErrorKind::PreconditionFailed | StoreErrorKind::Conflict
        ),
        "{error}"
    );
    false
}

async fn of_those_who_create_a_key_one_wins(bucket: impl Bucket) {
    const WRITERS: usize = 24;
    let store = bucket.store();
    for key in ["a", "b", "c"] {
        let read = read_by_each(store, key, WRITERS).await;
        assert!(read.iter().all(Option::is_none));
        let puts =
            (0..WRITERS).map(|writer| store.put(key, writer.to_string().into(), Condition::Absent));
        let puts = join_all(puts).await;

        let won: Vec<_> = puts.into_iter().map(won).collect();
        let mut winners = (0..WRITERS)
            .filter(|&writer| won[writer])
            .map(|writer| writer.to_string());
        let winner = winners.next();
        assert!(winner.is_some(), "nobody created {key}");
        assert_eq!(winners.next(), None, "{winner:?} created {key} as well");
        assert_eq!(bucket.read(key).await, winner);
        let page = store.list_versions(key, None).await.unwrap();
        assert_eq!(page.versions.len(), 1);
    }
}

async fn no_increment_is_lost(bucket: impl Bucket) {
    const WRITERS: usize = 8;
    const EACH: usize = 5;
    let store = bucket.store();
    let read = read_by_each(store, "count", WRITERS).await;
    let writers = read.into_iter().map(|first| increment(store, first, EACH));
    let refused: usize = join_all(writers).await.into_iter().sum();
    assert!(
        refused >= WRITERS - 1,
        "they did not race: of the first writes all but one were too late, and {refused} were refused"
    );
    let written = WRITERS * EACH;
    assert_eq!(bucket.read("count").await.unwrap(), written.to_string());
    assert_eq!(bucket.puts(), (written + refused) as u64);
}

/// Increments the count so many times, beginning with what was `read` of it, and says how often that was refused.
async fn increment(store: &impl Store, mut read: Option<Object>, times: usize) -> usize {
    let (mut written, mut refused) = (0, 0);
    while written < times {
        let (count, condition) = match read {
            None => (0, Condition::Absent),
            Some(object) => {
                let count: usize = std::str::from_utf8(&object.body).unwrap().parse().unwrap();
                (count, Condition::Matches(object.etag))
            }
        };
        // The others' turn, now that this one's writing hangs on what it has read.
        yield_now().await;
        let next = (count + 1).to_string();
        if won(store.put("count", next.into(), condition).await) {
            written += 1;
        } else {
            refused += 1;
        }
        read = store.get("count").await.unwrap();
    }
    refused
}
