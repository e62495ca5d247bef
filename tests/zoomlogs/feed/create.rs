//! `feed --create`, where all goes as it should.

use axum::http::Method;
use local_stack::{AccessKey, Stack};
use serde_json::json;

use super::secops::{INSTANCE, PARENT, TOKEN, is_exposed};
use super::{DIRECT, KEY_ID, SECRET, Scene, key, present, schema};
use crate::command::run;

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_not_there_is_created_once() {
    let scene = Scene::start().await;
    let said = scene
        .create(&["--yes", "--label", "env=prod"])
        .await
        .expect(0);
    let said = said.explains(&[
        "There is no feed \"Zoom Operation Logs\"",
        "\"secretAccessKey\": \"SECRET ACCESS KEY\"",
    ]);
    assert_eq!(
        said.json()["feeds"],
        json!([{
            "report": "operationlogs", "action": "created", "name": format!("{PARENT}/feeds/feed-1"),
            "display_name": "Zoom Operation Logs", "state": "ACTIVE", "last_transfer": null, "failure": null,
        }])
    );
    let [created] = &scene.secops.seen(&Method::POST)[..] else {
        panic!("{:?}", scene.secops.seen(&Method::POST));
    };
    assert_eq!(created.path, format!("/v1/{PARENT}/feeds"));
    assert!(created.query.is_empty(), "{created:?}");
    assert_eq!(created.bearer, TOKEN);
    assert_eq!(created.quota_project.as_deref(), Some("acme-quota"));
    assert!(!created.exposed, "the secret is on a command line");
    // Who looks does see command lines.
    assert!(is_exposed("zoomlogs"));
    let auth = "/details/amazonS3V2Settings/authentication/accessKeySecretAuth";
    assert_eq!(
        created.body.pointer(auth).unwrap(),
        &json!({"accessKeyId": KEY_ID, "secretAccessKey": SECRET})
    );
    schema::accept(std::slice::from_ref(&created.body));

    // Once more: it is there.
    let said = scene.create(&["--label", "env=prod"]).await.expect(0);
    let said = said.explains(&["is there and as it should be", "--rotate-key"]);
    assert_eq!(said.json()["feeds"][0]["action"], "unchanged");
    assert_eq!(scene.secops.seen(&Method::POST).len(), 1);
    assert_eq!(scene.secops.seen(&Method::PATCH).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_with_a_role_needs_no_key() {
    let scene = Scene::start().await;
    let arguments = [
        "feed",
        "--bucket",
        "logs",
        "--role-arn",
        "arn:aws:iam::1:role/r",
        "--role-subject",
        "42",
        "--create",
    ];
    let said = scene
        .run(&[&arguments[..], &["--yes"]].concat(), "")
        .await
        .expect(0);
    assert!(
        said.stdout.contains("Created: Zoom Operation Logs\n"),
        "{said:?}"
    );
    let sent = &scene.secops.seen(&Method::POST)[0].body;
    schema::accept(std::slice::from_ref(sent));
    assert_eq!(
        sent["details"]["amazonS3V2Settings"]["authentication"],
        json!({"awsIamRoleAuth": {"awsIamRoleArn": "arn:aws:iam::1:role/r", "subjectId": "42"}})
    );
    scene
        .run(&arguments, "")
        .await
        .expect(0)
        .explains(&["as it should be"]);
    let with_key = [&arguments[..], &["--key-stdin"]].concat();
    scene
        .run(&with_key, &key())
        .await
        .expect(2)
        .explains(&["has no key"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_comes_from_where_reader_key_puts_it() {
    let scene = Scene::start().await;
    let stack = Stack::start().await.unwrap();
    let iam = &stack.aws().iam;
    iam.create_user().user_name("reader").send().await.unwrap();
    let environment = stack.environment(&AccessKey::root());
    let arguments = [&DIRECT[..], &["--create", "--yes"]].concat();
    let mut create = scene.command(&arguments);
    create.envs(environment.clone());

    // Nothing is created without it.
    run(&mut create, "").expect(2).explains(&[
        "reader-access-key is not there",
        "zoomlogs reader-key issue --user reader --store",
        "zoomlogs reader-key rotate --user reader --store if it has one",
    ]);
    assert!(scene.secops.feeds().is_empty());

    let mut issue = super::bare(&[
        "reader-key",
        "issue",
        "--user",
        "reader",
        "--store",
        "--json",
    ]);
    let issued = run(issue.envs(environment.clone()), "").expect(0).json();
    let said = run(&mut create, "").expect(0);
    let sent = &scene.secops.seen(&Method::POST)[0];
    let auth = &sent.body["details"]["amazonS3V2Settings"]["authentication"]["accessKeySecretAuth"];
    assert_eq!(auth["accessKeyId"], issued["access_key_id"]);
    let stored = stack.aws().secrets.get_secret_value();
    let stored = stored.secret_id("reader-access-key").send().await.unwrap();
    let stored: serde_json::Value = serde_json::from_str(stored.secret_string().unwrap()).unwrap();
    assert_eq!(auth["secretAccessKey"], stored["secret_access_key"]);
    said.hides(&[auth["secretAccessKey"].as_str().unwrap()]);

    // Another key is seen by its id, and sent when that is asked for.
    run(&mut create, "")
        .expect(0)
        .explains(&["as it should be"]);
    let mut rotate = super::bare(&[
        "reader-key",
        "rotate",
        "--user",
        "reader",
        "--store",
        "--json",
    ]);
    let rotated = run(rotate.envs(environment), "").expect(0).json();
    let id = rotated["access_key_id"].as_str().unwrap();
    run(&mut create, "")
        .expect(3)
        .explains(&["Access Key ID: is", &format!("should be {id}")]);
    run(create.arg("--rotate-key"), "").expect(0);
    let sent = &scene.secops.seen(&Method::PATCH)[0];
    let auth = &sent.body["details"]["amazonS3V2Settings"]["authentication"]["accessKeySecretAuth"];
    assert_eq!(auth["accessKeyId"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_created_unasked() {
    let scene = Scene::start().await;
    scene
        .create(&[])
        .await
        .expect(2)
        .explains(&["--yes", "Nothing was changed"]);
    for (input, wrong) in [
        ("", "standard input does not hold an access key"),
        ("{\"access_key_id\": \"kX9\"}", "reader-key issue --json"),
        (
            &key().replace("AKIA", "kX9!"),
            "16 to 128 letters and digits",
        ),
    ] {
        let arguments = [&DIRECT[..], &["--create", "--key-stdin", "--yes"]].concat();
        let said = scene.run(&arguments, input).await.expect(2);
        said.explains(&[wrong]).hides(&["kX9"]);
    }
    assert!(scene.secops.seen(&Method::POST).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_found_on_any_page_and_by_what_it_reads() {
    let scene = Scene::start().await;
    scene.secops.page_size(2);
    for number in 0..4 {
        scene
            .secops
            .put(present(&format!("other-{number}"), |feed| {
                feed["displayName"] = format!("Other {number}").into();
                feed["details"]["amazonS3V2Settings"]["s3Uri"] =
                    format!("s3://other/{number}/").into();
            }));
    }
    scene.secops.put(present("ours", |feed| {
        // Google may name the project by its number.
        feed["details"]["logType"] =
            "projects/1/locations/eu/instances/i/logTypes/ZOOM_OPERATION_LOGS".into();
    }));
    let said = scene.create(&["--yes"]).await.expect(0);
    assert_eq!(
        said.json()["feeds"][0]["name"],
        format!("{PARENT}/feeds/ours")
    );
    assert_eq!(scene.secops.seen(&Method::GET).len(), 3);

    // One that has another name and reads the same would deliver every record a second time.
    let said = scene
        .create(&["--yes", "--display-name", "Zoom"])
        .await
        .expect(3);
    said.explains(&[
        "Feed name: is Zoom Operation Logs, should be Zoom",
        "--update",
    ]);
    scene
        .secops
        .put(present("again", |feed| feed["displayName"] = "Old".into()));
    let said = scene.create(&["--yes"]).await.expect(3);
    said.explains(&[
        "several feeds",
        "feeds/ours",
        "\"Old\"",
        "feeds/again) reads s3://logs/zoom/operationlogs/",
        "Nothing was changed",
    ]);
    assert!(scene.secops.seen(&Method::POST).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_terminal_it_asks() {
    let scene = Scene::start().await;
    for (answer, code, count) in [("y", "3", 0), ("yes", "0", 1)] {
        let arguments = [
            "feed",
            "--bucket",
            "logs",
            "--role-arn",
            "arn:aws:iam::1:role/r",
            "--role-subject",
            "42",
            "--create",
        ];
        let command = scene.command(&arguments);
        let shown = tokio::task::spawn_blocking(move || {
            let mut terminal = rexpect::session::spawn_command(command, Some(30_000)).unwrap();
            let mut shown = terminal
                .exp_string("Only \"yes\" is taken as yes:")
                .unwrap();
            terminal.send_line(answer).unwrap();
            shown += &terminal.exp_eof().unwrap();
            shown + &format!("{:?}", terminal.process().wait().unwrap())
        });
        let shown = shown.await.unwrap();
        assert!(shown.contains(&format!(", {code})")), "{shown}");
        assert!(
            shown.contains(&format!("instances/{INSTANCE}/feeds")),
            "{shown}"
        );
        assert_eq!(scene.secops.feeds().len(), count);
    }
}
