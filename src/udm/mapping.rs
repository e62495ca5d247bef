//! One record through all rows of the mapping.

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};
use std::mem;
use std::net::IpAddr;

use serde_json::value::RawValue;

use super::address::address;
use super::detail::{Detail, Parameter};
use super::event::{Event, Extent, Left, Understanding, Value, Why};
use super::event_type::is_event_type;
use super::facts::{Facts, Found, has_row};
use super::fields::{Content, Fields};
use super::rule::{Form, Rule, Source};
use super::table::rules;
use super::timestamp::timestamp;

/// What an event has so far, so that no value is looked for among all others: a detail can have a million of them.
#[derive(Debug, Default)]
struct Known {
    /// The fields that take one value, and where in the event's values it is.
    single: HashMap<String, usize>,
    /// Those that take several.
    lists: HashMap<String, List>,
}

#[derive(Debug, Default)]
struct List {
    length: usize,
    /// Its values, unless they are labels.
    texts: HashSet<String>,
}

impl Event {
    /// The event of a record. Whatever the record is, there is one; what could not be read is listed in it.
    #[must_use]
    pub fn of(record: &RawValue) -> Self {
        let mut event = Self::default();
        let fields = Fields::of(record).unwrap_or_else(|| {
            event.leave("the record", record.get(), Why::NotAnObject);
            Fields::default()
        });
        let text = fields.get("operation_detail").text();
        let detail = text.as_deref().map(Detail::read);
        let facts = Facts {
            fields: &fields,
            detail: detail.as_ref(),
        };

        let mut known = Known::default();
        for rule in rules() {
            for found in facts.find(rule.source) {
                event.take(rule, found, &mut known);
            }
            event.assume(rule, facts.somebody(), &mut known);
        }
        event.leave_fields(&fields);
        if let Some(detail) = &detail {
            event.leave_parts(detail);
            event.detail = Some(Understanding {
                head: detail.head.clone(),
                extent: event.extent(detail),
            });
        }
        event
    }

    /// Puts what was found where the rule says, if it has the form that the rule asks for.
    fn take(&mut self, rule: &'static Rule, found: Found, known: &mut Known) {
        match bring(rule.form, &found.text) {
            Ok(text) => self.put(rule, text, &found, known),
            Err(Some(why)) => {
                let what = rule.source.to_string();
                // Two rows may have asked for the same field.
                let mut left = self.left.iter();
                if !left.any(|left| left.what == what && left.why == why) {
                    self.leave(&what, &found.text, why);
                }
            }
            // Another row of the same source takes it.
            Err(None) => {}
        }
    }

    /// What is said where nothing was found.
    fn assume(&mut self, rule: &'static Rule, somebody: bool, known: &mut Known) {
        let text = match rule.source {
            Source::IfSomebody(text) if somebody => text,
            Source::Otherwise(text) => text,
            _ => return,
        };
        if self.get(rule.target).is_none() {
            self.put(rule, text.to_owned(), &Found::of(text), known);
        }
    }

    fn put(&mut self, rule: &'static Rule, text: String, found: &Found, known: &mut Known) {
        let about = found.about.map_or_else(String::new, |n| format!("[{n}]"));
        let field = rule.target.replacen("[n]", &about, 1);
        let value = |field| Value {
            field,
            text: text.clone(),
            rule,
            element: found.element,
        };
        if let Some((name, rest)) = field.split_once("[]") {
            let list = known.lists.entry(name.to_owned()).or_default();
            // A label's value says nothing without its key: two equal ones are two.
            if rule.form != Form::Label && !list.texts.insert(text.clone()) {
                return;
            }
            self.values
                .push(value(format!("{name}[{}]{rest}", list.length)));
            list.length += 1;
            return;
        }
        match known.single.entry(field) {
            Entry::Vacant(entry) => {
                let field = entry.key().clone();
                entry.insert(self.values.len());
                self.values.push(value(field));
            }
            Entry::Occupied(entry) => {
                let new = value(entry.key().clone());
                let old = mem::replace(&mut self.values[*entry.get()], new);
                self.leave_part(&old.origin(), &old.text, Why::Replaced);
            }
        }
    }

    /// Lists the fields that no row takes, that cannot be read, or that are missed.
    fn leave_fields(&mut self, fields: &Fields<'_>) {
        if fields.get("time") == Content::Nothing {
            self.leave("field \"time\"", "", Why::Missing);
        }
        for (name, content) in fields.iter() {
            let what = format!("field \"{name}\"");
            match content {
                Content::Unreadable(json) => self.leave(&what, json, Why::NotUnicode),
                Content::Text(text) if !has_row(Source::Field, name) => {
                    self.leave(&what, &text, Why::NoRow);
                }
                Content::Text(_) | Content::Nothing => {}
            }
        }
    }

    /// Lists the parts of a detail that are in no field of their own.
    fn leave_parts(&mut self, detail: &Detail<'_>) {
        for parameter in &detail.parameters {
            match parameter {
                Parameter::Keyed { key, value, .. } if !is_mapped(parameter) => {
                    let text = value.as_deref().unwrap_or_default();
                    self.leave_part(&format!("parameter \"{key}\""), text, Why::NoRow);
                }
                Parameter::Text(text) => self.leave_part("detail's text", text, Why::NoKey),
                Parameter::Keyed { .. } | Parameter::Address(_) => {}
            }
        }
        for (n, object) in detail.objects.iter().enumerate() {
            for (name, content) in object.iter() {
                let what = format!("json_data[{n}].{name}");
                match content {
                    Content::Unreadable(json) => self.leave_part(&what, json, Why::NotUnicode),
                    Content::Text(text) if !has_row(Source::FirstElement, name) => {
                        self.leave_part(&what, &text, Why::NoRow);
                    }
                    Content::Text(_) | Content::Nothing => {}
                }
            }
        }
    }

    /// How much of the detail is in fields of its own. A parameter that was emptied is, if it has a row: there is nothing to
    /// put there.
    fn extent(&self, detail: &Detail<'_>) -> Extent {
        let mapped = self
            .values
            .iter()
            .any(|value| value.rule.source.is_detail())
            || detail.parameters.iter().any(is_mapped);
        let left = self.left.iter().any(|left| left.in_detail);
        match (mapped, left) {
            (true, false) => Extent::All,
            (true, true) => Extent::Part,
            (false, _) => Extent::Nothing,
        }
    }

    fn leave(&mut self, what: &str, text: &str, why: Why) {
        self.left.push(Left {
            what: what.to_owned(),
            text: text.to_owned(),
            why,
            in_detail: false,
        });
    }

    fn leave_part(&mut self, what: &str, text: &str, why: Why) {
        self.left.push(Left {
            what: what.to_owned(),
            text: text.to_owned(),
            why,
            in_detail: true,
        });
    }
}

/// Whether a parameter has a row.
fn is_mapped(parameter: &Parameter) -> bool {
    match parameter {
        Parameter::Keyed { key, address, .. } => {
            address.is_some() || has_row(Source::Parameter, key)
        }
        Parameter::Address(_) => true,
        Parameter::Text(_) => false,
    }
}

/// Brings a text into a form. An error says why it has no such form, unless another row is there for those.
fn bring(form: Form, text: &str) -> Result<String, Option<Why>> {
    let plain = || text.to_owned();
    match form {
        Form::Text | Form::Label => Ok(plain()),
        Form::Timestamp => timestamp(text).ok_or(Some(Why::NotATime)),
        Form::EventType if is_event_type(text) => Ok(plain()),
        Form::EventType => Err(Some(Why::NotAnEventType)),
        Form::Address => address(text).map(str::to_owned).ok_or(None),
        Form::NotAddress if address(text).is_some() => Err(None),
        Form::NotAddress => Ok(plain()),
        Form::IpAddress => match text.trim().parse::<IpAddr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(Some(Why::NotAnIpAddress)),
        },
    }
}
