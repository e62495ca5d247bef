//! What `make bench` does: this project's function and a Python function as Google's guide describes it, on the same simulated Zoom
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

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

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
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct Arguments {
    /// Only these, and what was measured before of the others.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// How often what takes less than a second is measured.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// How often what takes many seconds is.
    #[arg(long, default_value_t = 3)]
    long_rounds: usize,
    /// A tenth of the records and runs, to try it out; written to target/benchmark, not to docs.
    #[arg(long)]
    quick: bool,
    /// Measures nothing; writes the docs anew from what was measured.
    #[arg(long)]
    publish: bool,
}

/// Measures what the arguments say, and writes the docs.
///
/// # Errors
/// When one side fails, or something that they need is not there.
pub async fn bench(arguments: &Arguments) -> Result<()> {
    let directory = project::root().join(if arguments.quick {
        "target/benchmark"
    } else {
        "docs/benchmark"
    });
    fs::create_dir_all(&directory)?;
    let file = directory.join("results.json");
    let mut results = Results::read(&file)?;
    if !arguments.publish {
        measure(arguments, &mut results, &file).await?;
    }
    publish::publish(&results, &directory)?;
    if !arguments.quick {
        publish::quote(&results, &project::root().join("README.md"))?;
    }
    println!("{}", directory.join("results.md").display());
    Ok(())
}

async fn measure(arguments: &Arguments, results: &mut Results, file: &Path) -> Result<()> {
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
        scenario::measure(scenario, &setting, &effort, results).await?;
        results.write(file)?;
        println!("{name}: {:.0} s", begun.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Measures a little with `binary` in the place of the zip's, and returns the tables that it would publish: a test that
/// the benchmark still works.
///
/// # Errors
/// As [`bench`].
pub async fn try_out(binary: PathBuf) -> Result<String> {
    let effort = Effort {
        rounds: 1,
        long_rounds: 1,
        divisor: 30,
    };
    let mut results = Results::default();
    let setting = Setting::start(Contenders::native(binary)?).await?;
    for scenario in [Scenario::Quiet, Scenario::Fresh, Scenario::Runs96] {
        scenario::measure(scenario, &setting, &effort, &mut results).await?;
    }
    publish::plots(&results)?;
    Ok(publish::tables(&results))
}
