//! `zoomlogs reader-key`: keys that are made, replaced and revoked, tried on the bucket that they are for.

use std::path::Path;

use aws_sdk_iam::types::StatusType;
use chrono::Utc;
use local_stack::{AccessKey, Stack};
use serde_json::{Value, json};

use crate::command::{Said, command, run, run_into};
use crate::operator;

const USER: &str = "secops-reader";
const VAULT: &str = "secops-reader-access-key";

/// The rights that the help names.
const RIGHTS: [&str; 8] = [
    "iam:ListAccessKeys",
    "iam:GetAccessKeyLastUsed",
    "iam:CreateAccessKey",
    "iam:UpdateAccessKey",
    "iam:DeleteAccessKey",
    "secretsmanager:GetSecretValue",
    "secretsmanager:CreateSecret",
    "secretsmanager:PutSecretValue",
];

/// A bucket with an object, the user who may read it, and an operator.
struct Scene {
    stack: Stack,
    operator: AccessKey,
}

impl Scene {
    async fn start() -> Self {
        let stack = Stack::start().await.unwrap();
        let bucket = stack.create_bucket("logs").await.unwrap();
        bucket
            .write("zoom/operationlogs/entry", "{}\n")
            .await
            .unwrap();
        stack
            .aws()
            .iam
            .create_user()
            .user_name(USER)
            .send()
            .await
            .unwrap();
        let read = json!([
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/zoom/operationlogs/*"},
        ]);
        operator::allow(&stack, USER, &read).await;
        let operator = operator::hire(&stack, &RIGHTS).await;
        Self { stack, operator }
    }

    fn reader_key(&self, arguments: &[&str]) -> Said {
        let arguments = [&["reader-key"][..], arguments, &["--user", USER]].concat();
        run(&mut command(&self.stack, &self.operator, &arguments), "")
    }

    /// Makes a key that is shown.
    fn make(&self, action: &str) -> AccessKey {
        let made = self.reader_key(&[action, "--json"]).expect(0).json();
        key(&made)
    }

    /// Waits until a key that is made now is not of the same second as the last one.
    async fn next_second(&self) {
        let second = Utc::now().timestamp();
        while Utc::now().timestamp() == second {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Whether the owner of the key reads what is delivered.
    async fn reads(&self, key: &AccessKey) -> bool {
        let s3 = self.stack.aws_as(key).await.s3;
        let read = s3
            .get_object()
            .bucket("logs")
            .key("zoom/operationlogs/entry");
        read.send().await.is_ok()
    }

    /// The ids of the user's keys, as IAM has them, and whether they are active.
    async fn keys(&self) -> Vec<(String, bool)> {
        let list = self.stack.aws().iam.list_access_keys().user_name(USER);
        let keys = list.send().await.unwrap().access_key_metadata;
        keys.into_iter()
            .map(|key| {
                (
                    key.access_key_id.unwrap(),
                    key.status == Some(StatusType::Active),
                )
            })
            .collect()
    }

    /// The value of a secret.
    async fn stored(&self, secret: &str) -> Option<Value> {
        let read = self
            .stack
            .aws()
            .secrets
            .get_secret_value()
            .secret_id(secret);
        let value = read.send().await.ok()?;
        Some(serde_json::from_str(value.secret_string()?).unwrap())
    }

    /// The key in a secret.
    async fn stored_key(&self, secret: &str) -> AccessKey {
        let value = self.stored(secret).await.unwrap();
        key(&value)
    }
}

/// The key in a report or a secret.
fn key(object: &Value) -> AccessKey {
    let text = |field: &str| object[field].as_str().unwrap().to_owned();
    AccessKey {
        id: text("access_key_id"),
        secret: text("secret_access_key"),
        session_token: None,
    }
}

#[tokio::test]
async fn a_key_is_made_replaced_with_an_overlap_and_revoked() {
    let scene = Scene::start().await;
    let said = scene.reader_key(&["list"]).expect(0);
    assert!(said.stdout.contains("has no key"), "{said:?}");
    scene
        .reader_key(&["rotate"])
        .expect(3)
        .explains(&["no key to replace", "reader-key issue"]);
    scene
        .reader_key(&["revoke"])
        .expect(3)
        .explains(&["has no key"]);

    let first = scene.make("issue");
    assert!(scene.reads(&first).await);
    scene
        .reader_key(&["issue"])
        .expect(3)
        .explains(&["has a key already", &first.id, "reader-key rotate"])
        .hides(&[&first.secret]);

    scene.next_second().await;
    let second = scene.make("rotate");
    assert!(scene.reads(&first).await && scene.reads(&second).await);
    let said = scene.reader_key(&["rotate"]).expect(3);
    let said = said.explains(&["two keys already", "never used", "reader-key revoke"]);
    let place = |id: &str| said.stderr.find(id).unwrap();
    assert!(
        place(&first.id) < place(&second.id),
        "the older one first: {said:?}"
    );

    let listed = scene
        .reader_key(&["list", "--json"])
        .expect(0)
        .hides(&[&first.secret, &second.secret]);
    let listed = listed.json();
    assert_eq!(listed["keys"][0]["id"], *first.id);
    assert_eq!(listed["keys"][1]["id"], *second.id);
    assert_eq!(listed["keys"][1]["active"], true);

    let revoked = scene.reader_key(&["revoke"]).expect(0);
    assert!(
        revoked.stdout.contains(&format!("Revoked: {}", first.id)),
        "{revoked:?}"
    );
    assert!(!scene.reads(&first).await, "the revoked key still reads");
    assert!(scene.reads(&second).await);

    // The last one only by its name.
    scene
        .reader_key(&["revoke"])
        .expect(3)
        .explains(&["the last key", &format!("--key-id {}", second.id)]);
    assert!(scene.reads(&second).await);
    scene
        .reader_key(&["revoke", "--key-id", &first.id])
        .expect(3)
        .explains(&["has no key", &first.id, &second.id]);
    let said = scene
        .reader_key(&["revoke", "--key-id", &second.id])
        .expect(0);
    assert!(said.stdout.contains("no key left"), "{said:?}");
    assert!(!scene.reads(&second).await);
    assert_eq!(scene.keys().await, []);
}

#[tokio::test]
async fn of_two_keys_the_newer_one_can_be_revoked_by_its_id() {
    let scene = Scene::start().await;
    let first = scene.make("issue");
    let second = scene.make("rotate");
    scene
        .reader_key(&["revoke", "--key-id", &second.id])
        .expect(0);
    assert_eq!(scene.keys().await, [(first.id.clone(), true)]);
    assert!(scene.reads(&first).await && !scene.reads(&second).await);
}

#[tokio::test]
async fn of_two_keys_of_the_same_second_one_must_be_named() {
    let scene = Scene::start().await;
    // Two may be made in one second; seldom does that need a second attempt.
    let keys = loop {
        let pair = [(); 2].map(|()| scene.stack.create_access_key(USER));
        let [first, second] = pair;
        let keys = [first.await.unwrap(), second.await.unwrap()];
        let list = scene.stack.aws().iam.list_access_keys().user_name(USER);
        let made = list.send().await.unwrap().access_key_metadata;
        if made[0].create_date == made[1].create_date {
            break keys;
        }
        for key in keys {
            let delete = scene.stack.aws().iam.delete_access_key().user_name(USER);
            delete.access_key_id(key.id).send().await.unwrap();
        }
    };
    scene.reader_key(&["revoke"]).expect(3).explains(&[
        "the same second",
        "--key-id",
        &keys[0].id,
        &keys[1].id,
    ]);
    assert_eq!(scene.keys().await.len(), 2);
}

#[tokio::test]
async fn a_key_is_shown_once_and_on_standard_output_alone() {
    let scene = Scene::start().await;
    let said = scene.reader_key(&["issue"]).expect(0);
    let value = |name: &str| {
        let line = said.stdout.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().to_owned()
    };
    let key = AccessKey {
        id: value("Access key ID:"),
        secret: value("Secret access key:"),
        session_token: None,
    };
    assert!(scene.reads(&key).await);
    assert_eq!(said.stdout.matches(&key.secret).count(), 1);
    assert!(!said.stderr.contains(&key.secret));
    for arguments in [&["list"][..], &["issue"], &["revoke"], &["list", "--json"]] {
        scene.reader_key(arguments).hides(&[&key.secret]);
    }
}

#[tokio::test]
async fn a_key_can_go_into_a_secret_unseen() {
    let scene = Scene::start().await;
    let said = scene.reader_key(&["issue", "--store"]).expect(0);
    let first = scene.stored_key(VAULT).await;
    assert!(
        said.stdout.contains(&first.id) && said.stdout.contains(VAULT),
        "{said:?}"
    );
    said.hides(&[&first.secret]);
    assert!(scene.reads(&first).await);

    // The new one takes the place of the old one, which goes on working.
    let said = scene.reader_key(&["rotate", "--store", "--json"]).expect(0);
    let second = scene.stored_key(VAULT).await;
    let report = said.json();
    assert_eq!(report["access_key_id"], *second.id);
    assert_eq!(report["replaces"], *first.id);
    assert_eq!(report["secret"], VAULT);
    said.hides(&[&first.secret, &second.secret]);
    assert!(second.id != first.id && scene.reads(&first).await && scene.reads(&second).await);

    scene
        .reader_key(&["revoke", "--key-id", &first.id])
        .expect(0);
    // One that was made with Terraform and has no value yet serves as well.
    scene
        .stack
        .aws()
        .secrets
        .create_secret()
        .name("ours")
        .send()
        .await
        .unwrap();
    scene.reader_key(&["rotate", "--store", "ours"]).expect(0);
    assert!(scene.reads(&scene.stored_key("ours").await).await);
}

#[tokio::test]
async fn a_key_that_cannot_be_stored_is_deleted_again() {
    let scene = Scene::start().await;
    // Up to the storing all goes well.
    let all_but_one: Vec<_> = RIGHTS
        .into_iter()
        .filter(|right| *right != "secretsmanager:PutSecretValue")
        .collect();
    operator::entitle(&scene.stack, &all_but_one).await;
    scene
        .reader_key(&["issue", "--store"])
        .expect(1)
        .explains(&["secretsmanager:PutSecretValue", "was deleted again"]);
    assert_eq!(scene.keys().await, []);
    assert_eq!(scene.stored(VAULT).await, None);

    // Nor can it be deleted: then its id is named, and what to do.
    let all_but_two: Vec<_> = all_but_one
        .into_iter()
        .filter(|right| *right != "iam:DeleteAccessKey")
        .collect();
    operator::entitle(&scene.stack, &all_but_two).await;
    let said = scene.reader_key(&["issue", "--store"]).expect(1);
    let keys = scene.keys().await;
    assert_eq!(keys.len(), 1);
    said.explains(&[
        "could not be deleted",
        "iam:DeleteAccessKey",
        &format!("--key-id {}", keys[0].0),
    ]);
}

#[tokio::test]
async fn a_key_that_cannot_be_shown_is_deleted_again() {
    let scene = Scene::start().await;
    let arguments = ["reader-key", "issue", "--user", USER];
    let mut issue = command(&scene.stack, &scene.operator, &arguments);
    run_into(&mut issue, Path::new("/dev/full"))
        .expect(1)
        .explains(&["standard output", "was deleted again"]);
    assert_eq!(scene.keys().await, []);
}

#[tokio::test]
async fn no_other_secret_is_overwritten_and_no_key_made_for_one_that_cannot_take_it() {
    let scene = Scene::start().await;
    let zoom = json!({"account_id": "a", "client_id": "c", "client_secret": "s"});
    scene
        .stack
        .put_secret("zoom", &zoom.to_string())
        .await
        .unwrap();
    scene
        .reader_key(&["issue", "--store", "zoom"])
        .expect(3)
        .explains(&["zoom holds something else"]);
    assert_eq!(scene.stored("zoom").await, Some(zoom));

    scene
        .stack
        .put_secret("leaving", r#"{"access_key_id": "AKIA"}"#)
        .await
        .unwrap();
    let delete = scene
        .stack
        .aws()
        .secrets
        .delete_secret()
        .secret_id("leaving");
    delete.send().await.unwrap();
    scene
        .reader_key(&["issue", "--store", "leaving"])
        .expect(3)
        .explains(&["leaving is being deleted", "restore-secret"]);

    operator::entitle(
        &scene.stack,
        &["iam:ListAccessKeys", "secretsmanager:GetSecretValue"],
    )
    .await;
    scene
        .reader_key(&["issue", "--store"])
        .expect(1)
        .explains(&["secretsmanager:CreateSecret"]);
    assert_eq!(scene.keys().await, []);
}

#[tokio::test]
async fn a_key_that_cannot_be_deleted_is_at_least_inactive() {
    let scene = Scene::start().await;
    let key = scene.make("issue");
    let all_but_one: Vec<_> = RIGHTS
        .into_iter()
        .filter(|right| *right != "iam:DeleteAccessKey")
        .collect();
    operator::entitle(&scene.stack, &all_but_one).await;
    scene
        .reader_key(&["revoke", "--key-id", &key.id])
        .expect(1)
        .explains(&[&key.id, "inactive now", "iam:DeleteAccessKey"]);
    assert_eq!(scene.keys().await, [(key.id, false)]);
}

#[tokio::test]
async fn a_user_that_is_not_there_is_named() {
    let scene = Scene::start().await;
    let arguments = ["reader-key", "issue", "--user", "nobody"];
    run(
        &mut command(&scene.stack, &AccessKey::root(), &arguments),
        "",
    )
    .expect(1)
    .explains(&["the user nobody does not exist"]);
}
