//! The stack itself: it starts, enforces, and leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    reason = "a test: it may fail, and its functions are real processes"
)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use local_stack::{AccessKey, Aws, Bucket, Stack};

#[tokio::test]
async fn a_bucket_keeps_versions_and_a_secret_its_value() {
    let stack = Stack::start().await.unwrap();
    let bucket = stack.create_bucket("logs").await.unwrap();
    bucket.write("a/1", "one").await.unwrap();
    bucket.write("a/1", "two").await.unwrap();
    bucket.delete("a/1").await.unwrap();

    assert_eq!(bucket.keys("a/").await.unwrap(), Vec::<String>::new());
    let versions = bucket.versions("a/").await.unwrap();
    assert_eq!(versions.len(), 3);
    let marker = versions.iter().find(|v| v.delete_marker).unwrap();
    assert!(marker.latest);
    bucket.delete_version("a/1", &marker.id).await.unwrap();
    assert_eq!(bucket.read("a/1").await.unwrap(), b"two");

    stack.put_secret("zoom", "first").await.unwrap();
    stack.put_secret("zoom", "second").await.unwrap();
    let value = stack
        .aws()
        .secrets
        .get_secret_value()
        .secret_id("zoom")
        .send()
        .await
        .unwrap();
    assert_eq!(value.secret_string(), Some("second"));
}

#[tokio::test]
async fn a_user_may_do_what_its_policy_says_and_nothing_else() {
    let stack = Stack::start().await.unwrap();
    stack
        .create_bucket("logs")
        .await
        .unwrap()
        .write("open/1", "one")
        .await
        .unwrap();
    let iam = &stack.aws().iam;
    iam.create_user().user_name("reader").send().await.unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::logs/open/*"}]}"#;
    iam.put_user_policy()
        .user_name("reader")
        .policy_name("p")
        .policy_document(policy)
        .send()
        .await
        .unwrap();

    let key = stack.create_access_key("reader").await.unwrap();
    assert!(!format!("{key:?}").contains(&key.secret));
    let Aws { s3, .. } = stack.aws_as(&key).await;
    let bucket = Bucket::new(s3, "logs");
    assert_eq!(bucket.read("open/1").await.unwrap(), b"one");
    assert!(bucket.read("closed/1").await.unwrap_err().is_denied());
    assert!(bucket.write("open/2", "two").await.unwrap_err().is_denied());
    assert!(bucket.delete("open/1").await.unwrap_err().is_denied());

    let forged = AccessKey {
        secret: "guessed".to_owned(),
        ..key
    };
    let bucket = Bucket::new(stack.aws_as(&forged).await.s3, "logs");
    assert!(bucket.read("open/1").await.is_err());
}

#[tokio::test]
async fn two_stacks_know_nothing_of_each_other_and_go_without_a_trace() {
    let (one, two) = tokio::join!(Stack::start(), Stack::start());
    let (one, two) = (one.unwrap(), two.unwrap());
    one.create_bucket("logs").await.unwrap();
    let buckets = two.aws().s3.list_buckets().send().await.unwrap();
    assert!(buckets.buckets().is_empty());

    let directory = one.directory().to_owned();
    let mode = |file: &str| {
        fs::metadata(directory.join(file))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("."), mode("server-key.pem")), (0o700, 0o600));
    assert!(mentioned(&directory));
    drop(one);
    assert!(!directory.exists());
    assert!(!mentioned(&directory));
}

/// Whether any process was started with this directory on its command line.
fn mentioned(directory: &Path) -> bool {
    let directory = directory.to_str().unwrap();
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.unwrap().path().join("cmdline")).ok())
        .any(|arguments| arguments.contains(directory))
}
