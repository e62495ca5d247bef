//! One invocation of the function: its answer, or its failure in its own words.

use std::fmt;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::StalledStreamProtectionConfig;
use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::primitives::Blob;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::answer::Answer;
use zoomlogs_core::clock::Clock as _;
use zoomlogs_core::failure_kind::FailureKind;

use crate::advice;
use crate::aws::AwsError;
use crate::exit::Code;
use crate::target::{Configuration, Target};

/// What an answer may take beyond the function's own time: a cold start, and the way there and back.
const SLACK: Duration = Duration::from_secs(60);

/// An invocation without an answer of the function.
#[derive(Debug, Error)]
pub enum InvocationError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(
        "{function} is running just now, and not twice at once: it will be done within minutes; try again then ({said})"
    )]
    Busy { function: String, said: String },
    #[error(
        "{problem}. Perhaps it ran all the same. Its log says: aws logs tail {log_group} --since 15m"
    )]
    NoAnswer {
        problem: AwsError,
        log_group: String,
    },
    #[error(
        "the answer of {function} is not as this version knows it: {problem}. Is its zip of the same version? (make \
         build-and-deploy)"
    )]
    Answer { function: String, problem: String },
}

impl InvocationError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Aws(error) => error.code(),
            Self::Busy { .. } | Self::NoAnswer { .. } | Self::Answer { .. } => Code::Failed,
        }
    }

    /// Whether the function may have run all the same, and delivered what nobody was told of.
    pub const fn leaves_unheard(&self) -> bool {
        matches!(self, Self::NoAnswer { .. } | Self::Answer { .. })
    }
}

/// Why a run, or a day of it, failed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The name of its kind: a [`FailureKind`]'s, or one that Lambda or another version of the function gave it.
    pub kind: String,
    pub message: String,
    pub advice: String,
}

impl Failure {
    /// Its kind, if this version knows it.
    pub fn known_kind(&self) -> Option<FailureKind> {
        self.kind.parse().ok()
    }

    /// Whether every other day would meet it too.
    pub fn concerns_every_day(&self) -> bool {
        self.known_kind()
            .is_some_and(FailureKind::concerns_every_day)
    }
}

/// A run that failed.
#[derive(Debug, Serialize)]
pub struct FailedRun {
    pub function: String,
    #[serde(flatten)]
    pub failure: Failure,
}

impl fmt::Display for FailedRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            failure:
                Failure {
                    kind,
                    message,
                    advice,
                },
        } = self;
        write!(f, "{function} ran and failed ({kind}): {message}\n{advice}")
    }
}

/// What Lambda answers for a run that failed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    #[serde(default)]
    error_type: String,
    #[serde(default)]
    error_message: String,
}

/// One run.
#[derive(Debug, Serialize)]
pub struct Ran {
    pub function: String,
    pub seconds: f64,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    Answered(Answer),
    Failed { ok: bool, error: FailedRun },
}

/// The way to invoke one function.
#[derive(Debug)]
pub struct Invoker<'a> {
    target: &'a Target,
    client: Client,
    log_group: &'a str,
}

impl<'a> Invoker<'a> {
    /// Invokes each event once: a second attempt of the SDK would be a second run.
    pub fn new(target: &'a Target, configuration: &'a Configuration) -> Self {
        let once = aws_sdk_lambda::config::Builder::from(&target.aws)
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_timeout(configuration.timeout + SLACK)
                    .build(),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self {
            target,
            client: Client::from_conf(once),
            log_group: &configuration.log_group,
        }
    }

    /// Invokes the function and waits for its answer.
    pub async fn invoke(&self, event: &Value) -> Result<Ran, InvocationError> {
        let function = &self.target.function;
        let begun = SystemClock.now();
        let answer = self
            .client
            .invoke()
            .function_name(function)
            .payload(Blob::new(event.to_string()))
            .send()
            .await;
        let answer = answer.map_err(|error| {
            if error.code() == Some("TooManyRequestsException") {
                return InvocationError::Busy {
                    function: function.clone(),
                    said: error.message().unwrap_or_default().to_owned(),
                };
            }
            match AwsError::of("lambda:InvokeFunction", function)(error) {
                problem @ AwsError::NoAnswer { .. } => InvocationError::NoAnswer {
                    problem,
                    log_group: self.log_group.to_owned(),
                },
                problem => problem.into(),
            }
        })?;
        let took = SystemClock.now() - begun;

        let failed = answer.function_error.is_some();
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let outcome = if failed {
            Outcome::Failed {
                ok: false,
                error: self.failed(&payload),
            }
        } else {
            let answer =
                serde_json::from_slice(&payload).map_err(|problem| InvocationError::Answer {
                    function: function.clone(),
                    problem: problem.to_string(),
                })?;
            Outcome::Answered(answer)
        };
        Ok(Ran {
            function: function.clone(),
            seconds: took.as_seconds_f64(),
            outcome,
        })
    }

    fn failed(&self, payload: &[u8]) -> FailedRun {
        let body: ErrorBody = serde_json::from_slice(payload).unwrap_or(ErrorBody {
            error_type: String::new(),
            error_message: "it gave no reason".to_owned(),
        });
        FailedRun {
            function: self.target.function.clone(),
            failure: Failure {
                advice: advice::on(&body.error_type, self.target.named.as_ref(), self.log_group),
                kind: body.error_type,
                message: body.error_message,
            },
        }
    }
}
