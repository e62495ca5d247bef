//! The secret that the function reads.

use aws_config::SdkConfig;
use secrecy::{ExposeSecret as _, zeroize::Zeroizing};
use serde_json::json;
use zoomlogs_aws::secrets_manager::SecretsManager;
use zoomlogs_core::secret::{CredentialSource as _, Credentials};

use crate::aws::AwsError;

/// What became of the credentials.
#[derive(Debug, Clone, Copy)]
pub enum Stored {
    /// They are the secret's value now.
    New,
    /// They were it before.
    Same,
}

/// Makes the credentials the secret's value, unless they are.
pub async fn store(
    config: &SdkConfig,
    id: &str,
    credentials: &Credentials,
) -> Result<Stored, AwsError> {
    // As the function would read them. A secret that cannot be read is no reason not to write it: whoever may only write it
    // is right here, and the others are told by the call below.
    let present = SecretsManager::new(config, id).credentials().await;
    if present.is_ok_and(|present| present.same_as(credentials)) {
        return Ok(Stored::Same);
    }
    let value = Zeroizing::new(
        json!({
            "account_id": credentials.account_id.expose_secret(),
            "client_id": credentials.client_id.expose_secret(),
            "client_secret": credentials.client_secret.expose_secret(),
        })
        .to_string(),
    );
    aws_sdk_secretsmanager::Client::new(config)
        .put_secret_value()
        .secret_id(id)
        .secret_string(value.as_str())
        .send()
        .await
        .map_err(AwsError::of("secretsmanager:PutSecretValue", id))?;
    Ok(Stored::New)
}
