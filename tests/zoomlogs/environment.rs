//! `--env`: names from Terraform's outputs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use local_stack::{AccessKey, REGION, Stack, project};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Said, command, run};
use crate::lambda::Function;

/// A project of two environments: `dev`, which was applied with these pipelines, and `prod`, which was not.
pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn with(pipelines: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("scripts")).unwrap();
        symlink(
            project::root().join("scripts/terraform"),
            folder.path().join("scripts/terraform"),
        )
        .unwrap();
        for environment in ["dev", "prod"] {
            let root = folder
                .path()
                .join("terraform/environments")
                .join(environment);
            fs::create_dir_all(&root).unwrap();
            let output = format!(
                "output \"pipelines\" {{\n  value = jsondecode({:?})\n}}\n",
                pipelines.to_string()
            );
            fs::write(root.join("main.tf"), output).unwrap();
            terraform(&root, &["init", "-input=false"]);
        }
        let dev = folder.path().join("terraform/environments/dev");
        terraform(&dev, &["apply", "-input=false", "-auto-approve"]);
        Self { folder }
    }

    /// A folder somewhere inside.
    pub fn inside(&self) -> PathBuf {
        self.folder.path().join("terraform/environments/prod")
    }

    /// Runs a command from there.
    pub fn run(&self, stack: &Stack, arguments: &[&str]) -> Said {
        let mut command = command(stack, &AccessKey::root(), arguments);
        // The region is Terraform's.
        command
            .env_remove("AWS_REGION")
            .env_remove("AWS_DEFAULT_REGION");
        run(command.current_dir(self.inside()), "")
    }
}

fn terraform(root: &Path, arguments: &[&str]) {
    let ran = Command::new("terraform")
        .args(arguments)
        .current_dir(root)
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// A pipeline's outputs, as far as they are read; there are more.
pub fn pipeline(function: &str) -> Value {
    json!({
        "bucket": "logs", "region": REGION,
        "reports": {"operationlogs": {
            "function_name": function, "log_group_name": format!("/aws/lambda/{function}"),
            "s3_prefix": "zoom/operationlogs/", "feed": {"Source type": "Amazon S3 V2"},
        }},
        "secret_arn": format!("arn:aws:secretsmanager:{REGION}:000000000000:secret:{function}-AbCdEf"),
        "secret_name": function, "reader_user_name": format!("reader-of-{function}"), "reader_role_arn": null,
        "alarm_names": [],
    })
}

async fn failing(stack: &Stack, names: &[&str]) {
    let error = json!({"errorType": "SecretMissing", "errorMessage": "no value"}).to_string();
    for name in names {
        Function::create(stack, name, &[("ERROR", error.clone())]).await;
    }
}

#[tokio::test]
async fn the_only_account_need_not_be_named() {
    let stack = Stack::start().await.unwrap();
    let project = Project::with(&json!({"main": pipeline("collect")}));
    failing(&stack, &["collect"]).await;
    project
        .run(&stack, &["run", "--env", "dev"])
        .expect(4)
        .explains(&[
            "collect ran and failed",
            "no credentials yet: make zoom-credentials ENV=dev\n",
        ]);
    stack
        .aws()
        .iam
        .create_user()
        .user_name("reader-of-collect")
        .send()
        .await
        .unwrap();
    let said = project
        .run(&stack, &["reader-key", "list", "--env", "dev"])
        .expect(0);
    assert!(
        said.stdout.contains("make reader-key ENV=dev DO=issue"),
        "{said:?}"
    );
    project
        .run(&stack, &["run", "--env", "dev", "--account", "emea"])
        .expect(2)
        .explains(&["no account \"emea\"", "main"]);
}

#[tokio::test]
async fn of_several_accounts_one_is_named_except_for_a_run_which_is_of_all() {
    let stack = Stack::start().await.unwrap();
    let pipelines = json!({"main": pipeline("collect"), "emea": pipeline("collect-emea")});
    let project = Project::with(&pipelines);
    failing(&stack, &["collect", "collect-emea"]).await;
    project
        .run(&stack, &["run", "--env", "dev"])
        .expect(4)
        .explains(&[
            "make zoom-credentials ENV=dev ACCOUNT=main",
            "make zoom-credentials ENV=dev ACCOUNT=emea",
        ]);
    let said = project
        .run(&stack, &["run", "--env", "dev", "--account", "emea"])
        .expect(4);
    assert!(!said.stderr.contains("ACCOUNT=main"), "{said:?}");
    for arguments in [
        &["credentials", "--env", "dev"][..],
        &["reader-key", "issue", "--env", "dev"],
    ] {
        project.run(&stack, arguments).expect(2).explains(&[
            "several accounts",
            "emea, main",
            "--account",
        ]);
    }
}

#[tokio::test]
async fn a_run_is_of_every_report_unless_one_is_named() {
    let stack = Stack::start().await.unwrap();
    let mut both = pipeline("collect");
    both["reports"]["activities"] = json!({"function_name": "collect-sign-ins"});
    let project = Project::with(&json!({"main": both}));
    failing(&stack, &["collect", "collect-sign-ins"]).await;
    project
        .run(&stack, &["run", "--env", "dev"])
        .expect(4)
        .explains(&["collect ran and failed", "collect-sign-ins ran and failed"]);
    let said = project
        .run(&stack, &["run", "--env", "dev", "--report", "activities"])
        .expect(4)
        .explains(&["collect-sign-ins ran and failed"]);
    assert!(!said.stderr.contains("collect ran"), "{said:?}");
    project
        .run(&stack, &["run", "--env", "dev", "--report", "meetings"])
        .expect(2)
        .explains(&["\"meetings\"", "activities, operationlogs", "`reports`"]);
    let bare = ["run", "--function", "collect", "--report", "activities"];
    run(&mut command(&stack, &AccessKey::root(), &bare), "").expect(2);
}

#[tokio::test]
async fn of_several_accounts_one_may_do_without_a_report() {
    let stack = Stack::start().await.unwrap();
    let mut both = pipeline("collect");
    both["reports"]["activities"] = json!({"function_name": "collect-sign-ins"});
    let pipelines = json!({"main": both, "emea": pipeline("collect-emea")});
    let project = Project::with(&pipelines);
    failing(&stack, &["collect-sign-ins"]).await;
    let said = project
        .run(&stack, &["run", "--env", "dev", "--report", "activities"])
        .expect(4)
        .explains(&["collect-sign-ins ran and failed"]);
    assert!(!said.stderr.contains("emea"), "{said:?}");
}

#[tokio::test]
async fn a_pipeline_without_a_key_says_so() {
    let stack = Stack::start().await.unwrap();
    let mut keyless = pipeline("collect");
    keyless["reader_user_name"] = Value::Null;
    keyless["reader_role_arn"] = "arn:aws:iam::000000000000:role/secops-reader".into();
    let project = Project::with(&json!({"main": keyless}));
    for action in ["issue", "rotate", "revoke", "list"] {
        project
            .run(&stack, &["reader-key", action, "--env", "dev"])
            .expect(3)
            .explains(&["role/secops-reader", "web identity", "nothing to issue"]);
    }
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let stack = Stack::start().await.unwrap();
    let project = Project::with(&json!({"main": pipeline("collect")}));
    project
        .run(&stack, &["run", "--env", "staging"])
        .expect(2)
        .explains(&["no environment \"staging\"", "dev, prod"]);
    project
        .run(&stack, &["run", "--env", "prod"])
        .expect(1)
        .explains(&["no outputs", "make build-and-deploy ENV=prod", "pipelines"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut lost = command(&stack, &AccessKey::root(), &["run", "--env", "dev"]);
    run(lost.current_dir(elsewhere.path()), "")
        .expect(2)
        .explains(&["not inside the project"]);
    let old = Project::with(&json!({"main": {"function_name": "collect"}}));
    old.run(&stack, &["run", "--env", "dev"])
        .expect(1)
        .explains(&["not as this version knows it", "missing field"]);
}

#[tokio::test]
async fn neither_an_environment_nor_a_name_is_a_usage_error() {
    let stack = Stack::start().await.unwrap();
    for (arguments, needed) in [
        (&["run"][..], "--env <ENV>|--function <NAME>"),
        (&["credentials"], "--env <ENV>|--secret <ID>"),
        (&["reader-key", "list"], "--env <ENV>|--user <NAME>"),
        (
            &["run", "--env", "dev", "--function", "f"],
            "cannot be used with",
        ),
        (&["run", "--function", "f", "--account", "main"], "--env"),
    ] {
        let mut command = command(&stack, &AccessKey::root(), arguments);
        run(&mut command, "").expect(2).explains(&[needed]);
    }
}
