//! `feed --create` for several reports at once, and feeds that read more than their own.

use axum::http::Method;
use serde_json::{Value, json};

use super::secops::{Fault, PARENT};
use super::{Scene, present};
use crate::command::{Said, run};
use crate::environment::{Project, pipeline};

const OPERATIONS: &str = "Zoom Operation Logs - dev";
const SIGN_INS: &str = "Zoom Sign-ins - dev";

/// An environment that collects both reports, whose feeds assume a role.
fn both() -> Project {
    let mut main = pipeline("collect");
    main["reader_user_name"] = Value::Null;
    for report in ["operationlogs", "activities"] {
        main["reports"][report] = json!({"function_name": report, "feed": {
            "Source type": "Amazon S3 V2", "Log type": "Zoom Operation Logs",
            "S3 URI": format!("s3://logs/zoom/{report}/"), "Source deletion option": "Never delete files",
            "Maximum File Age": 180, "AWS IAM role ARN": "arn:aws:iam::1:role/r", "Subject ID": "42",
        }});
    }
    Project::with(&json!({"main": main}))
}

/// Runs `feed --create` for both.
async fn create(scene: &Scene, project: &Project, more: &[&str]) -> Said {
    let arguments = [&["feed", "--env", "dev", "--create", "--yes"], more].concat();
    let mut command = scene.command(&arguments);
    command.current_dir(project.inside());
    let said = tokio::task::spawn_blocking(move || run(&mut command, ""));
    said.await.unwrap()
}

fn names(scene: &Scene) -> Vec<Value> {
    let feeds = scene.secops.feeds();
    feeds
        .iter()
        .map(|feed| feed["displayName"].clone())
        .collect()
}

/// A feed with this name that reads a report as the role.
fn role(mut feed: Value, name: &str, report: &str) -> Value {
    feed["displayName"] = name.into();
    let settings = &mut feed["details"]["amazonS3V2Settings"];
    settings["s3Uri"] = format!("s3://logs/zoom/{report}/").into();
    settings["authentication"] =
        json!({"awsIamRoleAuth": {"awsIamRoleArn": "arn:aws:iam::1:role/r", "subjectId": "42"}});
    feed
}

#[tokio::test(flavor = "multi_thread")]
async fn each_report_gets_its_feed() {
    let scene = Scene::start().await;
    let project = both();
    let said = create(&scene, &project, &["--json"]).await.expect(0);
    let feeds = said.json()["feeds"].clone();
    for (place, report, name) in [
        (0, "operationlogs", OPERATIONS),
        (1, "activities", SIGN_INS),
    ] {
        assert_eq!(feeds[place]["report"], report);
        assert_eq!(feeds[place]["display_name"], name);
        assert_eq!(feeds[place]["action"], "created");
    }
    assert_eq!(names(&scene), [OPERATIONS, SIGN_INS]);
    create(&scene, &project, &[]).await.expect(0);
    assert_eq!(scene.secops.seen(&Method::POST).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_before_a_refusal_is_told() {
    let scene = Scene::start().await;
    let project = both();
    let denied = Fault::Status(403, "PERMISSION_DENIED", "no permission".to_owned());
    let done = "Done before that, and not undone:";
    scene
        .secops
        .fail(Method::POST, std::slice::from_ref(&denied));
    let said = create(&scene, &project, &[]).await.expect(3);
    assert!(!said.stderr.contains(done), "{said:?}");

    let second = [Fault::None, denied];
    scene.secops.fail(Method::POST, &second);
    let created = format!("{done}\n  Created: {OPERATIONS} ({PARENT}/feeds/feed-1)\n");
    create(&scene, &project, &[]).await.expect(1).explains(&[
        "Google refuses feeds.create",
        "no permission",
        &created,
    ]);
    assert_eq!(names(&scene), [OPERATIONS]);

    // Settings and name are two requests.
    scene.secops.put(present("sign-ins", |feed| {
        *feed = role(feed.take(), "Old", "activities");
        feed["details"]["assetNamespace"] = "zoom".into();
    }));
    scene.secops.fail(Method::PATCH, &second);
    let changed = format!("{done}\n  Changed: Old ({PARENT}/feeds/sign-ins), but not its name\n");
    create(&scene, &project, &["--update"])
        .await
        .expect(1)
        .explains(&["Google refuses feeds.patch", &changed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_feed_is_not_made_that_of_two_reports() {
    let scene = Scene::start().await;
    let project = both();
    scene.secops.put(present("one", |feed| {
        *feed = role(feed.take(), OPERATIONS, "activities");
    }));
    for more in [&[][..], &["--update"]] {
        let said = create(&scene, &project, more).await.expect(3);
        said.explains(&[
            "feeds/one) reads s3://logs/zoom/activities/ could be both",
            &format!("the feed {OPERATIONS:?} and the feed {SIGN_INS:?}"),
            "Nothing was changed",
        ]);
    }
    assert!(scene.secops.seen(&Method::PATCH).is_empty());
    // As it is advised.
    create(&scene, &project, &["--update", "--report", "activities"])
        .await
        .expect(0);
    create(&scene, &project, &[]).await.expect(0);
    assert_eq!(names(&scene), [SIGN_INS, OPERATIONS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_of_a_folder_above_or_below_is_not_doubled() {
    for (uri, is_same) in [
        ("s3://logs/", true),
        ("s3://logs", true),
        ("s3://logs/zoom", true),
        ("s3://logs/zoom/operationlogs/2026/", true),
        ("s3://logs/zoom/operationlogs-2/", false),
        ("s3://logs/zoom/activities/", false),
        ("s3://logs-2/", false),
    ] {
        let scene = Scene::start().await;
        let mut other = present("other", |feed| {
            feed["displayName"] = "Other".into();
            feed["details"]["amazonS3V2Settings"]["s3Uri"] = uri.into();
        });
        scene.secops.put(other.clone());
        if !is_same {
            scene.create(&["--yes"]).await.expect(0);
            continue;
        }
        // Neither made beside it, nor in order where it is already.
        for _ in 0..2 {
            scene
                .create(&["--yes", "--update"])
                .await
                .expect(3)
                .explains(&[
                    "objects of s3://logs/zoom/operationlogs/ are read already",
                    &format!("\"Other\" ({PARENT}/feeds/other) reads {uri}. "),
                    "give it this S3 URI, or delete it",
                    "Nothing was changed",
                ]);
            scene.secops.put(present("ours", |_| {}));
        }
        assert!(scene.secops.seen(&Method::POST).is_empty());

        // Another kind of log is another matter.
        let scene = Scene::start().await;
        other["details"]["logType"] = format!("{PARENT}/logTypes/AWS_CLOUDTRAIL").into();
        scene.secops.put(other);
        scene.create(&["--yes"]).await.expect(0);
    }
}
