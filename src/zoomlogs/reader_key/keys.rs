//! Access keys of one user, in IAM.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::primitives::DateTime as AwsDateTime;
use aws_sdk_iam::types::StatusType;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;

use crate::aws::AwsError;

/// A key that is there. Its secret is known to AWS and to whoever was given it.
#[derive(Debug, Clone, Serialize)]
pub struct Key {
    pub id: String,
    pub active: bool,
    pub created: Option<DateTime<Utc>>,
    /// None when it was never used, as far as AWS knows; it learns of that with some delay.
    pub last_used: Option<LastUse>,
}

/// The last time that a key was used.
#[derive(Debug, Clone, Serialize)]
pub struct LastUse {
    pub at: DateTime<Utc>,
    pub service: String,
    pub region: String,
}

/// A key that was just made. `Debug` does not show its secret.
#[derive(Debug)]
pub struct NewKey {
    pub id: String,
    pub secret: SecretString,
}

/// The keys of a user.
#[derive(Debug)]
pub struct Keys {
    client: Client,
    user: String,
}

impl Keys {
    pub fn new(config: &SdkConfig, user: &str) -> Self {
        Self {
            client: Client::new(config),
            user: user.to_owned(),
        }
    }

    /// All of them, the oldest first. AWS allows two, so that they fit one page.
    pub async fn list(&self) -> Result<Vec<Key>, AwsError> {
        let answer = self
            .client
            .list_access_keys()
            .user_name(&self.user)
            .send()
            .await
            .map_err(AwsError::of("iam:ListAccessKeys", &self.subject()))?;
        let mut keys = Vec::new();
        for key in answer.access_key_metadata {
            let id = key.access_key_id.unwrap_or_default();
            keys.push(Key {
                active: key.status == Some(StatusType::Active),
                created: key.create_date.as_ref().and_then(time),
                last_used: self.last_use(&id).await?,
                id,
            });
        }
        keys.sort_by_key(|key| key.created);
        Ok(keys)
    }

    async fn last_use(&self, id: &str) -> Result<Option<LastUse>, AwsError> {
        let answer = self
            .client
            .get_access_key_last_used()
            .access_key_id(id)
            .send()
            .await
            .map_err(AwsError::of("iam:GetAccessKeyLastUsed", id))?;
        Ok(answer.access_key_last_used.and_then(|used| {
            Some(LastUse {
                at: used.last_used_date.as_ref().and_then(time)?,
                service: used.service_name,
                region: used.region,
            })
        }))
    }

    /// Makes one, or fails: the SDK does not try again, because a key whose answer was lost would be there twice.
    pub async fn create(&self) -> Result<NewKey, AwsError> {
        let once = aws_sdk_iam::config::Config::builder().retry_config(RetryConfig::disabled());
        let failed = AwsError::of("iam:CreateAccessKey", &self.subject());
        let answer = self
            .client
            .create_access_key()
            .user_name(&self.user)
            .customize()
            .config_override(once)
            .send()
            .await
            .map_err(failed)?;
        let key = answer.access_key.ok_or_else(|| AwsError::Failed {
            call: "iam:CreateAccessKey",
            subject: self.subject(),
            said: "the answer has no key".to_owned(),
        })?;
        Ok(NewKey {
            id: key.access_key_id,
            secret: SecretString::from(key.secret_access_key),
        })
    }

    /// Makes one useless. It could be made useful again.
    pub async fn deactivate(&self, id: &str) -> Result<(), AwsError> {
        self.client
            .update_access_key()
            .user_name(&self.user)
            .access_key_id(id)
            .status(StatusType::Inactive)
            .send()
            .await
            .map_err(AwsError::of("iam:UpdateAccessKey", id))?;
        Ok(())
    }

    /// Deletes one, for good.
    pub async fn delete(&self, id: &str) -> Result<(), AwsError> {
        self.client
            .delete_access_key()
            .user_name(&self.user)
            .access_key_id(id)
            .send()
            .await
            .map_err(AwsError::of("iam:DeleteAccessKey", id))?;
        Ok(())
    }

    fn subject(&self) -> String {
        format!("the user {}", self.user)
    }
}

fn time(at: &AwsDateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at.secs(), at.subsec_nanos())
}
