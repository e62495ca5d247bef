//! One seed, one world: from the first firing of the schedule, through all that goes wrong, to the calm in which
//! everything must come right.

use std::rc::Rc;

use chrono::TimeDelta;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::oracle::Violation;
use crate::scenario::{Campaign, Scenario};
use crate::simulation::Simulation;
use crate::trace::Trace;
use crate::verdict::Verdict;
use crate::world::{Event, World, note};

/// Lets the world of `seed` happen.
#[must_use]
pub fn simulate(seed: u64, campaign: Campaign, trace: Trace) -> Verdict {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let scenario = Scenario::choose(campaign, &mut rng);
    let world = Rc::new(World::new(scenario, campaign, rng, trace));
    note!(world, "{:?}", world.scenario);
    let mut simulation = Simulation::new(Rc::clone(&world), campaign);
    let ended = simulation.trouble().and_then(|()| simulation.calm());
    let runs = simulation.invocations;
    drop(simulation);
    let violation = ended.err();
    if let Some(violation) = &violation {
        note!(world, "VIOLATION {violation}");
    }
    Verdict::of(world, runs, violation)
}

impl Simulation {
    /// The part in which everything goes wrong that can.
    fn trouble(&mut self) -> Result<(), Violation> {
        let timeline = &self.world.timeline;
        timeline.plan_in(TimeDelta::zero(), Event::Firing);
        self.drain()
    }
}
