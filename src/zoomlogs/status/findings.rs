//! What of a function is not as it should be, and what to do. The thresholds are those of the alarms.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use zoomlogs_core::calendar::end_of;
use zoomlogs_core::collector::Settings;

use super::alarms::{Alarm, Alarms};
use super::collected::Collected;
use super::learned::Learned;
use super::log::{Log, WINDOW};
use super::schedule::Schedule;
use crate::advice;
use crate::checkpoint::{Found, Unusable};
use crate::deployment::Named;
use crate::wording::{ago, long, minute};

/// How long no run may be complete.
const COMPLETE_RUN_MAX_AGE: TimeDelta = TimeDelta::hours(1);

/// How much of the budget may be spent without a word.
const BUDGET_PERCENT: u64 = 80;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Green,
    /// Something to know of. It may pass by itself.
    Yellow,
    /// Something to repair.
    Red,
}

impl Verdict {
    /// The worst of these findings.
    pub fn of(findings: &[Finding]) -> Self {
        let worst = findings.iter().map(|finding| finding.verdict).max();
        worst.unwrap_or(Self::Green)
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub verdict: Verdict,
    pub what: String,
    pub to_do: String,
}

impl Finding {
    pub fn yellow(what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self::new(Verdict::Yellow, what, to_do)
    }

    pub fn red(what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self::new(Verdict::Red, what, to_do)
    }

    pub fn new(verdict: Verdict, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            verdict,
            what: what.into(),
            to_do: to_do.into(),
        }
    }
}

/// What is known of a function.
#[derive(Debug)]
pub struct Facts<'a> {
    pub now: DateTime<Utc>,
    pub function: &'a str,
    pub named: Option<&'a Named>,
    pub log_group: &'a str,
    pub settings: &'a Settings,
    pub schedule: Option<&'a Learned<Option<Schedule>>>,
    pub checkpoint: &'a Learned<Found<Collected>>,
    pub log: &'a Learned<Log>,
    pub alarms: Option<&'a Learned<Alarms>>,
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
            findings.extend(lost(collected));
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        findings
    }

    fn collected(&self) -> Option<&Collected> {
        self.checkpoint.known().and_then(Found::whole)
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
        matches!(self.checkpoint, Learned::Known(Found::Missing)) && no_trace
    }

    fn checkpoint(&self) -> Option<Finding> {
        let key = &self.settings.state_key;
        Some(match self.checkpoint.known()? {
            Found::Whole(_) => return None,
            Found::Missing => Finding::yellow(
                format!("The checkpoint {key} is not there."),
                "Nothing: the next run goes on from an older version of it, or from the log. If it stays away, somebody deletes \
                 it.",
            ),
            Found::Unusable(Unusable::Damaged { problem }) => Finding::yellow(
                format!("The checkpoint {key} cannot be used: {problem}."),
                "Nothing: the next run goes on from an older version of it, and replaces it. If that happens again, somebody \
                 writes there.",
            ),
            Found::Unusable(Unusable::Newer { problem }) => Finding::red(
                format!("The checkpoint {key} cannot be read: {problem}."),
                self.make(
                    "build-and-deploy",
                    "Deploy the newer version, and use its zoomlogs",
                ),
            ),
            Found::Unusable(Unusable::OtherLog { found }) => Finding::red(
                format!("The checkpoint {key} belongs to another log, {found}."),
                "Give each function a STATE_KEY and an S3_PREFIX of its own (docs/operations.md, CheckpointOfOtherLog).",
            ),
        })
    }

    fn last_complete_run(&self) -> Option<DateTime<Utc>> {
        let by_checkpoint = self.collected().and_then(|it| it.last_complete_run);
        let by_log = self.log.known().and_then(Log::last_complete);
        by_checkpoint.max(by_log)
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
                None => advice::look_at_log(self.log_group),
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
        let Some(alarms) = self.alarms.and_then(Learned::known) else {
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

    /// A day that is open for longer than it takes to settle one. As the alarm sees it, a day that does not settle is a fault
    /// only when each run says so for as long; until then it may be a backlog.
    fn old_day(&self, collected: &Collected) -> Option<Finding> {
        let settling = settling(self.settings);
        let allowed = self.settings.late_arrival + settling;
        let oldest = collected.open_days.first()?.date;
        if self.now - end_of(oldest) <= allowed {
            return None;
        }
        let too_old =
            |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX) > allowed.num_seconds();
        let ages: Vec<_> = self
            .log
            .known()
            .into_iter()
            .flat_map(|log| &log.runs)
            .filter_map(|run| Some((run.at, run.oldest_open_day_age_seconds?)))
            .collect();
        let for_long = ages
            .first()
            .is_some_and(|(at, _)| self.now - *at >= settling.min(WINDOW) - COMPLETE_RUN_MAX_AGE)
            && ages.iter().all(|&(_, age)| too_old(age));
        let what = format!(
            "{oldest} is still open; a day settles within {} after its end.",
            long(allowed)
        );
        Some(if for_long {
            Finding::red(
                what,
                format!(
                    "Look for errors of that day: aws logs tail {} --since 1d. Zoom forgets a day after six months.",
                    self.log_group
                ),
            )
        } else {
            Finding::yellow(
                what,
                "Nothing, while a backlog is read and the open days become fewer.",
            )
        })
    }

    /// Requests that are spent, or that Zoom does not want.
    fn quota(&self, collected: &Collected) -> Vec<Finding> {
        let Collected {
            requests_today: spent,
            daily_request_budget: budget,
            ..
        } = collected;
        let mut findings = Vec::new();
        if let Some(until) = collected.paused_until {
            findings.push(Finding::yellow(
                format!("Zoom asked for no request until {}.", minute(until)),
                "Nothing: runs go on then. Other apps of the same Zoom account spend its quota as well.",
            ));
        }
        let raise = "If it happens again: what asks so much is in the log; zoom_daily_request_budget in terraform.tfvars \
                     raises it.";
        if collected.is_spent() {
            findings.push(Finding::red(
                format!(
                    "The day's {budget} requests to Zoom are spent: runs stop until 00:00 UTC."
                ),
                raise,
            ));
        } else if spent * 100 > budget * BUDGET_PERCENT {
            findings.push(Finding::yellow(
                format!("{spent} of the day's {budget} requests to Zoom are spent."),
                raise,
            ));
        }
        findings
    }
}

/// Days that nobody can read any more.
fn lost(collected: &Collected) -> Option<Finding> {
    let lost: Vec<_> = collected
        .lost_days
        .iter()
        .map(ToString::to_string)
        .collect();
    (!lost.is_empty()).then(|| {
        Finding::yellow(
            format!(
                "Zoom stopped keeping days before they were read to the end: {}.",
                lost.join(", ")
            ),
            "What was not read of them cannot be had again. What was, is in the bucket.",
        )
    })
}

/// How much longer than late arrivals are waited for a day may need to settle: four sweeps, at least a day and at most a week, as
/// in the module `monitoring`.
fn settling(settings: &Settings) -> TimeDelta {
    (settings.full_sweep * 4).clamp(TimeDelta::days(1), TimeDelta::days(7))
}
