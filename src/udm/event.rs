//! An event: the values that a record gives, where each comes from, and what gave none.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::rule::{Form, Rule, Source};

/// A record as SecOps will see it, as far as Google's published mapping tells.
#[derive(Debug, Default)]
pub struct Event {
    /// The values, in the order of the mapping's rows.
    pub values: Vec<Value>,
    /// What of the record is in no field of its own.
    pub left: Vec<Left>,
    /// How its `operation_detail` was understood; None if it has none.
    pub detail: Option<Understanding>,
}

/// One value of an event.
#[derive(Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it is in the event: `target.user.emailAddresses[1]`.
    pub field: String,
    /// What it is.
    pub text: String,
    /// The row that put it there.
    pub rule: &'static Rule,
    /// Which object of the detail's array it comes from, if it does.
    pub element: Option<usize>,
}

/// What of a record is in no field of its own, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it is in the record: `field "time"`.
    pub what: String,
    /// The text.
    pub text: String,
    /// Why it is in no field.
    pub why: Why,
    /// Whether it is a part of `operation_detail`, which is in `metadata.description` as a whole.
    pub in_detail: bool,
}

/// Why something is in no field of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The mapping has no row for it.
    NoRow,
    /// It stands among the parameters and is neither one nor an address.
    NoKey,
    /// The record does not have it.
    Missing,
    /// It is no time that can be read.
    NotATime,
    /// UDM has no such event type.
    NotAnEventType,
    /// It is no IP address.
    NotAnIpAddress,
    /// Its JSON is no Unicode.
    NotUnicode,
    /// The record is no JSON object.
    NotAnObject,
    /// The field takes one value, and a later one took its place.
    Replaced,
}

/// How a detail was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understanding {
    /// What stands before its parameters.
    pub head: String,
    /// How much of it is in fields of its own.
    pub extent: Extent,
}

/// How much of a detail is in fields of its own, beside `metadata.description`, which has all of it. The words of the head
/// are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Each address, parameter and object.
    All,
    /// Some of it.
    Part,
    /// Nothing.
    Nothing,
}

impl Event {
    /// The event as protobuf's JSON has it, to be taken by Google's schema `google.backstory.UDM`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut event = Json::Object(Map::new());
        for value in &self.values {
            place(&mut event, &value.field, value.json());
        }
        event
    }

    /// The first value of a field, named as in an event: `metadata.eventType`.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|value| value.field == field)
            .map(|value| value.text.as_str())
    }
}

impl Value {
    fn json(&self) -> Json {
        match self.rule.form {
            Form::Label => serde_json::json!({"key": self.rule.source.name(), "value": self.text}),
            _ => Json::String(self.text.clone()),
        }
    }

    /// What of the record it comes from, in words.
    #[must_use]
    pub fn origin(&self) -> String {
        match (self.rule.source, self.element) {
            (Source::OtherElements(name), Some(element)) => format!("json_data[{element}].{name}"),
            (source, _) => source.to_string(),
        }
    }
}

/// Puts `leaf` where `field` says, making what leads there.
fn place(node: &mut Json, field: &str, leaf: Json) {
    let (step, rest) = field.split_once('.').unwrap_or((field, ""));
    let (name, index) = match step.split_once('[') {
        Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
        None => (step, None),
    };
    if !node.is_object() {
        *node = Json::Object(Map::new());
    }
    let Json::Object(members) = node else { return };
    let member = members.entry(name).or_insert(Json::Null);
    let place_of_leaf = match index {
        None => member,
        Some(index) => {
            if !member.is_array() {
                *member = Json::Array(Vec::new());
            }
            let Json::Array(items) = member else { return };
            if items.len() <= index {
                items.resize(index + 1, Json::Null);
            }
            &mut items[index]
        }
    };
    if rest.is_empty() {
        *place_of_leaf = leaf;
    } else {
        place(place_of_leaf, rest, leaf);
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRow => "the mapping has no row for it",
            Self::NoKey => "among the parameters, and neither one nor an address",
            Self::Missing => "the record does not have it",
            Self::NotATime => "no time that can be read",
            Self::NotAnEventType => "none of UDM's event types",
            Self::NotAnIpAddress => "no IP address",
            Self::NotUnicode => "no valid Unicode",
            Self::NotAnObject => "no JSON object",
            Self::Replaced => "a later value took its place",
        })
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Part => "part",
            Self::Nothing => "nothing",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_made_with_all_that_leads_to_it() {
        let mut event = Json::Null;
        place(&mut event, "a.b.c", json!("1"));
        place(&mut event, "a.b.d[0]", json!("2"));
        place(&mut event, "a.b.d[1]", json!("3"));
        place(&mut event, "e[0].f.g", json!("4"));
        place(&mut event, "e[1].f.h[0].i", json!("5"));
        assert_eq!(
            event,
            json!({
                "a": {"b": {"c": "1", "d": ["2", "3"]}},
                "e": [{"f": {"g": "4"}}, {"f": {"h": [{"i": "5"}]}}],
            })
        );
    }
}
