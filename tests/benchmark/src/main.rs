//! `make bench`: this project's function and a Python function as Google's guide describes it, on the same simulated Zoom
//! and the same emulated AWS, one after the other.
//!
//! `measure` fills `docs/benchmark/results.json`, and `docs/benchmark/*.svg`, `docs/benchmark/results.md` and the part
//! between the markers in README are made of that. [How it is measured and what is fair about it](../../../docs/benchmark.md).
//!
//! The modules, from the ground up:
//!
//! - `process`, `relay`: what a process has used, and what went over the wire
//! - `sample`, `statistics`: one measurement, and several
//! - `side`, `setting`, `trial`: who is compared, on what, and one run of it
//! - `scenario`: what is measured; `packages`, `machine`: that, and on what
//! - `results`: all of it, kept
//! - `comparison`, `targets`, `price`, `unit`, `table`, `plot`, `publish`: what is made of it
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "it prints for a person, and is the world around the function"
)]

mod comparison;
mod machine;
mod packages;
mod plot;
mod price;
mod process;
mod publish;
mod relay;
mod results;
mod sample;
mod scenario;
mod setting;
mod side;
mod statistics;
mod table;
mod targets;
mod trial;
mod unit;

use std::{path::PathBuf, process::ExitCode, time::Instant};

use anyhow::{Result, ensure};
use chrono::{Timelike as _, Utc};
use clap::{Parser, ValueEnum as _};
use local_stack::project;

use crate::{
    machine::Machine,
    results::Results,
    scenario::{Effort, Scenario},
    setting::Setting,
    side::Contenders,
};

/// Measures this function and the guide's side by side.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    /// Only these, and what was measured before of the others.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// How often what takes less than a second is measured.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// How often what takes many seconds is.
    #[arg(long, default_value_t = 3)]
    long_rounds: usize,
    /// A tenth of the records and runs, to try it out; what is in docs is not touched.
    #[arg(long)]
    quick: bool,
    /// Measures nothing; writes the docs anew from what was measured.
    #[arg(long)]
    publish: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match bench(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn bench(arguments: Arguments) -> Result<()> {
    let file = if arguments.quick {
        project::root().join("target/benchmark.json")
    } else {
        project::root().join("docs/benchmark/results.json")
    };
    let mut results = Results::read(&file)?;
    if !arguments.publish {
        measure(&arguments, &mut results, &file).await?;
    }
    if !arguments.quick {
        publish::publish(&results, project::root().as_path())?;
    }
    Ok(())
}

async fn measure(arguments: &Arguments, results: &mut Results, file: &PathBuf) -> Result<()> {
    let now = Utc::now();
    ensure!(
        now.hour() != 23 || now.minute() < 30,
        "it is almost midnight in UTC, and what is measured is today's; begin again after 00:05"
    );
    let effort = Effort {
        rounds: arguments.rounds.max(1),
        long_rounds: arguments.long_rounds.max(1),
        divisor: if arguments.quick { 10 } else { 1 },
    };
    let chosen: Vec<Scenario> = if arguments.only.is_empty() {
        Scenario::value_variants().to_vec()
    } else {
        arguments.only.clone()
    };
    results.machine = Machine::here();
    for scenario in chosen {
        let begun = Instant::now();
        let name = scenario.to_possible_value();
        let name = name.as_ref().map_or("", |name| name.get_name());
        // Each begins with an empty AWS: what one left behind does not slow the next down.
        let setting = Setting::start(Contenders::unpack(&setting::package())?).await?;
        scenario.measure(&setting, &effort, results).await?;
        results.write(file)?;
        println!("{name}: {:.0} s", begun.elapsed().as_secs_f64());
    }
    Ok(())
}
