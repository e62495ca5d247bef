//! `zoomlogs run`: one invocation, and what is said of it.

use local_stack::{AccessKey, Loss, Stack};
use serde_json::{Value, json};

use crate::command::{Said, command, run};
use crate::lambda::Function;
use crate::operator;

async fn invoked(stack: &Stack, key: &AccessKey, variable: (&str, Value), more: &[&str]) -> Said {
    let name = "zoom_operationlogs_to_s3";
    let variables = [(variable.0, variable.1.to_string())];
    let function = Function::create(stack, name, &variables).await;
    let arguments = [&["run", "--function", name][..], more].concat();
    let said = run(&mut command(stack, key, &arguments), "");
    assert_eq!(function.events(), [json!({})], "invoked once, with {{}}");
    said
}

fn answer(written: u64, complete: bool) -> Value {
    let objects: &[&str] = if written > 0 {
        &["zoom/operationlogs/2026/11/22/zoom-operationlogs-2026-11-22-000000.json.gz"]
    } else {
        &[]
    };
    json!({
        "ok": true, "written": written, "date": "2026-11-22", "complete": complete,
        "days": [{"date": "2026-11-22", "written": written, "already_delivered": 3, "pages": 3, "swept": complete, "settled": false}],
        "requests": 3, "objects": objects, "settled_through": "2026-11-20",
    })
}

/// The rights that the help names.
const RIGHTS: [&str; 2] = ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"];

#[tokio::test]
async fn records_that_arrived_are_reported() {
    let stack = Stack::start().await.unwrap();
    let key = operator::hire(&stack, &RIGHTS).await;
    let said = invoked(&stack, &key, ("ANSWER", answer(52, true)), &[])
        .await
        .expect(0);
    for part in [
        "52 records arrived, in 1 object",
        "2026-11-22",
        "All that was due is read",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
}

#[tokio::test]
async fn a_run_without_news_that_has_not_read_all_says_both() {
    let stack = Stack::start().await.unwrap();
    let said = invoked(
        &stack,
        &AccessKey::root(),
        ("ANSWER", answer(0, false)),
        &[],
    )
    .await;
    let said = said.expect(0);
    for part in ["no new records", "There is more to read"] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
}

#[tokio::test]
async fn a_script_gets_all_of_the_answer() {
    let stack = Stack::start().await.unwrap();
    let said = invoked(
        &stack,
        &AccessKey::root(),
        ("ANSWER", answer(52, true)),
        &["--json"],
    )
    .await;
    let runs = said.expect(0).json();
    assert_eq!(runs.as_array().unwrap().len(), 1);
    let expected = answer(52, true);
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&runs[0][field], value, "{field}");
    }
    assert_eq!(runs[0]["function"], "zoom_operationlogs_to_s3");
}

#[tokio::test]
async fn a_function_without_credentials_fails_with_what_to_do() {
    let stack = Stack::start().await.unwrap();
    let error =
        json!({"errorType": "SecretMissing", "errorMessage": "the secret zoom has no value"});
    let said = invoked(&stack, &AccessKey::root(), ("ERROR", error), &["--json"]).await;
    let said = said.expect(4).explains(&[
        "SecretMissing",
        "the secret zoom has no value",
        "no credentials yet: zoomlogs credentials",
    ]);
    assert_eq!(said.json()[0]["ok"], false);
    assert_eq!(said.json()[0]["error"]["kind"], "SecretMissing");
}

#[tokio::test]
async fn any_other_failure_points_at_the_log() {
    let stack = Stack::start().await.unwrap();
    let error =
        json!({"errorType": "ZoomUnavailable", "errorMessage": "Zoom gave no usable answer"});
    invoked(&stack, &AccessKey::root(), ("ERROR", error), &[])
        .await
        .expect(4)
        .explains(&[
            "Zoom gave no usable answer",
            "/aws/lambda/zoom_operationlogs_to_s3",
        ]);
}

#[tokio::test]
async fn an_answer_of_another_program_is_no_success() {
    let stack = Stack::start().await.unwrap();
    let said = invoked(
        &stack,
        &AccessKey::root(),
        ("ANSWER", json!({"status": "fine"})),
        &[],
    )
    .await;
    said.expect(1).explains(&["not as this version knows it"]);
}

#[tokio::test]
async fn a_function_that_is_not_there_or_may_not_be_invoked_is_named() {
    let stack = Stack::start().await.unwrap();
    let arguments = ["run", "--function", "nobody"];
    run(&mut command(&stack, &AccessKey::root(), &arguments), "")
        .expect(1)
        .explains(&["nobody", "does not exist"]);

    let function = Function::create(&stack, "ours", &[("ANSWER", "{}".to_owned())]).await;
    let key = operator::hire(&stack, &["lambda:GetFunctionConfiguration"]).await;
    run(
        &mut command(&stack, &key, &["run", "--function", "ours"]),
        "",
    )
    .expect(1)
    .explains(&["lambda:InvokeFunction", "ours"]);
    assert!(function.events().is_empty());
}

// The proxy needs a thread of its own while the command is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_answer_is_lost_is_not_invoked_again() {
    let stack = Stack::start().await.unwrap();
    let variables = [("ANSWER", answer(52, true).to_string())];
    let function = Function::create(&stack, "ours", &variables).await;
    let proxy = stack.proxy(1).await.unwrap();
    proxy.lose(Loss::of_answers().to("POST"));
    let arguments = ["run", "--function", "ours"];
    let mut command = command(&stack, &AccessKey::root(), &arguments);
    run(command.env("AWS_ENDPOINT_URL_LAMBDA", proxy.url()), "")
        .expect(1)
        .explains(&[
            "no answer to lambda:InvokeFunction",
            "Perhaps it ran all the same",
            "aws logs tail",
        ]);
    assert_eq!(function.events(), [json!({})]);
}

#[tokio::test]
async fn a_function_that_is_busy_is_left_alone() {
    let stack = Stack::start().await.unwrap();
    let function = Function::create(&stack, "ours", &[("ANSWER", "{}".to_owned())]).await;
    // As one whose only execution is under way.
    let limit = stack.aws().lambda.put_function_concurrency();
    let limit = limit
        .function_name("ours")
        .reserved_concurrent_executions(0);
    limit.send().await.unwrap();
    let arguments = ["run", "--function", "ours"];
    run(&mut command(&stack, &AccessKey::root(), &arguments), "")
        .expect(1)
        .explains(&["ours is running just now"]);
    assert!(function.events().is_empty());
}

#[tokio::test]
async fn without_a_region_or_credentials_it_says_which_is_missing() {
    let stack = Stack::start().await.unwrap();
    let bare = |missing: &[&str]| {
        let mut command = command(&stack, &AccessKey::root(), &["run", "--function", "ours"]);
        for name in missing {
            command.env_remove(name);
        }
        run(&mut command, "")
    };
    bare(&["AWS_REGION", "AWS_DEFAULT_REGION"])
        .expect(2)
        .explains(&["no AWS region", "AWS_REGION"]);
    bare(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
        .expect(1)
        .explains(&["no AWS credentials", "AWS_PROFILE"]);
    let mut command = command(&stack, &AccessKey::root(), &["run", "--function", "ours"]);
    command.env("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN00");
    run(&mut command, "")
        .expect(1)
        .explains(&["lambda:GetFunctionConfiguration"]);
}
