//! The function's processes, and the invocations that they serve.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::TimeDelta;
use zoom_operationlogs_to_s3::collector::{Collector, Outcome, Settings};
use zoom_operationlogs_to_s3::event::Event as Invocation;
use zoom_operationlogs_to_s3::zoom::{Client, Endpoints};

use crate::account::Account;
use crate::simulate::Simulation;
use crate::tally::Kind;
use crate::view::View;
use crate::world::{Event, RunId, World, note};

/// The limit that the function is given. Zoom's own is not lower, but it is the whole account's.
pub(crate) const REQUESTS_PER_SECOND: u32 = 5;

/// A process of the function: it serves one invocation at a time, and may be kept for the next.
pub(crate) struct Process {
    collector: Collector<Client<View, View, View>, View, View>,
    run: Rc<Cell<RunId>>,
    account: Rc<Account>,
}

/// An invocation under way.
pub(crate) struct Running {
    future: Pin<Box<dyn Future<Output = Outcome>>>,
    process: Rc<Process>,
    /// After so many more steps it is killed.
    steps_left: u32,
}

impl Process {
    pub(crate) fn start(world: &Rc<World>, settings: Settings) -> Self {
        let run = Rc::new(Cell::new(0));
        let account = Rc::new(Account::new(settings.daily_request_budget));
        let view = View {
            world: Rc::clone(world),
            run: Rc::clone(&run),
            account: Rc::clone(&account),
        };
        let endpoints = Endpoints {
            oauth_url: "http://127.0.0.1/oauth/token".to_owned(),
            api_url: "http://127.0.0.1/v2".to_owned(),
            timeout: Duration::from_secs(30),
            requests_per_second: REQUESTS_PER_SECOND,
        };
        let client = Client::new(endpoints, view.clone(), view.clone(), view.clone());
        let collector = Collector::new(client, view.clone(), view, settings);
        Self {
            collector,
            run,
            account,
        }
    }
}

impl Simulation {
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
        let deadline = world.now() + timeout;
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
        match running
            .future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Pending => drop(self.runs.insert(run, running)),
            Poll::Ready(outcome) => self.ended(run, &running.process, &outcome),
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

    fn ended(&mut self, run: RunId, process: &Rc<Process>, outcome: &Outcome) {
        let world = Rc::clone(&self.world);
        let report = &outcome.report;
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
        if !world.troubled.get() {
            world.check(self.went_well(outcome));
        }
        self.warm.push(Rc::clone(process));
    }
}
