//! The report for people: a table, what is wrong by example, and a last word.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::compare::Kind;
use super::day::{Example, Verdict};
use super::known::State;
use super::report::{DayReport, FunctionReport, Looked, Overall, Report};

const COLUMNS: [&str; 9] = [
    "day", "state", "Zoom", "bucket", "missing", "doubled", "foreign", "pending", "verdict",
];

pub fn text(report: &Report) -> String {
    let mut text = String::new();
    for function in &report.functions {
        // Writing to a string does not fail.
        let _ = describe(&mut text, function);
    }
    text.push_str(&last_word(report));
    text
}

fn describe(text: &mut String, function: &FunctionReport) -> std::fmt::Result {
    writeln!(text, "{}", function.function)?;
    if let Some(error) = &function.error {
        return writeln!(text, "  could not be looked at: {error}\n");
    }
    writeln!(
        text,
        "{} in s3://{}/{}\n{}",
        function.report,
        function.bucket,
        function.prefix,
        table(&function.days)
    )?;
    for day in &function.days {
        details(text, day)?;
    }
    for object in &function.astray {
        let problem = object.problem.as_deref().unwrap_or_default();
        let deleted = if object.deleted {
            " (deleted since)"
        } else {
            ""
        };
        writeln!(text, "{}{deleted}: {problem}", object.key)?;
    }
    if !function.astray.is_empty() {
        writeln!(
            text,
            "The function wrote none of these, and the feed ingests whatever lies under the prefix: find out who put them there \
             (CloudTrail), look for what they hold in Google SecOps, keep a copy, and remove every version"
        )?;
    }
    let ran = match &function.last_complete_run {
        Some(moment) => format!("The function's last complete run ended at {moment}."),
        None => "No complete run of the function is known.".to_owned(),
    };
    writeln!(text, "{} requests to Zoom. {ran}", function.requests)?;
    for remark in &function.remarks {
        writeln!(text, "{remark}")?;
    }
    writeln!(text)
}

fn table(days: &[DayReport]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(COLUMNS);
    for day in days {
        let numbers = day.looked.as_ref().map_or_else(
            || vec!["-".to_owned(); 6],
            |looked| {
                let pending = looked.not_due + looked.undecided;
                [
                    looked.zoom.records,
                    looked.bucket.records,
                    looked.missing,
                    looked.doubled,
                    looked.foreign,
                    pending,
                ]
                .map(|number| number.to_string())
                .to_vec()
            },
        );
        let mut row = vec![day.date.to_string(), day.state.name().to_owned()];
        row.extend(numbers);
        row.push(verdict(day.verdict).to_owned());
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(2).take(6) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Matches => "matches",
        Verdict::Differs => "DOES NOT MATCH",
        Verdict::ZoomDisagrees => "Zoom does not agree with itself",
        Verdict::Unread => "NOT READ",
    }
}

fn details(text: &mut String, day: &DayReport) -> std::fmt::Result {
    let date = day.date;
    if let Some(error) = &day.error {
        writeln!(text, "{date}: {error}")?;
    }
    let Some(looked) = &day.looked else {
        return Ok(());
    };
    for problem in &looked.problems {
        writeln!(text, "{date}: {problem}")?;
    }
    for example in &looked.examples {
        writeln!(text, "{date}: {}", sentence(example))?;
        if let Some(record) = &example.record {
            writeln!(text, "    {record}")?;
        }
    }
    notes(text, day, looked)
}

fn sentence(example: &Example) -> String {
    let Example {
        kind,
        digest,
        count,
        ..
    } = example;
    let what = match kind {
        Kind::Missing => "missing",
        Kind::Doubled => "doubled",
        Kind::Foreign => "foreign",
    };
    let time = match example.time {
        Some(time) => super::report::moment(time),
        None => "without a time".to_owned(),
    };
    let times = match count {
        1 => String::new(),
        count => format!(", {count} times"),
    };
    let places = if example.places.is_empty() {
        String::new()
    } else {
        format!(", at {}", example.places.join(" and "))
    };
    format!("{what}{times}: {time}, digest {digest}{places}")
}

/// What a number means that is easily misread.
fn notes(text: &mut String, day: &DayReport, looked: &Looked) -> std::fmt::Result {
    let date = day.date;
    let shown = |kind| {
        looked
            .examples
            .iter()
            .filter(|one| one.kind == kind)
            .count() as u64
    };
    let more = [
        (Kind::Missing, looked.missing),
        (Kind::Doubled, looked.doubled),
        (Kind::Foreign, looked.foreign),
    ];
    if more.iter().any(|&(kind, count)| count > shown(kind)) {
        writeln!(
            text,
            "{date}: these are examples; --examples shows more of them"
        )?;
    }
    if looked.missing > 0 && day.state == State::Open {
        writeln!(
            text,
            "{date}: the day is open: a row that Zoom shows late is delivered by the function's next sweep \
             (FULL_SWEEP_MINUTES). If it is missing after that, a replay of the day delivers it"
        )?;
    }
    if looked.missing > 0 && day.state == State::Settled {
        writeln!(
            text,
            "{date}: the day is settled: no run looks at it again. A replay of the day delivers what is missing"
        )?;
    }
    if looked.foreign_of_another_day > 0 {
        writeln!(
            text,
            "{date}: the time of {} on another day: in the wrong folder",
            number_of(
                looked.foreign_of_another_day,
                "foreign record is",
                "foreign records is"
            )
        )?;
    } else if looked.foreign > 0 {
        writeln!(
            text,
            "{date}: Zoom does not have the foreign records, or has changed or removed them since"
        )?;
    }
    if looked.not_due > 0 {
        writeln!(
            text,
            "{date}: {} newer than the function's last complete run, and not due yet",
            number_of(looked.not_due, "row is", "rows are")
        )?;
    }
    if looked.undecided > 0 {
        writeln!(
            text,
            "{date}: {} not in each of {} readings of Zoom, or stand on several pages and may be one that moved",
            number_of(looked.undecided, "row is", "rows are"),
            looked.zoom.readings
        )?;
    }
    let deleted = looked.bucket.objects.iter().filter(|object| object.deleted);
    let deleted: Vec<_> = deleted.map(|object| object.key.as_str()).collect();
    if !deleted.is_empty() {
        writeln!(
            text,
            "{date}: {} delivered and deleted since; what they hold counts: {}",
            number_of(deleted.len(), "entry was", "entries were"),
            deleted.join(", ")
        )?;
    }
    Ok(())
}

fn last_word(report: &Report) -> String {
    let days = || report.functions.iter().flat_map(|function| &function.days);
    let count = days().count();
    match report.verdict {
        Overall::Matches => {
            let looked = || days().filter_map(|day| day.looked.as_ref());
            let delivered: u64 = looked().map(|looked| looked.bucket.records).sum();
            let not_due = looked().map(|looked| looked.not_due).sum();
            let undecided = looked().map(|looked| looked.undecided).sum();
            format!(
                "Everything {}: {} on {}, each of them in the bucket as often as in \
                 Zoom.{}",
                if undecided == 0 {
                    "matches"
                } else {
                    "that can be judged matches"
                },
                number_of(delivered, "record", "records"),
                number_of(count, "day", "days"),
                unjudged(not_due, undecided)
            )
        }
        Overall::Differs | Overall::Incomplete => String::new(),
    }
}

/// The rows that are neither delivered nor missing, and why not.
fn unjudged(not_due: u64, undecided: u64) -> String {
    let mut said = String::new();
    if not_due > 0 {
        said.push_str(&format!(
            " {} newer than the function's last complete run, and not due yet.",
            number_of(not_due, "more row is", "more rows are")
        ));
    }
    if undecided > 0 {
        said.push_str(&format!(
            " Of {} Zoom's readings do not agree how often it is there: verify again when the day is over.",
            number_of(undecided, "more row", "more rows")
        ));
    }
    said
}

/// So many of something.
pub fn number_of(count: impl TryInto<u64>, one: &str, several: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}

/// Why it did not end well, in one line.
pub fn complaint(report: &Report) -> String {
    let mut differing = Vec::new();
    let mut unread = Vec::new();
    for function in &report.functions {
        let name = &function.function;
        if let Some(error) = &function.error {
            unread.push(format!("{name} ({error})"));
        }
        if !function.astray.is_empty() {
            differing.push(format!("{name} (stray objects)"));
        }
        for day in &function.days {
            let named = format!("{} {}", function.report, day.date);
            match day.verdict {
                Verdict::Matches => {}
                Verdict::Differs => differing.push(named),
                Verdict::ZoomDisagrees => {
                    unread.push(format!("{named} (Zoom does not agree with itself)"));
                }
                Verdict::Unread => unread.push(named),
            }
        }
    }
    let mut said = Vec::new();
    if !differing.is_empty() {
        said.push(format!(
            "Zoom and the bucket do not match: {}",
            differing.join(", ")
        ));
    }
    if !unread.is_empty() {
        said.push(format!(
            "not everything could be read: {}",
            unread.join(", ")
        ));
    }
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::unjudged;

    #[test]
    fn rows_that_are_not_judged_are_told_apart() {
        assert_eq!(unjudged(0, 0), "");
        let not_due = unjudged(2, 0);
        assert!(not_due.contains("2 more rows are newer") && !not_due.contains("agree"));
        let undecided = unjudged(0, 1);
        assert!(undecided.contains("Of 1 more row Zoom's readings do not agree"));
        assert!(!undecided.contains("newer"));
    }
}
