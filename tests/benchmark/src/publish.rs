//! Writes what was measured into the docs: tables, plots, and README's excerpt.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    comparison::{self, Line},
    plot::{self, Curve, Panel},
    price::Bill,
    relay::Kind,
    results::{Case, Results},
    sample::Sample,
    scenario::Scenario,
    side::Side,
    statistics::Spread,
    table::Table,
    targets, unit,
};

const BEGIN: &str = "<!-- make bench writes from here … -->";
const END: &str = "<!-- … to here -->";

/// Writes tables and plots into `directory`.
pub(crate) fn publish(results: &Results, directory: &Path) -> Result<()> {
    write(&directory.join("results.md"), &tables(results))?;
    for (name, svg) in plots(results)? {
        write(&directory.join(name), &svg)?;
    }
    Ok(())
}

/// Writes the excerpt into README.
pub(crate) fn quote(results: &Results, readme: &Path) -> Result<()> {
    let text = fs::read_to_string(readme).with_context(|| readme.display().to_string())?;
    let excerpt = excerpt(results, &comparison::lines(results));
    write(readme, &replaced(&text, &excerpt)?)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// `text` with `part` between the markers.
fn replaced(text: &str, part: &str) -> Result<String> {
    let (before, rest) = text
        .split_once(BEGIN)
        .with_context(|| format!("README lacks the line {BEGIN}"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("README lacks the line {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{part}\n{END}{after}"))
}

fn excerpt(results: &Results, lines: &[Line]) -> String {
    let mut table = Table::new(["", "this function", "the guide's behaviour", "ratio"]);
    for line in lines.iter().filter(|line| line.quoted) {
        let median = |spread: Option<Spread>| {
            spread.map_or_else(|| "–".to_owned(), |spread| (line.unit)(spread.median))
        };
        table.row([
            line.name.clone(),
            median(line.ours),
            median(line.guide),
            line.ratio().map_or_else(|| "–".to_owned(), unit::times),
        ]);
    }
    format!("{}\n{}", measured_on(results), table.markdown())
}

fn measured_on(results: &Results) -> String {
    let machine = &results.machine;
    let date = machine.time.split('T').next().unwrap_or_default();
    format!(
        "Measured on {date} at commit {} on {} cores of an {} with {} GiB, Linux {}, Python {}, boto3 {}; repeat it with \
         `make bench`.\n",
        machine.commit,
        machine.cores,
        machine.processor,
        machine.memory_gib,
        machine.kernel,
        machine.python,
        machine.boto3,
    )
}

/// All tables.
pub(crate) fn tables(results: &Results) -> String {
    let mut text = format!(
        "<!-- Written by make bench from results.json. -->\n\n# What was measured\n\n{}\n",
        measured_on(results)
    );
    let mut section = |title: &str, said: &str, table: &Table| {
        if !table.is_empty() {
            text.push_str(&format!("## {title}\n\n{said}\n\n{}\n", table.markdown()));
        }
    };
    section(
        "Targets",
        "Of issue 6. Ratios are of medians, the guide's function to this one.",
        &targets::table(results),
    );
    section(
        "Side by side",
        "The median, and in brackets the smallest and the largest; one number is of one measurement, or of none that varied.",
        &side_by_side(&comparison::lines(results)),
    );
    section(
        "What a quiet run asks",
        "Of the first run in a new process, and of one in the same process. Bytes are those of bodies.",
        &requests(results),
    );
    section(
        "Against Zoom's latency and the limit of requests",
        "Pages of one day come one after the other, so that a day takes pages × latency; several days may be read side by side, \
         so that they take requests ÷ limit. The guide's function keeps to no limit and reads one day at each run.",
        &against_the_limit(results),
    );
    section(
        "Growth",
        "The first delivery of a day of so many records by one run, and a quiet run after it. This function asks for at most 100 \
         pages a second, the guide's for as many as come.",
        &growth(results),
    );
    section(
        "Under a limit of memory that kills",
        "From the least that Lambda gives down to what is too little.",
        &limits(results),
    );
    section(
        "A month of such days, in USD",
        "30 days of 96 runs in new processes, at list prices in us-east-1 for x86_64: Lambda 0.0000166667 a GB-second and 0.20 a \
         million invocations, S3 0.005 for a thousand PUT and LIST, 0.0004 for a thousand GET, 0.023 for a GB kept a month, \
         Secrets Manager 0.40 a secret and 0.05 for ten thousand calls. Each at the smallest memory that its peak fits into, of \
         which Lambda's share of a processor follows (memory ÷ 1769 MB): processor time is multiplied accordingly, waiting is not.",
        &bills(results),
    );
    text.trim_end().to_owned() + "\n"
}

fn side_by_side(lines: &[Line]) -> Table {
    let mut table = Table::new(["", "this function", "the guide's behaviour", "ratio"]);
    for line in lines {
        table.row([
            line.name.clone(),
            spread(line.ours, line.unit),
            spread(line.guide, line.unit),
            line.ratio().map_or_else(|| "–".to_owned(), unit::times),
        ]);
    }
    table
}

fn spread(spread: Option<Spread>, unit: fn(f64) -> String) -> String {
    let Some(Spread { min, median, max }) = spread else {
        return "–".to_owned();
    };
    let (min, median, max) = (unit(min), unit(median), unit(max));
    if min == max {
        median
    } else {
        format!("{median} ({min} – {max})")
    }
}

fn requests(results: &Results) -> Table {
    let mut table = Table::new([
        "",
        "Zoom pages",
        "Zoom tokens",
        "S3 GET",
        "S3 LIST",
        "S3 PUT",
        "to S3",
        "from S3",
        "Secrets Manager",
    ]);
    for name in ["cold, 0 ms", "warm, 0 ms"] {
        let Some(case) = results.case(Scenario::Quiet, name) else {
            continue;
        };
        for side in Side::BOTH {
            let Some(run) = case.samples(side).last() else {
                continue;
            };
            let (sent, received) = run.s3_bytes();
            let process = if name.starts_with("cold") {
                "new process"
            } else {
                "same process"
            };
            let number = |number: u64| number.to_string();
            table.row([
                format!("{}, {process}", whose(side)),
                number(run.zoom_pages),
                number(run.zoom_tokens),
                number(run.s3_reads()),
                number(run.of(Kind::List).requests),
                number(run.of(Kind::Put).requests),
                unit::bytes(sent as f64),
                unit::bytes(received as f64),
                number(run.of(Kind::Secret).requests),
            ]);
        }
    }
    table
}

fn against_the_limit(results: &Results) -> Table {
    let mut table = Table::new([
        "",
        "records",
        "requests",
        "refused",
        "runs",
        "time",
        "least possible",
        "time ÷ least",
    ]);
    let cases = results
        .of(Scenario::Day)
        .chain(results.of(Scenario::CatchUp));
    for case in cases {
        for side in Side::BOTH {
            let Some(run) = case.samples(side).first() else {
                continue;
            };
            let pages = run.zoom_pages as f64;
            let wait = case.latency.unwrap_or_default() as f64 / 1e3;
            let least = match (case.limit, side) {
                (Some(limit), Side::Ours) => pages / f64::from(limit),
                _ => pages * wait,
            };
            let time = case.spread(side, |sample| Some(sample.wall));
            let ratio = time.filter(|_| least > 0.0).map_or_else(
                || "–".to_owned(),
                |time| format!("{:.3}", time.median / least),
            );
            table.row([
                format!(
                    "{}: {}, Zoom at {} ms",
                    whose(side),
                    case.name,
                    case.latency.unwrap_or_default()
                ),
                unit::count(case.records.unwrap_or_default() as f64),
                unit::count(pages),
                run.zoom_refused.to_string(),
                run.runs.to_string(),
                spread(time, unit::time),
                unit::time(least),
                ratio,
            ]);
        }
    }
    table
}

fn growth(results: &Results) -> Table {
    let mut table = Table::new([
        "",
        "time",
        "CPU",
        "peak memory",
        "Zoom pages",
        "S3 requests",
        "to S3",
        "from S3",
        "state",
    ]);
    for case in results.of(Scenario::Growth) {
        for side in Side::BOTH {
            let Some(run) = case.samples(side).first() else {
                continue;
            };
            let median = |measure: fn(&Sample) -> Option<f64>, unit: fn(f64) -> String| {
                case.spread(side, measure)
                    .map_or_else(|| "–".to_owned(), |spread| unit(spread.median))
            };
            let (sent, received) = run.s3_bytes();
            table.row([
                format!("{}: {}", whose(side), case.name),
                median(|s| Some(s.wall), unit::time),
                median(|s| Some(s.cpu), unit::time),
                median(|s| Some(s.peak as f64), unit::bytes),
                unit::count(run.zoom_pages as f64),
                unit::count((run.s3_reads() + run.s3_writes()) as f64),
                unit::bytes(sent as f64),
                unit::bytes(received as f64),
                median(|s| s.state_bytes.map(|bytes| bytes as f64), unit::bytes),
            ]);
        }
    }
    table
}

fn limits(results: &Results) -> Table {
    let mut table = Table::new([
        "limit",
        "records",
        "",
        "time",
        "peak resident",
        "checkpoint",
    ]);
    for limited in &results.limits {
        table.row([
            format!("{} MiB, {}", limited.mebibytes, limited.means),
            unit::count(limited.records as f64),
            limited.ended.clone(),
            unit::time(limited.sample.wall),
            if limited.passed {
                unit::bytes(limited.sample.peak as f64)
            } else {
                "–".to_owned()
            },
            limited
                .sample
                .state_bytes
                .map_or_else(|| "–".to_owned(), |bytes| unit::bytes(bytes as f64)),
        ]);
    }
    table
}

fn bills(results: &Results) -> Table {
    let mut table = Table::new([
        "",
        "memory",
        "GB-s",
        "Lambda time",
        "invocations",
        "S3 writes",
        "S3 reads",
        "S3 storage",
        "secret",
        "total",
    ]);
    for case in results.of(Scenario::Runs96) {
        for side in Side::BOTH {
            let Some(day) = case.samples(side).first() else {
                continue;
            };
            let bill = Bill::of(side, day);
            table.row([
                format!("{}: {}", whose(side), case.name),
                format!("{} MB", bill.memory),
                format!("{:.1}", bill.gb_seconds),
                unit::dollars(bill.time),
                unit::dollars(bill.invocations),
                unit::dollars(bill.writes),
                unit::dollars(bill.reads),
                unit::dollars(bill.storage),
                unit::dollars(bill.secret),
                unit::dollars(bill.total()),
            ]);
        }
    }
    table
}

const fn whose(side: Side) -> &'static str {
    match side {
        Side::Ours => "this function",
        Side::Guide => "the guide's",
    }
}

/// All plots, with their files' names.
pub(crate) fn plots(results: &Results) -> Result<Vec<(&'static str, String)>> {
    let lines = comparison::lines(results);
    let mut plots = Vec::new();
    let quoted: Vec<(String, f64)> = lines
        .iter()
        .filter(|line| line.quoted && !line.name.contains("the bucket"))
        .filter_map(|line| Some((short(&line.name), line.ratio()?)))
        .collect();
    if !quoted.is_empty() {
        let title = "How many times more the guide's behaviour takes (left of 1: less)";
        plots.push(("ratios.svg", plot::ratios(title, &quoted)?));
    }
    let mut start = Vec::new();
    for name in ["cold, 0 ms", "cold, 20 ms"] {
        if let Some(case) = results.case(Scenario::Quiet, name) {
            let latency = name.trim_start_matches("cold, ");
            let mut measure = |what: &str, measure: fn(&Sample) -> Option<f64>| {
                let (ours, guide) = (
                    case.spread(Side::Ours, measure),
                    case.spread(Side::Guide, measure),
                );
                start.push((format!("{what}, {latency}"), ours, guide));
            };
            measure("first Zoom request", |sample| sample.first_request);
            measure("end of a quiet run", |sample| Some(sample.wall));
        }
    }
    if !start.is_empty() {
        let title =
            "Time from the start of the process, with AWS and Zoom at 0 and 20 ms a request";
        plots.push(("start.svg", plot::bars(title, unit::time, &start)?));
    }
    let panels = panels(results);
    if !panels.is_empty() {
        let title = "A day of 100 to 1,000,000 records";
        plots.push(("growth.svg", plot::growth(title, &panels)?));
    }
    Ok(plots)
}

/// A name that fits beside a bar.
fn short(name: &str) -> String {
    name.replace(
        "start of the process to the first Zoom request",
        "first Zoom request",
    )
    .replace(", with AWS and Zoom at 20 ms a request", ", 20 ms")
    .replace(
        "; the Python file alone, without the boto3 that Lambda has",
        ", without boto3",
    )
    .replace("; the Python file with a boto3 of its own", ", with boto3")
    .replace("a month of such, USD, with", "USD a month with")
}

fn panels(results: &Results) -> Vec<Panel> {
    let cases: Vec<&Case> = results.of(Scenario::Growth).collect();
    let panel = |title: &str, unit, measure: fn(&Sample) -> Option<f64>| Panel {
        title: title.to_owned(),
        curves: [
            (Side::Ours, false),
            (Side::Ours, true),
            (Side::Guide, false),
            (Side::Guide, true),
        ]
        .into_iter()
        .map(|(side, quiet)| Curve {
            side,
            quiet,
            points: cases
                .iter()
                .filter(|case| case.name.starts_with("quiet") == quiet)
                .filter_map(|case| Some((case.records? as f64, case.spread(side, measure)?.median)))
                .collect(),
        })
        .collect(),
        unit,
    };
    if cases.is_empty() {
        return Vec::new();
    }
    vec![
        panel("Time of a run", unit::time_on_axis, |sample| {
            Some(sample.wall)
        }),
        panel("CPU of a run", unit::time_on_axis, |sample| {
            Some(sample.cpu)
        }),
        panel("Peak memory", unit::bytes_on_axis, |sample| {
            Some(sample.peak as f64)
        }),
        panel("Zoom requests of a run", unit::count, |sample| {
            Some(sample.zoom_pages as f64)
        }),
        panel("S3 requests of a run", unit::count, |sample| {
            Some((sample.s3_reads() + sample.s3_writes()) as f64)
        }),
        panel(
            "Size of the checkpoint or state",
            unit::bytes_on_axis,
            |sample| sample.state_bytes.map(|bytes| bytes as f64),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_written() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let once = replaced(&text, "new\n").unwrap();
        assert_eq!(once, format!("a\n{BEGIN}\n\nnew\n\n{END}\nb\n"));
        assert_eq!(replaced(&once, "new\n").unwrap(), once);
        assert!(replaced("a", "b").is_err());
    }
}
