//! What the Chronicle API answers when it does not do what it is asked.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use thiserror::Error;

use super::google::GoogleError;
use crate::exit::Code;

/// What an error repeats of an answer that is not Google's.
const EXCERPT: usize = 300;

#[derive(Debug, Error)]
pub enum ChronicleError {
    #[error(transparent)]
    Google(#[from] GoogleError),
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
    #[error(
        "Google does not accept these credentials at {call} ({said}): sign in again with `gcloud auth application-default \
         login`, or look what GOOGLE_APPLICATION_CREDENTIALS names"
    )]
    Unauthenticated { call: &'static str, said: String },
    #[error(
        "Google refuses {call} ({said}): whoever runs this needs the permission {right} on the project {instance} is in; \
         roles/chronicle.editor has it, and so can a custom role"
    )]
    Denied {
        call: &'static str,
        right: &'static str,
        instance: String,
        said: String,
    },
    #[error(
        "there is no {instance} at {endpoint} ({call}: {said}): look at --project, --location and --instance; the first is the \
         project that SecOps is linked to, the last its customer id"
    )]
    NotFound {
        call: &'static str,
        instance: String,
        endpoint: String,
        said: String,
    },
    #[error("Google takes {call} as wrong: {said}")]
    Invalid { call: &'static str, said: String },
    #[error(
        "Google had no time for {call} (sent {}; HTTP {status}: {said}): try again later",
        times(*.sent)
    )]
    Busy {
        call: &'static str,
        /// How often.
        sent: usize,
        status: u16,
        said: String,
    },
    #[error("there was no answer to {call}: {said}")]
    NoAnswer { call: &'static str, said: String },
    #[error("{call} failed with HTTP {status}: {said}")]
    Failed {
        call: &'static str,
        status: u16,
        said: String,
    },
    #[error("the answer to {call} is not what Google's API says it is: {problem}")]
    Malformed { call: &'static str, problem: String },
}

impl ChronicleError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Google(_) | Self::Unauthenticated { .. } => Code::Failed,
            Self::Invalid { .. } | Self::NotFound { .. } => Code::Usage,
            Self::Denied { .. } => Code::Refused,
            _ => Code::Failed,
        }
    }

    /// Whether the request may have done its work all the same.
    pub const fn leaves_open(&self) -> bool {
        match self {
            Self::NoAnswer { .. } | Self::Malformed { .. } => true,
            Self::Busy { status, .. } | Self::Failed { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

fn times(number: usize) -> String {
    match number {
        1 => "once".to_owned(),
        number => format!("{number} times"),
    }
}

/// What Google says of a refusal, on one line, without the secret that was sent.
pub fn said(text: &str, secret: Option<&SecretString>) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: RefusalStatus,
    }
    #[derive(Deserialize)]
    struct RefusalStatus {
        #[serde(default)]
        status: String,
        #[serde(default)]
        message: String,
    }
    let said = match (serde_json::from_str::<Refusal>(text), secret) {
        (Ok(Refusal { error }), _) if !error.message.is_empty() => {
            format!("{}: {}", error.status, error.message)
        }
        // A proxy's page, perhaps.
        (_, None) => text.chars().take(EXCERPT).collect(),
        // It may repeat the request in any encoding.
        (_, Some(_)) => format!("{} bytes that are not an error of Google's", text.len()),
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match secret.map(SecretString::expose_secret) {
        Some(secret) => said.replace(secret, "(the secret access key)"),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_google_says_is_repeated_without_the_secret() {
        let secret = SecretString::from("kX9/secret+");
        let refusal = r#"{"error": {"code": 400, "status": "INVALID_ARGUMENT",
            "message": "bad value\n kX9\/secret\u002b in secret_access_key"}}"#;
        assert_eq!(
            said(refusal, Some(&secret)),
            "INVALID_ARGUMENT: bad value (the secret access key) in secret_access_key"
        );
        assert_eq!(
            said("<html>kX9%2Fsecret", Some(&secret)),
            "18 bytes that are not an error of Google's"
        );
        assert_eq!(said("<html>\nBad  Gateway", None), "<html> Bad Gateway");
    }
}
