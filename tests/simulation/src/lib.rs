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
//! - `scenario`: what a seed chooses before anything happens; `rows`: the rows of each report
//! - `oracle`: what is true, and what the function did; `account`: what an invocation may spend and write
//! - `world`: clock, Zoom and bucket; `arrivals`: what happens in the account; `neighbours`: who else touches the bucket
//! - `zoom_faults`: what can be wrong with an answer of Zoom's
//! - `wire`: between the function's client and the simulated Zoom
//! - `view`: the world as a run sees it, through the core's traits; `process`: the function's processes
//! - `simulation`: a world on its way, and the runs in it; `schedule`: when runs begin
//! - `course`: what is planned happens; `calm`: the end of a world; `verdict`: what became of it
//! - `simulate`: one world, from the first firing to its end
//! - `sabotage`: the core with one rule broken, which must be noticed

mod account;
mod arrivals;
mod calm;
mod course;
mod neighbours;
mod oracle;
mod process;
mod rows;
pub mod sabotage;
mod scenario;
mod schedule;
mod simulate;
mod simulation;
mod tally;
mod timeline;
mod trace;
mod verdict;
mod view;
pub mod wire;
mod world;
mod zoom_faults;

pub use oracle::Violation;
pub use scenario::Campaign;
pub use simulate::simulate;
pub use tally::{Kind, Tally};
pub use trace::Trace;
pub use verdict::Verdict;
