//! The policies that Terraform put into AWS, found in its state, and how each is replaced by another one.

use std::{fs, path::Path};

use local_stack::{Call, Stack, Transport};
use serde_json::{Value, json};

/// A policy document of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// What it belongs to, in Terraform's words.
    pub address: String,
    pub holder: Holder,
    pub document: Value,
}

/// What a policy is put into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// What a role may do.
    Role {
        role: String,
        name: String,
    },
    /// Who may assume a role.
    Trust {
        role: String,
    },
    /// What everybody may do to whom it is attached.
    Managed {
        arn: String,
    },
    Bucket {
        bucket: String,
    },
    Key {
        id: String,
    },
}

/// Every policy in a Terraform state. One that cannot be replaced yet fails the test: nothing passes unseen.
pub fn policies(state: &Path) -> Vec<Policy> {
    let state: Value = serde_json::from_slice(&fs::read(state).unwrap()).unwrap();
    let mut policies = Vec::new();
    for resource in managed(&state) {
        let kind = resource["type"].as_str().unwrap();
        let address = address(resource);
        for instance in resource["instances"].as_array().unwrap() {
            let attributes = instance["attributes"].as_object().unwrap();
            for (attribute, value) in attributes {
                let Some(document) = document(value) else {
                    continue;
                };
                let of = |name: &str| attributes[name].as_str().unwrap().to_owned();
                let holder = match (kind, attribute.as_str()) {
                    ("aws_iam_role_policy", "policy") => Holder::Role {
                        role: of("role"),
                        name: of("name"),
                    },
                    ("aws_iam_role", "assume_role_policy") => Holder::Trust { role: of("name") },
                    ("aws_iam_policy", "policy") => Holder::Managed { arn: of("arn") },
                    ("aws_s3_bucket_policy", "policy") => Holder::Bucket {
                        bucket: of("bucket"),
                    },
                    ("aws_kms_key", "policy") => Holder::Key { id: of("key_id") },
                    // What AWS says of a bucket's policy; the resource above is what put it there.
                    ("aws_s3_bucket", "policy") => continue,
                    // The one that every new topic has: the account's own principals, as far as their policies let them.
                    ("aws_sns_topic", "policy") => continue,
                    _ => panic!(
                        "{address}.{attribute} is a policy that the privilege tests do not know: {document}"
                    ),
                };
                policies.push(Policy {
                    address: address.clone(),
                    holder,
                    document,
                });
            }
        }
    }
    policies
}

/// The ARN of the role of a report's schedule in a Terraform state.
pub fn schedule_role_arn(state: &Path, report: &str) -> String {
    let state: Value = serde_json::from_slice(&fs::read(state).unwrap()).unwrap();
    let wanted = address_of_schedule_role(report);
    managed(&state)
        .find(|resource| address(resource).ends_with(&wanted))
        .unwrap_or_else(|| panic!("there is no {wanted} in Terraform"))["instances"][0]["attributes"]["arn"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// How the address of that role ends.
pub fn address_of_schedule_role(report: &str) -> String {
    format!("module.schedule[\"{report}\"].aws_iam_role.schedule")
}

fn address(resource: &Value) -> String {
    format!(
        "{}{}.{}",
        resource["module"]
            .as_str()
            .map_or_else(String::new, |module| format!("{module}.")),
        resource["type"].as_str().unwrap(),
        resource["name"].as_str().unwrap()
    )
}

fn managed(state: &Value) -> impl Iterator<Item = &Value> {
    state["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|resource| resource["mode"] == "managed")
}

/// The policy document that an attribute holds, if it does.
fn document(attribute: &Value) -> Option<Value> {
    let document: Value = serde_json::from_str(attribute.as_str()?).ok()?;
    document.get("Statement").is_some().then_some(document)
}

/// The statements of a policy.
pub fn statements(document: &Value) -> Vec<&Value> {
    match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        one => vec![one],
    }
}

/// A statement's Sid, which it must have.
pub fn sid(statement: &Value) -> &str {
    statement["Sid"]
        .as_str()
        .unwrap_or_else(|| panic!("a statement without a Sid: {statement}"))
}

impl Policy {
    /// Puts another document in this one's place. False when AWS will not have it there.
    pub async fn replace(&self, stack: &Stack, document: &Value) -> bool {
        let text = document.to_string();
        let iam = &stack.aws().iam;
        match &self.holder {
            Holder::Role { role, name } => {
                let put = iam.put_role_policy().role_name(role).policy_name(name);
                put.policy_document(text).send().await.is_ok()
            }
            Holder::Trust { role } => {
                let put = iam.update_assume_role_policy().role_name(role);
                put.policy_document(text).send().await.is_ok()
            }
            Holder::Managed { arn } => {
                let put = iam.create_policy_version().policy_arn(arn);
                let put = put.policy_document(text).set_as_default(true);
                let put = put.send().await.is_ok();
                self.forget_other_versions(stack, arn).await;
                put
            }
            Holder::Bucket { bucket } => {
                let put = stack.aws().s3.put_bucket_policy().bucket(bucket);
                put.policy(text).send().await.is_ok()
            }
            Holder::Key { id } => {
                let put = json!({"KeyId": id, "PolicyName": "default", "Policy": text});
                let put = Call::json("kms", "TrentService.PutKeyPolicy", &put);
                let root = local_stack::AccessKey::root();
                let reply = stack
                    .wire()
                    .unwrap()
                    .call(Some(&root), Transport::Tls, &put)
                    .await;
                reply.unwrap().status.is_success()
            }
        }
    }

    /// Puts it back as Terraform left it.
    pub async fn restore(&self, stack: &Stack) {
        assert!(
            self.replace(stack, &self.document).await,
            "cannot restore {}",
            self.address
        );
    }

    /// A managed policy has at most five versions.
    async fn forget_other_versions(&self, stack: &Stack, arn: &str) {
        let iam = &stack.aws().iam;
        let versions = iam
            .list_policy_versions()
            .policy_arn(arn)
            .send()
            .await
            .unwrap();
        for version in versions.versions.unwrap_or_default() {
            if !version.is_default_version {
                let id = version.version_id.unwrap();
                let forget = iam.delete_policy_version().policy_arn(arn).version_id(id);
                forget.send().await.unwrap();
            }
        }
    }
}
