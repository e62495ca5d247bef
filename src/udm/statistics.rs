//! What share of many records got which fields, and which details were not understood.

use std::collections::BTreeMap;

use serde::Serialize;

use super::event::{Event, Extent, Why};
use super::rule::Rule;
use super::table::rules;

/// How many different kinds of details, heads of one kind, parameters and fields are counted by name; all others are counted
/// together, so that a report on millions of records fits in memory.
const NAMED: usize = 1000;
/// What counts what came after that.
const OTHERS: &str = "(others)";

/// Counts over many events.
#[derive(Debug, Default)]
pub struct Statistics {
    /// How many records there were.
    pub records: u64,
    /// How many of them have a value in a field, by the target of the mapping's rows.
    pub fields: BTreeMap<&'static str, u64>,
    /// How many of them have which event type.
    pub event_types: BTreeMap<String, u64>,
    /// What was understood of `operation_detail`.
    pub details: Details,
    /// How many of them have a field that is in no field of the event, by what it is and why.
    pub left: BTreeMap<String, u64>,
}

/// What was understood of `operation_detail`.
#[derive(Debug, Default)]
pub struct Details {
    /// How many records have one.
    pub records: u64,
    /// Of how many each address, parameter and object is in a field of its own.
    pub all: u64,
    /// Of how many some are.
    pub part: u64,
    /// Of how many nothing is: they were not understood.
    pub nothing: u64,
    groups: BTreeMap<Group, Counted>,
    /// How often a parameter stands in details that the mapping has no row for.
    pub parameters_without_row: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    category: String,
    action: String,
    reason: &'static str,
}

#[derive(Debug, Default)]
struct Counted {
    records: u64,
    heads: BTreeMap<String, u64>,
    example: String,
}

/// Details of one kind that were not understood.
#[derive(Debug, Serialize)]
pub struct NotUnderstood<'a> {
    /// The records' `category_type`.
    pub category: &'a str,
    /// The records' `action`.
    pub action: &'a str,
    /// Why nothing of them is in a field of its own.
    pub reason: &'static str,
    /// How many records have one.
    pub records: u64,
    /// The heads, with addresses and numbers left out, most frequent first.
    pub heads: Vec<(&'a str, u64)>,
    /// The first of them.
    pub example: &'a str,
}

impl Statistics {
    /// Counts one more event.
    pub fn add(&mut self, event: &Event) {
        self.records += 1;
        let mut fields: Vec<_> = event.values.iter().map(|value| value.rule.target).collect();
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            *self.fields.entry(field).or_default() += 1;
        }
        let event_type = event.get("metadata.eventType").unwrap_or_default();
        *self.event_types.entry(event_type.to_owned()).or_default() += 1;
        for left in event.left.iter().filter(|left| !left.in_detail) {
            count(&mut self.left, format!("{}: {}", left.what, left.why));
        }
        self.details.add(event);
    }

    /// All fields that the mapping can fill, in its order, with the number of records that have it.
    pub fn all_fields(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let mut seen = Vec::new();
        rules()
            .map(|Rule { target, .. }| *target)
            .filter(move |target| {
                let new = !seen.contains(target);
                seen.push(target);
                new
            })
            .map(|target| (target, self.fields.get(target).copied().unwrap_or_default()))
    }
}

impl Details {
    fn add(&mut self, event: &Event) {
        let Some(understanding) = &event.detail else {
            return;
        };
        self.records += 1;
        match understanding.extent {
            Extent::All => self.all += 1,
            Extent::Part => self.part += 1,
            Extent::Nothing => self.nothing += 1,
        }
        let parts = || event.left.iter().filter(|left| left.in_detail);
        for left in parts().filter(|left| left.why == Why::NoRow) {
            count(&mut self.parameters_without_row, left.what.clone());
        }
        if understanding.extent != Extent::Nothing {
            return;
        }
        let reason = match parts().next().map(|left| left.why) {
            None => "no address, no parameter",
            Some(Why::NoRow) => "no row for its parameters",
            Some(_) => "parameters that cannot be read",
        };
        let of = |field| event.get(field).unwrap_or_default().to_owned();
        let group = Group {
            category: of("additional.category_type"),
            action: of("metadata.productEventType"),
            reason,
        };
        let group = if self.groups.len() < NAMED || self.groups.contains_key(&group) {
            group
        } else {
            Group {
                category: OTHERS.to_owned(),
                action: OTHERS.to_owned(),
                reason,
            }
        };
        let counted = self.groups.entry(group).or_insert_with(|| Counted {
            example: of("metadata.description"),
            ..Counted::default()
        });
        counted.records += 1;
        count(&mut counted.heads, shape(&understanding.head));
    }

    /// The details that were not understood, by kind, most frequent first.
    #[must_use]
    pub fn not_understood(&self) -> Vec<NotUnderstood<'_>> {
        let mut groups: Vec<_> = self
            .groups
            .iter()
            .map(|(group, counted)| NotUnderstood {
                category: &group.category,
                action: &group.action,
                reason: group.reason,
                records: counted.records,
                heads: by_frequency(&counted.heads),
                example: &counted.example,
            })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.records));
        groups
    }

    /// The parameters that the mapping has no row for, most frequent first.
    #[must_use]
    pub fn without_row(&self) -> Vec<(&str, u64)> {
        by_frequency(&self.parameters_without_row)
    }
}

/// A head without what differs from record to record, so that like ones are counted together.
fn shape(head: &str) -> String {
    let words: Vec<_> = head
        .split_whitespace()
        .map(|word| {
            if word.contains('@') {
                "…@…"
            } else if word.contains(|c: char| c.is_ascii_digit()) {
                "#"
            } else {
                word
            }
        })
        .collect();
    words.join(" ")
}

fn count(counts: &mut BTreeMap<String, u64>, name: String) {
    let name = if counts.len() < NAMED || counts.contains_key(&name) {
        name
    } else {
        OTHERS.to_owned()
    };
    *counts.entry(name).or_default() += 1;
}

fn by_frequency(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut counts: Vec<_> = counts.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts
}
