//! The lines of the comparison: what each measures, in which unit, of which case.

use crate::{
    price::Bill,
    relay::Kind,
    results::{Case, Results},
    sample::Sample,
    scenario::Scenario,
    side::Side,
    statistics::Spread,
    unit,
};

/// One measure of both sides.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) ours: Option<Spread>,
    pub(crate) guide: Option<Spread>,
    pub(crate) unit: fn(f64) -> String,
    /// Whether it is one of those that README quotes.
    pub(crate) quoted: bool,
}

impl Line {
    /// How many times more the guide's function takes.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (ours, guide) = (self.ours?.median, self.guide?.median);
        (ours > 0.0).then(|| guide / ours)
    }

    fn quoted(mut self) -> Self {
        self.quoted = true;
        self
    }
}

/// All of them, of what was measured.
pub(crate) fn lines(results: &Results) -> Vec<Line> {
    let mut lines = Vec::new();
    for latency in [0, 20] {
        if let Some(case) = results.case(Scenario::Quiet, &format!("cold, {latency} ms")) {
            let name = |what: &str| match latency {
                0 => what.to_owned(),
                _ => format!("{what}, with AWS and Zoom at {latency} ms a request"),
            };
            let begin = line(
                case,
                name("start of the process to the first Zoom request"),
                unit::time,
                |s| s.first_request,
            );
            lines.push(begin.quoted());
            lines.push(line(
                case,
                name("start of the process to the first request for a page"),
                unit::time,
                |s| s.first_page,
            ));
            lines.push(
                line(
                    case,
                    name("a quiet run, new process: time"),
                    unit::time,
                    wall,
                )
                .quoted(),
            );
        }
    }
    if let Some(case) = results.case(Scenario::Quiet, "cold, 0 ms") {
        lines.push(line(case, "a quiet run, new process: CPU", unit::time, cpu).quoted());
        lines.push(
            line(
                case,
                "a quiet run, new process: peak memory",
                unit::bytes,
                peak,
            )
            .quoted(),
        );
    }
    if let Some(case) = results.case(Scenario::Quiet, "warm, 0 ms") {
        lines.push(line(
            case,
            "a quiet run, same process: time",
            unit::time,
            wall,
        ));
        lines.push(line(case, "a quiet run, same process: CPU", unit::time, cpu).quoted());
    }
    if let Some(case) = results.case(Scenario::Fresh, "cold") {
        lines.push(line(case, "a run with 300 new records: time", unit::time, wall).quoted());
        lines.push(line(
            case,
            "a run with 300 new records: CPU",
            unit::time,
            cpu,
        ));
    }
    if let Some(case) = results.case(Scenario::Day, "0 ms") {
        let day = name_of_day(case);
        lines.push(line(
            case,
            format!("{day}, Zoom at once: time"),
            unit::time,
            wall,
        ));
        lines.push(line(case, format!("{day}: CPU"), unit::time, cpu).quoted());
        lines.push(line(case, format!("{day}: peak memory"), unit::bytes, peak).quoted());
        let million = case.records.unwrap_or(1) as f64 / 1e6;
        lines.push(line(
            case,
            "CPU for a million records",
            unit::time,
            move |s| Some(s.cpu / million),
        ));
        lines.push(line(
            case,
            format!("{day}: objects written"),
            unit::count,
            |s| Some(s.of(Kind::Put).requests as f64),
        ));
    }
    if let Some(case) = results.case(Scenario::Day, "0 ms, with equal rows") {
        let day = name_of_day(case) + " of which 3 in 100 have a twin";
        lines.push(line(case, format!("{day}: CPU"), unit::time, cpu));
        lines.push(line(
            case,
            format!("{day}: Zoom requests for pages"),
            unit::count,
            |s| Some(s.zoom_pages as f64),
        ));
    }
    if let Some(case) = results.case(Scenario::Day, "150 ms") {
        let name = format!("{}, Zoom at 150 ms a page: time", name_of_day(case));
        lines.push(line(case, name, unit::time, wall).quoted());
    }
    for (name, quoted) in [("quiet day", false), ("busy day", true)] {
        if let Some(case) = results.case(Scenario::Runs96, name) {
            lines.extend(of_a_day(case, name, quoted));
        }
    }
    if let Some(packages) = &results.packages {
        let exactly = |bytes: u64| Spread::of([bytes as f64]);
        let package = |name: &str, guide| Line {
            name: name.to_owned(),
            ours: exactly(packages.ours),
            guide: exactly(guide),
            unit: unit::bytes,
            quoted: true,
        };
        lines.push(package(
            "package; the Python file alone, without the boto3 that Lambda has",
            packages.guide_alone,
        ));
        lines.push(package(
            "package; the Python file with a boto3 of its own",
            packages.guide_with_boto3,
        ));
    }
    lines
}

/// What the days of 96 runs are compared by.
fn of_a_day(case: &Case, name: &str, quoted: bool) -> Vec<Line> {
    let bill = |side| {
        Spread::of(
            case.samples(side)
                .iter()
                .map(|day| Bill::of(side, day).total()),
        )
    };
    let mut lines = vec![
        line(
            case,
            format!("{name}: Zoom requests for pages"),
            unit::count,
            |s| Some(s.zoom_pages as f64),
        )
        .quoted(),
        line(case, format!("{name}: S3 reads"), unit::count, |s| {
            Some(s.s3_reads() as f64)
        }),
        line(
            case,
            format!("{name}: S3 writes and lists"),
            unit::count,
            |s| Some(s.s3_writes() as f64),
        )
        .quoted(),
        line(case, format!("{name}: bytes to S3"), unit::bytes, |s| {
            Some(s.s3_bytes().0 as f64)
        }),
        line(case, format!("{name}: bytes from S3"), unit::bytes, |s| {
            Some(s.s3_bytes().1 as f64)
        }),
        line(case, format!("{name}: CPU of 96 runs"), unit::time, cpu),
        line(
            case,
            format!("{name}: records in the bucket for each one at Zoom"),
            ratio,
            |s| s.delivered,
        )
        .quoted(),
        line(
            case,
            format!("{name}: records at Zoom that the bucket lacks"),
            unit::count,
            |s| s.missing.map(|n| n as f64),
        ),
        Line {
            name: format!("{name}: a month of such, USD, with the secret"),
            ours: bill(Side::Ours),
            guide: bill(Side::Guide),
            unit: unit::dollars,
            quoted: true,
        },
        line(case, String::new(), unit::dollars, |_| None),
    ];
    let without = |side| {
        Spread::of(
            case.samples(side)
                .iter()
                .map(|day| Bill::of(side, day).without_secret()),
        )
    };
    if let Some(last) = lines.last_mut() {
        last.name = format!("{name}: a month of such, USD, without the secret");
        last.ours = without(Side::Ours);
        last.guide = without(Side::Guide);
        last.quoted = true;
    }
    if !quoted {
        for line in &mut lines {
            line.quoted &= line.name.contains("Zoom requests");
        }
    }
    lines
}

fn line(
    case: &Case,
    name: impl Into<String>,
    unit: fn(f64) -> String,
    measure: impl Fn(&Sample) -> Option<f64>,
) -> Line {
    Line {
        name: name.into(),
        ours: case.spread(Side::Ours, &measure),
        guide: case.spread(Side::Guide, &measure),
        unit,
        quoted: false,
    }
}

fn name_of_day(case: &Case) -> String {
    let records = case.records.unwrap_or_default() as f64;
    format!("a day of {} records", unit::count(records))
}

fn ratio(ratio: f64) -> String {
    format!("{ratio:.3}")
}

fn wall(sample: &Sample) -> Option<f64> {
    Some(sample.wall)
}

fn cpu(sample: &Sample) -> Option<f64> {
    Some(sample.cpu)
}

fn peak(sample: &Sample) -> Option<f64> {
    Some(sample.peak as f64)
}
