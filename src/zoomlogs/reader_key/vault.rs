//! A secret of Secrets Manager that holds an access key.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use secrecy::{ExposeSecret as _, zeroize::Zeroizing};
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;

use super::keys::NewKey;
use crate::aws::AwsError;
use crate::exit::Code;

#[derive(Debug, Error)]
pub enum VaultError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(
        "the secret {0} holds something else than an access key, which would be lost: name another one with --store NAME \
         (make: STORE=NAME)"
    )]
    SomethingElse(String),
    #[error(
        "the secret {0} is being deleted: name another one with --store NAME (make: STORE=NAME), or bring it back: \
         aws secretsmanager restore-secret --secret-id {0}"
    )]
    BeingDeleted(String),
}

impl VaultError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Aws(error) => error.code(),
            Self::SomethingElse(_) | Self::BeingDeleted(_) => Code::Refused,
        }
    }
}

/// A secret that is there and may take a key.
#[derive(Debug)]
pub struct Vault {
    client: Client,
    name: String,
}

impl Vault {
    /// Sees to it that the secret is there before there is a key to put into it, and that the key replaces nothing else.
    pub async fn open(config: &SdkConfig, name: String, user: &str) -> Result<Self, VaultError> {
        let client = Client::new(config);
        let present = client.get_secret_value().secret_id(&name).send().await;
        match present {
            Ok(present) if present.secret_string().is_some_and(is_access_key) => {}
            // An emulator's way to say: without a value.
            Ok(present)
                if present.secret_string().is_none() && present.secret_binary().is_none() => {}
            Ok(_) => return Err(VaultError::SomethingElse(name)),
            Err(error) => match error.code() {
                // No secret, or one without a value.
                Some("ResourceNotFoundException") => create(&client, &name, user).await?,
                Some("InvalidRequestException") => return Err(VaultError::BeingDeleted(name)),
                _ => return Err(AwsError::of("secretsmanager:GetSecretValue", &name)(error).into()),
            },
        }
        Ok(Self { client, name })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub async fn put(&self, key: &NewKey) -> Result<(), VaultError> {
        let value = Zeroizing::new(
            json!({"access_key_id": key.id, "secret_access_key": key.secret.expose_secret()})
                .to_string(),
        );
        self.client
            .put_secret_value()
            .secret_id(&self.name)
            .secret_string(value.as_str())
            .send()
            .await
            .map_err(AwsError::of("secretsmanager:PutSecretValue", &self.name))?;
        Ok(())
    }
}

async fn create(client: &Client, name: &str, user: &str) -> Result<(), AwsError> {
    let created = client
        .create_secret()
        .name(name)
        .description(format!(
            "Access key of {user}, for the SecOps feed: {{\"access_key_id\", \"secret_access_key\"}}"
        ))
        .send()
        .await;
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("ResourceExistsException") => Ok(()),
        Err(error) => Err(AwsError::of("secretsmanager:CreateSecret", name)(error)),
    }
}

fn is_access_key(value: &str) -> bool {
    #[derive(Deserialize)]
    struct StoredKey {
        #[serde(rename = "access_key_id")]
        _id: String,
    }
    serde_json::from_str::<StoredKey>(value).is_ok()
}
