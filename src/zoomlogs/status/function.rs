//! How one function is: what is asked of AWS about it, and what of that is not as it should be.

use chrono::{DateTime, Utc};
use serde::Serialize;
use zoomlogs_aws::config::Config;

use super::alarms::{self, Alarms};
use super::chart::{self, Hour};
use super::collected::Collected;
use super::findings::{Facts, Finding, Verdict};
use super::learned::Learned;
use super::line::LoggedError;
use super::log::Log;
use super::schedule::{self, Schedule};
use crate::aws::AwsError;
use crate::checkpoint::{self, Found};
use crate::target::{Configuration, Target};

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
    pub details: Learned<FunctionDetails>,
}

/// What could be asked once the function's configuration was known.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionDetails {
    /// None when only the function was named.
    pub schedule: Option<Learned<Option<Schedule>>>,
    pub checkpoint: Learned<Found<Collected>>,
    pub hours: Learned<Vec<Hour>>,
    pub errors: Learned<Vec<LoggedError>>,
    /// None when only the function was named.
    pub alarms: Option<Learned<Alarms>>,
}

impl FunctionStatus {
    pub async fn of(target: &Target, now: DateTime<Utc>) -> Result<Self, AwsError> {
        let unlooked = |findings: Vec<Finding>, why: String| Self {
            function: target.function.clone(),
            pipeline: target.named.as_ref().map(ToString::to_string),
            report: None,
            verdict: Verdict::of(&findings),
            findings,
            details: Learned::NotKnown(why),
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
            Err(problem @ AwsError::NotFound { .. }) => return Err(problem),
            answer => match Learned::of(answer)? {
                Learned::Known(configuration) => configuration,
                Learned::NotKnown(why) => {
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
        config: &Config,
        now: DateTime<Utc>,
    ) -> Result<Self, AwsError> {
        let aws = &target.aws;
        let collects = target.collects.as_ref();
        let schedule = match collects.and_then(|it| it.schedule_name.as_ref()) {
            Some(name) => Some(Learned::of(schedule::find(aws, name).await)?),
            None => None,
        };
        let alarms = match collects {
            Some(it) => Some(Learned::of(alarms::find(aws, &it.alarm_names).await)?),
            None => None,
        };
        let settings = &config.settings;
        let collected = |checkpoint: Box<_>| Collected::of(&checkpoint, settings, now);
        let found = checkpoint::read(aws, config).await;
        let checkpoint = Learned::of_store(found.map(|found| found.map(collected)));
        let log = Learned::of(Log::read(aws, &configuration.log_group, now).await)?;
        let facts = Facts {
            now,
            function: &target.function,
            named: target.named.as_ref(),
            log_group: &configuration.log_group,
            settings,
            schedule: schedule.as_ref(),
            checkpoint: &checkpoint,
            log: &log,
            alarms: alarms.as_ref(),
        };
        let findings = facts.findings();
        let (hours, errors) = match log {
            Learned::Known(log) => (
                Learned::Known(chart::hours(&log, now)),
                Learned::Known(log.errors),
            ),
            Learned::NotKnown(why) => (Learned::NotKnown(why.clone()), Learned::NotKnown(why)),
        };
        Ok(Self {
            function: target.function.clone(),
            pipeline: target.named.as_ref().map(ToString::to_string),
            report: Some(settings.report.name),
            verdict: Verdict::of(&findings),
            findings,
            details: Learned::Known(FunctionDetails {
                schedule,
                checkpoint,
                hours,
                errors,
                alarms,
            }),
        })
    }
}
