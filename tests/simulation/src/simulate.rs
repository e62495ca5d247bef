//! One seed, one world: from the first firing of the schedule, through all that goes wrong, to the calm in which
//! everything must come right.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::TimeDelta;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::oracle::{Violation, broken};
pub(crate) use crate::process::Process;
use crate::process::Running;
use crate::scenario::{Campaign, Scenario};
use crate::tally::Kind;
use crate::trace::Trace;
use crate::verdict::Verdict;
use crate::world::{Event, RunId, World, note};

/// A world in which more than this happens does not come to an end.
const MOST_EVENTS: u32 = 500_000;

/// Lets the world of `seed` happen.
#[must_use]
pub fn simulate(seed: u64, campaign: Campaign, trace: Trace) -> Verdict {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let scenario = Scenario::choose(campaign, &mut rng);
    let world = Rc::new(World::new(scenario, campaign, rng, trace));
    note!(world, "{:?}", world.scenario);
    let mut simulation = Simulation {
        world: Rc::clone(&world),
        campaign,
        runs: BTreeMap::new(),
        warm: Vec::new(),
        invocations: 0,
        firings: world.scenario.firings,
        repeats: Cell::new(0),
        events: 0,
    };
    let ended = simulation.trouble().and_then(|()| simulation.calm());
    let runs = simulation.invocations;
    drop(simulation);
    let violation = ended.err();
    if let Some(violation) = &violation {
        note!(world, "VIOLATION {violation}");
    }
    Verdict::of(world, runs, violation)
}

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
    events: u32,
}

impl Simulation {
    /// The part in which everything goes wrong that can.
    fn trouble(&mut self) -> Result<(), Violation> {
        let timeline = &self.world.timeline;
        timeline.plan_in(TimeDelta::zero(), Event::Firing);
        self.drain()
    }

    /// Lets everything happen that is planned.
    pub(crate) fn drain(&mut self) -> Result<(), Violation> {
        while let Some(event) = self.world.timeline.next() {
            self.happen(event);
            if let Some(violation) = self.world.violation.take() {
                return Err(violation);
            }
            self.events += 1;
            if self.events > MOST_EVENTS {
                return broken!("after {MOST_EVENTS} events there is no end to it");
            }
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) {
        let world = Rc::clone(&self.world);
        match event {
            Event::Firing => self.fire(),
            Event::SecondRun => self.begin_some_run(),
            Event::Wake(run) => self.step(run),
            Event::Deadline(run) => self.deadline(run),
            Event::Landing(put, kind) => {
                if world.land(put).is_ok() {
                    world.tally.add(kind);
                }
            }
            Event::Arrival => drop(world.arrive()),
            Event::LastArrival => world.arrive_at_last(),
            Event::Feed => world.feed(),
            Event::Lifecycle => world.lifecycle(),
            Event::Tampering => world.tamper(),
            Event::Rotation => world.rotate(),
            Event::SecretUpdated => world.update_secret(),
        }
    }

    fn deadline(&mut self, run: RunId) {
        let Some(running) = self.runs.remove(&run) else {
            return;
        };
        note!(self.world, "run {run} is killed at its deadline");
        self.world.tally.add(Kind::TimedOut);
        if !self.world.troubled.get() {
            let hangs = broken!("nothing goes wrong any more, but a run does not end in time");
            self.world.check(hangs);
        }
        self.died(running);
    }
}
