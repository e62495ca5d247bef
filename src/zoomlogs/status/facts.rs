//! Whether a function is healthy, why not, and what to do. The thresholds are those of the alarms.

use chrono::{DateTime, TimeDelta, Utc};
use zoomlogs_core::collector::Settings;

use super::alarms::{Alarm, Alarms};
use super::collected::{Collected, State};
use super::limits;
use super::log::Log;
use super::part::Part;
use super::schedule::Schedule;
use super::verdict::{Finding, Verdict};
use crate::advice;
use crate::deployment::Named;
use crate::state::Unusable;
use crate::timestamp::{ago, long, minute};

/// How long no run may be complete.
pub const COMPLETE_RUN_MAX_AGE: TimeDelta = TimeDelta::hours(1);

/// What is known of a function.
#[derive(Debug)]
pub struct Facts<'a> {
    pub now: DateTime<Utc>,
    pub function: &'a str,
    pub named: Option<&'a Named>,
    pub log_group: &'a str,
    pub settings: &'a Settings,
    pub schedule: Option<&'a Part<Option<Schedule>>>,
    pub state: &'a Part<State>,
    pub log: &'a Part<Log>,
    pub alarms: Option<&'a Part<Alarms>>,
}

impl Facts<'_> {
    /// All that is not as it should be, the worst first.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.has_never_run() {
            findings.push(Finding::red(
                "There has been no run yet.",
                format!("To run it now, and see what comes: {}", self.run()),
            ));
        } else {
            findings.extend(self.checkpoint());
            findings.extend(self.last_failure().or_else(|| self.complete_run()));
        }
        findings.extend(self.schedule());
        findings.extend(self.alarms());
        if let Some(collected) = self.collected() {
            findings.extend(self.old_day(collected));
            findings.extend(self.quota(collected));
            findings.extend(limits::lost(collected));
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        findings
    }

    fn collected(&self) -> Option<&Collected> {
        self.state.known().and_then(State::whole)
    }

    fn make(&self, target: &str, otherwise: &str) -> String {
        self.named
            .map_or_else(|| otherwise.to_owned(), |named| named.make(target))
    }

    fn run(&self) -> String {
        match self.named {
            Some(named) => format!("zoomlogs run {}", named.flags()),
            None => format!("zoomlogs run --function {}", self.function),
        }
    }

    /// Only who may read the log can tell.
    fn has_never_run(&self) -> bool {
        let no_trace = self
            .log
            .known()
            .is_some_and(|log| log.runs.is_empty() && log.errors.is_empty());
        matches!(self.state, Part::Known(State::Missing)) && no_trace
    }

    fn checkpoint(&self) -> Option<Finding> {
        let key = &self.settings.state_key;
        Some(match self.state.known()? {
            State::Whole(_) => return None,
            State::Missing => Finding::yellow(
                format!("The checkpoint {key} is not there."),
                "Nothing: the next run goes on from an older version of it, or from the log. If it stays away, somebody deletes \
                 it.",
            ),
            State::Unusable(Unusable::Damaged { problem }) => Finding::yellow(
                format!("The checkpoint {key} cannot be used: {problem}."),
                "Nothing: the next run goes on from an older version of it, and replaces it. If that happens again, somebody \
                 writes there.",
            ),
            State::Unusable(Unusable::Newer { problem }) => Finding::red(
                format!("The checkpoint {key} cannot be read: {problem}."),
                self.make(
                    "build-and-deploy",
                    "Deploy the newer version, and use its zoomlogs",
                ),
            ),
            State::Unusable(Unusable::OtherLog { found }) => Finding::red(
                format!("The checkpoint {key} belongs to another log, {found}."),
                "Give each function a STATE_KEY and an S3_PREFIX of its own (docs/operations.md, CheckpointOfOtherLog).",
            ),
        })
    }

    fn last_complete_run(&self) -> Option<DateTime<Utc>> {
        let by_state = self.collected().and_then(|it| it.last_complete_run);
        let by_log = self.log.known().and_then(Log::last_complete);
        by_state.max(by_log)
    }

    /// An invocation that failed, if none was complete since.
    fn last_failure(&self) -> Option<Finding> {
        let failure = self.log.known()?.last_failure()?;
        if self.last_complete_run() > Some(failure.at) {
            return None;
        }
        let kind = match failure.kind.as_str() {
            "" => String::new(),
            kind => format!(" ({kind})"),
        };
        let since = match self.last_complete_run() {
            Some(at) => format!("The last complete run was {}.", ago(self.now - at)),
            None => "No run has been complete yet.".to_owned(),
        };
        Some(Finding::red(
            format!(
                "The run {} failed{kind}: {}. {since}",
                ago(self.now - failure.at),
                failure.problem.trim_end_matches('.')
            ),
            advice::on(&failure.kind, self.named, self.log_group),
        ))
    }

    fn complete_run(&self) -> Option<Finding> {
        let look = || {
            let held_up = self
                .collected()
                .filter(|it| it.paused_until.is_some() || it.is_spent());
            match held_up {
                Some(_) => "See below: requests to Zoom are held up.".to_owned(),
                None => advice::on("", self.named, self.log_group),
            }
        };
        let late = |what| Some(Finding::red(what, look()));
        match self.last_complete_run() {
            Some(at) if self.now - at <= COMPLETE_RUN_MAX_AGE => None,
            Some(at) => late(format!(
                "No run has done all that was due for {}.",
                long(self.now - at)
            )),
            None if self.collected().is_none() && self.log.known().is_none() => {
                Some(Finding::yellow(
                    "Whether runs are complete is not known.",
                    "Give whoever runs this the rights that are named above.",
                ))
            }
            None => {
                let begins = self.log.known().and_then(Log::begins);
                match begins {
                    Some(at) if self.now - at <= COMPLETE_RUN_MAX_AGE => Some(Finding::yellow(
                        format!(
                            "No run has been complete yet; the first was {}.",
                            ago(self.now - at)
                        ),
                        "Nothing, while there is a backlog to read: each run goes on where the last one stopped.",
                    )),
                    _ => late("No run has been complete yet.".to_owned()),
                }
            }
        }
    }

    fn schedule(&self) -> Option<Finding> {
        let apply = |before: &str| format!("{before}{}", self.make("apply", "terraform apply"));
        match self.schedule?.known()? {
            Some(schedule) if schedule.on => None,
            Some(schedule) => Some(Finding::red(
                format!(
                    "The schedule {} is off: nothing is collected.",
                    schedule.name
                ),
                apply("schedule_enabled = true in terraform.tfvars, then "),
            )),
            None => Some(Finding::red(
                "The schedule is not there: nothing is collected.",
                apply("To make it again: "),
            )),
        }
    }

    fn alarms(&self) -> Vec<Finding> {
        let Some(alarms) = self.alarms.and_then(Part::known) else {
            return Vec::new();
        };
        let missing = (!alarms.missing.is_empty()).then(|| {
            Finding::yellow(
                format!(
                    "Nobody would be told, because alarms are not there: {}.",
                    alarms.missing.join(", ")
                ),
                format!(
                    "To make them again: {}",
                    self.make("apply", "terraform apply")
                ),
            )
        });
        let finding = |alarm: &Alarm| {
            let since = match alarm.since {
                Some(at) => format!(" since {}", minute(at)),
                None => String::new(),
            };
            // The one alarm that rings before anything is wrong.
            let verdict = if alarm.name.contains("-quota-nearly-spent") {
                Verdict::Yellow
            } else {
                Verdict::Red
            };
            let what = format!("The alarm {} rings{since}.", alarm.name);
            Finding::new(verdict, what, alarm.description.clone())
        };
        alarms.ringing.iter().map(finding).chain(missing).collect()
    }
}
