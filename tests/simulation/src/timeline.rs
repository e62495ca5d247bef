//! Simulated time: what is to happen, in order.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, TimeDelta, Utc};

/// The time, and all that is to happen later.
///
/// Two events of the same moment happen in the order in which they were planned, so that a seed has one course.
#[derive(Debug)]
pub(crate) struct Timeline<E> {
    now: Cell<DateTime<Utc>>,
    planned: RefCell<BinaryHeap<Reverse<Planned<E>>>>,
    count: Cell<u64>,
}

#[derive(Debug)]
struct Planned<E> {
    at: DateTime<Utc>,
    number: u64,
    event: E,
}

impl<E> Timeline<E> {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self {
            now: Cell::new(now),
            planned: RefCell::default(),
            count: Cell::new(0),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    /// Plans `event` for `at`, or for now if that is past.
    pub(crate) fn plan(&self, at: DateTime<Utc>, event: E) {
        let number = self.count.get();
        self.count.set(number + 1);
        let at = at.max(self.now.get());
        self.planned
            .borrow_mut()
            .push(Reverse(Planned { at, number, event }));
    }

    pub(crate) fn plan_in(&self, delay: TimeDelta, event: E) {
        self.plan(self.now.get() + delay, event);
    }

    /// Takes the next event, and lets the time until then pass.
    pub(crate) fn next(&self) -> Option<E> {
        let Reverse(Planned { at, event, .. }) = self.planned.borrow_mut().pop()?;
        self.now.set(at);
        Some(event)
    }
}

impl<E> PartialEq for Planned<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<E> Eq for Planned<E> {}

impl<E> PartialOrd for Planned<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Planned<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_the_order_of_their_time_and_then_of_their_planning() {
        let timeline = Timeline::new(DateTime::UNIX_EPOCH);
        timeline.plan_in(TimeDelta::seconds(2), "third");
        timeline.plan_in(TimeDelta::seconds(1), "first");
        timeline.plan_in(TimeDelta::seconds(1), "second");
        assert_eq!(timeline.next(), Some("first"));
        assert_eq!(timeline.next(), Some("second"));
        assert_eq!(timeline.now(), DateTime::UNIX_EPOCH + TimeDelta::seconds(1));
        timeline.plan(DateTime::UNIX_EPOCH, "late");
        assert_eq!(timeline.next(), Some("late"), "the past is now");
        assert_eq!(timeline.next(), Some("third"));
        assert_eq!(timeline.next(), None);
    }
}
