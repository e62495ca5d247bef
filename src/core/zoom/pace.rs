//! The limit on requests per second.

use std::cell::RefCell;
use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;

/// The time in which requests are counted, for which all of them wait after Zoom refused one, and within which several refusals
/// count as one: those requests were on their way already.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// After so long without a refusal, one more request per second is tried.
const RECOVERY: TimeDelta = TimeDelta::seconds(10);

/// Lets at most `limit` requests begin within any one second. Zoom's quota is the whole account's, so that the
/// limit is set below it; where others spend the quota all the same, Zoom's refusals lower it for every day of the run alike.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// When the requests of the last second began.
    begun: VecDeque<DateTime<Utc>>,
    /// How many may begin within a second at present.
    allowed: usize,
    /// When that last changed; none while it is the limit.
    changed: Option<DateTime<Utc>>,
    /// Until when none may begin.
    held_until: Option<DateTime<Utc>>,
}

impl Pace {
    pub(super) fn new(limit: u32) -> Self {
        let limit = limit.max(1) as usize;
        Self {
            limit,
            state: RefCell::new(State {
                begun: VecDeque::new(),
                allowed: limit,
                changed: None,
                held_until: None,
            }),
        }
    }

    /// Waits until a request may begin, and counts it.
    pub(super) async fn wait(&self, clock: &impl Clock) {
        loop {
            // The cell is not borrowed across the await.
            let wait = self.state.borrow_mut().begin(self.limit, clock.now());
            let Some(wait) = wait else {
                return;
            };
            clock.sleep(wait.to_std().unwrap_or_default()).await;
        }
    }

    /// Zoom refused a request at `now` because there were too many within a second: all wait for one, and half as many begin in
    /// each from then on.
    pub(super) fn slow_down(&self, now: DateTime<Utc>) {
        let mut state = self.state.borrow_mut();
        state.held_until = state.held_until.max(Some(now + SECOND));
        if state.changed.is_none_or(|at| now >= at + SECOND) {
            state.allowed = (state.allowed / 2).max(1);
            state.changed = Some(now);
        }
    }
}

impl State {
    /// Counts a request that begins at `now`; or else how long it must wait at least.
    fn begin(&mut self, limit: usize, now: DateTime<Utc>) -> Option<TimeDelta> {
        // A clock that was set back must not block a request: what lies too far in the future is forgotten.
        self.begun.retain(|&at| at <= now && now - at < SECOND);
        self.held_until
            .take_if(|until| *until <= now || *until > now + SECOND);
        self.changed.take_if(|at| *at > now);
        match self.changed {
            Some(at) if now >= at + RECOVERY => {
                self.allowed += 1;
                self.changed = (self.allowed < limit).then_some(now);
            }
            None => self.allowed = limit,
            Some(_) => {}
        }
        if let Some(until) = self.held_until {
            return Some(until - now);
        }
        if self.begun.len() < self.allowed {
            self.begun.push_back(now);
            return None;
        }
        let first = self.begun[self.begun.len() - self.allowed];
        Some(first + SECOND - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    /// How many requests begin from one moment until before another, if as many as may want to.
    fn begun(pace: &Pace, from: i64, until: i64) -> usize {
        let mut now = from;
        let mut begun = 0;
        while now < until {
            match pace.state.borrow_mut().begin(pace.limit, at(now)) {
                None => begun += 1,
                Some(wait) => now += wait.num_milliseconds(),
            }
        }
        begun
    }

    #[test]
    fn no_more_than_the_limit_begin_within_any_second() {
        let pace = Pace::new(5);
        assert_eq!(begun(&pace, 0, 3_000), 15);
        let pace = Pace::new(5);
        assert_eq!(begun(&pace, 0, 1), 5);
        assert_eq!(begun(&pace, 999, 1_000), 0);
        assert_eq!(begun(&pace, 1_000, 1_001), 5);
    }

    #[test]
    fn a_refusal_holds_all_for_a_second_and_halves_the_rate_until_it_recovers() {
        let pace = Pace::new(5);
        assert_eq!(begun(&pace, 0, 1), 5);
        // The answers to all five, which were on their way together.
        for refused in [100, 110, 120, 130, 140] {
            pace.slow_down(at(refused));
        }
        assert_eq!(begun(&pace, 150, 1_140), 0);
        assert_eq!(begun(&pace, 1_140, 2_140), 2);
        pace.slow_down(at(2_200));
        pace.slow_down(at(4_200));
        assert_eq!(begun(&pace, 5_200, 6_200), 1, "one at least");
        // One more each ten seconds.
        assert_eq!(begun(&pace, 15_000, 16_000), 2);
        assert_eq!(begun(&pace, 26_000, 27_000), 3);
        assert_eq!(begun(&pace, 37_000, 38_000), 4);
        assert_eq!(begun(&pace, 48_000, 49_000), 5);
        assert_eq!(begun(&pace, 59_000, 60_000), 5);
    }

    #[test]
    fn a_clock_that_was_set_back_blocks_nothing() {
        let pace = Pace::new(2);
        assert_eq!(begun(&pace, 100_000, 100_001), 2);
        pace.slow_down(at(100_001));
        assert_eq!(begun(&pace, 0, 1), 2);
    }
}
