//! A world on its way, and the runs of the function in it: how each begins, steps, ends and is repeated.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};
use support::poll_while_woken;
use zoom_simulator::OrderInSecond;
use zoomlogs_core::collector::Outcome;
use zoomlogs_core::event::Event as Invocation;

use crate::oracle::{Violation, broken};
use crate::process::{Process, Running};
use crate::scenario::Campaign;
use crate::tally::Kind;
use crate::world::{Event, RunId, World, note};

/// How many repetitions there are between two firings: Lambda's two, of a run and of another beside it.
const MOST_REPEATS: u32 = 4;

/// How long Lambda waits before it repeats a run that failed.
const REPEATED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// A world on its way.
pub(crate) struct Simulation {
    pub(crate) world: Rc<World>,
    pub(crate) campaign: Campaign,
    pub(crate) runs: BTreeMap<RunId, Running>,
    /// Processes that wait for an invocation.
    pub(crate) warm: Vec<Rc<Process>>,
    pub(crate) invocations: u32,
    /// How often the schedule still fires.
    pub(crate) firings: u32,
    /// How many runs were repeated since it last fired.
    pub(crate) repeats: Cell<u32>,
    /// How much has happened.
    pub(crate) events: u32,
}

impl Simulation {
    pub(crate) fn new(world: Rc<World>, campaign: Campaign) -> Self {
        Self {
            firings: world.scenario.firings,
            world,
            campaign,
            runs: BTreeMap::new(),
            warm: Vec::new(),
            invocations: 0,
            repeats: Cell::new(0),
            events: 0,
        }
    }

    pub(crate) fn begin(&mut self, invocation: Invocation, timeout: TimeDelta, steps_left: u32) {
        let world = Rc::clone(&self.world);
        let process = self
            .warm
            .pop()
            .unwrap_or_else(|| Rc::new(Process::start(&world, world.scenario.collector.clone())));
        self.invocations += 1;
        let run = self.invocations;
        process.run.set(run);
        process.account.begin(invocation.dry_run);
        if !self.runs.is_empty() {
            world.tally.add(Kind::TwiceAtOnce);
            process.account.meet_another();
            for other in self.runs.values() {
                other.process.account.meet_another();
            }
        }
        let began = world.now();
        let deadline = began + timeout;
        note!(
            world,
            "run {run} begins: {invocation:?}, {timeout}, killed after {steps_left} steps"
        );
        let future = {
            let process = Rc::clone(&process);
            Box::pin(async move { process.collector.run(&invocation, deadline).await })
        };
        let running = Running {
            future,
            process,
            began,
            steps_left,
        };
        self.runs.insert(run, running);
        world.timeline.plan(deadline, Event::Deadline(run));
        self.step(run);
    }

    /// A run takes its next step, which may be its last.
    pub(crate) fn step(&mut self, run: RunId) {
        let Some(mut running) = self.runs.remove(&run) else {
            return;
        };
        if running.steps_left == 0 {
            self.world.tally.add(Kind::Killed);
            note!(self.world, "run {run} is killed");
            self.died(running);
            return;
        }
        running.steps_left -= 1;
        // The world's own calls wake nobody: their time comes. But one day of the run may have let go of what another waits for.
        if let Some(outcome) = poll_while_woken(running.future.as_mut()) {
            return self.ended(run, &running, &outcome);
        }
        self.runs.insert(run, running);
    }

    /// A run that says that it did all that was due has left nothing behind that was there when it began, unless only a
    /// sweep looks for it: rows below known ones, equal ones on two pages, and those that changed places while rows arrived.
    fn left_nothing(&self, began: DateTime<Utc>) -> Result<(), Violation> {
        let promises = self.campaign == Campaign::Guarantee
            && self.world.is_punctual()
            && self.world.scenario.equal_rows == 0.0
            && (self.world.scenario.zoom.order_in_second == OrderInSecond::Stable
                || !self.world.troubled.get());
        match self.world.start() {
            Some(start) if promises => self.world.oracle.borrow().check_whole_before(start, began),
            _ => Ok(()),
        }
    }

    /// A run ends without an answer, and its process with it.
    pub(crate) fn died(&mut self, running: Running) {
        let Running {
            future, process, ..
        } = running;
        // What it had on its way may yet arrive.
        drop(future);
        let spent = self.world.daily.borrow_mut().add(&process.account, false);
        self.world.check(spent);
        self.perhaps_repeat();
    }

    fn ended(&mut self, run: RunId, running: &Running, outcome: &Outcome) {
        let process = &running.process;
        let world = Rc::clone(&self.world);
        let report = &outcome.summary;
        note!(
            world,
            "run {run} ends: {} written, complete: {}, {} requests, {:?}{}",
            report.written(),
            report.complete,
            report.usage.requests,
            report.days,
            outcome
                .failure
                .as_ref()
                .map_or_else(String::new, |failure| format!(", failed: {failure}")),
        );
        let well = outcome.failure.is_none();
        if well {
            let oracle = world.oracle.borrow();
            world.check(process.account.check_not_denied());
            world.check(process.account.check_counted(&oracle));
        } else {
            self.perhaps_repeat();
        }
        let counted = well && world.oracle.borrow().tampered == 0;
        let spent = world.daily.borrow_mut().add(&process.account, counted);
        world.check(spent);
        if let Some(failure) = outcome.failure.as_ref().filter(|_| !world.troubled.get()) {
            world.check(broken!(
                "nothing goes wrong any more, but a run fails: {failure}"
            ));
        }
        if well && report.ordinary && report.complete {
            world.check(self.left_nothing(running.began));
        }
        self.warm.push(Rc::clone(process));
    }

    /// Lambda repeats an asynchronous invocation that failed, but not for ever.
    fn perhaps_repeat(&self) {
        let world = &self.world;
        let repeats = self.repeats.get();
        if self.firings > 0
            && repeats < MOST_REPEATS
            && world.chance(world.scenario.chances.repeated)
        {
            self.repeats.set(repeats + 1);
            world.tally.add(Kind::Repeated);
            world.timeline.plan_in(REPEATED_AFTER, Event::SecondRun);
        }
    }
}
