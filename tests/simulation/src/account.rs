//! What an invocation may spend and write, by what it knew when it began, and what all of them spent on a day.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use zoomlogs_core::checkpoint::RequestsSpent;

use crate::oracle::{Oracle, Violation, broken};

/// The limit that the function is given. Zoom's own is not lower, but it is the whole account's.
pub(crate) const REQUESTS_PER_SECOND: u32 = 5;

/// An invocation's requests, against the checkpoint that it read.
#[derive(Debug)]
pub(crate) struct Account {
    /// The budget of a day.
    budget: u64,
    /// Whether the invocation only reads.
    dry_run: Cell<bool>,
    /// What the checkpoint said that it read first; none if that was missing or damaged.
    loaded: RefCell<Option<Option<Known>>>,
    made: RefCell<Vec<(NaiveDate, u64)>>,
    /// When the process last sent requests: a limit of a second is the process's, not the invocation's.
    last: RefCell<VecDeque<DateTime<Utc>>>,
    /// A call that was answered so that the run must fail.
    denied: Cell<Option<&'static str>>,
    /// Whether Zoom said that the day's quota is spent.
    stopped: Cell<bool>,
    /// Whether another invocation ran at the same time.
    overlapped: Cell<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    requests: RequestsSpent,
    paused_until: Option<DateTime<Utc>>,
    tampered: u32,
}

impl Account {
    pub(crate) fn new(budget: u64) -> Self {
        Self {
            budget,
            dry_run: Cell::new(false),
            loaded: RefCell::default(),
            made: RefCell::default(),
            last: RefCell::default(),
            denied: Cell::default(),
            stopped: Cell::default(),
            overlapped: Cell::default(),
        }
    }

    /// Another invocation begins.
    pub(crate) fn begin(&self, dry_run: bool) {
        self.dry_run.set(dry_run);
        self.loaded.take();
        self.made.take();
        self.denied.take();
        self.stopped.take();
        self.overlapped.take();
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.dry_run.get()
    }

    /// Another invocation runs at the same time.
    pub(crate) fn meet_another(&self) {
        self.overlapped.set(true);
    }

    /// The invocation reads the checkpoint. What counts is what it reads first.
    pub(crate) fn load(&self, oracle: &Oracle) {
        self.loaded.borrow_mut().get_or_insert_with(|| {
            oracle.checkpoint.as_ref().map(|checkpoint| Known {
                requests: checkpoint.requests,
                paused_until: checkpoint.paused_until,
                tampered: oracle.tampered,
            })
        });
    }

    /// The invocation asks for a page.
    pub(crate) fn may_ask(&self, now: DateTime<Utc>) -> Result<(), Violation> {
        if self.stopped.get() {
            return broken!("a request after Zoom said that the day's quota is spent");
        }
        self.check_rate(now)?;
        let requests = self.count(now.date_naive());
        let known = self.loaded.borrow().flatten();
        let before = known.map_or(0, |known| known.requests.on(now.date_naive()));
        if before + requests > self.budget {
            let budget = self.budget;
            return broken!(
                "{requests} requests after {before} of earlier runs, with a budget of {budget}"
            );
        }
        match known.and_then(|known| known.paused_until) {
            Some(until) if now < until => {
                broken!("a request before {until}, until when Zoom asked for none")
            }
            _ => Ok(()),
        }
    }

    /// Counts one more request of the invocation and returns how many they are today.
    fn count(&self, today: NaiveDate) -> u64 {
        let mut made = self.made.borrow_mut();
        match made.last_mut() {
            Some((day, requests)) if *day == today => {
                *requests += 1;
                *requests
            }
            _ => {
                made.push((today, 1));
                1
            }
        }
    }

    fn check_rate(&self, now: DateTime<Utc>) -> Result<(), Violation> {
        let mut last = self.last.borrow_mut();
        last.retain(|&at| now - at < TimeDelta::seconds(1));
        last.push_back(now);
        if last.len() > REQUESTS_PER_SECOND as usize {
            return broken!(
                "{} requests within a second, of {REQUESTS_PER_SECOND}",
                last.len()
            );
        }
        Ok(())
    }

    /// Zoom says that the day's quota is spent.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
    }

    /// The invocation writes.
    pub(crate) fn may_write(&self, key: &str) -> Result<(), Violation> {
        if self.is_dry_run() {
            return broken!("a dry run writes {key}");
        }
        Ok(())
    }

    /// The bucket answers a call so that no later one can fare better.
    pub(crate) fn deny(&self, action: &'static str) {
        self.denied.set(Some(action));
    }

    /// The invocation has not failed: then nothing was denied to it.
    pub(crate) fn check_not_denied(&self) -> Result<(), Violation> {
        match self.denied.get() {
            Some(action) => broken!("{action} was denied, and the run did not fail"),
            None => Ok(()),
        }
    }

    /// The invocation has ended well: the checkpoint counts its requests, unless somebody took it away.
    pub(crate) fn check_counted(&self, oracle: &Oracle) -> Result<(), Violation> {
        let known = self.loaded.borrow().flatten();
        let known = known.filter(|known| known.tampered == oracle.tampered);
        let (Some(checkpoint), Some(known)) = (&oracle.checkpoint, known) else {
            return Ok(());
        };
        let made = self.made.borrow();
        let Some((day, made)) = made.last().filter(|_| !self.is_dry_run()) else {
            return Ok(());
        };
        let (before, counted) = (known.requests.on(*day), checkpoint.requests);
        if counted.date <= *day && counted.on(*day) < before + made {
            let counted = counted.on(*day);
            return broken!("{made} requests after {before}, and the checkpoint counts {counted}");
        }
        Ok(())
    }
}

/// The requests of all invocations, by the day.
#[derive(Debug, Default)]
pub(crate) struct Daily {
    days: BTreeMap<NaiveDate, Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    /// By runs that the next one knows of.
    counted: u64,
    /// By runs that died or failed, that only looked, or that ran beside another: nobody can know of all of these.
    uncounted: u64,
}

impl Daily {
    /// An invocation has ended. Where `counted`, whoever came after it knew what it had spent.
    pub(crate) fn add(&mut self, account: &Account, counted: bool) -> Result<(), Violation> {
        let counted = counted && !account.is_dry_run() && !account.overlapped.get();
        for (day, requests) in account.made.borrow().iter() {
            let spent = self.days.entry(*day).or_default();
            if counted {
                spent.counted += requests;
            } else {
                spent.uncounted += requests;
            }
            if spent.counted > account.budget {
                let Spent { counted, uncounted } = spent;
                let budget = account.budget;
                return broken!(
                    "{counted} requests on {day} by runs that knew of each other, and {uncounted} by others, with a budget of {budget}"
                );
            }
        }
        Ok(())
    }
}
