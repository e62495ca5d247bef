//! What runs into a limit: days that do not settle or were lost, and requests to Zoom.

use chrono::{NaiveTime, TimeDelta};
use zoomlogs_core::collector::Settings;

use super::collected::Collected;
use super::facts::{COMPLETE_RUN_MAX_AGE, Facts};
use super::log::WINDOW;
use super::verdict::Finding;
use crate::timestamp::{long, minute};

/// How much of the budget may be spent without a word.
const BUDGET_PERCENT: u64 = 80;

impl Facts<'_> {
    /// A day that is open for longer than it takes to settle one. As the alarm sees it, a day that does not settle is a fault
    /// only when each run says so for as long; until then it may be a backlog.
    pub fn old_day(&self, collected: &Collected) -> Option<Finding> {
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

    /// Requests that are spent, or that Zoom does not want.
    pub fn quota(&self, collected: &Collected) -> Vec<Finding> {
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
    pub const fn is_spent(&self) -> bool {
        self.requests_today >= self.daily_request_budget
    }
}

/// Days that nobody can read any more.
pub fn lost(collected: &Collected) -> Option<Finding> {
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
