//! What the project wants to reach, and whether it was.

use crate::{
    relay::Kind, results::Results, sample::Sample, scenario::Scenario, side::Side, table::Table,
    unit,
};

/// The zip's size in MB, which are 10⁶ bytes: the stricter reading.
const ZIP: f64 = 3.5e6;

/// A table of all targets that there are measurements for.
pub(crate) fn table(results: &Results) -> Table {
    let mut table = Table::new(["target", "measured", "reached"]);
    let mut judge = |target: &str, measured: Option<String>, reached: bool| {
        if let Some(measured) = measured {
            let reached = if reached { "yes" } else { "**no**" };
            table.row([target.to_owned(), measured, reached.to_owned()]);
        }
    };
    let ratio = |scenario, name, measure: fn(&Sample) -> Option<f64>| {
        let case = results.case(scenario, name)?;
        let ours = case.spread(Side::Ours, measure)?.median;
        Some(case.spread(Side::Guide, measure)?.median / ours)
    };
    let mut at_least = |target: &str, least: f64, ratio: Option<f64>| {
        let reached = ratio.is_some_and(|ratio| ratio >= least);
        judge(target, ratio.map(unit::times), reached);
    };
    let cpu = |sample: &Sample| Some(sample.cpu);
    at_least(
        "first Zoom request at least 10 × sooner",
        10.0,
        ratio(Scenario::Quiet, "cold, 0 ms", |sample| sample.first_request),
    );
    at_least(
        "the same with AWS and Zoom at 20 ms a request",
        10.0,
        ratio(Scenario::Quiet, "cold, 20 ms", |sample| {
            sample.first_request
        }),
    );
    at_least(
        "a quiet run, new process: CPU at least 5 × less",
        5.0,
        ratio(Scenario::Quiet, "cold, 0 ms", cpu),
    );
    at_least(
        "a quiet run, same process: CPU at least 5 × less",
        5.0,
        ratio(Scenario::Quiet, "warm, 0 ms", cpu),
    );
    at_least(
        "a quiet run: memory at least 5 × less",
        5.0,
        ratio(Scenario::Quiet, "cold, 0 ms", |sample| {
            Some(sample.peak as f64)
        }),
    );
    at_least(
        "a day of 100,000 records: CPU at least 5 × less",
        5.0,
        ratio(Scenario::Day, "0 ms", cpu),
    );
    let zip = results
        .packages
        .as_ref()
        .map(|packages| packages.ours as f64);
    judge(
        "zip at most 3.5 MB",
        zip.map(|bytes| format!("{:.2} MB", bytes / 1e6)),
        zip.is_some_and(|bytes| bytes <= ZIP),
    );
    let quiet = results
        .case(Scenario::Quiet, "cold, 0 ms")
        .and_then(|case| case.ours.first());
    judge(
        "a quiet run: 1 Zoom request, 1 S3 read, at most 1 S3 write",
        quiet.map(|run| {
            format!(
                "{}, {}, {}",
                run.zoom_pages,
                run.s3_reads() + run.of(Kind::List).requests,
                run.of(Kind::Put).requests
            )
        }),
        quiet.is_some_and(|run| {
            run.zoom_pages == 1
                && run.s3_reads() + run.of(Kind::List).requests == 1
                && run.of(Kind::Put).requests <= 1
        }),
    );
    let busy = results
        .case(Scenario::Runs96, "busy day")
        .and_then(|case| case.ours.first());
    judge(
        "records in the bucket for each one at Zoom: 1.000, none missing",
        busy.and_then(|day| Some(format!("{:.3}, {} missing", day.delivered?, day.missing?))),
        busy.is_some_and(|day| day.delivered == Some(1.0) && day.missing == Some(0)),
    );
    let day = results.case(Scenario::Day, "150 ms");
    let against = day.and_then(|case| {
        let wait = case.latency? as f64 / 1e3;
        case.spread(Side::Ours, |sample| {
            Some(sample.wall / (sample.zoom_pages as f64 * wait))
        })
    });
    judge(
        "a day's time at most 1.05 × pages × latency",
        against.map(|spread| format!("{:.3}", spread.median)),
        against.is_some_and(|spread| spread.median <= 1.05),
    );
    for case in results.of(Scenario::CatchUp) {
        let Some(limit) = case.limit.map(f64::from) else {
            continue;
        };
        let against = case.spread(Side::Ours, |sample| {
            Some(sample.wall / (sample.zoom_pages as f64 / limit))
        });
        judge(
            &format!("thirty days, {}: at most 1.1 × requests ÷ limit", case.name),
            against.map(|spread| format!("{:.3}", spread.median)),
            against.is_some_and(|spread| spread.median <= 1.1),
        );
    }
    for limited in results
        .limits
        .iter()
        .filter(|limited| limited.mebibytes == 128)
    {
        judge(
            &format!(
                "a day of {} records in 128 MiB ({})",
                unit::count(limited.records as f64),
                limited.means
            ),
            Some(limited.ended.clone()),
            limited.passed,
        );
    }
    let steps = cpu_by_size(results, "first");
    let steepest = steps
        .windows(2)
        .map(|pair| (pair[1].1 / pair[0].1) / (pair[1].0 / pair[0].0))
        .reduce(f64::max);
    judge(
        "no step of growth worse than linear: CPU grows at most 1.1 × as fast as the records",
        steepest.map(|steepest| format!("{steepest:.2} × at the steepest step")),
        steepest.is_some_and(|steepest| steepest <= 1.1),
    );
    let quiet_steps = cpu_by_size(results, "quiet");
    let grown = match quiet_steps.as_slice() {
        [first, .., last] => Some(last.1 / first.1),
        _ => None,
    };
    judge(
        "a quiet run's cost does not grow with the day: CPU after the largest at most 1.5 × that after the smallest",
        grown.map(unit::times),
        grown.is_some_and(|grown| grown <= 1.5),
    );
    let largest = results
        .of(Scenario::Growth)
        .filter(|case| case.name.starts_with("quiet"))
        .max_by_key(|case| case.records);
    let quiet = largest.and_then(|case| case.spread(Side::Ours, |sample| Some(sample.wall)));
    judge(
        "the checkpoint of the largest day read and written in under a second (a whole quiet run)",
        quiet.map(|spread| unit::time(spread.median)),
        quiet.is_some_and(|spread| spread.median < 1.0),
    );
    table
}

/// How many records a day had, and the CPU that this function took for it, from the smallest day to the largest.
fn cpu_by_size(results: &Results, run: &str) -> Vec<(f64, f64)> {
    let cases = results.of(Scenario::Growth);
    let mut sizes: Vec<(f64, f64)> = cases
        .filter(|case| case.name.starts_with(run))
        .filter_map(|case| {
            let cpu = case.spread(Side::Ours, |sample| Some(sample.cpu))?;
            Some((case.records? as f64, cpu.median))
        })
        .collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Case;

    fn case(scenario: Scenario, name: &str, records: u64, ours: f64, guide: f64) -> Case {
        let sample = |cpu| Sample {
            runs: 1,
            cpu,
            ..Sample::default()
        };
        Case {
            records: Some(records),
            ours: vec![sample(ours)],
            guide: vec![sample(guide)],
            ..Case::new(scenario, name.to_owned())
        }
    }

    #[test]
    fn a_target_is_reached_or_not_by_the_medians_and_not_judged_without_any() {
        assert!(table(&Results::default()).is_empty());
        let results = Results {
            cases: vec![
                case(Scenario::Quiet, "warm, 0 ms", 1000, 1.0, 4.0),
                case(Scenario::Day, "0 ms", 100_000, 1.0, 5.0),
                case(Scenario::Growth, "first delivery, 100", 100, 1.0, 1.0),
                case(Scenario::Growth, "first delivery, 1000", 1000, 20.0, 1.0),
            ],
            ..Results::default()
        };
        let table = table(&results).markdown();
        for row in [
            "same process: CPU at least 5 × less | 4.0 × | **no** |",
            "100,000 records: CPU at least 5 × less | 5.0 × | yes |",
            "as the records | 2.00 × at the steepest step | **no** |",
        ] {
            assert!(table.contains(row), "{table}");
        }
    }
}
