//! `zoomlogs status`: whether the pipeline is healthy, and what to do if it is not.
//!
//! | module | what it is |
//! |---|---|
//! | `schedule`, `alarms`, `log`, `reader`, `collected` | what is asked of AWS, each by itself |
//! | `line` | what a line of the log is |
//! | `part` | something that was asked for and perhaps not learned |
//! | `facts`, `limits` | what is not as it should be, by the alarms' thresholds |
//! | `verdict` | how bad that is |
//! | `chart` | the last day by the hour |
//! | `report` | all of it for people |

mod alarms;
mod chart;
mod collected;
mod facts;
mod limits;
mod line;
mod log;
mod part;
mod reader;
mod report;
mod schedule;
mod verdict;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use self::alarms::Alarms;
use self::chart::Hour;
use self::collected::State;
use self::facts::Facts;
use self::log::{Log, LoggedError};
use self::part::Part;
use self::reader::Reader;
use self::schedule::Schedule;
use self::verdict::{Finding, Verdict};
use crate::aws::AwsError;
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};
use crate::state;
use crate::target::{Configuration, Functions, Target, TargetError};

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
pub struct Status {
    pub verdict: Verdict,
    pub at: DateTime<Utc>,
    pub functions: Vec<FunctionStatus>,
    pub readers: Vec<Reader>,
}

/// How one function is.
#[derive(Debug, Serialize)]
pub struct FunctionStatus {
    pub function: String,
    /// The pipeline that it is part of, if that was named.
    pub pipeline: Option<String>,
    pub report: Option<&'static str>,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    #[serde(flatten)]
    pub details: Part<Details>,
}

/// What could be asked once the function's configuration was known.
#[derive(Debug, Clone, Serialize)]
pub struct Details {
    /// None when only the function was named.
    pub schedule: Option<Part<Option<Schedule>>>,
    pub checkpoint: Part<State>,
    pub hours: Part<Vec<Hour>>,
    pub errors: Part<Vec<LoggedError>>,
    /// None when only the function was named.
    pub alarms: Option<Part<Alarms>>,
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
    output.show(&report::text(&status), &status)?;
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

impl FunctionStatus {
    async fn of(target: &Target, now: DateTime<Utc>) -> Result<Self, StatusError> {
        let unlooked = |findings: Vec<Finding>, why: String| Self {
            function: target.function.clone(),
            pipeline: target.named.as_ref().map(ToString::to_string),
            report: None,
            verdict: verdict::of(&findings),
            findings,
            details: Part::NotKnown(why),
        };
        let deploy = match &target.named {
            Some(named) => named.make("build-and-deploy"),
            None => "terraform apply".to_owned(),
        };
        let configuration = match target.configuration().await {
            Err(problem @ AwsError::NotFound { .. }) if target.named.is_some() => {
                let missing = Finding::red("The function is not there.", deploy);
                return Ok(unlooked(vec![missing], problem.to_string()));
            }
            Err(problem @ AwsError::NotFound { .. }) => return Err(problem.into()),
            answer => match Part::of(answer)? {
                Part::Known(configuration) => configuration,
                Part::NotKnown(why) => {
                    let finding = Finding::yellow(
                        format!("Whether it is healthy is not known: this {why}."),
                        "Give whoever runs this that right.",
                    );
                    return Ok(unlooked(vec![finding], why));
                }
            },
        };
        match configuration.parse(&target.function) {
            Ok(config) => Self::look(target, &configuration, &config, now).await,
            Err(problem) => {
                let finding = Finding::red(format!("It cannot start: {problem}."), deploy);
                Ok(unlooked(vec![finding], problem.to_string()))
            }
        }
    }

    async fn look(
        target: &Target,
        configuration: &Configuration,
        config: &zoomlogs_aws::config::Config,
        now: DateTime<Utc>,
    ) -> Result<Self, StatusError> {
        let aws = &target.aws;
        let collects = target.collects.as_ref();
        let schedule = match collects.and_then(|it| it.schedule_name.as_ref()) {
            Some(name) => Some(Part::of(schedule::find(aws, name).await)?),
            None => None,
        };
        let alarms = match collects {
            Some(it) => Some(Part::of(alarms::find(aws, &it.alarm_names).await)?),
            None => None,
        };
        let found = state::read(aws, config).await;
        let state = Part::of_store(found.map(|found| State::of(found, &config.settings, now)));
        let log = Part::of(Log::read(aws, &configuration.log_group, now).await)?;
        let facts = Facts {
            now,
            function: &target.function,
            named: target.named.as_ref(),
            log_group: &configuration.log_group,
            settings: &config.settings,
            schedule: schedule.as_ref(),
            state: &state,
            log: &log,
            alarms: alarms.as_ref(),
        };
        let findings = facts.findings();
        let (hours, errors) = match log {
            Part::Known(log) => (
                Part::Known(chart::hours(&log, now)),
                Part::Known(log.errors),
            ),
            Part::NotKnown(why) => (Part::NotKnown(why.clone()), Part::NotKnown(why)),
        };
        Ok(Self {
            function: target.function.clone(),
            pipeline: target.named.as_ref().map(ToString::to_string),
            report: Some(config.settings.report.name),
            verdict: verdict::of(&findings),
            findings,
            details: Part::Known(Details {
                schedule,
                checkpoint: state,
                hours,
                errors,
                alarms,
            }),
        })
    }
}
