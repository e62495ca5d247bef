//! The whole way: Terraform's local root, and a function that Lambda runs under its own role.

#![allow(
    clippy::unwrap_used,
    reason = "a test: it may fail, and its functions are real processes"
)]

use std::{fs, path::Path, process::Command, time::Duration};

use local_stack::{Stack, Variables, project};
use serde_json::{Map, json};

/// Says what it can see of its role's credentials, and hangs when it is told to.
const FUNCTION: &str = r#"
import http.client, json, os, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event, request = json.loads(answer.read()), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    print("event", json.dumps(event), flush=True)
    if event.get("hang"):
        open(event["hang"], "w").close()
        time.sleep(3600)
    names = ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "SSL_CERT_FILE", "S3_BUCKET", "PAGE_SIZE", "ZOOM_REPORT", "S3_PREFIX"]
    body = json.dumps({name: os.environ.get(name) for name in names})
    api.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", body)
    api.getresponse().read()
"#;

#[tokio::test]
async fn terraform_deploys_functions_that_run_and_can_be_killed() {
    let stack = Stack::start().await.unwrap();
    let variables = Variables {
        package_path: zip(stack.directory()),
        architecture: "x86_64".to_owned(),
        schedule_expression: "rate(1 minute)".to_owned(),
        schedule_enabled: false,
        lifecycle_enabled: false,
        settings: Map::from_iter([
            (
                "zoom_oauth_url".to_owned(),
                json!("http://127.0.0.1:9/oauth/token"),
            ),
            ("zoom_api_url".to_owned(), json!("http://127.0.0.1:9/v2")),
        ]),
        options: Map::from_iter([(
            "reports".to_owned(),
            json!({"operationlogs": {}, "activities": {}}),
        )]),
    };
    let applied = stack.apply(&variables).await.unwrap();
    assert!(
        applied
            .resources
            .iter()
            .any(|resource| resource.ends_with("aws_scheduler_schedule.main"))
    );
    let deployment = applied.deployment;
    let function = stack.function(deployment.operation_logs());

    let run = function.invoke(&json!({"n": 1})).await.unwrap();
    assert_eq!(run.function_error, None);
    assert!(
        run.payload["AWS_ACCESS_KEY_ID"]
            .as_str()
            .unwrap()
            .starts_with("ASIA"),
        "not root: a session of the role"
    );
    assert_eq!(run.payload["AWS_ENDPOINT_URL"], stack.endpoint());
    assert_eq!(
        run.payload["SSL_CERT_FILE"],
        stack.ca_file().to_str().unwrap()
    );
    assert_eq!(run.payload["S3_BUCKET"], deployment.bucket);
    let logged = function
        .next_run(&Default::default(), Duration::from_secs(5))
        .await
        .unwrap();
    assert!(
        logged.lines.iter().any(|line| line == r#"event {"n": 1}"#),
        "{logged:?}"
    );

    // Each report has a function of its own, and each function a process.
    let sign_ins = stack.function(deployment.report("activities"));
    let run = sign_ins.invoke(&json!({})).await.unwrap();
    assert_eq!(run.payload["ZOOM_REPORT"], "activities");
    assert_eq!(
        run.payload["S3_PREFIX"],
        deployment.report("activities").s3_prefix
    );
    assert_eq!(sign_ins.runs().await.unwrap().len(), 1);
    let warm = sign_ins.processes().unwrap();
    assert_eq!(warm.len(), 1);
    assert!(!function.processes().unwrap().contains(&warm[0]));

    function.set_variable("PAGE_SIZE", Some("7")).await.unwrap();
    let run = function.invoke(&json!({})).await.unwrap();
    assert_eq!(run.payload["PAGE_SIZE"], "7");

    let mark = stack.directory().join("hanging");
    let hang = json!({"hang": mark});
    let (run, killed) = tokio::join!(function.invoke(&hang), async {
        while !mark.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        function.kill().unwrap()
    });
    assert_eq!(killed, 1);
    assert_eq!(sign_ins.processes().unwrap(), warm, "the other one lives");
    let run = run.unwrap();
    assert!(run.function_error.is_some(), "{run:?}");
    assert!(
        function
            .invoke(&json!({}))
            .await
            .unwrap()
            .function_error
            .is_none()
    );

    let processes = function.processes().unwrap();
    assert_eq!(processes.len(), 1);
    drop(stack);
    for pid in processes {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        assert!(
            state.is_empty() || state.contains(") Z "),
            "the function is still running: {state}"
        );
    }
}

fn zip(directory: &Path) -> std::path::PathBuf {
    let python = project::python().unwrap();
    let zip = directory.join("function.zip");
    let made = Command::new(&python)
        .args(["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('bootstrap', sys.argv[2])"])
        .arg(&zip)
        .arg(format!("#!{}{FUNCTION}", python.display()))
        .status()
        .unwrap();
    assert!(made.success());
    zip
}
