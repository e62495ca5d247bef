//! What became of a world.

use std::rc::Rc;

use crate::oracle::Violation;
use crate::tally::Tally;
use crate::trace::Trace;
use crate::world::World;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Verdict {
    /// The name of the report that was collected.
    pub report: &'static str,
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

impl Verdict {
    pub(crate) fn of(world: Rc<World>, runs: u32, violation: Option<Violation>) -> Self {
        let report = world.scenario.collector.report.name;
        let (records, lost, doubled) = {
            let oracle = world.oracle.borrow();
            let lost = world.start().map_or(0, |start| oracle.missing(start));
            (oracle.total(), lost, oracle.doubled())
        };
        let (tally, trace) = match Rc::try_unwrap(world) {
            Ok(world) => (world.tally, world.trace),
            Err(world) => (world.tally.clone(), Trace::Off),
        };
        Self {
            report,
            violation,
            tally,
            runs,
            records,
            lost,
            doubled,
            trace,
        }
    }

    /// A world that ended in a panic, which is a broken promise too.
    #[must_use]
    pub fn panicked() -> Self {
        Self {
            violation: Some(Violation(
                "the function, or the simulation, panics".to_owned(),
            )),
            ..Self::default()
        }
    }
}
