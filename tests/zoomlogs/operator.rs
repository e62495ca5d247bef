//! Somebody who may do these things in AWS and nothing else.

use local_stack::{AccessKey, Stack};
use serde_json::{Value, json};

pub const NAME: &str = "operator";

/// Makes the operator, who may call `actions`, and an access key of theirs.
pub async fn hire(stack: &Stack, actions: &[&str]) -> AccessKey {
    let iam = &stack.aws().iam;
    iam.create_user().user_name(NAME).send().await.unwrap();
    entitle(stack, actions).await;
    stack.create_access_key(NAME).await.unwrap()
}

/// Changes what the operator may call.
pub async fn entitle(stack: &Stack, actions: &[&str]) {
    allow(
        stack,
        NAME,
        &json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]),
    )
    .await;
}

/// Makes these statements a user's policy.
pub async fn allow(stack: &Stack, user: &str, statements: &Value) {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let put = stack.aws().iam.put_user_policy();
    put.user_name(user)
        .policy_name("tasks")
        .policy_document(policy.to_string())
        .send()
        .await
        .unwrap();
}
