//! The request that creates a feed.

use serde_json::{Value, json};

use super::form::{feed, pipelines};
use super::schema;
use crate::command::run;
use crate::environment::Project;

const SECOPS: [&str; 7] = [
    "--api",
    "--project",
    "acme-soc",
    "--location",
    "europe-west2",
    "--instance",
    "0c1d-2e",
];

#[test]
fn the_request_is_what_googles_schema_takes() {
    let project = Project::with(&pipelines());
    let json = feed(&project, &[&SECOPS[..], &["--json"]].concat())
        .expect(0)
        .json();
    let requests = json["requests"].as_array().unwrap();
    let bodies: Vec<Value> = requests
        .iter()
        .map(|request| request["body"].clone())
        .collect();
    schema::accept(&bodies);
    for request in requests {
        assert_eq!(request["method"], "POST");
        assert_eq!(
            request["url"],
            "https://chronicle.europe-west2.rep.googleapis.com/v1/projects/acme-soc/locations/europe-west2/instances/0c1d-2e/feeds"
        );
    }
    let parent = "projects/acme-soc/locations/europe-west2/instances/0c1d-2e";
    assert_eq!(
        bodies[0],
        json!({"displayName": "Zoom Operation Logs - dev - emea", "details": {
            "feedSourceType": "AMAZON_S3_V2", "logType": format!("{parent}/logTypes/ZOOM_OPERATION_LOGS"),
            "assetNamespace": "emea", "labels": {"env": "prod", "team": "soc"},
            "amazonS3V2Settings": {
                "s3Uri": "s3://emea/zoom/operationlogs/", "sourceDeletionOption": "ON_SUCCESS", "maxLookbackDays": 180,
                "authentication": {"awsIamRoleAuth": {
                    "awsIamRoleArn": "arn:aws:iam::000000000000:role/secops-reader", "subjectId": "1234567890",
                }},
            },
        }})
    );
    assert_eq!(
        bodies[2],
        json!({"displayName": "Zoom Sign-ins - dev - main", "details": {
            "feedSourceType": "AMAZON_S3_V2", "logType": format!("{parent}/logTypes/ZOOM_OPERATION_LOGS"),
            "amazonS3V2Settings": {
                "s3Uri": "s3://zoom-logs/zoom/activities/", "sourceDeletionOption": "NEVER", "maxLookbackDays": 180,
                "authentication": {"accessKeySecretAuth": {
                    "accessKeyId": "ACCESS KEY ID", "secretAccessKey": "SECRET ACCESS KEY",
                }},
            },
        }})
    );

    let said = feed(
        &project,
        &[
            &SECOPS[..],
            &["--account", "emea", "--display-name", "Zoom"],
        ]
        .concat(),
    );
    let said = said.expect(0);
    let expected = "POST https://chronicle.europe-west2.rep.googleapis.com/v1/projects/acme-soc/";
    assert!(said.stdout.contains(expected), "{}", said.stdout);
    assert!(
        said.stdout.contains("\"displayName\": \"Zoom\""),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.contains("auth/cloud-platform"),
        "{}",
        said.stdout
    );
}

#[test]
fn what_would_be_another_address_is_refused() {
    let api = |arguments: &[&str]| {
        let arguments = [&["feed", "--bucket", "logs", "--api"], arguments].concat();
        run(&mut super::bare(&arguments), "")
    };
    api(&[
        "--project",
        "a",
        "--location",
        "us/../eu",
        "--instance",
        "i",
    ])
    .expect(2)
    .explains(&["--location is \"us/../eu\"", "europe-west2"]);
    for endpoint in [
        "http://chronicle.us.rep.googleapis.com",
        "https://me:hush@localhost",
    ] {
        api(&[
            "--project",
            "a",
            "--location",
            "us",
            "--instance",
            "i",
            "--endpoint",
            endpoint,
        ])
        .expect(2)
        .explains(&["--endpoint takes", "loopback"])
        .hides(&["hush"]);
    }
}
