//! A feed that is there and differs; and how a feed is doing.

use axum::http::Method;
use serde_json::{Value, json};

use super::secops::PARENT;
use super::{DIRECT, KEY_ID, SECRET, Scene, present, schema};

const SETTINGS: &str = "/details/amazonS3V2Settings";

fn settings(feed: &mut Value) -> &mut Value {
    feed.pointer_mut(SETTINGS).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_shown_and_changed_only_when_asked() {
    let scene = Scene::start().await;
    scene.secops.put(present("ours", |feed| {
        feed["details"]["labels"] = json!({"env": "test"});
        feed["details"]["assetNamespace"] = "zoom".into();
        let settings = settings(feed);
        settings["sourceDeletionOption"] = "ON_SUCCESS".into();
        settings["maxLookbackDays"] = 30.into();
        settings["includePrefixes"] = json!(["zoom/operationlogs/2026/"]);
        settings["authentication"]["accessKeySecretAuth"]["accessKeyId"] =
            "AKIAOLDOLDOLDOLDOLD1".into();
    }));
    let differences = [
        "Source deletion option: is ON_SUCCESS, should be NEVER",
        "Maximum File Age: is 30, should be 180",
        "Asset namespace: is zoom, should be none",
        "Ingestion labels: is env = test, should be none",
        "Prefixes to include: is zoom/operationlogs/2026/, should be none",
        &format!("Access Key ID: is AKIAOLDOLDOLDOLDOLD1, should be {KEY_ID}"),
    ];
    let said = scene.create(&["--yes"]).await.expect(3);
    let said = said.explains(&differences);
    assert_eq!(
        said.stderr.matches(", should be ").count(),
        differences.len(),
        "{said:?}"
    );
    said.explains(&["Nothing was changed. --update"]);
    assert!(scene.secops.seen(&Method::PATCH).is_empty());

    let said = scene.create(&["--yes", "--update"]).await.expect(0);
    assert_eq!(said.json()["feeds"][0]["action"], "updated");
    let [patch] = &scene.secops.seen(&Method::PATCH)[..] else {
        panic!("{:?}", scene.secops.seen(&Method::PATCH));
    };
    assert_eq!(patch.path, format!("/v1/{PARENT}/feeds/ours"));
    assert_eq!(patch.query["updateMask"], "details");
    schema::accept(std::slice::from_ref(&patch.body));
    // All of it, with the secret: what is left out is gone.
    let auth = patch
        .body
        .pointer(&format!("{SETTINGS}/authentication/accessKeySecretAuth"));
    assert_eq!(
        auth,
        Some(&json!({"accessKeyId": KEY_ID, "secretAccessKey": SECRET}))
    );
    scene
        .create(&[])
        .await
        .expect(0)
        .explains(&["as it should be"]);
    assert!(scene.secops.seen(&Method::POST).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_changed_alone_as_google_wants_it() {
    let scene = Scene::start().await;
    scene
        .secops
        .put(present("ours", |feed| feed["displayName"] = "Zoom".into()));
    scene.create(&["--yes", "--update"]).await.expect(0);
    let [rename] = &scene.secops.seen(&Method::PATCH)[..] else {
        panic!("{:?}", scene.secops.seen(&Method::PATCH));
    };
    assert_eq!(rename.query["updateMask"], "displayName");
    assert_eq!(
        rename.body,
        json!({"name": format!("{PARENT}/feeds/ours"), "displayName": "Zoom Operation Logs"})
    );
    assert_eq!(
        scene.secops.feeds()[0]["displayName"],
        "Zoom Operation Logs"
    );

    // No key is sent, so that none is needed. Where it would be is not said here.
    let arguments = ["feed", "--bucket", "logs", "--create", "--yes", "--update"];
    let renamed = [&arguments[..], &["--display-name", "Zoom"]].concat();
    scene
        .run(&renamed, "")
        .await
        .expect(0)
        .explains(&[&format!("Whether {KEY_ID}, the key of the feed"), "--user"]);
    assert_eq!(scene.secops.feeds()[0]["displayName"], "Zoom");
    // Unless it is asked for.
    let both = [&arguments[..], &["--rotate-key"]].concat();
    scene.run(&both, "").await.expect(2);
    scene
        .create(&["--yes", "--update", "--rotate-key"])
        .await
        .expect(0);
    let masks: Vec<_> = scene.secops.seen(&Method::PATCH)[2..]
        .iter()
        .map(|patch| patch.query["updateMask"].clone())
        .collect();
    assert_eq!(masks, ["details", "displayName"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_sent_though_no_difference_can_be_seen() {
    let scene = Scene::start().await;
    scene.secops.put(present("ours", |_| {}));
    let said = scene.create(&["--yes", "--rotate-key"]).await.expect(0);
    assert_eq!(said.json()["feeds"][0]["action"], "updated");
    let sent = &scene.secops.seen(&Method::PATCH)[0].body;
    let auth = sent.pointer(&format!(
        "{SETTINGS}/authentication/accessKeySecretAuth/secretAccessKey"
    ));
    assert_eq!(auth, Some(&json!(SECRET)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_google_never_changes_is_not_tried() {
    let scene = Scene::start().await;
    // A feed of the generation before, which Google retired.
    scene.secops.put(present("old", |feed| {
        let settings = feed["details"]
            .as_object_mut()
            .unwrap()
            .remove("amazonS3V2Settings");
        feed["details"]["amazonS3Settings"] = settings.unwrap();
        feed["details"]["feedSourceType"] = "AMAZON_S3".into();
    }));
    let said = scene.create(&["--yes", "--update"]).await.expect(3);
    said.explains(&[
        "Source type: is AMAZON_S3, should be Amazon S3 V2",
        "Delete it in SecOps",
    ]);
    assert!(scene.secops.seen(&Method::PATCH).is_empty());
    assert!(scene.secops.seen(&Method::POST).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_feed_is_doing_is_told_with_googles_advice() {
    let scene = Scene::start().await;
    let arguments = [&DIRECT[..], &["--state"]].concat();
    let said = scene.run(&arguments, "").await.expect(5);
    said.explains(&["there is no feed \"Zoom Operation Logs\""]);

    scene.secops.put(present("ours", |feed| {
        feed["state"] = "FAILED".into();
        feed["lastFeedInitiationTime"] = "2026-11-22T08:15:00Z".into();
        feed["failureDetails"] = json!({
            "errorCode": "ACCESS_DENIED", "httpErrorCode": 403, "errorCause": "The key may not list the bucket.",
            "errorAction": "Grant s3:ListBucket.",
        });
    }));
    let said = scene.run(&arguments, "").await.expect(5);
    for part in [
        "FAILED",
        "2026-11-22T08:15:00Z",
        "ACCESS_DENIED, HTTP 403",
        "may not list",
        "Grant s3:ListBucket.",
    ] {
        assert!(said.stdout.contains(part), "no {part:?} in {said:?}");
    }
    said.explains(&["the feed \"Zoom Operation Logs\" is FAILED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_reads_is_in_order() {
    let scene = Scene::start().await;
    scene.secops.put(present("ours", |_| {}));
    let arguments = [&DIRECT[..], &["--state", "--json"]].concat();
    let said = scene.run(&arguments, "").await.expect(0);
    assert_eq!(said.json()["feeds"][0]["feed"]["state"], "SUCCEEDED");
}
