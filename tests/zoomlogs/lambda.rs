//! A function that answers what it is told to, in the stack's Lambda.

use std::path::PathBuf;
use std::process::Command;

use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use local_stack::{Stack, project};
use serde_json::{Value, json};

/// Notes each event in a file, and answers what the variable ANSWER or ERROR holds.
const PROGRAM: &str = r#"
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event, request = answer.read().decode(), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    with open(os.environ["EVENTS"], "a") as events:
        events.write(event + "\n")
    if "ERROR" in os.environ:
        api.request("POST", f"/2018-06-01/runtime/invocation/{request}/error", os.environ["ERROR"])
    else:
        api.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", os.environ["ANSWER"])
    api.getresponse().read()
"#;

/// See the [module](self).
pub struct Function<'a> {
    stack: &'a Stack,
    pub name: String,
}

impl<'a> Function<'a> {
    /// Creates a function with these variables.
    pub async fn create(stack: &'a Stack, name: &str, variables: &[(&str, String)]) -> Self {
        let events = ("EVENTS", events_file(stack, name).display().to_string());
        let mut environment = Environment::builder();
        for (name, value) in variables.iter().chain([&events]) {
            environment = environment.variables(*name, value);
        }
        let role = role(stack, name).await;
        let lambda = &stack.aws().lambda;
        lambda
            .create_function()
            .function_name(name)
            .runtime(Runtime::Providedal2023)
            .handler("bootstrap")
            .role(role)
            .timeout(30)
            .environment(environment.build())
            .code(
                FunctionCode::builder()
                    .zip_file(Blob::new(zip(stack)))
                    .build(),
            )
            .send()
            .await
            .unwrap();
        let active = lambda.wait_until_function_active_v2().function_name(name);
        active
            .wait(std::time::Duration::from_secs(30))
            .await
            .unwrap();
        let name = name.to_owned();
        Self { stack, name }
    }

    /// The events that it was invoked with, in order.
    pub fn events(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(events_file(self.stack, &self.name)).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn events_file(stack: &Stack, function: &str) -> PathBuf {
    stack.directory().join(format!("{function}.events"))
}

async fn role(stack: &Stack, name: &str) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]});
    let created = stack.aws().iam.create_role();
    let created = created
        .role_name(name)
        .assume_role_policy_document(trust.to_string())
        .send()
        .await
        .unwrap();
    created.role.unwrap().arn
}

fn zip(stack: &Stack) -> Vec<u8> {
    let python = project::python().unwrap();
    let zip = stack.directory().join("answering.zip");
    let made = Command::new(&python)
        .args(["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('bootstrap', sys.argv[2])"])
        .arg(&zip)
        .arg(format!("#!{}{PROGRAM}", python.display()))
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::read(zip).unwrap()
}
