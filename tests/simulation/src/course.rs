//! What is planned happens, one after another.

use std::rc::Rc;

use crate::oracle::{Violation, broken};
use crate::simulation::Simulation;
use crate::tally::Kind;
use crate::world::{Event, RunId, note};

/// A world in which more than this happens does not come to an end.
const MOST_EVENTS: u32 = 500_000;

impl Simulation {
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
