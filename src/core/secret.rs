//! Zoom's credentials, and where they come from.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use thiserror::Error;

use crate::failure_kind::FailureKind;

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

impl SecretError {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Missing { .. } => FailureKind::SecretMissing,
            Self::Denied { .. } => FailureKind::SecretDenied,
            Self::Malformed { .. } => FailureKind::SecretMalformed,
            Self::Unavailable { .. } => FailureKind::SecretUnavailable,
        }
    }
}

/// Where credentials come from.
pub trait CredentialSource {
    /// Reads the credentials as they are now. Whoever calls keeps them.
    ///
    /// # Errors
    /// When there are none, or they cannot be read.
    async fn credentials(&self) -> Result<Credentials, SecretError>;
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

impl Credentials {
    /// Whether both hold the same three values.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let same = |a: &SecretString, b: &SecretString| a.expose_secret() == b.expose_secret();
        same(&self.account_id, &other.account_id)
            && same(&self.client_id, &other.client_id)
            && same(&self.client_secret, &other.client_secret)
    }

    /// Reads credentials from the JSON text of a secret.
    ///
    /// # Errors
    /// Says what is wrong with it, without any of its content.
    pub fn parse(text: &str) -> Result<Self, String> {
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
        Ok(Self {
            account_id: keep(stored.account_id),
            client_id: keep(stored.client_id),
            client_secret: keep(stored.client_secret),
        })
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_three_values_are_read_and_trimmed() {
        let parsed = Credentials::parse(
            r#"{"account_id":"a","client_id":"i","client_secret":"s\n","note":"ours"}"#,
        )
        .unwrap();
        assert_eq!(parsed.client_secret.expose_secret(), "s");
        assert!(!format!("{parsed:?}").contains("\"i\""));
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
            let problem = Credentials::parse(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
