//! Lets many worlds happen, or one of them before your eyes.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulation::{Campaign, Kind, Tally, Trace, Verdict, Violation, simulate};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lets simulated worlds happen, each from a seed, and looks in each for a broken promise.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many worlds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,

    /// The first seed.
    #[arg(long, default_value_t = 0)]
    first: u64,

    /// Which promises the world around keeps.
    #[arg(long, value_enum, default_value_t = Which::Guarantee)]
    campaign: Which,

    /// Lets the world of this one seed happen, with a trace of all that happens in it.
    #[arg(long)]
    replay: Option<u64>,

    /// Stops at the first seed that shows a broken promise.
    #[arg(long)]
    until_broken: bool,

    /// How many worlds at a time; as many as there are processors unless set.
    #[arg(long)]
    threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    /// All that the guarantee asks of it.
    Guarantee,
    /// All but one: the feed deletes entries at once.
    EagerFeed,
    /// All but one: Zoom lists rows of one second in another order at each request.
    ShuffledRows,
}

impl From<Which> for Campaign {
    fn from(which: Which) -> Self {
        match which {
            Which::Guarantee => Self::Guarantee,
            Which::EagerFeed => Self::EagerFeed,
            Which::ShuffledRows => Self::ShuffledRows,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let campaign = arguments.campaign.into();
    match arguments.replay {
        Some(seed) => replay(seed, campaign),
        None => explore(&arguments, campaign),
    }
}

/// One world, with the function's own log among what happens.
fn replay(seed: u64, campaign: Campaign) -> ExitCode {
    tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .with_ansi(std::io::stdout().is_terminal())
        .init();
    let verdict = simulate(seed, campaign, Trace::Shown);
    let Verdict {
        report,
        runs,
        records,
        lost,
        doubled,
        ..
    } = verdict;
    println!(
        "seed {seed}, {report}: {runs} runs, {records} records in Zoom, {lost} lost, {doubled} doubled"
    );
    match verdict.violation {
        Some(_) => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
    }
}

/// What all worlds together came to.
#[derive(Debug, Default)]
struct Sum {
    tally: Tally,
    worlds: u64,
    worlds_of: BTreeMap<&'static str, u64>,
    runs: u64,
    fewest_runs: Option<u32>,
    records: u64,
    worlds_with_loss: u64,
    lost: u64,
    worlds_with_doubles: u64,
    doubled: u64,
    violations: Vec<(u64, Violation)>,
}

impl Sum {
    fn add(&mut self, seed: u64, verdict: Verdict) {
        self.tally.merge(&verdict.tally);
        self.worlds += 1;
        *self.worlds_of.entry(verdict.report).or_default() += 1;
        self.runs += u64::from(verdict.runs);
        if verdict.violation.is_none() {
            let runs = self.fewest_runs.unwrap_or(verdict.runs).min(verdict.runs);
            self.fewest_runs = Some(runs);
        }
        self.records += verdict.records;
        self.worlds_with_loss += u64::from(verdict.lost > 0);
        self.lost += verdict.lost;
        self.worlds_with_doubles += u64::from(verdict.doubled > 0);
        self.doubled += verdict.doubled;
        self.violations
            .extend(verdict.violation.map(|violation| (seed, violation)));
    }
}

/// After so many broken promises no further world is begun.
const ENOUGH: usize = 10;

/// Many worlds, on all processors.
fn explore(arguments: &Arguments, campaign: Campaign) -> ExitCode {
    let seeds = arguments.first..arguments.first + arguments.seeds;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.unwrap_or(processors);
    let progress = progress(arguments.seeds);
    let started = Instant::now();
    let sum = Mutex::new(Sum::default());
    let next = AtomicU64::new(seeds.start);
    let enough = if arguments.until_broken { 1 } else { ENOUGH };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&seeds, campaign, enough, &next, &sum, &progress));
        }
    });
    progress.finish_and_clear();
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.violations.sort_by_key(|(seed, _)| *seed);
    report(&sum, started.elapsed(), threads);
    for (seed, violation) in &sum.violations {
        let which = arguments.campaign.to_possible_value();
        let which = which.as_ref().map_or("", |which| which.get_name());
        println!(
            "\nseed {seed}: {violation}\n  to see it happen: make simulate SEED={seed} CAMPAIGN={which}"
        );
    }
    let rare = rare_kinds(&sum, arguments, campaign);
    for kind in &rare {
        println!(
            "\n{}: only {} times in {} worlds, which proves little",
            kind.name(),
            sum.tally.get(*kind),
            sum.worlds
        );
    }
    if sum.violations.is_empty() && rare.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// With so many worlds each kind of fault must have happened at least once in a hundred of them.
const MANY: u64 = 10_000;

/// The kinds of faults that happened too seldom for the promises kept to mean much.
fn rare_kinds(sum: &Sum, arguments: &Arguments, campaign: Campaign) -> Vec<Kind> {
    let many = arguments.seeds >= MANY && !arguments.until_broken;
    let expected = many && campaign == Campaign::Guarantee;
    let kinds = Kind::ALL.iter().copied().filter(|_| expected);
    kinds
        .filter(|&kind| sum.tally.get(kind) < sum.worlds / 100)
        .collect()
}

fn work(
    seeds: &Range<u64>,
    campaign: Campaign,
    enough: usize,
    next: &AtomicU64,
    sum: &Mutex<Sum>,
    progress: &ProgressBar,
) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if !seeds.contains(&seed) {
            return;
        }
        let verdict = std::panic::catch_unwind(|| simulate(seed, campaign, Trace::Off));
        let verdict = verdict.unwrap_or_else(|_| Verdict::panicked());
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.add(seed, verdict);
        progress.inc(1);
        if !progress.is_hidden() && sum.worlds.is_multiple_of(64) {
            let faults: u64 = Kind::ALL.iter().map(|&kind| sum.tally.get(kind)).sum();
            progress.set_message(format!(
                "{faults} faults, {} promises broken",
                sum.violations.len()
            ));
        }
        if sum.violations.len() >= enough {
            next.store(seeds.end, Ordering::Relaxed);
        }
    }
}

fn progress(seeds: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(seeds), ProgressDrawTarget::stderr_with_hz(4));
    let style = ProgressStyle::with_template(
        "{bar:30} {pos} of {len} worlds, {per_sec}, {eta} left; {msg}",
    );
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn report(sum: &Sum, took: Duration, threads: usize) {
    println!("faults by kind:");
    for &kind in Kind::ALL {
        println!("{:>12}  {}", sum.tally.get(kind), kind.name());
    }
    let rate = sum.worlds as f64 / took.as_secs_f64();
    println!(
        "{} worlds in {:.1} s on {threads} threads: {rate:.0} a second, {:.0} a second and thread",
        sum.worlds,
        took.as_secs_f64(),
        rate / threads as f64,
    );
    let reports = sum.worlds_of.iter();
    let reports: Vec<_> = reports
        .map(|(name, count)| format!("{count} of {name}"))
        .collect();
    println!("worlds by report: {}", reports.join(", "));
    println!(
        "{} runs of the function ({:.0} to a world, {} at least), {} records in Zoom",
        sum.runs,
        sum.runs as f64 / sum.worlds.max(1) as f64,
        sum.fewest_runs.unwrap_or_default(),
        sum.records,
    );
    println!(
        "{} records lost in {} worlds, {} doubled in {} worlds; {} promises broken",
        sum.lost,
        sum.worlds_with_loss,
        sum.doubled,
        sum.worlds_with_doubles,
        sum.violations.len(),
    );
}
