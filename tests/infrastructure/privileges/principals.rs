//! Those who try, and what they sign with.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use local_stack::{AccessKey, Call, Deployment, Reply, Stack, Transport};
use serde_json::{Value, json};

use super::deployed::{self, Holder, Policy};

/// Whoever asks something of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// The function that collects the operation logs: its role.
    Function,
    /// The one that collects the sign-ins.
    SignInFunction,
    /// EventBridge Scheduler as the role that the schedule of the operation logs names.
    Scheduler,
    /// The same of the sign-ins.
    SignInScheduler,
    /// The feed: `secops-reader`.
    Reader,
    /// Who has no credentials.
    Nobody,
    /// A user of the same account without any policy: what he gets, a resource's policy gave.
    Colleague,
    /// A user of the same account whose own policy allows everything.
    Administrator,
    /// The root of another account.
    Stranger,
    /// The AWS service that a role trusts. Ministack lets the account's root stand in for it.
    Service,
}

/// The statement that allows the administrator everything, in a policy that is none of Terraform's.
pub const EVERYTHING: &str = "Everything";

/// Who collects a report.
#[derive(Clone, Copy, Debug)]
pub struct Collects {
    pub report: &'static str,
    pub function: Principal,
    pub scheduler: Principal,
}

/// The reports that are collected. To each the other's things are as foreign as those of somebody else.
pub const COLLECTS: [Collects; 2] = [
    Collects {
        report: "operationlogs",
        function: Principal::Function,
        scheduler: Principal::Scheduler,
    },
    Collects {
        report: "activities",
        function: Principal::SignInFunction,
        scheduler: Principal::SignInScheduler,
    },
];

/// What each signs with.
#[derive(Debug)]
pub struct Principals(BTreeMap<Principal, AccessKey>);

impl Principals {
    /// Gets hold of everybody's credentials. Users that Terraform did not make are made here.
    pub async fn of(stack: &Stack, deployment: &Deployment, policies: &[Policy]) -> Self {
        let mut keys = BTreeMap::from([
            (Principal::Service, AccessKey::root()),
            (Principal::Stranger, stranger()),
        ]);
        for Collects {
            report,
            function,
            scheduler,
        } in COLLECTS
        {
            let role = &deployment.report(report).function_role_arn;
            let session = stack.assume_role(role, "tests").await.unwrap();
            keys.insert(function, session);
            keys.insert(scheduler, scheduler_of(stack, policies, report).await);
        }
        for (who, name) in [
            (Principal::Colleague, "colleague"),
            (Principal::Administrator, "administrator"),
        ] {
            let user = stack.aws().iam.create_user().user_name(name).send().await;
            user.unwrap();
            keys.insert(who, stack.create_access_key(name).await.unwrap());
        }
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": {"Sid": EVERYTHING, "Effect": "Allow", "Action": "*", "Resource": "*"},
        });
        let put = stack.aws().iam.put_user_policy().user_name("administrator");
        let put = put
            .policy_name("everything")
            .policy_document(everything.to_string());
        put.send().await.unwrap();
        keys.insert(Principal::Reader, reader(stack, deployment).await);
        Self(keys)
    }

    /// What somebody signs with; nothing for nobody.
    pub fn key(&self, who: Principal) -> Option<&AccessKey> {
        match who {
            Principal::Nobody => None,
            who => Some(&self.0[&who]),
        }
    }
}

/// Ministack takes the id of an account for the key of its root.
fn stranger() -> AccessKey {
    AccessKey {
        id: "222222222222".to_owned(),
        ..AccessKey::root()
    }
}

/// A session of the role of a report's schedule. Its trust has conditions that only EventBridge Scheduler meets, and ministack's does
/// not assume it; so for this moment the role trusts without them.
async fn scheduler_of(stack: &Stack, policies: &[Policy], report: &str) -> AccessKey {
    let address = deployed::address_of_schedule_role(report);
    let trust = policies
        .iter()
        .find(|policy| {
            policy.address.ends_with(&address) && matches!(policy.holder, Holder::Trust { .. })
        })
        .unwrap();
    let Holder::Trust { role } = &trust.holder else {
        unreachable!("found as one");
    };
    let role = stack
        .aws()
        .iam
        .get_role()
        .role_name(role)
        .send()
        .await
        .unwrap();
    let arn = role.role.unwrap().arn;
    let mut unconditional = trust.document.clone();
    for statement in unconditional["Statement"].as_array_mut().unwrap() {
        statement.as_object_mut().unwrap().remove("Condition");
    }
    assert!(trust.replace(stack, &unconditional).await);
    let session = stack.assume_role(&arn, "tests").await.unwrap();
    trust.restore(stack).await;
    session
}

/// The subject of the feed's Google account.
pub const FEED_SUBJECT: &str = "123456789012345678901";

/// What the feed signs with: the key of its user, or the session that its token gets it.
async fn reader(stack: &Stack, deployment: &Deployment) -> AccessKey {
    if let Some(user) = &deployment.reader_user_name {
        return stack.create_access_key(user).await.unwrap();
    }
    let role = deployment.reader_role_arn.as_deref().unwrap();
    let call = web_identity(role, "https://accounts.google.com", FEED_SUBJECT);
    let reply = stack
        .wire()
        .unwrap()
        .call(None, Transport::Tls, &call)
        .await
        .unwrap();
    assert!(reply.status.is_success(), "{}", reply.body);
    session(&reply)
}

/// Asks for a session of a role with a token that `issuer` gave to `subject`. Ministack reads what a token claims and does
/// not check who signed it.
pub fn web_identity(role_arn: &str, issuer: &str, subject: &str) -> Call {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!(
        "{}.{}.{}",
        part(json!({"alg": "RS256", "typ": "JWT"})),
        part(json!({"iss": issuer, "sub": subject, "aud": subject})),
        BASE64_URL_SAFE_NO_PAD.encode("signature"),
    );
    let fields = [
        ("RoleArn", role_arn),
        ("RoleSessionName", "feed"),
        ("WebIdentityToken", token.as_str()),
    ];
    Call::form("sts", "2011-06-15", "AssumeRoleWithWebIdentity", &fields)
}

/// The credentials in the answer to such a call.
fn session(reply: &Reply) -> AccessKey {
    let field = |name: &str| {
        let (_, rest) = reply.body.split_once(&format!("<{name}>")).unwrap();
        rest.split_once("</").unwrap().0.to_owned()
    };
    AccessKey {
        id: field("AccessKeyId"),
        secret: field("SecretAccessKey"),
        session_token: Some(field("SessionToken")),
    }
}
