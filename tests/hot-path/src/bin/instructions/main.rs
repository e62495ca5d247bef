//! Counts the instructions of each step and compares them with what is recorded: the same on a busy machine and an idle one.
//!
//! ```text
//! instructions            compares
//! instructions --record   records
//! ```

mod count;
mod guarded;
mod machine;
mod recorded;
mod verdict;

use std::process::ExitCode;

use hot_path::Step;

use guarded::GUARDED;
use machine::Machine;
use recorded::Recorded;
use verdict::Verdict;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => compare(),
        ["--record"] => record(),
        // What valgrind is given to count.
        ["do", step, records, times] => again_and_again(step, records, times),
        ["features"] => {
            println!("{}", machine::features());
            Ok(true)
        }
        _ => Err("usage: instructions [--record]".to_owned()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("instructions: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn again_and_again(step: &str, records: &str, times: &str) -> Result<bool, String> {
    let step = Step::named(step).ok_or_else(|| format!("no step is called {step}"))?;
    let number = |text: &str| text.parse().map_err(|_| format!("{text} is no number"));
    let prepared = step.prepare(number(records)?);
    for _ in 0..number(times)? {
        prepared.run();
    }
    Ok(true)
}

fn record() -> Result<bool, String> {
    let mut recorded = Recorded::on(Machine::find()?);
    for (step, records) in GUARDED {
        let found = count::instructions(step, records)?;
        println!(
            "{:18} {:>9.1} instructions a record",
            step.name(),
            found as f64 / records as f64
        );
        recorded.steps.insert(step.name().to_owned(), found);
    }
    recorded.write()?;
    println!("recorded in {}", recorded::FILE);
    Ok(true)
}

fn compare() -> Result<bool, String> {
    let recorded = Recorded::read()?;
    let here = Machine::find()?;
    if here.processor != recorded.machine.processor {
        println!(
            "not compared: counts are of one kind of processor. Recorded on {}; valgrind shows {} here.",
            recorded.machine.processor, here.processor
        );
        return Ok(true);
    }
    let mut good = true;
    for (step, records) in GUARDED {
        let found = count::instructions(step, records)?;
        let verdict = Verdict::of(found, recorded.steps.get(step.name()).copied());
        println!(
            "{:18} {:>9.1} instructions a record{verdict}",
            step.name(),
            found as f64 / records as f64
        );
        good &= verdict.is_good();
    }
    if !good {
        println!(
            "If that is meant: make record-instructions, and commit {}.",
            recorded::FILE
        );
        if here.compiler != recorded.machine.compiler {
            println!(
                "The compiler is another one, which can be the reason: recorded with {}, here is {}.",
                recorded.machine.compiler, here.compiler
            );
        }
    }
    Ok(good)
}
