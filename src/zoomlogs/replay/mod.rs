//! `zoomlogs replay`: past days once more, day by day.
//!
//! | module | what it is |
//! |---|---|
//! | `range` | which days |
//! | `estimate` | what it will cost |
//! | `function` | the replay of one function |
//! | `day` | one day: invocations until it is read to its end |
//! | `progress` | how far it got |
//! | `kept` | that, in a file |
//! | `watch` | what is seen meanwhile |
//! | `report` | what came of it |

mod day;
mod estimate;
mod function;
mod kept;
mod progress;
mod range;
mod report;
mod watch;

use std::path::PathBuf;

use clap::Args;
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use self::function::Replay;
use self::kept::ProgressError;
use self::progress::Failure;
use self::range::{Days, RangeError};
use self::report::Replayed;
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};
use crate::target::{Functions, TargetError};

/// Delivers what the bucket lacks of past days
///
/// Invokes the function for one day after the other, waits for each, and ends with a table: what Zoom has of each day, what of
/// that was delivered before, what now. The oldest day comes first, because Zoom forgets that one first; it keeps six months.
/// With --env that is each function of the environment, unless --account or --report name one.
///
/// Any day may be replayed any number of times: nothing is delivered twice. Before it begins it says what it will cost of the
/// day's requests to Zoom. A day that is too long for one run is gone on with; a run under way is waited for. Two replays of the
/// same days at once are refused.
///
/// How far it got is kept in a file, so that the same command goes on with the first day that is not done, whatever ended it:
/// Ctrl-C, an error, the day's budget. A day that Zoom stopped keeping meanwhile is named as such, and the others go on. When
/// there is nothing left to do the file is gone.
///
/// Needs lambda:GetFunctionConfiguration and lambda:InvokeFunction on the function and, for the estimate, s3:GetObject on its
/// checkpoint.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    #[command(flatten)]
    functions: Functions,

    #[command(flatten)]
    days: Days,

    /// Delivers nothing: says what it would cost and deliver, at the price of reading the days
    #[arg(long)]
    dry_run: bool,

    /// Where to keep how far it got, rather than in $XDG_STATE_HOME/zoomlogs or ~/.local/state/zoomlogs
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Forgets how far an earlier replay of the same days got
    #[arg(long)]
    anew: bool,
}

#[derive(Debug, Error)]
pub enum ReplayError {
    #[error(transparent)]
    Range(#[from] RangeError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Progress(#[from] ProgressError),
    #[error(
        "--state names one file, and these are several functions: {}. Name one, with --report and --account", .0.join(", ")
    )]
    SeveralFunctions(Vec<String>),
    #[error("{}", .0.join("\n"))]
    Failed(Vec<String>),
    #[error("{}", .0.join("\n"))]
    Stopped(Vec<String>),
    /// Of several functions, some could not be replayed at all.
    #[error("{}", said.join("\n"))]
    Several { said: Vec<String>, code: Code },
    #[error("the days were replayed, but {0}")]
    Output(#[from] OutputError),
}

impl CommandError for ReplayError {
    fn code(&self) -> Code {
        match self {
            Self::Range(_) | Self::SeveralFunctions(_) => Code::Usage,
            Self::Target(error) => error.code(),
            Self::Progress(error) => match error {
                ProgressError::File { .. } => Code::Failed,
                ProgressError::Running { .. } => Code::Refused,
                ProgressError::Malformed { .. }
                | ProgressError::Other { .. }
                | ProgressError::NoHome => Code::Usage,
            },
            Self::Failed(_) => Code::FunctionFailed,
            Self::Stopped(_) | Self::Output(_) => Code::Failed,
            Self::Several { code, .. } => *code,
        }
    }
}

pub async fn command(arguments: ReplayArguments, output: &Output) -> Result<(), ReplayError> {
    let range = arguments.days.range(SystemClock.now())?;
    let targets = arguments.functions.find().await?;
    if arguments.state.is_some() && targets.len() > 1 {
        let functions = targets.iter().map(|target| target.function.clone());
        return Err(ReplayError::SeveralFunctions(functions.collect()));
    }
    let (mut replayed, mut states, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for target in &targets {
        let one = Replay {
            target,
            range,
            output,
        };
        let end = if arguments.dry_run {
            one.try_out().await.map(|replayed| (replayed, None))
        } else {
            let end = one.run(arguments.state.as_deref(), arguments.anew).await;
            end.map(|(replayed, state)| (replayed, Some(state)))
        };
        match end {
            Ok((one, state)) => {
                replayed.push(one);
                states.extend(state);
            }
            Err(error) if targets.len() == 1 => return Err(error),
            Err(error) => errors.push((target.function.as_str(), error)),
        }
    }
    if !replayed.is_empty() {
        let text: Vec<_> = replayed.iter().map(ToString::to_string).collect();
        output.show(&text.join("\n"), &replayed)?;
    }
    // Where one function is not through, the same command goes on; it shall not begin again with those that are.
    if errors.is_empty() && replayed.iter().all(|one| one.state.is_none()) {
        for state in states {
            state.finish()?;
        }
    }
    let outcome = outcome(&replayed);
    if errors.is_empty() {
        return outcome;
    }
    let (mut said, code) = match outcome {
        Err(error) => (vec![error.to_string()], error.code()),
        Ok(()) if replayed.is_empty() => (Vec::new(), errors[0].1.code()),
        Ok(()) => (Vec::new(), Code::Failed),
    };
    let errors = errors.iter();
    said.extend(errors.map(|(function, error)| format!("{function}: {error}")));
    Err(ReplayError::Several { said, code })
}

/// Why the command as a whole did not do what it was asked for.
fn outcome(replayed: &[Replayed]) -> Result<(), ReplayError> {
    let mut said = Vec::new();
    let mut failed = false;
    for one in replayed {
        for day in &one.days {
            if let Some(failure) = &day.failure {
                failed = true;
                let Failure {
                    kind,
                    message,
                    advice,
                } = failure;
                said.push(format!(
                    "{} failed on {} ({kind}): {message}\n{advice}",
                    one.function, day.date
                ));
            }
        }
        said.extend(
            one.stopped
                .as_ref()
                .map(|why| format!("{}: {why}", one.function)),
        );
        if one.state.is_some() {
            said.push("The same command goes on with the days that are not done.".to_owned());
        }
    }
    match (said.is_empty(), failed) {
        (true, _) => Ok(()),
        (_, true) => Err(ReplayError::Failed(said)),
        (_, false) => Err(ReplayError::Stopped(said)),
    }
}
