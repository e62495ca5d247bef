//! `feed --create`, where Google fails.

use axum::http::Method;

use super::secops::Fault;
use super::{SECRET, Scene, present};

fn refusal(code: u16, status: &'static str, message: &str) -> Fault {
    Fault::Status(code, status, message.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_no_second_feed() {
    let scene = Scene::start().await;
    scene.secops.fail(Method::POST, &[Fault::AnswerLost]);
    let said = scene.create(&["--yes"]).await.expect(0);
    let said = said.explains(&["no answer to feeds.create", "Looking whether"]);
    assert_eq!(said.json()["feeds"][0]["action"], "created");
    assert_eq!(scene.secops.seen(&Method::POST).len(), 1);
    assert_eq!(scene.secops.feeds().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_comes_late_is_waited_for() {
    let scene = Scene::start().await;
    scene.secops.fail(Method::POST, &[Fault::Late(2)]);
    scene.create(&["--yes"]).await.expect(0);
    assert_eq!(scene.secops.seen(&Method::POST).len(), 1);
    assert_eq!(scene.secops.feeds().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_still_be_on_its_way_is_not_sent_again() {
    for (fault, what) in [
        (Fault::RequestLost, "no answer to feeds.create"),
        (
            refusal(503, "UNAVAILABLE", "try later"),
            "feeds.create (sent once; HTTP 503",
        ),
    ] {
        let scene = Scene::start().await;
        scene.secops.fail(Method::POST, &[fault]);
        let said = scene.create(&["--yes"]).await.expect(1);
        said.explains(&[
            what,
            "Whether the feed",
            "it is not there now",
            "looks before it makes anything",
        ]);
        assert_eq!(scene.secops.seen(&Method::POST).len(), 1);
        // The same command again makes it.
        scene.create(&["--yes"]).await.expect(0);
        assert_eq!(scene.secops.feeds().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_feeds_where_one_was_asked_for_are_no_refusal() {
    let scene = Scene::start().await;
    scene.secops.fail(Method::POST, &[Fault::Twice]);
    let said = scene.create(&["--yes"]).await.expect(1);
    let said = said.explains(&["now there are several", "feeds/feed-1", "feeds/feed-2"]);
    assert!(!said.stderr.contains("Nothing was changed"), "{said:?}");
    scene
        .create(&["--yes"])
        .await
        .expect(3)
        .explains(&["several feeds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn want_of_quota_is_waited_out() {
    let scene = Scene::start().await;
    let busy = refusal(429, "RESOURCE_EXHAUSTED", "quota exceeded");
    scene.secops.fail(
        Method::GET,
        &[refusal(503, "UNAVAILABLE", "busy"), busy.clone()],
    );
    scene
        .secops
        .fail(Method::POST, &[busy.clone(), busy.clone()]);
    scene.create(&["--yes"]).await.expect(0);
    assert_eq!(scene.secops.seen(&Method::POST).len(), 3);
    assert_eq!(scene.secops.feeds().len(), 1);

    scene.secops.fail(Method::GET, &vec![busy; 4]);
    let said = scene.create(&["--yes"]).await.expect(1);
    said.explains(&["feeds.list (sent 4 times; HTTP 429", "quota exceeded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_may_be_sent_again() {
    let scene = Scene::start().await;
    scene.secops.put(present("ours", |feed| {
        feed["details"]["assetNamespace"] = "zoom".into()
    }));
    scene.secops.fail(
        Method::PATCH,
        &[Fault::AnswerLost, refusal(500, "INTERNAL", "oops")],
    );
    scene.create(&["--yes", "--update"]).await.expect(0);
    assert_eq!(scene.secops.seen(&Method::PATCH).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_what_is_missing() {
    let scene = Scene::start().await;
    for (fault, code, parts) in [
        (
            refusal(403, "PERMISSION_DENIED", "no permission"),
            3,
            &[
                "permission chronicle.feeds.create",
                "roles/chronicle.editor",
                "no permission",
            ][..],
        ),
        (
            refusal(404, "NOT_FOUND", "no instance"),
            2,
            &[
                "--project, --location and --instance",
                "no instance",
                &scene.secops.endpoint,
            ],
        ),
        (
            refusal(401, "UNAUTHENTICATED", "expired"),
            1,
            &["gcloud auth", "expired"],
        ),
        (
            // As if Google repeated what it was sent.
            refusal(
                400,
                "INVALID_ARGUMENT",
                &format!("bad secret_access_key: \"{SECRET}\""),
            ),
            2,
            &[
                "INVALID_ARGUMENT: bad secret_access_key",
                "(the secret access key)",
            ],
        ),
    ] {
        scene.secops.fail(Method::POST, &[fault]);
        scene.create(&["--yes"]).await.expect(code).explains(parts);
    }
    scene.secops.fail(
        Method::GET,
        &[refusal(403, "PERMISSION_DENIED", "no permission")],
    );
    scene
        .create(&["--yes"])
        .await
        .expect(3)
        .explains(&["chronicle.feeds.list"]);
    assert!(scene.secops.feeds().is_empty());
    assert_eq!(scene.secops.seen(&Method::POST).len(), 4);
}
