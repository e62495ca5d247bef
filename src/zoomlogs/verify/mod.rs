//! `zoomlogs verify`: an audit that does not trust the function. It reads Zoom itself and the bucket itself, and compares them
//! record by record. It writes nothing but its report.
//!
//! | module | what it is |
//! |---|---|
//! | `range` | which days |
//! | `canonical`, `identity` | JSON in one spelling, and what tells records apart |
//! | `zoom_reading` | a day as Zoom tells it |
//! | `bucket`, `entry`, `day_log` | what is in the bucket, one object of it, and a day of it |
//! | `compare` | the two against each other |
//! | `excuses` | what the checkpoint excuses |
//! | `audit_report` | what came of it, for auditors |
//! | `day` | one day: Zoom, the bucket, and Zoom again |
//! | `audit` | one function, day by day |
//! | `text`, `last_word` | what came of it, for people |
//! | `key`, `seal`, `check` | the report's digest and signature, and whether they are right |

mod audit;
mod audit_report;
mod bucket;
mod canonical;
mod check;
mod compare;
mod day;
mod day_log;
mod entry;
mod excuses;
mod identity;
mod key;
mod last_word;
mod range;
mod seal;
mod text;
mod zoom_reading;

use std::path::PathBuf;

use aws_config::SdkConfig;
use chrono::NaiveDate;
use clap::{ArgGroup, Args};
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::calendar::RangeError;
use zoomlogs_core::clock::Clock as _;

use self::audit::Options;
use self::audit_report::{AuditReport, Auditor, FORMAT, FunctionAudit, Overall, Tool, moment};
use self::check::AuditCheckError;
use self::key::{KeyError, SigningKey};
use self::seal::{Destination, SealError, Sealed};
use crate::aws::AwsError;
use crate::days;
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};
use crate::target::{Functions, TargetError};

/// Compares Zoom with the bucket, record by record
///
/// Reads each day from Zoom and from the bucket, and counts what is missing, doubled or foreign. The function's
/// configuration says where to read; the function's word for what it delivered is not taken. Nothing is written
/// but the report. With --env that is each function of the environment, unless --account or --report name one.
///
/// It asks Zoom half as fast as the function may, and no more often than the function's budget for today still allows. Zoom
/// reports the last six months.
///
/// Needs lambda:GetFunctionConfiguration on the function, secretsmanager:GetSecretValue on the secret, s3:ListBucketVersions and
/// s3:GetObjectVersion on the log, s3:GetObject and s3:ListBucket for the checkpoint, and where a key of KMS encrypts these, kms:Decrypt. With
/// --sign also kms:GetPublicKey and kms:Sign.
#[derive(Debug, Args)]
#[command(
    mut_group("which", |group| group.required(false)),
    group = ArgGroup::new("what").required(true).args(["env", "function", "check"]),
)]
pub struct VerifyArguments {
    #[command(flatten)]
    functions: Functions,

    /// The first day (UTC); a week before the last one unless given
    #[arg(long, value_name = "DAY", value_parser = days::parse)]
    from: Option<NaiveDate>,

    /// The last day (UTC); yesterday unless given
    #[arg(long, value_name = "DAY", value_parser = days::parse)]
    to: Option<NaiveDate>,

    /// The most requests to Zoom for each function, instead of what its budget has left today
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,

    /// How many examples of each kind of wrong record a day shows
    #[arg(long, value_name = "N", default_value_t = 5)]
    examples: usize,

    /// Shows the records themselves, in the report too: they name people and what they did
    #[arg(long)]
    show: bool,

    /// Writes the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    report_file: Option<PathBuf>,

    /// Signs the JSON report with this asymmetric key of KMS (id, ARN or alias/…), such as an ECC_NIST_P256 one
    #[arg(long, value_name = "KEY")]
    sign: Option<String>,

    /// Checks a report that was written earlier, its digest and its signature, and reads nothing else
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["from", "to", "max_requests", "examples", "show", "report_file", "sign"],
    )]
    check: Option<PathBuf>,

    /// With --check: the signing key's public part (PEM), instead of asking KMS for it
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

#[derive(Debug, Error)]
pub enum VerifyError {
    #[error(transparent)]
    Check(#[from] AuditCheckError),
    #[error("{}{}", .0, hint(.0))]
    Range(#[from] RangeError),
    #[error("--sign signs the JSON report: say where it goes, with --report-file FILE or --json")]
    NothingToSign,
    #[error("--public-key is for --check: it confirms a report that was written earlier")]
    NothingToConfirm,
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("everything was looked at, but {0}")]
    Seal(SealError),
    #[error("everything was looked at, but {0}")]
    NotKept(String),
    #[error(transparent)]
    Destination(SealError),
    #[error("everything was looked at, but {0}")]
    Output(#[from] OutputError),
    #[error("{0}")]
    Differs(String),
    #[error("{0}")]
    Incomplete(String),
}

impl CommandError for VerifyError {
    fn code(&self) -> Code {
        match self {
            Self::Check(error) => error.code(),
            Self::Target(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Range(_)
            | Self::NothingToSign
            | Self::NothingToConfirm
            | Self::Destination(_) => Code::Usage,
            Self::Key(_)
            | Self::Seal(_)
            | Self::NotKept(_)
            | Self::Output(_)
            | Self::Incomplete(_) => Code::Failed,
            Self::Differs(_) => Code::NotInOrder,
        }
    }
}

/// What else is to be said of days that cannot be looked at.
const fn hint(error: &RangeError) -> &'static str {
    match error {
        RangeError::BeyondHistory { .. } => {
            ". What was delivered before that can be read in the bucket, but there is nothing left to compare it with"
        }
        _ => "",
    }
}

pub async fn command(arguments: VerifyArguments, output: &Output) -> Result<(), VerifyError> {
    let public_key = arguments.public_key.as_deref();
    if let Some(file) = &arguments.check {
        return Ok(check::check(file, public_key, output).await?);
    }
    if public_key.is_some() {
        return Err(VerifyError::NothingToConfirm);
    }
    if arguments.sign.is_some() && arguments.report_file.is_none() && !output.is_json() {
        return Err(VerifyError::NothingToSign);
    }
    let started = SystemClock.now();
    let (from, to) = (arguments.from, arguments.to);
    let options = Options {
        range: range::asked_for(from, to, started.date_naive())?,
        asked_for: from.is_some() || to.is_some(),
        max_requests: arguments.max_requests,
        examples: arguments.examples,
        show: arguments.show,
    };
    let file = arguments.report_file.as_deref().map(Destination::open);
    let file = file.transpose().map_err(VerifyError::Destination)?;

    let targets = arguments.functions.find().await?;
    let Some(first) = targets.first() else {
        return Err(VerifyError::Incomplete(
            "there is no function to look at".to_owned(),
        ));
    };
    let auditor = auditor(&first.aws).await?;
    // What would fail at the end shall fail before hours of reading.
    let key = match &arguments.sign {
        None => None,
        Some(key) => {
            let key = SigningKey::find(&first.aws, key).await?;
            key.try_out().await?;
            Some(key)
        }
    };
    let mut functions = Vec::new();
    for target in &targets {
        functions.push(audit::audit(target, options, output).await);
    }
    let verdicts = functions.iter().map(FunctionAudit::verdict);
    let report = AuditReport {
        format: FORMAT,
        tool: Tool {
            name: "zoomlogs",
            version: env!("CARGO_PKG_VERSION"),
        },
        auditor,
        started: moment(started),
        ended: moment(SystemClock.now()),
        verdict: verdicts.max().unwrap_or(Overall::Incomplete),
        functions,
    };
    hand_over(&report, key.as_ref(), file.as_ref(), output).await?;
    match report.verdict {
        Overall::Matches => Ok(()),
        Overall::Differs => Err(VerifyError::Differs(last_word::complaint(&report))),
        Overall::Incomplete => Err(VerifyError::Incomplete(last_word::complaint(&report))),
    }
}

/// Signs, writes and shows the report. What fails of these takes nothing from the others: the audit has been done.
async fn hand_over(
    report: &AuditReport,
    key: Option<&SigningKey>,
    file: Option<&Destination>,
    output: &Output,
) -> Result<(), VerifyError> {
    let mut problems = Vec::new();
    let mut sealed = Sealed::new(report).map_err(VerifyError::Seal)?;
    if let Some(key) = key
        && let Err(problem) = sealed.sign(key).await
    {
        problems.push(problem.to_string());
    }
    if let Some(file) = file
        && let Err(problem) = file.write(&sealed)
    {
        problems.push(problem.to_string());
    }
    output.show(&text::text(report), &sealed)?;
    if problems.is_empty() {
        return Ok(());
    }
    if report.verdict != Overall::Matches {
        problems.push(last_word::complaint(report));
    }
    Err(VerifyError::NotKept(problems.join("; ")))
}

/// Who runs this, by AWS's word.
async fn auditor(aws: &SdkConfig) -> Result<Auditor, AwsError> {
    let sts = aws_sdk_sts::Client::new(aws);
    let answer = sts.get_caller_identity().send().await;
    let answer = answer.map_err(AwsError::of("sts:GetCallerIdentity", "these credentials"))?;
    Ok(Auditor {
        arn: answer.arn.unwrap_or_default(),
        account: answer.account.unwrap_or_default(),
        user_id: answer.user_id.unwrap_or_default(),
    })
}
