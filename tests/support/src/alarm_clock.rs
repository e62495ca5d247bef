//! A clock that moves when nobody can go on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use zoomlogs_core::clock::Clock;

use crate::drive::{poll_while_woken, until};

/// A clock by which what is waited for at the same time is waited for once. What a run computes takes no time.
#[derive(Debug)]
pub struct AlarmClock {
    now: Cell<DateTime<Utc>>,
    /// When somebody's waiting is over.
    alarms: RefCell<BTreeSet<DateTime<Utc>>>,
}

impl AlarmClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now: Cell::new(now),
            alarms: RefCell::default(),
        }
    }

    /// Takes a future to its end: whenever it cannot go on, it is the time of the next alarm.
    ///
    /// # Panics
    /// If it waits for something else than this clock.
    #[allow(clippy::expect_used, reason = "a test's panic is its report")]
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            if let Some(output) = poll_while_woken(future.as_mut()) {
                return output;
            }
            let alarm = self.alarms.borrow_mut().pop_first();
            self.now.set(alarm.expect("somebody waits"));
        }
    }
}

impl Clock for AlarmClock {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    async fn sleep(&self, duration: Duration) {
        let moment = self.now() + duration;
        self.alarms.borrow_mut().insert(moment);
        until(self, moment).await;
    }

    fn seed(&self) -> u64 {
        7
    }
}
