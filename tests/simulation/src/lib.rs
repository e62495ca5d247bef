//! The whole core in one process: one seed, one world, and an oracle over it.
//!
//! The function's core reaches the world through three traits alone, so a world can be made of memory and chance: a
//! clock that jumps from event to event, the simulated Zoom, a versioned bucket with conditional writes, a scheduler, a
//! feed, lifecycle rules, and somebody who meddles with the checkpoint. Every choice comes from the seed, so a world in
//! which a promise is broken can be had again, with a trace of all that happened in it.
//!
//! ```
//! use simulation::{Campaign, Trace, simulate};
//!
//! let verdict = simulate(7, Campaign::Guarantee, Trace::kept());
//! assert_eq!(verdict.violation, None);
//! let again = simulate(7, Campaign::Guarantee, Trace::kept());
//! assert_eq!(again.trace.into_text(), verdict.trace.into_text());
//! ```
//!
//! The modules, from the ground up:
//!
//! - `timeline`: simulated time; `tally`: faults by kind; `trace`: what happened, to be read
//! - `scenario`: what a seed chooses before anything happens
//! - `oracle`: what is true, and what the function did; `budget`: what an invocation may spend and write
//! - `world`: clock, Zoom, bucket and those who meddle; `zoom_faults`: what can be wrong with an answer of Zoom's
//! - `view`: the world as a run sees it, through the core's traits
//! - `simulate`: one world, from the first firing of the schedule to the calm at its end
//! - `sabotage`: the core with one rule broken, which must be noticed

mod budget;
mod oracle;
pub mod sabotage;
mod scenario;
mod simulate;
mod tally;
mod timeline;
mod trace;
mod view;
mod world;
mod zoom_faults;

pub use oracle::Violation;
pub use scenario::Campaign;
pub use simulate::{Verdict, simulate};
pub use tally::{Kind, Tally};
pub use trace::Trace;
