//! `zoomlogs replay`: past days once more, day by day.
//!
//! | module | what it is |
//! |---|---|
//! | `range` | which days |
//! | `estimate` | what it will cost |
//! | `day` | one day: invocations until it is read to its end |
//! | `progress` | how far it got, in a file |
//! | `watch` | what is seen meanwhile |
//! | `report` | what came of it |

mod day;
mod estimate;
mod progress;
mod range;
mod report;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use clap::Args;
use thiserror::Error;
use zoom_operationlogs_to_s3::clock::{Clock as _, SystemClock};
use zoom_operationlogs_to_s3::config::Config;
use zoom_operationlogs_to_s3::event::DayRange;

use self::day::{End, NoEnd, Replayer};
use self::estimate::Estimate;
use self::progress::{Failure, Kept, ProgressError};
use self::range::{Days, RangeError};
use self::report::{Counts, DayRow, Replayed};
use self::watch::Watch;
use crate::advice;
use crate::exit::Code;
use crate::invocation::{InvocationError, Invoker, Outcome};
use crate::output::{Output, OutputError};
use crate::state::{self, Found};
use crate::target::{Functions, Target, TargetError};
use crate::timestamp::minute;

/// How much longer than a run may take a run under way is waited for.
const SLACK: Duration = Duration::from_secs(60);

/// Delivers what the bucket lacks of past days
///
/// Invokes the function for one day after the other, waits for each, and ends with a table: what Zoom has of each day, what of
/// that was delivered before, what now. The oldest day comes first, because Zoom forgets that one first; it keeps six months.
/// With --env that is each function of the environment, unless --account or --report name one.
///
/// Any day may be replayed any number of times: nothing is delivered twice. Before it begins it says what it will cost of the
/// day's requests to Zoom. A day that is too long for one run is gone on with; a run under way is waited for.
///
/// How far it got is kept in a file, so that the same command goes on with the first day that is not done, whatever ended it:
/// Ctrl-C, an error, the day's budget. When all days are done the file is gone.
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
    #[error("the days were replayed, but {0}")]
    Output(#[from] OutputError),
}

impl ReplayError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Range(_) | Self::SeveralFunctions(_) => Code::Usage,
            Self::Target(error) => error.code(),
            Self::Progress(error) => match error {
                ProgressError::File { .. } => Code::Failed,
                ProgressError::Malformed { .. }
                | ProgressError::Other { .. }
                | ProgressError::NoHome => Code::Usage,
            },
            Self::Failed(_) => Code::FunctionFailed,
            Self::Stopped(_) | Self::Output(_) => Code::Failed,
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
    let mut replayed = Vec::new();
    for target in &targets {
        let one = Replay {
            target,
            range,
            output,
        };
        replayed.push(if arguments.dry_run {
            one.try_out().await?
        } else {
            one.run(arguments.state.as_deref(), arguments.anew).await?
        });
    }
    let text: Vec<_> = replayed.iter().map(ToString::to_string).collect();
    output.report(&text.join("\n"), &replayed)?;
    outcome(&replayed)
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

/// The replay of one function.
struct Replay<'a> {
    target: &'a Target,
    range: DayRange,
    output: &'a Output,
}

impl Replay<'_> {
    async fn run(
        &self,
        file: Option<&std::path::Path>,
        anew: bool,
    ) -> Result<Replayed, ReplayError> {
        let target = self.target;
        let configuration = target.configuration().await.map_err(TargetError::from)?;
        let config = configuration.parse(&target.function)?;
        let now = SystemClock.now();
        let mut kept = Kept::open(&configuration.arn, self.range, file, anew, now)?;
        let all: Vec<_> = self.range.iter().collect();
        let done = kept.progress.done();
        if done > 0 || !kept.progress.days.is_empty() {
            self.output.remark(&format!(
                "{}: going on with the replay that was begun {}; {done} of {} days are done (--anew begins again).",
                target.function,
                minute(kept.progress.begun),
                all.len()
            ));
        }
        let open: Vec<_> = all
            .iter()
            .copied()
            .filter(|day| !kept.progress.days.get(day).is_some_and(|day| day.done))
            .collect();
        let estimate = self.estimate(&config, &open).await;
        let replayer = Replayer {
            invoker: Invoker::new(target, &configuration),
            patience: configuration.timeout + SLACK,
        };

        let mut stopped = None;
        {
            let watch = Watch::new(self.output, all.len() as u64, done as u64);
            for &day in &open {
                watch.begin(format!("{} {day}", config.settings.report.name));
                let end = match replayer.replay(day, &mut kept, &watch).await {
                    Ok(end) => end,
                    Err(NoEnd::Progress(error)) => return Err(error.into()),
                    Err(NoEnd::Invocation(error)) => {
                        stopped = Some(stopped_by(day, &error));
                        break;
                    }
                };
                if matches!(end, End::HeldUp) {
                    stopped = Some(self.held_up(day, &config).await);
                    break;
                }
                let nth = all.iter().position(|other| *other == day).unwrap_or(0) + 1;
                watch.day_is_through(nth, &DayRow::of(day, kept.day(day)).line());
                if let End::Failed(failure) = &end
                    && advice::concerns_every_day(&failure.kind)
                    && day != self.range.to
                {
                    stopped = Some(format!(
                        "the days after {day} were not tried: they would fail alike"
                    ));
                    break;
                }
            }
        }

        let days: Vec<_> = all
            .iter()
            .map(|&day| DayRow::of(day, kept.day(day)))
            .collect();
        let is_done = days.iter().all(|day| day.done);
        if is_done {
            kept.finish()?;
        }
        Ok(Replayed {
            state: (!is_done).then(|| kept.path().to_owned()),
            begun: kept.progress.begun,
            dry_run: false,
            ..self.replayed(&config, estimate, days, stopped)
        })
    }

    /// Reads each day and delivers nothing. A day that is too long for one run cannot be gone on with: nothing is kept.
    async fn try_out(&self) -> Result<Replayed, ReplayError> {
        let target = self.target;
        let configuration = target.configuration().await.map_err(TargetError::from)?;
        let config = configuration.parse(&target.function)?;
        let all: Vec<_> = self.range.iter().collect();
        let estimate = self.estimate(&config, &all).await;
        let replayer = Replayer {
            invoker: Invoker::new(target, &configuration),
            patience: configuration.timeout + SLACK,
        };
        let (mut days, mut stopped) = (Vec::new(), None);
        {
            let watch = Watch::new(self.output, all.len() as u64, 0);
            for &day in &all {
                watch.begin(format!("{} {day}", config.settings.report.name));
                let mut row = DayRow::of(day, &progress::Day::default());
                match replayer.try_out(day, &watch).await {
                    Err(error) => stopped = Some(stopped_by(day, &error)),
                    Ok(ran) => {
                        row.invocations = 1;
                        match ran.outcome {
                            Outcome::Failed { error, .. } => {
                                if advice::concerns_every_day(&error.kind) && day != self.range.to {
                                    stopped = Some(format!(
                                        "the days after {day} were not tried: they would fail alike"
                                    ));
                                }
                                row.failure = Some(Failure {
                                    kind: error.kind,
                                    message: error.message,
                                    advice: error.advice,
                                });
                            }
                            Outcome::Answered(answer) => match answer.days.first() {
                                Some(report) => {
                                    row.counts =
                                        Counts::of(report.in_zoom, report.written, report.pages);
                                    row.done = report.swept;
                                }
                                None => stopped = Some(self.held_up(day, &config).await),
                            },
                        }
                    }
                }
                watch.day_is_through(days.len() + 1, &row.line());
                days.push(row);
                if stopped.is_some() {
                    break;
                }
            }
        }
        Ok(self.replayed(&config, estimate, days, stopped))
    }

    /// Says what it will cost.
    async fn estimate(&self, config: &Config, days: &[NaiveDate]) -> Estimate {
        let checkpoint = match state::read(&self.target.aws, config).await {
            Ok(Found::Whole(checkpoint)) => Some(checkpoint),
            Ok(_) => None,
            Err(error) => {
                self.output.remark(&format!(
                    "The estimate knows nothing of earlier runs, because the checkpoint cannot be read: {error}"
                ));
                None
            }
        };
        let estimate = Estimate::of(days, checkpoint.as_deref(), config, SystemClock.now());
        self.output
            .remark(&format!("{}: {estimate}", self.target.function));
        estimate
    }

    /// Why no request could be made, and when one can be.
    async fn held_up(&self, day: NaiveDate, config: &Config) -> String {
        let now = SystemClock.now();
        let budget = config.settings.daily_request_budget;
        let why = match state::read(&self.target.aws, config).await {
            Ok(Found::Whole(checkpoint)) => {
                match checkpoint.paused_until.filter(|&until| until > now) {
                    Some(until) => format!("Zoom asked for no request until {}", minute(until)),
                    None if checkpoint.requests.on(now.date_naive()) >= budget => {
                        format!("today's {budget} requests to Zoom are spent; there are new ones at 00:00 UTC")
                    }
                    None => "the function made no request; its log says why".to_owned(),
                }
            }
            _ => "the function made no request: its budget is spent until 00:00 UTC, or Zoom asked for a pause; zoomlogs status \
                  says which"
                .to_owned(),
        };
        format!("stopped at {day}: {why}")
    }

    fn replayed(
        &self,
        config: &Config,
        estimate: Estimate,
        days: Vec<DayRow>,
        stopped: Option<String>,
    ) -> Replayed {
        Replayed {
            function: self.target.function.clone(),
            report: config.settings.report.name,
            from: self.range.from,
            to: self.range.to,
            dry_run: true,
            begun: SystemClock.now(),
            estimate,
            total: Counts::sum(days.iter().map(|day| &day.counts)),
            days,
            stopped,
            state: None,
        }
    }
}

fn stopped_by(day: NaiveDate, error: &InvocationError) -> String {
    format!("stopped at {day}: {error}")
}
