//! Several writers at once.

use futures_util::future::join_all;
use zoom_operationlogs_to_s3::store::{Condition, Store, StoreErrorKind};

use crate::bucket::Bucket;

const WRITERS: usize = 24;

conforms! {
    of_those_who_create_a_key_one_wins: memory, ministack, moto;
    no_increment_is_lost: memory, ministack, moto;
}

async fn of_those_who_create_a_key_one_wins(bucket: impl Bucket) {
    for key in ["a", "b", "c"] {
        let store = bucket.store();
        let puts = (0..WRITERS).map(|writer| async move {
            let body = writer.to_string();
            (writer, store.put(key, body.into(), Condition::Absent).await)
        });
        let answers = join_all(puts).await;

        let mut winners = Vec::new();
        for (writer, answer) in answers {
            match answer {
                Ok(_) => winners.push(writer.to_string()),
                Err(error) => assert!(
                    matches!(
                        error.kind,
                        StoreErrorKind::PreconditionFailed | StoreErrorKind::Conflict
                    ),
                    "{error}"
                ),
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?} all created {key}");
        assert_eq!(bucket.read(key).await, winners.pop());
        let page = store.list_versions(key, None).await.unwrap();
        assert_eq!(page.versions.len(), 1);
    }
}

async fn no_increment_is_lost(bucket: impl Bucket) {
    const EACH: usize = 5;
    let store = bucket.store();
    let writers = (0..WRITERS / 3).map(|_| async {
        let mut refused = 0;
        for _ in 0..EACH {
            loop {
                let (count, condition) = match store.get("count").await.unwrap() {
                    None => (0, Condition::Absent),
                    Some(object) => {
                        let count = std::str::from_utf8(&object.body).unwrap().parse().unwrap();
                        (count, Condition::Matches(object.etag))
                    }
                };
                let next: usize = count + 1;
                match store.put("count", next.to_string().into(), condition).await {
                    Ok(_) => break,
                    Err(error) => assert!(
                        matches!(
                            error.kind,
                            StoreErrorKind::PreconditionFailed | StoreErrorKind::Conflict
                        ),
                        "{error}"
                    ),
                }
                refused += 1;
            }
        }
        refused
    });
    let refused: usize = join_all(writers).await.into_iter().sum();
    let written = WRITERS / 3 * EACH;
    assert_eq!(bucket.read("count").await.unwrap(), written.to_string());
    assert_eq!(bucket.puts(), (written + refused) as u64);
}
