//! A function that answers what it is told to, in the stack's Lambda.

use std::path::PathBuf;
use std::process::Command;

use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use local_stack::{Stack, project};
use serde_json::{Value, json};

/// Notes each event in a file, and answers what the variable ANSWER or ERROR holds; or, where the file ANSWERS is, the next of
/// those that it has for the day that the event names. An answer with an errorType is an error.
const PROGRAM: &str = r#"
import http.client, json, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event, request = answer.read().decode(), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    with open(os.environ["EVENTS"], "a") as events:
        events.write(event + "\n")
    if os.path.exists(os.environ["ANSWERS"]):
        with open(os.environ["ANSWERS"]) as file:
            answers = json.load(file)
        answer = answers[json.loads(event)["from"]].pop(0)
        with open(os.environ["ANSWERS"], "w") as file:
            json.dump(answers, file)
        kind = "error" if "errorType" in answer else "response"
        answer = json.dumps(answer)
    elif "ERROR" in os.environ:
        kind, answer = "error", os.environ["ERROR"]
    else:
        kind, answer = "response", os.environ["ANSWER"]
    api.request("POST", f"/2018-06-01/runtime/invocation/{request}/{kind}", answer)
    api.getresponse().read()
"#;

/// See the [module](self).
pub struct Function<'a> {
    stack: &'a Stack,
    pub name: String,
}

impl<'a> Function<'a> {
    /// The function that was created under this name.
    pub fn known(stack: &'a Stack, name: &str) -> Self {
        let name = name.to_owned();
        Self { stack, name }
    }

    /// Creates a function with these variables.
    pub async fn create(stack: &'a Stack, name: &str, variables: &[(&str, String)]) -> Self {
        let python = project::python().unwrap();
        let program = format!("#!{}{PROGRAM}", python.display());
        Self::of(stack, name, variables, &program).await
    }

    /// Creates the product's own function, which is configured by these variables.
    pub async fn deploy(stack: &'a Stack, name: &str, variables: &[(&str, String)]) -> Self {
        let binary = project::program("zoom_operationlogs_to_s3").unwrap();
        let environment = stack.environment(&local_stack::AccessKey::root());
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .chain([("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned())])
            .chain(variables.iter().cloned())
            .collect();
        let program = format!("#!/bin/sh\nexec {}\n", binary.display());
        Self::of(stack, name, &environment, &program).await
    }

    async fn of(stack: &'a Stack, name: &str, variables: &[(&str, String)], program: &str) -> Self {
        let events = ("EVENTS", events_file(stack, name).display().to_string());
        let answers = ("ANSWERS", answers_file(stack, name).display().to_string());
        let mut environment = Environment::builder();
        for (name, value) in variables.iter().chain([&events, &answers]) {
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
                    .zip_file(Blob::new(zip(stack, program)))
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

    /// What it answers from now on, by the day that it is asked for.
    pub fn answer(&self, answers: &Value) {
        std::fs::write(answers_file(self.stack, &self.name), answers.to_string()).unwrap();
    }

    /// How many invocations may run at once.
    pub async fn limit(&self, concurrency: i32) {
        let limit = self.stack.aws().lambda.put_function_concurrency();
        let limit = limit.function_name(&self.name);
        let limit = limit.reserved_concurrent_executions(concurrency);
        limit.send().await.unwrap();
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

fn answers_file(stack: &Stack, function: &str) -> PathBuf {
    stack.directory().join(format!("{function}.answers"))
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
    // Which rights the product's function needs is tried elsewhere.
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "secretsmanager:GetSecretValue"], "Resource": "*"},
    ]});
    let put = stack.aws().iam.put_role_policy();
    put.role_name(name)
        .policy_name("tasks")
        .policy_document(policy.to_string())
        .send()
        .await
        .unwrap();
    created.role.unwrap().arn
}

fn zip(stack: &Stack, program: &str) -> Vec<u8> {
    let python = project::python().unwrap();
    let zip = stack.directory().join("function.zip");
    let made = Command::new(&python)
        .args(["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('bootstrap', sys.argv[2])"])
        .arg(&zip)
        .arg(program)
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::read(zip).unwrap()
}
