//! The way to AWS, and what its refusals mean.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;
use zoomlogs_aws::error_chain::error_chain;
use zoomlogs_aws::https;
use zoomlogs_aws::sdk_http::SdkHttp;

use crate::exit::Code;

/// A call that AWS did not answer as hoped.
#[derive(Debug, Error)]
pub enum AwsError {
    #[error(
        "no AWS region is set: set AWS_REGION, or one in the AWS profile; with --env it is Terraform's"
    )]
    NoRegion,
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
    #[error(
        "AWS does not accept these credentials at {call} ({said}): sign in again, or look whose AWS_PROFILE and \
         AWS_ACCESS_KEY_ID are set"
    )]
    BadCredentials { call: &'static str, said: String },
    #[error(
        "there are no AWS credentials for {call} ({said}): sign in (aws sso login, aws configure), or set AWS_PROFILE"
    )]
    NoCredentials { call: &'static str, said: String },
    #[error(
        "AWS refuses {call} on {subject} ({said}): whoever runs this needs that right; the names are the actions'"
    )]
    Denied {
        call: &'static str,
        subject: String,
        said: String,
    },
    #[error("{subject} does not exist ({call}: {said}): is it the right name, account and region?")]
    NotFound {
        call: &'static str,
        subject: String,
        said: String,
    },
    /// Whether it was done is not known.
    #[error("AWS gave no answer to {call} on {subject}: {said}")]
    NoAnswer {
        call: &'static str,
        subject: String,
        said: String,
    },
    #[error("{call} on {subject} failed: {said}")]
    Failed {
        call: &'static str,
        subject: String,
        said: String,
    },
}

impl AwsError {
    pub const fn code(&self) -> Code {
        match self {
            Self::NoRegion => Code::Usage,
            _ => Code::Failed,
        }
    }

    /// Makes the error of a call, which is named as the right that it needs.
    pub fn of<E>(call: &'static str, subject: &str) -> impl FnOnce(SdkError<E>) -> Self + use<E>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let subject = subject.to_owned();
        move |failure| {
            let code = failure.code().unwrap_or_default();
            // Never an error's Debug: it may hold the answer's body, and with it a secret.
            let said = match failure.message() {
                Some(message) => format!("{code}: {message}"),
                None => error_chain(&failure),
            };
            match code {
                "AccessDenied" | "AccessDeniedException" | "KMSAccessDeniedException" => {
                    Self::Denied {
                        call,
                        subject,
                        said,
                    }
                }
                "ExpiredToken"
                | "ExpiredTokenException"
                | "InvalidAccessKeyId"
                | "InvalidClientTokenId"
                | "InvalidSignatureException"
                | "InvalidToken"
                | "SignatureDoesNotMatch"
                | "UnrecognizedClientException" => Self::BadCredentials { call, said },
                "NoSuchBucket" | "NoSuchEntity" | "NoSuchKey" | "ResourceNotFoundException" => {
                    Self::NotFound {
                        call,
                        subject,
                        said,
                    }
                }
                // The SDK has no kind of its own for a caller whose credentials it cannot get.
                "" if said.contains("credential") => Self::NoCredentials { call, said },
                _ if !matches!(failure, SdkError::ServiceError(_)) => Self::NoAnswer {
                    call,
                    subject,
                    said,
                },
                _ => Self::Failed {
                    call,
                    subject,
                    said,
                },
            }
        }
    }
}

/// The SDK's configuration: the ordinary chain, and the region of what is asked for where that is known.
pub async fn config(region: Option<&str>) -> Result<SdkConfig, AwsError> {
    let client = https::client().map_err(|error| AwsError::Setup(error_chain(&error)))?;
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).http_client(SdkHttp::over(client));
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    let config = loader.load().await;
    match config.region() {
        Some(_) => Ok(config),
        None => Err(AwsError::NoRegion),
    }
}
