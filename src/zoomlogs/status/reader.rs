//! Who the feed reads the bucket as.

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::findings::{Finding, Verdict};
use super::learned::Learned;
use crate::aws::AwsError;
use crate::deployment::Named;
use crate::reader_key::keys::{Key, Keys};
use crate::wording::ago;

/// How long a feed may leave its key unused. AWS itself notes a use with some hours' delay.
const UNUSED: TimeDelta = TimeDelta::hours(24);

/// The reader of one pipeline.
#[derive(Debug, Serialize)]
pub struct Reader {
    pub pipeline: String,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    #[serde(flatten)]
    pub access: Access,
}

/// How it reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    User {
        name: String,
        keys: Learned<Vec<Key>>,
    },
    /// The user that Terraform made is not there any more.
    NoUser {
        name: String,
    },
    Role(String),
}

impl Reader {
    pub async fn of(named: &Named, aws: &SdkConfig, now: DateTime<Utc>) -> Result<Self, AwsError> {
        let pipeline = &named.pipeline;
        let access = match &pipeline.reader_user_name {
            Some(name) => Access::of_user(name, Keys::new(aws, name).list().await)?,
            None => Access::Role(pipeline.reader_role_arn.clone().unwrap_or_default()),
        };
        let findings: Vec<_> = access
            .finding(|target| named.make(target), now)
            .into_iter()
            .collect();
        Ok(Self {
            pipeline: named.to_string(),
            verdict: Verdict::of(&findings),
            findings,
            access,
        })
    }
}

impl Access {
    /// What the answer to the question for the user's keys says of it.
    fn of_user(name: &str, keys: Result<Vec<Key>, AwsError>) -> Result<Self, AwsError> {
        let name = name.to_owned();
        // A key that is gone between the one call and the next is no user that is.
        let is_gone = matches!(
            keys,
            Err(AwsError::NotFound {
                call: "iam:ListAccessKeys",
                ..
            })
        );
        if is_gone {
            return Ok(Self::NoUser { name });
        }
        let keys = Learned::of(keys)?;
        Ok(Self::User { name, keys })
    }

    fn finding(&self, make: impl Fn(&str) -> String, now: DateTime<Utc>) -> Option<Finding> {
        let (name, keys) = match self {
            Self::User { name, keys } => (name, keys),
            Self::NoUser { name } => {
                return Some(Finding::red(
                    format!(
                        "The user {name} is not there: no feed can read the bucket as this user."
                    ),
                    format!(
                        "To make it again, and a key for the feed: {}, {}",
                        make("apply"),
                        make("reader-key")
                    ),
                ));
            }
            Self::Role(_) => return None,
        };
        let keys = keys.known()?;
        let mut active = keys.iter().filter(|key| key.active).peekable();
        if active.peek().is_none() {
            return Some(Finding::yellow(
                format!("{name} has no key in use, so no feed reads the bucket as this user."),
                format!("When the feed is to be made: {}", make("reader-key")),
            ));
        }
        let used = active.clone().filter_map(|key| key.last_used.as_ref());
        let used = used.map(|used| used.at).max();
        let made = active.filter_map(|key| key.created).max();
        let quiet = match used.max(made) {
            Some(at) => now - at > UNUSED,
            None => true,
        };
        quiet.then(|| {
            let last = match used {
                Some(at) => format!("The feed last used its key {}.", ago(now - at)),
                None => "The feed has never used its key.".to_owned(),
            };
            Finding::yellow(
                last,
                "Is the feed in Google SecOps active, and is this the key in it?",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The local stack's IAM answers an empty list for a user that it does not have, and AWS does not.
    #[test]
    fn a_user_that_is_gone_is_red_and_one_who_may_not_be_asked_for_is_not_known() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let finding = |problem| {
            let access = Access::of_user("reader", Err(problem)).unwrap();
            access.finding(|target| format!("make {target}"), now)
        };
        let call = "iam:ListAccessKeys";
        let (subject, said) = ("the user reader".to_owned(), String::new());
        let gone = finding(AwsError::NotFound {
            call,
            subject: subject.clone(),
            said: said.clone(),
        });
        let gone = gone.unwrap();
        assert_eq!(gone.verdict, Verdict::Red);
        assert!(gone.what.contains("The user reader is not there"));
        assert!(gone.to_do.contains("make apply, make reader-key"));
        let denied = AwsError::Denied {
            call,
            subject,
            said,
        };
        assert_eq!(finding(denied), None);
    }
}
