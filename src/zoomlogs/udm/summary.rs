//! What all records together have.

use std::fmt;

use serde::Serialize;
use zoomlogs_udm::{NotUnderstood, Statistics};

use super::view::shown;

/// How many kinds, heads and parameters a text names; JSON has them all.
const NAMED: usize = 12;
const HEADS: usize = 3;

#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    records: u64,
    event_types: Vec<Share<'a>>,
    /// Every field that the mapping can fill.
    fields: Vec<Share<'a>>,
    /// What of the records' own fields is in no field of the events.
    left: Vec<Share<'a>>,
    details: DetailSummary<'a>,
}

#[derive(Debug, Serialize)]
struct DetailSummary<'a> {
    records: u64,
    /// Each address, parameter and object is in a field of its own.
    all: Share<'static>,
    part: Share<'static>,
    /// Not understood: nothing is, but in `metadata.description`.
    nothing: Share<'static>,
    not_understood: Vec<NotUnderstood<'a>>,
    parameters_without_row: Vec<Share<'a>>,
}

/// How many records are so, of all of them or of those that have a detail.
#[derive(Debug, Serialize)]
struct Share<'a> {
    name: &'a str,
    records: u64,
    percent: f64,
}

impl<'a> Share<'a> {
    fn of(all: u64) -> impl Fn((&'a str, u64)) -> Self {
        move |(name, records)| Self {
            name,
            records,
            percent: percent(records, all),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a tenth of a percent is shown")]
fn percent(part: u64, all: u64) -> f64 {
    if all == 0 {
        return 0.0;
    }
    (part as f64 / all as f64 * 1000.0).round() / 10.0
}

impl<'a> Summary<'a> {
    pub fn of(statistics: &'a Statistics) -> Self {
        let records = statistics.records;
        let named = |(name, n): (&'a String, &u64)| (name.as_str(), *n);
        let details = &statistics.details;
        let of_details = Share::of(details.records);
        let mut event_types: Vec<_> = statistics
            .event_types
            .iter()
            .map(named)
            .map(Share::of(records))
            .collect();
        event_types.sort_by_key(|share| std::cmp::Reverse(share.records));
        Self {
            records,
            event_types,
            fields: statistics.all_fields().map(Share::of(records)).collect(),
            left: statistics
                .left
                .iter()
                .map(named)
                .map(Share::of(records))
                .collect(),
            details: DetailSummary {
                records: details.records,
                all: of_details(("all", details.all)),
                part: of_details(("part", details.part)),
                nothing: of_details(("nothing", details.nothing)),
                not_understood: details.not_understood(),
                parameters_without_row: details
                    .without_row()
                    .into_iter()
                    .map(Share::of(details.records))
                    .collect(),
            },
        }
    }
}

impl fmt::Display for Share<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>6.1} % {:>9}  {}",
            self.percent,
            self.records,
            shown(self.name)
        )
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Records: {}, an event for each.", self.records)?;
        if self.records == 0 {
            return Ok(());
        }
        list(f, "\nEvent types", &self.event_types)?;
        let (given, missing): (Vec<_>, Vec<_>) =
            self.fields.iter().partition(|share| share.records > 0);
        list(f, "\nFields", given)?;
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|share| share.name).collect();
            writeln!(f, "  In no event: {}", names.join(", "))?;
        }
        if !self.left.is_empty() {
            list(f, "\nWhat of the records is in no field", &self.left)?;
        }
        self.details.fmt(f)
    }
}

impl DetailSummary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nDetails: {} records have an operation_detail. All of it is in metadata.description. In fields of their own are, of \
             its addresses, parameters and objects:",
            self.records
        )?;
        for share in [&self.all, &self.part, &self.nothing] {
            let note = if share.name == "nothing" {
                ": not understood"
            } else {
                ""
            };
            writeln!(f, "  {share}{note}")?;
        }
        if !self.not_understood.is_empty() {
            writeln!(f, "\nNot understood")?;
        }
        for group in self.not_understood.iter().take(NAMED) {
            let share = Share {
                name: group.reason,
                records: group.records,
                percent: percent(group.records, self.records),
            };
            writeln!(
                f,
                "  {share}: {} / {}",
                shown(group.category),
                shown(group.action)
            )?;
            let heads: Vec<_> = group
                .heads
                .iter()
                .take(HEADS)
                .map(|(head, n)| format!("{} ({n})", shown(head)))
                .collect();
            let more = group.heads.len().saturating_sub(HEADS);
            let more = if more > 0 {
                format!(", {more} more")
            } else {
                String::new()
            };
            writeln!(f, "{:21}heads: {}{more}", "", heads.join(", "))?;
            writeln!(f, "{:21}such as: {}", "", shown(group.example))?;
        }
        if self.not_understood.len() > NAMED {
            writeln!(
                f,
                "  … and {} more kinds; --json has them all",
                self.not_understood.len() - NAMED
            )?;
        }
        if !self.parameters_without_row.is_empty() {
            list(
                f,
                "\nParameters that Google's table has no row for",
                self.parameters_without_row.iter().take(NAMED),
            )?;
        }
        if self.parameters_without_row.len() > NAMED {
            writeln!(
                f,
                "  … and {} more; --json has them all",
                self.parameters_without_row.len() - NAMED
            )?;
        }
        Ok(())
    }
}

fn list<'s, 'a: 's>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    shares: impl IntoIterator<Item = &'s Share<'a>>,
) -> fmt::Result {
    writeln!(f, "{title}")?;
    shares
        .into_iter()
        .try_for_each(|share| writeln!(f, "  {share}"))
}
