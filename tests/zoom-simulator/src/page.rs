//! One page of a report: its rows, cut from the truth and written as Zoom writes them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::layout;
use crate::paging::{Position, Query};
use crate::record::Record;
use crate::settings::{ExtraFields, LastPageToken, Layout, OrderInSecond, Paging, Settings};
use crate::truth::Truth;

/// One page: its rows, and how many the whole list has.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Record>,
    pub(crate) total: usize,
}

/// The first position of a sweep that request number `number` begins.
pub(crate) fn begin(truth: &Truth, query: &Query, settings: &Settings, number: u64) -> Position {
    let snapshot = match settings.paging {
        Paging::Live => None,
        Paging::Snapshot => Some(listed(truth, query).cloned().collect::<Arc<[Record]>>()),
    };
    Position {
        offset: 0,
        sweep: number,
        snapshot,
    }
}

/// The page at `position`, as request number `number` sees it.
pub(crate) fn page(
    truth: &Truth,
    query: &Query,
    settings: &Settings,
    position: &Position,
    number: u64,
) -> Page {
    let order = match settings.order_in_second {
        OrderInSecond::Stable => None,
        OrderInSecond::ShuffledPerSweep => Some(position.sweep),
        OrderInSecond::ShuffledPerRequest => Some(number),
    };
    let Position {
        offset, snapshot, ..
    } = position;
    match (snapshot, &query.category, order) {
        // The usual case does not touch rows outside the page, for a list may be a million long.
        (None, None, None) => Page {
            rows: truth
                .between(query.from, query.to, *offset)
                .take(query.page_size)
                .cloned()
                .collect(),
            total: truth.count_between(query.from, query.to),
        },
        _ => {
            let mut list: Vec<&Record> = match snapshot {
                Some(snapshot) => snapshot.iter().collect(),
                None => listed(truth, query).collect(),
            };
            if let Some(seed) = order {
                shuffle_seconds(&mut list, seed);
            }
            let rows = list
                .iter()
                .skip(*offset)
                .take(query.page_size)
                .map(|record| (*record).clone())
                .collect();
            Page {
                rows,
                total: list.len(),
            }
        }
    }
}

/// All rows of a query, in the report's order.
fn listed<'a>(truth: &'a Truth, query: &'a Query) -> impl Iterator<Item = &'a Record> {
    let wanted = |record: &&Record| {
        query
            .category
            .as_deref()
            .is_none_or(|category| record.is_of(category))
    };
    truth.between(query.from, query.to, 0).filter(wanted)
}

/// Reorders rows of the same second among themselves, each second for itself, so that a new row leaves the others' order
/// alone.
fn shuffle_seconds(list: &mut [&Record], seed: u64) {
    for second in list
        .chunk_by_mut(|a, b| a.second() == b.second())
        .filter(|second| second.len() > 1)
    {
        second.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    }
}

/// What stands where the rows should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows<'a> {
    /// The rows.
    These(&'a [Record]),
    /// `null`.
    Null,
    /// An object.
    NotAnArray,
    /// Nothing, not even the name.
    Missing,
}

/// The body of an answer.
pub(crate) fn body(
    now: DateTime<Utc>,
    query: &Query,
    rows: Rows<'_>,
    next_page_token: Option<&str>,
    settings: &Settings,
) -> String {
    let mut body = format!(
        r#"{{"from":"{}","to":"{}","page_size":{}"#,
        query.from, query.to, query.page_size
    );
    match (next_page_token, settings.last_page_token) {
        (Some(token), _) => body += &format!(r#","next_page_token":{}"#, Value::from(token)),
        (None, LastPageToken::Empty) => body += r#","next_page_token":"""#,
        (None, LastPageToken::Null) => body += r#","next_page_token":null"#,
        (None, LastPageToken::Absent) => {}
    }
    let name = query.report.rows();
    match rows {
        Rows::These(rows) => {
            body += &format!(r#","{name}":["#);
            let extra = settings
                .extra_fields
                .as_ref()
                .filter(|extra| now >= extra.since)
                .map(members);
            for (index, row) in rows.iter().enumerate() {
                if index > 0 {
                    body.push(',');
                }
                append(&mut body, row.json(), extra.as_deref().unwrap_or_default());
            }
            body.push(']');
        }
        Rows::Null => body += &format!(r#","{name}":null"#),
        Rows::NotAnArray => body += &format!(r#","{name}":{{}}"#),
        Rows::Missing => {}
    }
    body.push('}');
    match settings.layout {
        Layout::Compact => body,
        Layout::Pretty => layout::spread(&body),
    }
}

/// The extra fields as they stand in an object, without its braces.
fn members(extra: &ExtraFields) -> String {
    let object = Value::Object(extra.fields.clone()).to_string();
    object
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or_default()
        .to_owned()
}

/// Appends a record with `extra` members at its end.
fn append(body: &mut String, record: &str, extra: &str) {
    match record.strip_suffix('}') {
        Some(open) if !extra.is_empty() => {
            body.push_str(open);
            if !open.ends_with('{') {
                body.push(',');
            }
            body.push_str(extra);
            body.push('}');
        }
        _ => body.push_str(record),
    }
}
