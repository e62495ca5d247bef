//! Whether a function is healthy, why not, and what to do. The thresholds are those of the alarms.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::Serialize;
use zoom_operationlogs_to_s3::collector::Settings;

use super::alarms::Alarm;
use super::collected::{Collected, State};
use super::log::{Log, WINDOW};
use super::part::Part;
use super::schedule::Schedule;
use crate::advice;
use crate::deployment::Named;
use crate::state::Unusable;
use crate::timestamp::{ago, long, minute};

/// How long no run may be complete.
const COMPLETE_RUN_MAX_AGE: TimeDelta = TimeDelta::hours(1);

/// How much of the budget may be spent without a word.
const BUDGET_PERCENT: u64 = 80;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Green,
    /// Something to know of. It may pass by itself.
    Yellow,
    /// Something to mend.
    Red,
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

    fn new(verdict: Verdict, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            verdict,
            what: what.into(),
            to_do: to_do.into(),
        }
    }
}

/// The worst of them.
pub fn of(findings: &[Finding]) -> Verdict {
    let worst = findings.iter().map(|finding| finding.verdict).max();
    worst.unwrap_or(Verdict::Green)
}

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
    pub alarms: Option<&'a Part<Vec<Alarm>>>,
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

    fn has_never_run(&self) -> bool {
        let no_trace = self
            .log
            .known()
            .is_none_or(|log| log.runs.is_empty() && log.errors.is_empty());
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
        let apply = |before: &str| match self.named {
            Some(named) => format!("{before}{}", named.make("apply")),
            None => format!("{before}terraform apply"),
        };
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
        let alarms = self
            .alarms
            .and_then(Part::known)
            .map_or(&[][..], Vec::as_slice);
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
        alarms.iter().map(finding).collect()
    }

    /// A day that is open for longer than it takes to settle one. As the alarm sees it, a day that does not settle is a fault
    /// only when each run says so for as long; until then it may be a backlog.
    fn old_day(&self, collected: &Collected) -> Option<Finding> {
        let settling = settling(self.settings);
        let allowed = self.settings.late_arrival + settling;
        let oldest = collected.open_days.first()?.date;
        let ended = oldest.succ_opt()?.and_time(NaiveTime::MIN).and_utc();
        if self.now - ended <= allowed {
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

impl Collected {
    const fn is_spent(&self) -> bool {
        self.requests_today >= self.daily_request_budget
    }
}

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
