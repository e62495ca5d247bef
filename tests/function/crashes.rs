//! The function's process is killed, its checkpoint deleted.

use std::time::Duration;

use local_stack::Outcome;
use serde_json::json;
use zoom_simulator::{Fault, Script};

use crate::scene::{PREFIX, STATE_KEY, Scene, days_ago};

/// Small pages and objects, every open day swept at each run: many moments to die at.
const FINE_GRAINED: [(&str, &str); 3] = [
    ("PAGE_SIZE", "7"),
    ("MAX_RECORDS_PER_OBJECT", "10"),
    ("FULL_SWEEP_MINUTES", "0"),
];

#[tokio::test]
async fn killed_at_any_moment_nothing_is_lost_or_doubled() {
    const KILLS: u32 = 40;
    let scene = Scene::start(3, 60, &FINE_GRAINED).await;
    let whole = scene.invoke(json!({})).await.duration;
    let mut killed = 0;
    for kill in 0..KILLS {
        scene.arrive(days_ago(u64::from(kill % 3)), 12, u64::from(kill) + 100);
        // Each at another moment between the process's start and beyond its end.
        let moment = whole * kill / KILLS;
        let (run, ()) = tokio::join!(scene.invoke(json!({})), async {
            tokio::time::sleep(moment).await;
            scene.function.kill();
        });
        killed += u32::from(matches!(run.outcome, Outcome::Exited(_)));
        if kill % 8 == 7 {
            scene.run().await;
            scene.assert_exactly_once().await;
        }
    }
    // The moments are spread over the first run's length, and later runs may take a part of that only.
    assert!(killed >= KILLS / 8, "only {killed} of {KILLS} runs died");
    scene.run_until_delivered().await;
}

#[tokio::test]
async fn killed_while_zoom_is_asked_for_any_page_nothing_is_lost_or_doubled() {
    let scene = Scene::start(2, 60, &FINE_GRAINED).await;
    scene
        .zoom
        .world()
        .script(Script::new(Fault::Latency(30)).always());
    for page in 1..=12 {
        scene.arrive(days_ago(page % 2), 8, page + 500);
        let asked = || {
            scene
                .zoom
                .world()
                .request_count(zoom_simulator::Endpoint::Report) as u64
        };
        scene.take_requests();
        tokio::join!(scene.invoke(json!({})), async {
            while asked() < page {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            scene.function.kill();
        });
    }
    scene.zoom.world().clear_scripts();
    scene.run_until_delivered().await;
}

#[tokio::test]
async fn with_its_checkpoint_deleted_or_damaged_nothing_is_lost_or_doubled() {
    let scene = Scene::start(3, 60, &FINE_GRAINED).await;
    scene.run_until_delivered().await;

    scene.bucket.delete(STATE_KEY).await.unwrap();
    scene.arrive(days_ago(2), 5, 41);
    assert_eq!(scene.run().await["written"], 5, "from an older version");
    scene.assert_exactly_once().await;

    scene
        .bucket
        .write(STATE_KEY, "{\"version\":1,")
        .await
        .unwrap();
    scene.arrive(days_ago(1), 5, 42);
    assert_eq!(
        scene.run().await["written"],
        5,
        "from the newest readable version"
    );
    scene.assert_exactly_once().await;

    for version in scene.bucket.versions(STATE_KEY).await.unwrap() {
        scene
            .bucket
            .delete_version(STATE_KEY, &version.id)
            .await
            .unwrap();
    }
    scene.arrive(days_ago(2), 5, 43);
    assert_eq!(scene.run().await["written"], 5, "from the log alone");
    scene.assert_exactly_once().await;
}

#[tokio::test]
async fn what_a_reader_deleted_is_not_delivered_again() {
    let scene = Scene::start(2, 40, &FINE_GRAINED).await;
    scene.run_until_delivered().await;
    for key in scene.bucket.keys(PREFIX).await.unwrap() {
        scene.bucket.delete(&key).await.unwrap();
    }
    scene.bucket.delete(STATE_KEY).await.unwrap();
    for version in scene.bucket.versions(STATE_KEY).await.unwrap() {
        scene
            .bucket
            .delete_version(STATE_KEY, &version.id)
            .await
            .unwrap();
    }
    assert_eq!(scene.run().await["written"], 0);
    scene.arrive(days_ago(1), 5, 44);
    assert_eq!(scene.run().await["written"], 5);
    scene.assert_exactly_once().await;
}
