//! What an invocation may spend and write, by what it knew when it began.

use std::cell::{Cell, RefCell};

use chrono::{DateTime, NaiveDate, Utc};
use zoom_operationlogs_to_s3::checkpoint::RequestsSpent;

use crate::oracle::{Oracle, Violation, broken};

/// An invocation's requests, against the checkpoint that it read.
#[derive(Debug)]
pub(crate) struct Account {
    /// The budget of a day.
    budget: u64,
    /// Whether it only reads.
    dry_run: Cell<bool>,
    /// What the checkpoint said that it read first; none if that was missing or damaged.
    loaded: RefCell<Option<Option<Known>>>,
    made: RefCell<Vec<(NaiveDate, u64)>>,
    /// A call that was answered 403.
    denied: Cell<Option<&'static str>>,
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
            denied: Cell::default(),
        }
    }

    /// Another invocation begins.
    pub(crate) fn begin(&self, dry_run: bool) {
        self.dry_run.set(dry_run);
        self.loaded.take();
        self.made.take();
        self.denied.take();
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.dry_run.get()
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
        let today = now.date_naive();
        let mut made = self.made.borrow_mut();
        if made.last().is_none_or(|(day, _)| *day != today) {
            made.push((today, 0));
        }
        let Some((_, requests)) = made.last_mut() else {
            return Ok(());
        };
        *requests += 1;
        let Some(known) = self.loaded.borrow().flatten() else {
            return Ok(());
        };
        let before = known.requests.on(today);
        if before + *requests > self.budget {
            let budget = self.budget;
            return broken!(
                "{requests} requests after {before} of earlier runs, with a budget of {budget}"
            );
        }
        if let Some(until) = known
            .paused_until
            .filter(|&until| now < until && made.len() == 1)
        {
            return broken!("a request before {until}, until when Zoom asked for none");
        }
        Ok(())
    }

    /// The invocation writes.
    pub(crate) fn may_write(&self, key: &str) -> Result<(), Violation> {
        if self.dry_run.get() {
            return broken!("a dry run writes {key}");
        }
        Ok(())
    }

    /// The bucket answers a call with 403.
    pub(crate) fn deny(&self, action: &'static str) {
        self.denied.set(Some(action));
    }

    /// The invocation has not failed: then nothing was denied to it.
    pub(crate) fn check_not_denied(&self) -> Result<(), Violation> {
        match self.denied.get() {
            Some(action) => broken!("{action} was answered 403, and the run did not fail"),
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
        let Some((day, made)) = made.last().filter(|_| !self.dry_run.get()) else {
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
