//! `zoomlogs run`: one invocation of the function, and what came of it.

use std::fmt;

use clap::Args;
use serde_json::json;
use thiserror::Error;

use crate::exit::{Code, CommandError};
use crate::invocation::{FailedRun, InvocationError, Invoker, Outcome, Ran};
use crate::output::{Output, OutputError};
use crate::target::{Functions, TargetError};

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
    Invocation(#[from] InvocationError),
    #[error("{}", several(.0))]
    Failed(Vec<FailedRun>),
    #[error("the function ran, but {0}")]
    Output(#[from] OutputError),
}

fn several(failures: &[FailedRun]) -> String {
    let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
    failures.join("\n")
}

impl CommandError for RunError {
    fn code(&self) -> Code {
        match self {
            Self::Target(error) => error.code(),
            Self::Invocation(error) => error.code(),
            Self::Output(_) => Code::Failed,
            Self::Failed(_) => Code::FunctionFailed,
        }
    }
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
                day.counts.written,
                day.counts.pages,
                if day.counts.settled { ", settled" } else { "" }
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
        let configuration = target.configuration().await.map_err(TargetError::from)?;
        let ran = Invoker::new(&target, &configuration)
            .invoke(&json!({}))
            .await?;
        runs.push(ran);
    }
    let text: String = runs.iter().map(ToString::to_string).collect();
    output.show(&text, &runs)?;
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
