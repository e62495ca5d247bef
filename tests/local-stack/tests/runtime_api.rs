//! The Lambda host, tried with a function of a few lines.

#![allow(
    clippy::unwrap_used,
    reason = "a test: it may fail, and its functions are real processes"
)]

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use local_stack::{Outcome, RuntimeApi, project};
use serde_json::json;

/// Does what the event says: answers, reports an error, hangs, or ends.
const FUNCTION: &str = r#"
import http.client, json, os, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
print("cold start", os.environ["COLOUR"], flush=True)
if os.environ["COLOUR"] == "invalid":
    sys.exit("no such colour")
def post(path, body):
    api.request("POST", "/2018-06-01/runtime/" + path, json.dumps(body))
    api.getresponse().read()
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event, request = json.loads(answer.read()), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    left = int(answer.headers["Lambda-Runtime-Deadline-Ms"]) - time.time() * 1000
    print(json.dumps({"event": event}), file=sys.stderr, flush=True)
    if event.get("hang"):
        time.sleep(3600)
    if event.get("exit"):
        sys.exit(event["exit"])
    if event.get("fail"):
        post(f"invocation/{request}/error", {"errorType": "Failure", "errorMessage": event["fail"]})
    else:
        post(f"invocation/{request}/response", {"left": left, "pid": os.getpid(), "home": os.environ.get("HOME")})
        print("after the answer", flush=True)
"#;

struct Function {
    host: RuntimeApi,
    _directory: tempfile::TempDir,
}

fn function(colour: &str) -> Function {
    let directory = tempfile::tempdir().unwrap();
    let script: PathBuf = directory.path().join("function");
    fs::write(
        &script,
        format!("#!{}{FUNCTION}", project::python().unwrap().display()),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Function {
        host: RuntimeApi::new(script, [("COLOUR", colour)]).unwrap(),
        _directory: directory,
    }
}

#[tokio::test]
async fn answers_and_errors_come_back_with_their_log() {
    let function = function("red");
    let first = function
        .host
        .invoke_within(Duration::from_secs(20), json!({"n": 1}))
        .await
        .unwrap();
    let answer = first.answer().unwrap();
    assert!(
        (1.0..=20_000.0).contains(&answer["left"].as_f64().unwrap()),
        "{answer}"
    );
    assert!(
        answer["home"].is_null(),
        "nothing of this process's environment"
    );
    assert_eq!(
        first.log,
        "cold start red\n{\"event\": {\"n\": 1}}\nafter the answer\n"
    );
    assert_eq!(first.log_events(), [json!({"event": {"n": 1}})]);

    let second = function
        .host
        .invoke(json!({"fail": "it is broken"}))
        .await
        .unwrap();
    assert_eq!(second.error().unwrap(), "it is broken");
    assert!(second.answer().is_err());
    assert_ne!(first.request_id, second.request_id);
    assert!(!second.log.contains("cold start"), "the process is warm");

    let third = function.host.invoke(json!({})).await.unwrap();
    assert_eq!(third.answer().unwrap()["pid"], answer["pid"]);
    function.host.restart().await;
    let fourth = function.host.invoke(json!({})).await.unwrap();
    assert_ne!(fourth.answer().unwrap()["pid"], answer["pid"]);
}

#[tokio::test]
async fn a_process_killed_in_the_middle_is_followed_by_a_new_one() {
    let function = function("red");
    let (killed, ()) = tokio::join!(function.host.invoke(json!({"hang": true})), async {
        while !function.host.log().unwrap().contains("hang") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        function.host.kill();
    });
    assert!(matches!(killed.unwrap().outcome, Outcome::Exited(status) if !status.success()));
    assert_eq!(function.host.pid(), None);

    // Killed while idle: the next event must not go to the dead.
    for _ in 0..3 {
        function
            .host
            .invoke(json!({}))
            .await
            .unwrap()
            .answer()
            .unwrap();
        function.host.kill();
    }
}

#[tokio::test]
async fn the_deadline_and_the_end_of_the_process_end_an_invocation() {
    let function = function("red");
    let late = function
        .host
        .invoke_within(Duration::from_millis(700), json!({"hang": true}))
        .await
        .unwrap();
    assert!(matches!(late.outcome, Outcome::TimedOut), "{late:?}");
    let ended = function.host.invoke(json!({"exit": 3})).await.unwrap();
    assert!(
        matches!(ended.outcome, Outcome::Exited(status) if status.code() == Some(3)),
        "{ended:?}"
    );
    function
        .host
        .invoke(json!({}))
        .await
        .unwrap()
        .answer()
        .unwrap();
}

#[tokio::test]
async fn a_process_that_refuses_to_start_says_why() {
    let refused = function("invalid").host.invoke(json!({})).await.unwrap();
    assert!(
        matches!(refused.outcome, Outcome::Exited(status) if status.code() == Some(1)),
        "{refused:?}"
    );
    assert!(refused.log.contains("no such colour"));
}
