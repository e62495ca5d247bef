//! The form.

use std::process::Command;

use local_stack::project;
use serde_json::{Value, json};

use super::bare;
use crate::command::{Said, run};
use crate::environment::{Project, pipeline};

/// The output `pipelines` of an environment with two accounts: one whose feed has a key, for both reports, and one whose feed
/// assumes a role.
pub fn pipelines() -> Value {
    let mut main = pipeline("collect");
    let feed = |prefix: &str| {
        json!({
            "Source type": "Amazon S3 V2", "Log type": "Zoom Operation Logs",
            "S3 URI": format!("s3://zoom-logs/{prefix}"), "Source deletion option": "Never delete files",
            "Maximum File Age": 180, "Asset namespace": "", "Ingestion labels": {},
            "Authentication": "Access key", "Access Key ID": "of reader-of-collect, by make reader-key",
            "Secret Access Key": "printed once, by make reader-key",
        })
    };
    main["reports"]["operationlogs"]["feed"] = feed("zoom/operationlogs/");
    main["reports"]["activities"] =
        json!({"function_name": "sign-ins", "feed": feed("zoom/activities/")});
    let mut emea = pipeline("collect-emea");
    emea["reader_user_name"] = Value::Null;
    emea["reader_role_arn"] = "arn:aws:iam::000000000000:role/secops-reader".into();
    emea["reports"]["operationlogs"]["feed"] = json!({
        "Source type": "Amazon S3 V2", "Log type": "Zoom Operation Logs", "S3 URI": "s3://emea/zoom/operationlogs/",
        "Source deletion option": "Delete transferred files and empty directories", "Maximum File Age": 180,
        "Asset namespace": "emea", "Ingestion labels": {"team": "soc", "env": "prod"}, "Authentication": "AWS IAM role",
        "AWS IAM role ARN": "arn:aws:iam::000000000000:role/secops-reader", "Subject ID": "1234567890",
    });
    json!({"main": main, "emea": emea})
}

pub fn feed(project: &Project, arguments: &[&str]) -> Said {
    let arguments = [&["feed", "--env", "dev"], arguments].concat();
    run(bare(&arguments).current_dir(project.inside()), "")
}

const LEAVE_IT: &str =
    "leave it: if the feed deletes while the same key is being written, a record arrives twice";

#[test]
fn the_form_is_there_to_be_filled_in_field_by_field() {
    let project = Project::with(&pipelines());
    let said = feed(&project, &["--account", "main"]).expect(0);
    let expected = format!(
        "In Google SecOps: SIEM Settings, Feeds, Add New Feed. One feed for each report.\n\
         \n\
         Feed of the report operationlogs, dev, account main\n\
         \n\
         \x20 Feed name               Zoom Operation Logs - dev - main\n\
         \x20 Source type             Amazon S3 V2\n\
         \x20 Log type                Zoom Operation Logs\n\
         \x20 S3 URI                  s3://zoom-logs/zoom/operationlogs/\n\
         \x20 Source deletion option  Never delete files  ({LEAVE_IT})\n\
         \x20 Maximum File Age        180  (days since an object was written; the most that there is)\n\
         \x20 Access Key ID           (of reader-of-collect: make reader-key ENV=dev ACCOUNT=main)\n\
         \x20 Secret Access Key       (shown once, by the same command)\n\
         \x20 Asset namespace         none\n\
         \x20 Ingestion labels        none\n\
         \n\
         Feed of the report activities, dev, account main\n\
         \n\
         \x20 Feed name               Zoom Sign-ins - dev - main\n"
    );
    assert!(said.stdout.starts_with(&expected), "{}", said.stdout);
    assert!(
        said.stdout.contains("s3://zoom-logs/zoom/activities/\n"),
        "{}",
        said.stdout
    );

    let said = feed(&project, &["--account", "emea"]).expect(0);
    for part in [
        "  Source deletion option  Delete transferred files and empty directories  (allow_delete_after_transfer is on: ",
        "  AWS IAM role ARN        arn:aws:iam::000000000000:role/secops-reader\n",
        "  Subject ID              1234567890  (of your SecOps instance, as zoomlogs feed --subject-id prints it",
        "  Asset namespace         emea\n",
        "  Ingestion labels        env = prod, team = soc\n",
    ] {
        assert!(said.stdout.contains(part), "no {part:?} in {}", said.stdout);
    }
    assert!(!said.stdout.contains("Access Key"), "{}", said.stdout);

    // All accounts and reports, unless one is named.
    let json = feed(&project, &["--json"]).expect(0).json();
    let feeds = json["feeds"].as_array().unwrap();
    let of = |feed: &Value| format!("{} of {}", feed["report"], feed["of"]).replace('"', "");
    assert_eq!(
        feeds.iter().map(of).collect::<Vec<_>>(),
        [
            "operationlogs of dev, account emea",
            "operationlogs of dev, account main",
            "activities of dev, account main"
        ]
    );
    let fields = feeds[1]["fields"].as_array().unwrap();
    let names: Vec<_> = fields
        .iter()
        .map(|field| field["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Feed name",
            "Source type",
            "Log type",
            "S3 URI",
            "Source deletion option",
            "Maximum File Age",
            "Access Key ID",
            "Secret Access Key",
            "Asset namespace",
            "Ingestion labels",
        ]
    );
    let one = feed(
        &project,
        &["--account", "main", "--report", "activities", "--json"],
    );
    assert_eq!(one.expect(0).json()["feeds"].as_array().unwrap().len(), 1);
    feed(&project, &["--account", "main", "--report", "phone"])
        .expect(2)
        .explains(&[
            "does not collect the report \"phone\"",
            "activities, operationlogs",
        ]);
    feed(&project, &["--display-name", "Zoom"])
        .expect(2)
        .explains(&["there are 3", "--report or --account"]);
}

#[test]
fn the_only_account_is_not_in_the_name_and_neither_is_production() {
    let mut pipelines = pipelines();
    pipelines.as_object_mut().unwrap().remove("emea");
    let project = Project::with(&pipelines);
    let prod = Command::new("terraform")
        .args(["apply", "-input=false", "-auto-approve"])
        .current_dir(project.inside())
        .env_remove("TF_CLI_CONFIG_FILE")
        .output();
    assert!(prod.unwrap().status.success());
    for (environment, name) in [
        ("dev", "Zoom Operation Logs - dev"),
        ("prod", "Zoom Operation Logs"),
    ] {
        let arguments = ["feed", "--env", environment, "--report", "operationlogs"];
        let said = run(
            bare(&arguments).arg("--json").current_dir(project.inside()),
            "",
        );
        let first = &said.expect(0).json()["feeds"][0]["fields"][0];
        assert_eq!(*first, json!({"field": "Feed name", "value": name}));
    }
}

#[test]
fn terraform_words_it_so() {
    let module = project::root().join("terraform/modules/pipeline/feed.tf");
    let module = std::fs::read_to_string(module).unwrap();
    let pipelines = pipelines();
    for account in ["main", "emea"] {
        let feed = pipelines[account]["reports"]["operationlogs"]["feed"].as_object();
        for (key, value) in feed.unwrap() {
            assert!(module.contains(&format!("\"{key}\"")), "{key}");
            let is_wording = ["type", "Source deletion option", "Authentication"];
            if is_wording.iter().any(|part| key.ends_with(part)) {
                assert!(module.contains(&value.to_string()), "{value}");
            }
        }
    }
}

#[test]
fn outputs_of_another_version_are_named() {
    let mut old = pipelines();
    old["main"]["reports"]["operationlogs"]["feed"]["Source type"] = "Amazon S3".into();
    old["emea"]["reports"]["operationlogs"]["feed"]
        .as_object_mut()
        .unwrap()
        .remove("Subject ID");
    let project = Project::with(&old);
    let said = feed(&project, &["--account", "main"]).expect(1);
    said.explains(&[
        "reports.operationlogs.feed",
        "Source type is \"Amazon S3\"",
        "apply",
    ]);
    let said = feed(&project, &["--account", "emea"]).expect(1);
    said.explains(&["only one of AWS IAM role ARN and Subject ID"]);
}

#[test]
fn without_an_environment_the_command_line_says_it() {
    let form = |more: &[&str]| {
        let arguments = [&["feed", "--bucket", "logs"], more].concat();
        run(&mut bare(&arguments), "")
    };
    let said = form(&[
        "--report",
        "activities",
        "--user",
        "reader",
        "--label",
        "env=prod",
    ])
    .expect(0);
    for part in [
        "Feed of the report activities, bucket logs\n",
        "Feed name               Zoom Sign-ins\n",
        "s3://logs/zoom/activities/\n",
        "(of reader: zoomlogs reader-key issue --user reader)",
        "env = prod\n",
    ] {
        assert!(said.stdout.contains(part), "no {part:?} in {}", said.stdout);
    }
    for (arguments, needed) in [
        (&["--prefix", "zoom/operationlogs"][..], "ends in /"),
        (&["--report", "phone"], "there is no report \"phone\""),
        (&["--label", "env"], "KEY=VALUE"),
        (&["--role-arn", "arn:aws:iam::1:role/r"], "--role-subject"),
        (&["--env", "dev"], "cannot be used with"),
        (&["--update"], "--create"),
        (&["--api"], "--project"),
        (&["--project", "acme"], "--api|--create"),
    ] {
        form(arguments).expect(2).explains(&[needed]);
    }
    run(&mut bare(&["feed"]), "")
        .expect(2)
        .explains(&["--env <ENV>|--bucket"]);
}
