//! A clock that stands until somebody moves it.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use zoomlogs_core::clock::Clock;

use crate::drive::step;

/// A clock that a test sets, and that moves on by what is waited: two that wait at once take as long as one after the other.
#[derive(Debug)]
pub struct ManualClock(Cell<DateTime<Utc>>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub const fn new(now: DateTime<Utc>) -> Self {
        Self(Cell::new(now))
    }

    /// The time that it shows.
    pub const fn now(&self) -> DateTime<Utc> {
        self.0.get()
    }

    /// Sets it.
    pub fn set(&self, now: DateTime<Utc>) {
        self.0.set(now);
    }

    /// Lets time pass.
    pub fn pass(&self, time: TimeDelta) {
        let now = self.now().checked_add_signed(time);
        self.set(now.unwrap_or(DateTime::<Utc>::MAX_UTC));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.now()
    }

    async fn sleep(&self, duration: Duration) {
        step().await;
        self.pass(TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX));
    }

    fn seed(&self) -> u64 {
        7
    }
}
