//! `zoomlogs run`: one invocation of the function, and what came of it.

use std::fmt;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::StalledStreamProtectionConfig;
use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::primitives::Blob;
use clap::Args;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zoom_operationlogs_to_s3::clock::{Clock as _, SystemClock};

use crate::aws::AwsError;
use crate::exit::Code;
use crate::output::{Output, OutputError};
use crate::target::{Functions, Target, TargetError};

/// What an answer may take beyond the function's own time: a cold start, and the way there and back.
const SLACK: Duration = Duration::from_secs(60);

/// Invokes the function once, now, and reports whether records arrived
///
/// The same run as the schedule's: it reads what is due and delivers what is missing. Once it is known how long the function
/// may take, it is invoked exactly once and waited for. With --env that is each function of the environment, unless --account or --report name
/// one.
///
/// Needs lambda:GetFunctionConfiguration and lambda:InvokeFunction on the function.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    functions: Functions,
}

#[derive(Debug, Error)]
pub enum RunError {
    #[error(transparent)]
    Target(#[from] TargetError),
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
    #[error("{}", several(.0))]
    Failed(Vec<FunctionFailure>),
    #[error("the function ran, but {0}")]
    Output(#[from] OutputError),
}

/// A run that failed, in the function's own words, and what to do.
#[derive(Debug, Serialize)]
pub struct FunctionFailure {
    function: String,
    kind: String,
    message: String,
    advice: String,
}

impl fmt::Display for FunctionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            kind,
            message,
            advice,
        } = self;
        write!(f, "{function} ran and failed ({kind}): {message}\n{advice}")
    }
}

fn several(failures: &[FunctionFailure]) -> String {
    let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
    failures.join("\n")
}

impl RunError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Target(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Busy { .. } | Self::NoAnswer { .. } | Self::Answer { .. } | Self::Output(_) => {
                Code::Failed
            }
            Self::Failed(_) => Code::FunctionFailed,
        }
    }
}

/// The function's answer.
#[derive(Debug, Deserialize, Serialize)]
struct Answer {
    ok: bool,
    written: u64,
    complete: bool,
    days: Vec<Day>,
    objects: Vec<String>,
    requests: u64,
}

#[derive(Debug, Deserialize, Serialize)]
struct Day {
    date: String,
    written: u64,
    already_delivered: u64,
    pages: u64,
    swept: bool,
    settled: bool,
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
struct Ran {
    function: String,
    seconds: f64,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Answered(Answer),
    Failed { ok: bool, error: FunctionFailure },
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome::Answered(answer) = &self.outcome else {
            // That is the error, on standard error.
            return Ok(());
        };
        let objects = answer.objects.len();
        match answer.written {
            0 => writeln!(
                f,
                "{}: no new records. Zoom has none that are not in the bucket already.",
                self.function
            )?,
            written => writeln!(
                f,
                "{}: {written} records arrived, in {objects} objects.",
                self.function
            )?,
        }
        for day in &answer.days {
            writeln!(
                f,
                "  {}  {:>8} records, {} pages read{}",
                day.date,
                day.written,
                day.pages,
                if day.settled { ", settled" } else { "" }
            )?;
        }
        let rest = if answer.complete {
            "All that was due is read."
        } else {
            "There is more to read: its time or its share of Zoom's quota was used up. The next run goes on."
        };
        writeln!(
            f,
            "  {rest} {} requests to Zoom, {:.1} s.",
            answer.requests, self.seconds
        )
    }
}

pub async fn command(arguments: RunArguments, output: &Output) -> Result<(), RunError> {
    let mut runs = Vec::new();
    let mut failures = Vec::new();
    for target in arguments.functions.find().await? {
        output.remark(&format!("Invoking {} …", target.function));
        let ran = invoke(&target).await?;
        runs.push(ran);
    }
    let text: String = runs.iter().map(ToString::to_string).collect();
    output.report(&text, &runs)?;
    for ran in runs {
        if let Outcome::Failed { error, .. } = ran.outcome {
            failures.push(error);
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(RunError::Failed(failures))
    }
}

/// Invokes once: a second attempt of the SDK would be a second run.
async fn invoke(target: &Target) -> Result<Ran, RunError> {
    let function = &target.function;
    let configuration = target.configuration().await?;
    let log_group = configuration.log_group;
    let once = aws_sdk_lambda::config::Builder::from(&target.aws)
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(configuration.timeout + SLACK)
                .build(),
        )
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();

    let begun = SystemClock.now();
    let answer = Client::from_conf(once)
        .invoke()
        .function_name(function)
        .payload(Blob::new("{}"))
        .send()
        .await;
    let answer = answer.map_err(|error| {
        if error.code() == Some("TooManyRequestsException") {
            return RunError::Busy {
                function: function.clone(),
                said: error.message().unwrap_or_default().to_owned(),
            };
        }
        match AwsError::of("lambda:InvokeFunction", function)(error) {
            problem @ AwsError::NoAnswer { .. } => RunError::NoAnswer {
                problem,
                log_group: log_group.clone(),
            },
            problem => problem.into(),
        }
    })?;
    let took = SystemClock.now() - begun;

    let failed = answer.function_error.is_some();
    let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
    let outcome = if failed {
        let body: ErrorBody = serde_json::from_slice(&payload).unwrap_or(ErrorBody {
            error_type: String::new(),
            error_message: "it gave no reason".to_owned(),
        });
        Outcome::Failed {
            ok: false,
            error: FunctionFailure {
                function: function.clone(),
                advice: advice(&body.error_type, target, &log_group),
                kind: body.error_type,
                message: body.error_message,
            },
        }
    } else {
        let answer = serde_json::from_slice(&payload).map_err(|problem| RunError::Answer {
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

/// What to do about a kind of failure; the kinds are the function's.
fn advice(kind: &str, target: &Target, log_group: &str) -> String {
    let store = match &target.named {
        Some(named) => named.make("zoom-credentials"),
        None => "zoomlogs credentials --secret ID".to_owned(),
    };
    let deploy = match &target.named {
        Some(named) => named.make("build-and-deploy"),
        None => "terraform apply".to_owned(),
    };
    match kind {
        "SecretMissing" => format!("There are no credentials yet: {store}"),
        "SecretMalformed" | "ZoomBadCredentials" | "ZoomUnauthorized" => {
            format!("To store other credentials: {store}")
        }
        "ZoomMissingScope" | "ZoomNoPermission" => {
            "That is set in the Zoom App Marketplace and in Zoom's roles; nothing has to be stored again.".to_owned()
        }
        "SecretDenied" | "BucketDenied" | "BucketMissing" => {
            format!("Something was changed beside Terraform. To see what, and to mend it: {deploy}")
        }
        _ => format!("Its log says more: aws logs tail {log_group} --since 15m"),
    }
}
