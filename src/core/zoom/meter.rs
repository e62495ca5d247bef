//! What a run may still spend at Zoom, and what it has spent.

use std::cell::RefCell;

use chrono::{DateTime, NaiveDate, Utc};

use super::ZoomError;
use crate::calendar::end_of;

/// Counts the requests of a run against the daily budget and the invocation's time.
///
/// Only requests to the report count: those for tokens are not part of the account's quota.
#[derive(Debug)]
pub struct Meter {
    deadline: DateTime<Utc>,
    budget: u64,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    today: NaiveDate,
    spent_today: u64,
    usage: Usage,
    /// Why no further request may be made.
    closed: Option<ZoomError>,
}

/// What a run has spent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests to the report, retries included.
    pub requests: u64,
    /// How many of them, and of those for tokens, were retries.
    pub retries: u64,
    /// Answers 429.
    pub throttled: u64,
    /// Requests by the UTC day on which they were made.
    pub by_day: Vec<(NaiveDate, u64)>,
}

impl Meter {
    /// A meter for a run that must be done with Zoom at `deadline`, with `spent` requests of the `budget` gone
    /// on the day `on`.
    #[must_use]
    pub fn new(deadline: DateTime<Utc>, budget: u64, on: NaiveDate, spent: u64) -> Self {
        Self {
            deadline,
            budget,
            state: RefCell::new(State {
                today: on,
                spent_today: spent,
                usage: Usage::default(),
                closed: None,
            }),
        }
    }

    /// When the run must be done with Zoom.
    #[must_use]
    pub const fn deadline(&self) -> DateTime<Utc> {
        self.deadline
    }

    /// What the run has spent so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.state.borrow().usage.clone()
    }

    /// Lets no further request be made: each is refused with this reason, or with that of an earlier call. What Zoom says
    /// to one of several requests under way can hold for all.
    pub fn stop(&self, reason: &ZoomError) {
        let closed = &mut self.state.borrow_mut().closed;
        closed.get_or_insert_with(|| reason.clone());
    }

    /// Whether the budget has a request left.
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), ZoomError> {
        let state = self.state.borrow();
        if let Some(reason) = &state.closed {
            return Err(reason.clone());
        }
        if now.date_naive() <= state.today && state.spent_today >= self.budget {
            return Err(ZoomError::BudgetSpent {
                budget: self.budget,
                until: end_of(now.date_naive()),
            });
        }
        Ok(())
    }

    /// Takes one request from the budget. Called right before the request is sent: one that is not answered has
    /// been spent all the same.
    pub(super) fn spend(&self, now: DateTime<Utc>) -> Result<(), ZoomError> {
        self.check(now)?;
        let mut state = self.state.borrow_mut();
        let today = now.date_naive();
        if today > state.today {
            state.today = today;
            state.spent_today = 0;
        }
        state.spent_today += 1;
        state.usage.requests += 1;
        let by_day = &mut state.usage.by_day;
        match by_day.iter_mut().find(|(day, _)| *day == today) {
            Some((_, requests)) => *requests += 1,
            None => by_day.push((today, 1)),
        }
        Ok(())
    }

    pub(super) fn note_retry(&self) {
        self.state.borrow_mut().usage.retries += 1;
    }

    pub(super) fn note_throttled(&self) {
        self.state.borrow_mut().usage.throttled += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_budget_is_renewed_at_midnight_utc() {
        let evening = at("2026-11-22T23:59:59Z");
        let meter = Meter::new(at("2026-11-23T00:05:00Z"), 3, evening.date_naive(), 1);
        assert_eq!(meter.spend(evening), Ok(()));
        assert_eq!(meter.spend(evening), Ok(()));
        let midnight = at("2026-11-23T00:00:00Z");
        assert_eq!(
            meter.spend(evening),
            Err(ZoomError::BudgetSpent {
                budget: 3,
                until: midnight
            })
        );
        assert_eq!(meter.spend(midnight), Ok(()));
        let usage = meter.usage();
        assert_eq!(usage.requests, 3, "a refused request is not spent");
        assert_eq!(
            usage.by_day,
            [(evening.date_naive(), 2), (midnight.date_naive(), 1)]
        );
    }

    #[test]
    fn a_closed_meter_refuses_with_the_first_reason() {
        let now = at("2026-11-22T12:00:00Z");
        let meter = Meter::new(now, 3, now.date_naive(), 0);
        meter.stop(&ZoomError::Unauthorized);
        meter.stop(&ZoomError::OutOfTime);
        assert_eq!(meter.spend(now), Err(ZoomError::Unauthorized));
        assert_eq!(meter.usage().requests, 0);
    }
}
