//! The limit on requests per second.

use std::cell::RefCell;
use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;

/// Lets at most `limit` requests begin within any one second. Zoom's quota is the whole account's, so that the
/// limit is set below it.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    begun: RefCell<VecDeque<DateTime<Utc>>>,
}

impl Pace {
    pub(super) fn new(limit: u32) -> Self {
        Self {
            limit: limit.max(1) as usize,
            begun: RefCell::default(),
        }
    }

    /// Waits until a request may begin, and counts it.
    pub(super) async fn wait(&self, clock: &impl Clock) {
        loop {
            let now = clock.now();
            let wait = {
                let mut begun = self.begun.borrow_mut();
                // A clock that was set back must not block anybody: what lies in the future is forgotten.
                begun.retain(|&at| at <= now && now - at < TimeDelta::seconds(1));
                if begun.len() < self.limit {
                    begun.push_back(now);
                    return;
                }
                begun.front().map_or(TimeDelta::zero(), |&first| {
                    first + TimeDelta::seconds(1) - now
                })
            };
            clock.sleep(wait.to_std().unwrap_or_default()).await;
        }
    }
}
