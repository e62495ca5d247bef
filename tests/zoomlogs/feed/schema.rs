//! What `zoomlogs` sends, against the schema that Google publishes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use local_stack::project;
use serde_json::{Value, json};

/// What Google's schema says against each of these feeds; null, if nothing.
pub fn problems(feeds: &[Value]) -> Vec<Option<String>> {
    let mut child = Command::new(project::python().unwrap())
        .arg(project::root().join("tests/zoomlogs/feed/chronicle_schema.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(json!(feeds).to_string().as_bytes())
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Fails unless Google's schema has all of these.
#[track_caller]
pub fn accept(feeds: &[Value]) {
    assert!(!feeds.is_empty());
    for (feed, problem) in feeds.iter().zip(problems(feeds)) {
        assert_eq!(problem, None, "{feed:#}");
    }
}

/// Without this, a check that takes everything would pass.
#[test]
fn googles_schema_refuses_what_its_pages_show_otherwise() {
    let right = json!({"displayName": "x", "details": {
        "feedSourceType": "AMAZON_S3_V2", "labels": {"env": "prod"},
        "amazonS3V2Settings": {"authentication": {"awsIamRoleAuth": {"awsIamRoleArn": "arn", "subjectId": "1"}}},
    }});
    let wrong = |path: &str, value: Value| {
        let mut feed = right.clone();
        *feed.pointer_mut(path).unwrap() = value;
        feed
    };
    let feeds = [
        right.clone(),
        wrong("/details/labels", json!([{"key": "env", "value": "prod"}])),
        wrong(
            "/details/amazonS3V2Settings/authentication",
            json!({"aws_iam_role_arn": "arn"}),
        ),
        wrong("/details/feedSourceType", json!("AMAZON_S3_V3")),
        wrong(
            "/details/amazonS3V2Settings",
            json!({"sourceDeletionOption": "SOURCE_DELETION_NEVER"}),
        ),
        wrong(
            "/details/amazonS3V2Settings",
            json!({"region": "EU_CENTRAL_1"}),
        ),
        wrong(
            "/details/amazonS3V2Settings",
            json!({"maxLookbackDays": "a while"}),
        ),
    ];
    let [first, others @ ..] = &problems(&feeds)[..] else {
        unreachable!("there are seven");
    };
    assert_eq!(*first, None);
    for (feed, problem) in feeds[1..].iter().zip(others) {
        assert!(problem.is_some(), "{feed:#}");
    }
}
