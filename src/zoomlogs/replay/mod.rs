//! `zoomlogs replay`: past days once more, day by day.
//!
//! | module | what it is |
//! |---|---|
//! | `progress` | how far it got |
//! | `state_file` | that, in a file |
//! | `error` | why it did not do what it was asked for |
//! | `estimate` | what it will cost |
//! | `watch` | what is seen meanwhile |
//! | `day` | one day: invocations until it is read to its end |
//! | `text` | what came of it |
//! | `function` | the replay of one function |

mod day;
mod error;
mod estimate;
mod function;
mod progress;
mod state_file;
mod text;
mod watch;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::calendar::DayRange;
use zoomlogs_core::clock::Clock as _;

use self::error::ReplayError;
use self::function::Replay;
use self::text::Replayed;
use crate::days;
use crate::exit::{Code, CommandError as _};
use crate::invocation::Failure;
use crate::output::Output;
use crate::target::Functions;

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

    /// The first day, YYYY-MM-DD, in UTC; six months back at most
    #[arg(long, value_name = "DAY", value_parser = days::parse)]
    from: NaiveDate,

    /// The last day; today at most
    #[arg(long, value_name = "DAY", value_parser = days::parse)]
    to: NaiveDate,

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

pub async fn command(arguments: ReplayArguments, output: &Output) -> Result<(), ReplayError> {
    let today = SystemClock.now().date_naive();
    let range = DayRange::new(arguments.from, arguments.to, today)?;
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
