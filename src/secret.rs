//! Zoom's credentials, from Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;

use crate::causes::causes;

/// The credentials of a Server-to-Server OAuth app. `Debug` shows none of them.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The account that the app belongs to.
    pub account_id: SecretString,
    /// The app's id.
    pub client_id: SecretString,
    /// The app's secret.
    pub client_secret: SecretString,
}

/// Why there are no credentials.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The secret does not exist, or has no value yet.
    #[error(
        "the secret {id} has no value ({said}): store the Zoom app's credentials in it, as the JSON object \
         {{\"account_id\": …, \"client_id\": …, \"client_secret\": …}}"
    )]
    Missing {
        /// The secret's name or ARN.
        id: String,
        /// What Secrets Manager said.
        said: String,
    },
    /// The role may not read the secret.
    #[error(
        "reading the secret {id} was refused ({said}): the function's role must be allowed \
         secretsmanager:GetSecretValue on it, and kms:Decrypt on its key if that is not AWS's own"
    )]
    Denied {
        /// The secret's name or ARN.
        id: String,
        /// What Secrets Manager said.
        said: String,
    },
    /// The secret's value is not the object that it must be.
    #[error(
        "the secret {id} is malformed: {problem}; it must be a JSON object whose account_id, client_id and \
         client_secret are strings that are not empty"
    )]
    Malformed {
        /// The secret's name or ARN.
        id: String,
        /// What is wrong, without any of its content.
        problem: String,
    },
    /// Secrets Manager could not be reached.
    #[error("the secret {id} could not be read: {said}")]
    Unavailable {
        /// The secret's name or ARN.
        id: String,
        /// What happened.
        said: String,
    },
}

/// Where credentials come from.
#[allow(
    async_fn_in_trait,
    reason = "the function runs on one thread; no future needs to be Send"
)]
pub trait CredentialSource {
    /// Reads the credentials as they are now. Whoever calls keeps them.
    ///
    /// # Errors
    /// When there are none, or they cannot be read.
    async fn credentials(&self) -> Result<Credentials, SecretError>;
}

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
        Self {
            client: Client::new(config),
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
                None => causes(&failure),
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
            Some(text) => parse(text).map_err(|problem| SecretError::Malformed { id, problem }),
            None => Err(SecretError::Malformed {
                id,
                problem: "its value is binary".to_owned(),
            }),
        }
    }
}

#[derive(Deserialize)]
struct Stored {
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
}

fn parse(text: &str) -> Result<Credentials, String> {
    // A parser's own message could quote the value: only the place goes into the error.
    let stored: Stored = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => {
                format!("a value at line {line}, column {column} is no string")
            }
            _ => format!("it is not JSON at line {line}, column {column}"),
        }
    })?;
    let fields = [
        ("account_id", &stored.account_id),
        ("client_id", &stored.client_id),
        ("client_secret", &stored.client_secret),
    ];
    let missing: Vec<_> = fields
        .iter()
        .filter(|(_, value)| value.trim().is_empty())
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        return Err(format!("{} missing or empty", missing.join(", ")));
    }
    // A pasted value often brings a newline along.
    let keep = |value: String| SecretString::from(value.trim().to_owned());
    Ok(Credentials {
        account_id: keep(stored.account_id),
        client_id: keep(stored.client_id),
        client_secret: keep(stored.client_secret),
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_three_values_are_read_and_trimmed() {
        let parsed =
            parse(r#"{"account_id":"a","client_id":"i","client_secret":"s\n","note":"ours"}"#)
                .unwrap();
        assert_eq!(parsed.client_secret.expose_secret(), "s");
        assert!(!format!("{parsed:?}").contains("\"i\""));
    }

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
        let said = causes(&failure);
        assert!(
            said.contains("cut short") && !said.contains("hunter2"),
            "{said}"
        );
    }

    #[test]
    fn a_malformed_secret_is_named_but_not_quoted() {
        for (text, expected) in [
            ("hunter2", "not JSON at line 1"),
            (
                r#"{"account_id":"a","client_id":"i"}"#,
                "client_secret missing or empty",
            ),
            (
                r#"{"account_id":" ","client_secret":"hunter2"}"#,
                "account_id, client_id missing or empty",
            ),
            (
                r#"{"account_id":"a","client_id":7,"client_secret":"hunter2"}"#,
                "is no string",
            ),
            (r#"["hunter2"]"#, "missing or empty"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
