//! The report for people: a table, what is wrong by example, and a last word.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::audit_report::{
    AuditReport, DayAudit, DayVerdict, Example, FunctionAudit, Looked, moment,
};
use super::compare::Kind;
use super::excuses::Settlement;
use super::last_word::last_word;
use crate::wording::number_of;

const COLUMNS: [&str; 9] = [
    "day", "state", "Zoom", "bucket", "missing", "doubled", "foreign", "pending", "verdict",
];

pub fn text(report: &AuditReport) -> String {
    let mut text = String::new();
    for function in &report.functions {
        // Writing to a string does not fail.
        let _ = describe(&mut text, function);
    }
    text.push_str(&last_word(report));
    text
}

fn describe(text: &mut String, function: &FunctionAudit) -> std::fmt::Result {
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

fn table(days: &[DayAudit]) -> Table {
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

const fn verdict(verdict: DayVerdict) -> &'static str {
    match verdict {
        DayVerdict::Matches => "matches",
        DayVerdict::Differs => "DOES NOT MATCH",
        DayVerdict::ZoomDisagrees => "Zoom does not agree with itself",
        DayVerdict::Unread => "NOT READ",
    }
}

fn details(text: &mut String, day: &DayAudit) -> std::fmt::Result {
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
        Some(time) => moment(time),
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
fn notes(text: &mut String, day: &DayAudit, looked: &Looked) -> std::fmt::Result {
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
    if looked.missing > 0 && day.state == Settlement::Open {
        writeln!(
            text,
            "{date}: the day is open: a row that Zoom shows late is delivered by the function's next sweep \
             (FULL_SWEEP_MINUTES). If it is missing after that, a replay of the day delivers it"
        )?;
    }
    if looked.missing > 0 && day.state == Settlement::Settled {
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
