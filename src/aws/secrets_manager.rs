//! The credentials in AWS Secrets Manager.

use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;

use crate::error_chain::error_chain;
use zoomlogs_core::secret::{CredentialSource, Credentials, SecretError};

/// How long one call may take. Without an end, one that hangs would take the whole run along.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// A secret of AWS Secrets Manager.
#[derive(Debug, Clone)]
pub struct SecretsManager {
    client: Client,
    id: String,
}

impl SecretsManager {
    /// The secret with this name or ARN.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, id: impl Into<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let config = aws_sdk_secretsmanager::config::Builder::from(config)
            .timeout_config(timeouts)
            .build();
        Self {
            client: Client::from_conf(config),
            id: id.into(),
        }
    }
}

impl CredentialSource for SecretsManager {
    async fn credentials(&self) -> Result<Credentials, SecretError> {
        let id = self.id.clone();
        let answer = self.client.get_secret_value().secret_id(&id).send().await;
        let value = answer.map_err(|failure| {
            let code = failure.code().unwrap_or_default().to_owned();
            let said = match failure.message() {
                Some(message) => format!("{code}: {message}"),
                None => error_chain(&failure),
            };
            let id = id.clone();
            match code.as_str() {
                // InvalidRequestException: the secret is scheduled for deletion.
                "ResourceNotFoundException" | "InvalidRequestException" => {
                    SecretError::Missing { id, said }
                }
                "AccessDeniedException" | "AccessDenied" | "KMSAccessDeniedException" => {
                    SecretError::Denied { id, said }
                }
                _ => SecretError::Unavailable { id, said },
            }
        })?;
        match value.secret_string() {
            Some(text) => {
                Credentials::parse(text).map_err(|problem| SecretError::Malformed { id, problem })
            }
            None => Err(SecretError::Malformed {
                id,
                problem: "its value is binary".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_cannot_be_read_is_not_quoted() {
        use aws_sdk_s3::primitives::SdkBody;
        use aws_sdk_secretsmanager::config::http::HttpResponse;
        use aws_sdk_secretsmanager::error::SdkError;
        use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;

        let cut = SdkBody::from("{SecretString: hunter2");
        let answer = HttpResponse::new(200.try_into().unwrap(), cut);
        let failure: SdkError<GetSecretValueError, HttpResponse> =
            SdkError::response_error("cut short", answer);
        let said = error_chain(&failure);
        assert!(
            said.contains("cut short") && !said.contains("hunter2"),
            "{said}"
        );
    }
}
