//! How events are shown.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Stdout, Write as _};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;
use zoomlogs_udm::{Authority, Event, Form, Rule, Value};

use crate::output::OutputError;

/// How many rows a table has; the next ones get one of their own, so that a million records need not be in memory.
const ROWS: usize = 1000;

/// What is shown of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Lines,
    Table,
    Explained { json: bool },
    Nothing,
}

/// The events shown so far.
pub struct Shown {
    view: View,
    out: BufWriter<Stdout>,
    rows: Vec<[String; 8]>,
    events: u64,
}

impl Shown {
    pub fn new(view: View) -> Self {
        Self {
            view,
            out: BufWriter::new(io::stdout()),
            rows: Vec::new(),
            events: 0,
        }
    }

    /// Shows the event of the record in this line of this file.
    pub fn event(&mut self, event: &Event, name: &str, line: usize) -> Result<(), OutputError> {
        self.events += 1;
        match self.view {
            View::Nothing => {}
            View::Lines => writeln!(self.out, "{}", event.to_json())?,
            View::Explained { json: true } => {
                writeln!(self.out, "{}", explained_as_json(event, name, line))?;
            }
            View::Explained { json: false } => {
                let text = explained(event, self.events, name, line);
                writeln!(self.out, "{text}")?;
            }
            View::Table => {
                self.rows.push(row(event));
                if self.rows.len() == ROWS {
                    self.table()?;
                }
            }
        }
        Ok(())
    }

    /// Shows what is left to show.
    pub fn finish(&mut self) -> Result<(), OutputError> {
        if !self.rows.is_empty() {
            self.table()?;
        }
        Ok(self.out.flush()?)
    }

    fn table(&mut self) -> io::Result<()> {
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header([
                "TIME",
                "EVENT TYPE",
                "CATEGORY",
                "ACTION",
                "PRINCIPAL",
                "TARGET",
                "MORE FIELDS",
                "DETAIL",
            ]);
        table.add_rows(self.rows.drain(..));
        writeln!(self.out, "{table}")
    }
}

fn row(event: &Event) -> [String; 8] {
    let get = |field| shown(event.get(field).unwrap_or("-"));
    let of = |column| {
        let values = event.values.iter().filter(|v| column_of(v) == column);
        let cell: Vec<_> = values
            .map(|value| match column {
                Some(Column::More) => format!("{}: {}", short(value), shown(&value.text)),
                _ => shown(&value.text),
            })
            .collect();
        if cell.is_empty() {
            "-".to_owned()
        } else {
            cell.join("\n")
        }
    };
    [
        get("metadata.eventTimestamp"),
        get("metadata.eventType"),
        get("additional.category_type"),
        get("metadata.productEventType"),
        of(Some(Column::Principal)),
        of(Some(Column::Target)),
        of(Some(Column::More)),
        event
            .detail
            .as_ref()
            .map_or_else(|| "-".to_owned(), |detail| detail.extent.to_string()),
    ]
}

/// A column that takes several fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Principal,
    Target,
    More,
}

fn column_of(value: &Value) -> Option<Column> {
    match value.rule.target {
        "additional.category_type" => None,
        // The same as principal.ip.
        "principal.asset.ip[]" => None,
        "metadata.productVersion" => Some(Column::More),
        "target.user.emailAddresses[]" => Some(Column::Target),
        target => match target.split(['.', '[']).next() {
            Some("principal") => Some(Column::Principal),
            Some("target" | "about" | "additional") => Some(Column::More),
            _ => None,
        },
    }
}

/// A field's name in few letters.
fn short(value: &Value) -> String {
    let name = if value.rule.form == Form::Label {
        value.rule.source.name()
    } else {
        let target = value
            .rule
            .target
            .trim_end_matches("[]")
            .trim_end_matches(".name");
        target
            .rsplit('.')
            .next()
            .unwrap_or(target)
            .trim_end_matches("[]")
    };
    match value.element {
        Some(element) => format!("about[{element}] {name}"),
        None => name.to_owned(),
    }
}

fn explained(event: &Event, number: u64, name: &str, line: usize) -> String {
    let mut text = format!("── {number} ── {}:{line}\n", shown(name));
    for value in &event.values {
        let _ = writeln!(
            text,
            "{}: {}\n    from {}; {}",
            value.field,
            shown(&value.text),
            value.origin(),
            whose(value.rule)
        );
    }
    if !event.left.is_empty() {
        text.push_str("In no field of its own:\n");
        for left in &event.left {
            let _ = writeln!(
                text,
                "    {}: {} ({})",
                shown(&left.what),
                shown(&left.text),
                left.why
            );
        }
    }
    text
}

/// Whose rule it is, in words.
fn whose(rule: &Rule) -> String {
    let ours = rule.ours.unwrap_or_default();
    match (rule.authority(), rule.google) {
        (Authority::Google, Some(published)) => format!("Google's {published}"),
        (Authority::GoogleReadHere, Some(published)) => {
            format!("Google's {published}, read our way ({ours})")
        }
        _ => format!("OURS ({ours})"),
    }
}

fn explained_as_json(event: &Event, name: &str, line: usize) -> serde_json::Value {
    let values = event.values.iter().map(|value| {
        json!({
            "field": value.field,
            "value": value.text,
            "from": value.origin(),
            "rule": match value.rule.authority() {
                Authority::Google => "google",
                Authority::GoogleReadHere => "google, read our way",
                Authority::Ours => "ours",
            },
            "published": value.rule.google.map(|published| published.to_string()),
            "ours": value.rule.ours,
        })
    });
    let left = event
        .left
        .iter()
        .map(|left| json!({"what": left.what, "text": left.text, "why": left.why.to_string()}));
    json!({
        "record": {"file": name, "line": line},
        "event": event.to_json(),
        "values": values.collect::<Vec<_>>(),
        "in_no_field": left.collect::<Vec<_>>(),
        "detail_understood": event.detail.as_ref().map(|detail| detail.extent.to_string()),
    })
}

/// A text as it may be shown on a terminal: records hold what people entered, and that can be a control sequence.
pub fn shown(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escape = c.is_control().then(|| c.escape_default());
            let plain = escape.is_none().then_some(c);
            escape.into_iter().flatten().chain(plain)
        })
        .collect()
}
