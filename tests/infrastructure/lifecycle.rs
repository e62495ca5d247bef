//! From nothing to two environments in one AWS account, every change that can be made in place, and back to nothing: by the
//! scripts that `make` calls, with the states in S3, and without an error or a replacement that nobody expects.
//!
//! ministack stands for AWS. It has all that is tried here; what it has not, and Terraform asks for, is supplied in
//! `tests/local-stack/src/answers.py`.

mod changes;
mod project;

use std::{collections::BTreeSet, time::Duration};

use local_stack::Stack;
use serde_json::{Value, json};

use self::{
    changes::{CHANGES, CLIENT_SECRET, Change},
    project::Project,
};

const STATES: &str = "zoom-operation-logs-state-000000000000-us-east-1";

#[tokio::test]
async fn environments_come_up_change_in_place_and_go() {
    let stack = Stack::start().await.unwrap();
    let project = Project::copy(&stack);
    project.variables("dev", &json!({"zoom_accounts": {"main": {}}}));
    project.variables("prod", &json!({"zoom_accounts": {"main": {}, "emea": {}}}));

    // Terraform watches the bucket's lifecycle rules for a minute before it believes them. The states need not wait for it.
    tokio::join!(
        async {
            project
                .run("bootstrap", &[], &[("YES", "1")])
                .await
                .unwrap()
        },
        async {
            versioned(&stack, STATES).await;
            // As on another machine: there is a bucket already.
            project.run("bootstrap", &[STATES], &[]).await.unwrap();
            tokio::join!(development(&stack, &project), production(&stack, &project));
        },
    );

    // Two environments, three Zoom accounts: and every one of their resources is gone.
    let buckets = stack.aws().s3.list_buckets().send().await.unwrap();
    let names: Vec<_> = buckets
        .buckets()
        .iter()
        .filter_map(|bucket| bucket.name())
        .collect();
    assert_eq!(names, [STATES]);
    let left = project.left_in_temporary_files();
    assert!(
        left.is_empty(),
        "a plan holds every value there is: {left:?}"
    );
    the_bucket_of_the_states_stays(&project).await;
}

/// One account, and every variable changed.
async fn development(stack: &Stack, project: &Project) {
    let boundary = boundary(stack).await;
    nothing_is_done_without_being_asked_for(project).await;
    apply(project, "dev").await;
    unchanged(project, "dev").await;
    while_one_applies_nobody_else_does(stack, project).await;

    let credentials = changes::credentials();
    let credentials = ("TF_VAR_zoom_credentials", credentials.as_str());
    each_changes_what_it_should(project, &boundary, credentials).await;

    // All that go together, at once.
    project.variables("dev", &changes::all(&boundary));
    let given = [("YES", "1"), credentials];
    let said = project.run("deploy", &["dev", "apply"], &given).await;
    assert!(said.unwrap().contains("Apply complete!"));
    let said = project
        .run("deploy", &["dev", "plan"], &given)
        .await
        .unwrap();
    assert!(said.contains("Nothing to do"), "{said}");
    no_state_holds_a_secret(stack).await;
    sign_ins_can_be_switched_off_again(project, &boundary, credentials).await;
    project
        .run("deploy", &["dev", "destroy"], &given)
        .await
        .unwrap();
}

/// A report that is no longer collected takes nothing with it but its own.
async fn sign_ins_can_be_switched_off_again(
    project: &Project,
    boundary: &str,
    credentials: (&str, &str),
) {
    let variables = changes::all_but_sign_ins(boundary);
    let planned = project.plan("dev", &variables, &[credentials]).await;
    let planned = planned.unwrap();
    let goes: BTreeSet<_> = planned
        .iter()
        .filter(|done| !done.starts_with("update "))
        .cloned()
        .collect();
    assert_eq!(goes, changes::sign_ins_go(), "{planned:#?}");
    project.variables("dev", &variables);
    let given = [("YES", "1"), credentials];
    for (verb, says) in [("apply", "Apply complete!"), ("plan", "Nothing to do")] {
        let said = project.run("deploy", &["dev", verb], &given).await.unwrap();
        assert!(said.contains(says), "{said}");
    }
}

/// Each change by itself, against what stands.
async fn each_changes_what_it_should(project: &Project, boundary: &str, credentials: (&str, &str)) {
    let mut wrong = String::new();
    // No more at once than there are processors on a small machine.
    for pair in CHANGES.chunks(2) {
        let plan = async |change: Option<&Change>| {
            let change = change?;
            let variables = change.variables(boundary);
            let given = change.needs_credentials().then_some(credentials);
            let planned = project.plan("dev", &variables, given.as_slice()).await;
            let expected = Ok(change.expected());
            (planned != expected).then(|| {
                format!(
                    "{}: expected {expected:#?}, planned {planned:#?}\n",
                    change.what
                )
            })
        };
        let (first, second) = tokio::join!(plan(pair.first()), plan(pair.get(1)));
        wrong.extend(first.into_iter().chain(second));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Two accounts, and the guard.
async fn production(stack: &Stack, project: &Project) {
    apply(project, "prod").await;
    unchanged(project, "prod").await;

    let stands = project.resources("prod").await;
    let buckets = [
        "zoom-operation-logs-000000000000-us-east-1",
        "zoom-operation-logs-000000000000-us-east-1-emea",
    ];
    // By accident.
    for (buckets, says) in [
        (&[][..], "is protected"),
        (&buckets[..1], "is protected"),
        (
            &[buckets[0], buckets[1], "another"][..],
            "has no bucket another",
        ),
    ] {
        let arguments = [&["prod", "destroy"], buckets].concat();
        let refused = project.run("deploy", &arguments, &[("YES", "1")]).await;
        let said = refused.unwrap_err().0;
        assert!(said.contains(says), "{said}");
    }
    // Past the script: Terraform refuses it as well, before it touches anything.
    let refused = project
        .run(
            "terraform",
            &["terraform/environments/prod", "destroy", "-auto-approve"],
            &[],
        )
        .await
        .unwrap_err()
        .0;
    assert!(refused.contains("prevent_destroy"), "{refused}");
    // One that is not empty would be left behind, with everything around it gone.
    let bucket = stack.bucket(buckets[1]);
    stack
        .aws()
        .s3
        .put_object()
        .bucket(bucket.name())
        .key("kept")
        .send()
        .await
        .unwrap();
    stack
        .aws()
        .s3
        .delete_object()
        .bucket(bucket.name())
        .key("kept")
        .send()
        .await
        .unwrap();
    let all = [&["prod", "destroy"], &buckets[..]].concat();
    let said = project
        .run("deploy", &all, &[("YES", "1")])
        .await
        .unwrap_err()
        .0;
    assert!(said.contains("is not empty"), "{said}");
    assert_eq!(
        project.resources("prod").await,
        stands,
        "something was touched"
    );

    // On purpose.
    empty(stack, bucket.name()).await;
    project.run("deploy", &all, &[("YES", "1")]).await.unwrap();
}

async fn apply(project: &Project, environment: &str) {
    let said = project
        .run("deploy", &[environment, "apply"], &[("YES", "1")])
        .await
        .unwrap();
    assert!(
        said.contains("USD a month"),
        "the costs are said first: {said}"
    );
    assert!(said.contains("Apply complete!"), "{said}");
}

async fn unchanged(project: &Project, environment: &str) {
    let said = project
        .run("deploy", &[environment, "plan"], &[])
        .await
        .unwrap();
    assert!(
        said.contains("Nothing to do"),
        "an apply after an apply changes something: {said}"
    );
}

async fn nothing_is_done_without_being_asked_for(project: &Project) {
    let said = project
        .run("deploy", &["dev", "apply"], &[])
        .await
        .unwrap_err()
        .0;
    assert!(said.contains("there is no terminal to ask on"), "{said}");
    assert!(project.resources("dev").await.is_empty());
}

async fn while_one_applies_nobody_else_does(stack: &Stack, project: &Project) {
    let lock = "dev/terraform.tfstate.tflock";
    let holder = json!({
        "ID": "8c6b2a51-0e77-4c69-8a3f-9e4f1d2b3c4d", "Operation": "OperationTypeApply", "Who": "somebody@elsewhere",
        "Version": "1.11.0", "Created": "2026-11-22T12:00:00Z", "Path": format!("{STATES}/dev/terraform.tfstate"), "Info": "",
    });
    let s3 = &stack.aws().s3;
    s3.put_object()
        .bucket(STATES)
        .key(lock)
        .body(holder.to_string().into_bytes().into())
        .send()
        .await
        .unwrap();
    let said = project
        .run("deploy", &["dev", "plan"], &[])
        .await
        .unwrap_err()
        .0;
    assert!(
        said.contains("Error acquiring the state lock") && said.contains("somebody@elsewhere"),
        "{said}"
    );
    s3.delete_object()
        .bucket(STATES)
        .key(lock)
        .send()
        .await
        .unwrap();
}

/// Neither the newest nor any that was.
async fn no_state_holds_a_secret(stack: &Stack) {
    let s3 = &stack.aws().s3;
    let secrets = &stack.aws().secrets;
    let stored = secrets
        .get_secret_value()
        .secret_id("zoom-operationlogs-credentials-dev")
        .send()
        .await
        .unwrap();
    assert!(
        stored.secret_string().unwrap().contains(CLIENT_SECRET),
        "it was not even stored, so that there was nothing to be found"
    );
    let versions = s3
        .list_object_versions()
        .bucket(STATES)
        .send()
        .await
        .unwrap();
    let mut read = 0;
    for version in versions.versions() {
        let (key, version) = (version.key().unwrap(), version.version_id().unwrap());
        let object = s3
            .get_object()
            .bucket(STATES)
            .key(key)
            .version_id(version)
            .send()
            .await
            .unwrap();
        let bytes = object.body.collect().await.unwrap().into_bytes();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(CLIENT_SECRET), "{key}, version {version}");
        read += usize::from(text.contains("aws_secretsmanager_secret_version"));
    }
    assert!(read > 0, "no state knows of the value that was stored");
}

async fn the_bucket_of_the_states_stays(project: &Project) {
    let arguments = ["terraform/bootstrap", "destroy", "-auto-approve"];
    let refused = project
        .run("terraform", &arguments, &[])
        .await
        .unwrap_err()
        .0;
    assert!(refused.contains("prevent_destroy"), "{refused}");
    let arguments = ["terraform/bootstrap", "plan", "-detailed-exitcode"];
    project.run("terraform", &arguments, &[]).await.unwrap();
}

/// A permissions boundary that leaves everything open: what it bounds is AWS's affair.
async fn boundary(stack: &Stack) -> String {
    let document: Value = json!({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    });
    let policy = stack
        .aws()
        .iam
        .create_policy()
        .policy_name("boundary")
        .policy_document(document.to_string())
        .send()
        .await
        .unwrap();
    policy.policy().unwrap().arn().unwrap().to_owned()
}

async fn versioned(stack: &Stack, bucket: &str) {
    let begin = std::time::Instant::now();
    let mut pause = tokio::time::interval(Duration::from_millis(250));
    while begin.elapsed() < Duration::from_secs(120) {
        pause.tick().await;
        let versioning = stack
            .aws()
            .s3
            .get_bucket_versioning()
            .bucket(bucket)
            .send()
            .await;
        if versioning.is_ok_and(|versioning| versioning.status().is_some()) {
            return;
        }
    }
    panic!("the bucket {bucket} does not come");
}

/// Takes every version and delete marker.
async fn empty(stack: &Stack, bucket: &str) {
    let s3 = &stack.aws().s3;
    let there = s3
        .list_object_versions()
        .bucket(bucket)
        .send()
        .await
        .unwrap();
    let versions = there
        .versions()
        .iter()
        .map(|version| (version.key(), version.version_id()));
    let markers = there
        .delete_markers()
        .iter()
        .map(|marker| (marker.key(), marker.version_id()));
    for (key, version) in versions.chain(markers) {
        s3.delete_object()
            .bucket(bucket)
            .key(key.unwrap())
            .version_id(version.unwrap())
            .send()
            .await
            .unwrap();
    }
}
