//! One seed, one world: from the first firing of the schedule, through all that goes wrong, to the calm in which
//! everything must come right.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use zoom_operationlogs_to_s3::collector::{Collector, Outcome, Settings};
use zoom_operationlogs_to_s3::event::{DayRange, Event as Invocation};
use zoom_operationlogs_to_s3::zoom::{Client, Endpoints, earliest_day};

use crate::budget::Account;
use crate::oracle::{Violation, broken};
use crate::scenario::{Campaign, Scenario};
use crate::tally::{Kind, Tally};
use crate::trace::Trace;
use crate::view::View;
use crate::world::{Event, RunId, World, note};

/// What became of a world.
#[derive(Debug)]
pub struct Verdict {
    /// The promise that was broken, if one was.
    pub violation: Option<Violation>,
    /// How often what went wrong.
    pub tally: Tally,
    /// How many runs the function began.
    pub runs: u32,
    /// How many records Zoom listed.
    pub records: u64,
    /// How many records never arrived. Anything but 0 is a violation where the guarantee holds.
    pub lost: u64,
    /// How many records arrived beyond those that Zoom listed. Likewise.
    pub doubled: u64,
    /// What happened, where it was kept.
    pub trace: Trace,
}

/// How many runs may pass until the backlog is gone, once nothing goes wrong any more.
const RUNS_TO_DELIVER: u32 = 12;

/// How many runs may pass until every day is settled, once all of them may.
const RUNS_TO_SETTLE: u32 = 6;

/// How long Lambda waits before it repeats a run that failed.
const REPEATED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Lets the world of `seed` happen.
#[must_use]
pub fn simulate(seed: u64, campaign: Campaign, trace: Trace) -> Verdict {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let scenario = Scenario::choose(campaign, &mut rng);
    let world = Rc::new(World::new(scenario, rng, trace));
    world.oracle.borrow_mut().tolerates_doubles = campaign != Campaign::Guarantee;
    note!(world, "{:?}", world.scenario);
    let mut simulation = Simulation {
        world: Rc::clone(&world),
        campaign,
        runs: BTreeMap::new(),
        warm: Vec::new(),
        invocations: 0,
        firings: world.scenario.firings,
    };
    let ended = simulation.trouble().and_then(|()| simulation.calm());
    let violation = ended.err();
    if let Some(violation) = &violation {
        note!(world, "VIOLATION {violation}");
    }
    let runs = simulation.invocations;
    drop(simulation);
    let (records, lost, doubled) = {
        let oracle = world.oracle.borrow();
        let lost = world.start().map_or(0, |start| oracle.missing(start));
        (oracle.total(), lost, oracle.doubled())
    };
    let (tally, trace) = match Rc::try_unwrap(world) {
        Ok(world) => (world.tally, world.trace),
        Err(world) => (world.tally.clone(), Trace::Off),
    };
    Verdict {
        violation,
        tally,
        runs,
        records,
        lost,
        doubled,
        trace,
    }
}

type ACollector = Collector<Client<View, View, View>, View, View>;

/// A process of the function: it serves one invocation at a time, and may be kept for the next.
struct Process {
    collector: ACollector,
    run: Rc<Cell<RunId>>,
    account: Rc<Account>,
}

/// An invocation under way.
struct Running {
    future: Pin<Box<dyn Future<Output = Outcome>>>,
    process: Rc<Process>,
    /// After so many more steps it is killed.
    steps_left: u32,
}

struct Simulation {
    world: Rc<World>,
    campaign: Campaign,
    runs: BTreeMap<RunId, Running>,
    /// Processes that wait for an invocation.
    warm: Vec<Rc<Process>>,
    invocations: u32,
    /// How often the schedule still fires.
    firings: u32,
}

impl Simulation {
    /// The part in which everything goes wrong that can.
    fn trouble(&mut self) -> Result<(), Violation> {
        self.world
            .timeline
            .plan_in(TimeDelta::zero(), Event::Firing);
        self.drain()
    }

    /// Lets everything happen that is planned.
    fn drain(&mut self) -> Result<(), Violation> {
        while let Some(event) = self.world.timeline.next() {
            self.happen(event);
            if let Some(violation) = self.world.violation.take() {
                return Err(violation);
            }
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Firing => self.fire(),
            Event::SecondRun => self.begin_some_run(),
            Event::Wake(run) => self.step(run),
            Event::Deadline(run) => {
                if let Some(running) = self.runs.remove(&run) {
                    self.world.tally.add(Kind::TimedOut);
                    note!(self.world, "run {run} is killed at its deadline");
                    drop(running);
                    self.perhaps_repeat();
                }
            }
            Event::Landing(put) => drop(self.world.land(put)),
            Event::Arrival => drop(self.world.arrive()),
            Event::Feed => self.world.feed(),
            Event::Lifecycle => self.world.lifecycle(),
            Event::Tampering => self.world.tamper(),
        }
    }

    /// The schedule fires, and what happens until the next time is planned.
    fn fire(&mut self) {
        self.begin_some_run();
        let world = Rc::clone(&self.world);
        let chances = &world.scenario.chances;
        if world.chance(chances.second_run) {
            let delay = TimeDelta::milliseconds(world.between(0, 3_000));
            world.timeline.plan_in(delay, Event::SecondRun);
        }
        self.firings -= 1;
        if self.firings == 0 {
            return;
        }
        let gap = self.gap();
        let sometime = || TimeDelta::seconds(world.between(0, gap.num_seconds()));
        for _ in 0..world.between(0, 2) {
            world.timeline.plan_in(sometime(), Event::Arrival);
        }
        if world.chance(chances.tamper) {
            // Between two runs, or in the midst of one.
            let midst = TimeDelta::milliseconds(world.between(0, 2_000));
            let delay = world.pick(&[sometime(), midst], midst);
            world.timeline.plan_in(delay, Event::Tampering);
        }
        let soon = TimeDelta::milliseconds(world.between(0, 5_000));
        world.timeline.plan_in(soon, Event::Feed);
        world.timeline.plan_in(gap, Event::Feed);
        world.timeline.plan_in(gap, Event::Lifecycle);
        world.timeline.plan_in(gap, Event::Firing);
    }

    /// Lambda repeats an asynchronous invocation that failed.
    fn perhaps_repeat(&self) {
        if self.world.chance(self.world.scenario.chances.repeated) && self.firings > 0 {
            self.world.tally.add(Kind::Repeated);
            self.world
                .timeline
                .plan_in(REPEATED_AFTER, Event::SecondRun);
        }
    }

    /// How long it is until the schedule fires the next time.
    fn gap(&self) -> TimeDelta {
        let world = &self.world;
        if world.chance(world.scenario.chances.long_outage) {
            world.tally.add(Kind::LongOutage);
            return TimeDelta::days(world.between(30, 230));
        }
        if world.chance(world.scenario.chances.outage) {
            world.tally.add(Kind::Outage);
            return TimeDelta::minutes(world.between(60, 3 * 24 * 60));
        }
        world.scenario.schedule
    }

    /// A run begins: the schedule's, or somebody's replay or trial.
    fn begin_some_run(&mut self) {
        let world = Rc::clone(&self.world);
        let chances = &world.scenario.chances;
        let mut invocation = Invocation::RUN;
        if world.chance(chances.replay) {
            let today = world.now().date_naive();
            let from = today - TimeDelta::days(world.between(0, 4));
            let to = from + TimeDelta::days(world.between(0, 2));
            let earliest = earliest_day(today);
            invocation.replay = Some(DayRange {
                from: from.max(earliest),
                to: to.min(today),
            });
            world.tally.add(Kind::Replay);
            if world.between(0, 3) == 0 {
                invocation.dry_run = true;
                world.tally.add(Kind::DryRun);
            }
        }
        let mut timeout = world.scenario.timeout;
        if world.chance(chances.short_deadline) {
            timeout = TimeDelta::milliseconds(world.between(300, 8_000));
            world.tally.add(Kind::ShortDeadline);
        }
        let steps = if world.chance(chances.killed) {
            // At its beginning as often as far within.
            let most = world.pick(&[8, 30, 150], 30);
            world.between(1, most) as u32
        } else {
            u32::MAX
        };
        self.begin(invocation, timeout, steps);
    }

    fn begin(&mut self, invocation: Invocation, timeout: TimeDelta, steps_left: u32) -> RunId {
        let world = Rc::clone(&self.world);
        if !self.runs.is_empty() {
            world.tally.add(Kind::TwiceAtOnce);
        }
        self.invocations += 1;
        let run = self.invocations;
        let process = self
            .warm
            .pop()
            .unwrap_or_else(|| Rc::new(Process::start(&world, world.scenario.collector.clone())));
        process.run.set(run);
        process.account.begin(invocation.dry_run);
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
        run
    }

    /// A run takes its next step, which may be its last.
    fn step(&mut self, run: RunId) {
        let Some(mut running) = self.runs.remove(&run) else {
            return;
        };
        if running.steps_left == 0 {
            self.world.tally.add(Kind::Killed);
            note!(self.world, "run {run} is killed");
            drop(running);
            self.perhaps_repeat();
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

    fn ended(&mut self, run: RunId, process: &Rc<Process>, outcome: &Outcome) {
        let world = &self.world;
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
        if outcome.failure.is_some() {
            self.perhaps_repeat();
        } else {
            let oracle = world.oracle.borrow();
            world.check(process.account.check_not_denied());
            world.check(process.account.check_counted(&oracle));
        }
        if !world.troubled.get() {
            world.check(self.went_well(outcome));
        }
        self.warm.push(Rc::clone(process));
    }

    /// In the calm a run has no reason to fail. Where it says that it did all that was due, and there is nothing for which
    /// only a sweep looks (rows below known ones, and equal ones on two pages), it has left nothing behind.
    fn went_well(&self, outcome: &Outcome) -> Result<(), Violation> {
        if let Some(failure) = &outcome.failure {
            return broken!("nothing goes wrong any more, but a run fails: {failure}");
        }
        match self.world.start() {
            Some(start)
                if outcome.report.complete
                    && self.world.is_punctual()
                    && self.world.scenario.equal_rows == 0.0
                    && self.campaign == Campaign::Guarantee =>
            {
                self.world.oracle.borrow().check_whole(start)
            }
            _ => Ok(()),
        }
    }

    /// The part in which nothing goes wrong any more: what is missing arrives, and every day settles.
    fn calm(&mut self) -> Result<(), Violation> {
        let world = Rc::clone(&self.world);
        note!(world, "nothing goes wrong any more");
        world.troubled.set(false);
        {
            let mut zoom = world.zoom.borrow_mut();
            zoom.clear_scripts();
            zoom.settings.per_second = 100;
            zoom.settings.per_day = 1_000_000;
        }
        // Budget, quota and what Zoom asked to wait for are of a day; a day whose pages made no sense waits an hour.
        let tomorrow = midnight_after(world.now());
        self.pass_until(tomorrow + TimeDelta::hours(1));
        let settings = Settings {
            daily_request_budget: 1_000_000,
            ..world.scenario.collector.clone()
        };
        self.warm = vec![Rc::new(Process::start(&world, settings.clone()))];

        // A row that lies deep is found by the next sweep.
        let gap = settings.full_sweep.max(world.scenario.schedule);
        self.run_until(RUNS_TO_DELIVER, gap, |world| {
            let start = world.start()?;
            Some(world.oracle.borrow().missing(start) == 0)
        })
        .map_err(|runs| self.unfinished(runs))??;

        let last_day = world.oracle.borrow().last_day();
        let Some(last_day) = last_day else {
            return Ok(());
        };
        self.pass_until(
            midnight_after(last_day.and_time(NaiveTime::MIN).and_utc()) + settings.late_arrival,
        );
        self.run_until(RUNS_TO_SETTLE, world.scenario.schedule, |world| {
            let oracle = world.oracle.borrow();
            Some(oracle.checkpoint.as_ref()?.settled_through >= last_day)
        })
        .map_err(|runs| Violation(format!("after {runs} runs {last_day} is not settled")))??;
        match world.start() {
            Some(start) if self.campaign != Campaign::ShuffledRows => {
                world.oracle.borrow().check_whole(start)
            }
            _ => Ok(()),
        }
    }

    /// Runs by the schedule until `done` holds; the number of runs if it never does.
    fn run_until(
        &mut self,
        most: u32,
        gap: TimeDelta,
        done: impl Fn(&World) -> Option<bool>,
    ) -> Result<Result<(), Violation>, u32> {
        for _ in 0..most {
            self.begin(Invocation::RUN, TimeDelta::seconds(900), u32::MAX);
            if let Err(violation) = self.drain() {
                return Ok(Err(violation));
            }
            self.pass_until(self.world.now() + gap);
            if done(&self.world) == Some(true) {
                return Ok(Ok(()));
            }
        }
        Err(most)
    }

    fn unfinished(&self, runs: u32) -> Violation {
        let start = self.world.start();
        let lacking = start.map_or(Ok(()), |start| {
            self.world.oracle.borrow().check_whole(start)
        });
        let lacking = lacking
            .err()
            .map_or_else(String::new, |violation| violation.0);
        Violation(format!("{runs} runs after the last fault, {lacking}"))
    }

    /// Lets time pass in which nothing happens.
    fn pass_until(&self, moment: DateTime<Utc>) {
        self.world.timeline.plan(moment, Event::Wake(0));
        while self.world.timeline.next().is_some() {}
    }
}

impl Process {
    fn start(world: &Rc<World>, settings: Settings) -> Self {
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
            requests_per_second: world.scenario.requests_per_second,
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

fn midnight_after(moment: DateTime<Utc>) -> DateTime<Utc> {
    (moment.date_naive() + TimeDelta::days(1))
        .and_time(NaiveTime::MIN)
        .and_utc()
}

impl Verdict {
    /// A world that ended in a panic, which is a broken promise too.
    #[must_use]
    pub fn panicked() -> Self {
        Self {
            violation: Some(Violation(
                "the function, or the simulation, panics".to_owned(),
            )),
            tally: Tally::default(),
            runs: 0,
            records: 0,
            lost: 0,
            doubled: 0,
            trace: Trace::Off,
        }
    }
}
