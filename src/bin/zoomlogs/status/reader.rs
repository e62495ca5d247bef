//! Who the feed reads the bucket as.

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::part::Part;
use super::verdict::{self, Finding, Verdict};
use crate::aws::AwsError;
use crate::deployment::Named;
use crate::reader_key::keys::{Key, Keys};
use crate::timestamp::ago;

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
    User { name: String, keys: Part<Vec<Key>> },
    Role(String),
}

impl Reader {
    pub async fn of(named: &Named, aws: &SdkConfig, now: DateTime<Utc>) -> Result<Self, AwsError> {
        let pipeline = &named.pipeline;
        let access = match &pipeline.reader_user_name {
            Some(name) => Access::User {
                name: name.clone(),
                keys: Part::of(Keys::new(aws, name).list().await)?,
            },
            None => Access::Role(pipeline.reader_role_arn.clone().unwrap_or_default()),
        };
        let findings: Vec<_> = access.finding(named, now).into_iter().collect();
        Ok(Self {
            pipeline: named.to_string(),
            verdict: verdict::of(&findings),
            findings,
            access,
        })
    }
}

impl Access {
    fn finding(&self, named: &Named, now: DateTime<Utc>) -> Option<Finding> {
        let Self::User { name, keys } = self else {
            return None;
        };
        let keys = keys.known()?;
        let mut active = keys.iter().filter(|key| key.active).peekable();
        if active.peek().is_none() {
            return Some(Finding::yellow(
                format!("{name} has no key in use, so no feed reads the bucket as this user."),
                format!("When the feed is to be made: {}", named.make("reader-key")),
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
