//! `zoomlogs status`: whether the pipeline is healthy, and what to do if it is not.
//!
//! | module | what it is |
//! |---|---|
//! | `learned` | something that was asked for and perhaps not learned |
//! | `line` | what a line of the log is |
//! | `schedule`, `alarms`, `log`, `collected` | what is asked of AWS, each by itself |
//! | `chart` | the last day by the hour |
//! | `findings` | what is not as it should be, by the alarms' thresholds |
//! | `function`, `reader` | how one function is, and one reader of the feed |
//! | `text` | all of it for people |

mod alarms;
mod chart;
mod collected;
mod findings;
mod function;
mod learned;
mod line;
mod log;
mod reader;
mod schedule;
mod text;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use self::findings::Verdict;
use self::function::FunctionStatus;
use self::reader::Reader;
use crate::aws::AwsError;
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};
use crate::target::{Functions, TargetError};

/// Whether the pipeline is healthy, and what to do if it is not
///
/// Looks at the schedule, the checkpoint, the last day of the function's log, the alarms and the feed's reader, and changes
/// nothing. Green is well; yellow is something to know of, which may pass by itself; red is something to mend, and then the
/// exit code is 5. The thresholds are those of the alarms: red is, among others, when no run was complete for an hour.
///
/// Needs lambda:GetFunctionConfiguration, s3:GetObject on the checkpoint and s3:ListBucket, logs:FilterLogEvents and, with
/// --env, scheduler:GetSchedule, cloudwatch:DescribeAlarms, iam:ListAccessKeys and iam:GetAccessKeyLastUsed. What a missing
/// right hides is named, and the rest is reported all the same.
#[derive(Debug, Args)]
pub struct StatusArguments {
    #[command(flatten)]
    functions: Functions,
}

#[derive(Debug, Error)]
pub enum StatusError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error("not healthy: {}", .0.join("; "))]
    Unhealthy(Vec<String>),
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl CommandError for StatusError {
    fn code(&self) -> Code {
        match self {
            Self::Target(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Unhealthy(_) => Code::NotInOrder,
            Self::Output(_) => Code::Failed,
        }
    }
}

/// What was found.
#[derive(Debug, Serialize)]
struct Status {
    verdict: Verdict,
    at: DateTime<Utc>,
    functions: Vec<FunctionStatus>,
    readers: Vec<Reader>,
}

pub async fn command(arguments: StatusArguments, output: &Output) -> Result<(), StatusError> {
    let targets = arguments.functions.find().await?;
    let now = SystemClock.now();
    let mut functions = Vec::new();
    let mut readers = Vec::new();
    let mut seen = BTreeSet::new();
    for target in &targets {
        functions.push(FunctionStatus::of(target, now).await?);
        if let Some(named) = &target.named
            && seen.insert(named.to_string())
        {
            readers.push(Reader::of(named, &target.aws, now).await?);
        }
    }
    let verdicts = functions.iter().map(|function| function.verdict);
    let verdicts = verdicts.chain(readers.iter().map(|reader| reader.verdict));
    let status = Status {
        verdict: verdicts.max().unwrap_or(Verdict::Green),
        at: now,
        functions,
        readers,
    };
    let text = text::text(&status.functions, &status.readers, now);
    output.show(&text, &status)?;
    if status.verdict < Verdict::Red {
        return Ok(());
    }
    let red = status
        .functions
        .iter()
        .filter(|it| it.verdict == Verdict::Red)
        .map(|it| it.function.clone());
    let readers = status
        .readers
        .iter()
        .filter(|it| it.verdict == Verdict::Red)
        .map(|it| format!("reader of the feed of {}", it.pipeline));
    Err(StatusError::Unhealthy(red.chain(readers).collect()))
}
