//! What the function does when all is well.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{PREFIX, STATE_KEY, Scene, days_ago};

#[tokio::test]
async fn three_days_arrive_once_quiet_runs_write_nothing_and_late_records_arrive_once() {
    let scene = Scene::start(3, 1_000, &[]).await;
    let total: usize = scene.zoom.world().truth.counts().into_values().sum();
    let answer = scene.run().await;
    assert_eq!(answer["written"], total);
    assert_eq!(
        (&answer["ok"], &answer["complete"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(answer["date"], days_ago(0).to_string());
    scene.assert_exactly_once().await;

    let objects = scene.bucket.versions("").await.unwrap().len();
    for run in 1..=2 {
        scene.take_requests();
        let answer = scene.run().await;
        assert_eq!(
            (&answer["written"], &answer["objects"]),
            (&json!(0), &json!([]))
        );
        let heads = answer["days"].as_array().unwrap().len() as u64;
        assert!(
            (1..=2).contains(&heads),
            "today, and yesterday in the first hours"
        );
        assert_eq!(scene.take_requests(), heads);
        let versions = scene.bucket.versions("").await.unwrap();
        assert_eq!(
            versions.len(),
            objects + run,
            "the checkpoint alone was written"
        );
    }

    scene.arrive(days_ago(1), 5, 21);
    scene.arrive(days_ago(0), 5, 22);
    let mut sweeping = scene;
    sweeping.function.set("FULL_SWEEP_MINUTES", "0");
    sweeping.function.restart().await;
    assert_eq!(sweeping.run().await["written"], 10);
    sweeping.assert_exactly_once().await;
    assert_eq!(sweeping.run().await["written"], 0);
}

/// The bucket's own default is no lock: what is locked, the function has locked.
#[tokio::test]
async fn entries_are_locked_where_that_is_configured_and_the_checkpoint_is_not() {
    let lock = [
        ("OBJECT_LOCK_MODE", "COMPLIANCE"),
        ("OBJECT_LOCK_DAYS", "400"),
    ];
    let scene = Scene::start(1, 20, &lock).await;
    scene.enable_object_lock().await;
    scene.run_until_delivered().await;

    let versions = scene.bucket.versions("").await.unwrap();
    let (entries, checkpoints): (Vec<_>, Vec<_>) = versions
        .iter()
        .partition(|version| version.key.starts_with(PREFIX));
    assert!(!entries.is_empty() && checkpoints.len() > 1);
    for version in versions {
        let removed = scene.bucket.delete_version(&version.key, &version.id).await;
        let locked = version.key.starts_with(PREFIX);
        assert_eq!(removed.is_err(), locked, "{version:?}: {removed:?}");
    }
}

#[tokio::test]
async fn a_warm_function_keeps_its_token_until_the_credentials_are_rotated() {
    let scene = Scene::start(1, 20, &[]).await;
    let tokens = || {
        let zoom = scene.zoom.world();
        zoom.request_count(zoom_simulator::Endpoint::OAuth)
    };
    for _ in 0..3 {
        scene.run().await;
    }
    assert_eq!(tokens(), 1);
    // Zoom takes the old token for an hour; the next run asks with the new credentials all the same.
    let rotated = zoom_simulator::Credentials {
        client_secret: "kX9-rotated-kX9".to_owned(),
        ..scene.zoom.world().credentials().clone()
    };
    scene.store_credentials(&rotated).await;
    scene.zoom.world().set_credentials(rotated);
    scene.run().await;
    assert_eq!(tokens(), 2);
}

#[tokio::test]
async fn the_log_is_json_with_the_request_id_and_the_metrics_are_embedded() {
    let scene = Scene::start(2, 30, &[]).await;
    let first = scene.invoke(json!({})).await;
    for line in first.log.lines() {
        let event: Value = serde_json::from_str(line).expect(line);
        if event.get("_aws").is_none() && event["span"].is_object() {
            assert_eq!(event["span"]["requestId"], first.request_id, "{line}");
        }
    }
    let events = first.log_events();
    let delivered = events
        .iter()
        .filter(|event| event["fields"]["message"] == "delivered")
        .count();
    assert_eq!(delivered, 2);

    let metrics = events
        .iter()
        .find(|event| event.get("_aws").is_some())
        .expect("a line of metrics");
    let directive = &metrics["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "ZoomOperationLogs");
    assert_eq!(directive["Dimensions"], json!([["FunctionName"]]));
    assert!(metrics["FunctionName"].is_string());
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(
            metrics[metric["Name"].as_str().unwrap()].is_number(),
            "{metric}"
        );
    }
    let answer = first.answer().unwrap();
    assert_eq!(
        metrics["RecordsWritten"],
        answer["written"].as_f64().unwrap()
    );
    assert_eq!(
        metrics["ZoomRequests"],
        answer["requests"].as_f64().unwrap()
    );
    assert_eq!(metrics["CompleteRuns"], 1.0);
    assert_eq!(metrics["SecondsSinceCompleteRun"], 0.0);
    assert!(metrics["NewestRecordAgeSeconds"].as_f64().unwrap() < 172_800.0);
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_a_replay_delivers_only_what_is_lacking() {
    let scene = Scene::start(
        2,
        50,
        &[("LATE_ARRIVAL_HOURS", "0"), ("FULL_SWEEP_MINUTES", "0")],
    )
    .await;
    let dry = scene.invoke(json!({"dry_run": true})).await;
    assert_eq!(
        dry.answer().unwrap()["written"],
        scene
            .zoom
            .world()
            .truth
            .counts()
            .into_values()
            .sum::<usize>()
    );
    assert!(scene.bucket.versions("").await.unwrap().is_empty());

    scene.run_until_delivered().await;
    let yesterday = days_ago(1).to_string();
    let answer = scene.run().await;
    assert_eq!(answer["settled_through"], yesterday);
    scene.arrive(days_ago(1), 3, 31);
    assert_eq!(scene.run().await["written"], 0, "the day is settled");
    let replay = scene
        .invoke(json!({"from": yesterday, "to": yesterday}))
        .await;
    assert_eq!(replay.answer().unwrap()["written"], 3);
    scene.assert_exactly_once().await;
}

#[tokio::test]
async fn a_run_out_of_time_commits_and_the_next_goes_on() {
    let scene = Scene::start(1, 400, &[("PAGE_SIZE", "20")]).await;
    let slow = zoom_simulator::Script::new(zoom_simulator::Fault::Latency(150)).always();
    scene.zoom.world().script(slow);
    let mut runs = 0;
    loop {
        let run = scene.invoke_within(Duration::from_secs(3), json!({})).await;
        runs += 1;
        if run.answer().unwrap()["complete"] == true {
            break;
        }
        assert!(scene.delivered().await > 0);
    }
    assert!(runs > 1, "one run was enough");
    scene.zoom.world().clear_scripts();
    scene.run_until_delivered().await;
}

#[tokio::test]
async fn the_checkpoint_never_lies_under_the_feeds_prefix() {
    let scene = Scene::start(1, 5, &[]).await;
    scene.run().await;
    let keys = scene.bucket.keys("").await.unwrap();
    assert!(keys.contains(&STATE_KEY.to_owned()));
    assert!(
        keys.iter()
            .filter(|key| key.starts_with(PREFIX))
            .all(|key| key.ends_with(".json.gz"))
    );
}
