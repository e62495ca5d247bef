//! What is measured, each in a module of its own.

mod catch_up;
mod day;
mod fresh;
mod growth;
mod measure;
mod memory;
mod quiet;
mod runs96;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub(crate) use measure::measure;

/// What is measured, in the order in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scenario {
    /// The packages' sizes.
    Size,
    /// Start-up and a run that finds nothing new, cold and warm.
    Quiet,
    /// A run that finds 300 new records.
    Fresh,
    /// 96 runs on a quiet day, and on a busy one.
    Runs96,
    /// Several days at once, under a limit of requests.
    CatchUp,
    /// A day of 100,000 records.
    Day,
    /// From 100 records a day to a million.
    Growth,
    /// A day of a million records under a limit of memory that kills.
    Memory,
}

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// How often what takes less than a second is measured.
    pub(crate) rounds: usize,
    /// How often what takes many seconds is.
    pub(crate) long_rounds: usize,
    /// By what the sizes are divided.
    pub(crate) divisor: usize,
}
