//! Reading `operation_detail`.
//!
//! Zoom does not document its grammar and Google does not publish how its parser reads it. The rules here are ours, from
//! what public samples show:
//!
//! ```text
//! Update User bo@example.org  - Job Title: set to Contractor - Department: from Sales - EMEA to Legal
//! └────────── head ─────────┘  └────── parameter ──────────┘  └───────────── parameter ─────────────┘
//! ```

use std::borrow::Cow;

use super::address::{address, first_address};
use super::array;
use super::fields::Fields;

/// What opens the parameters.
const OPENING: &str = "  - ";
/// What stands between two parameters; and sometimes in the middle of a value.
const BETWEEN: &str = " - ";

/// What stands where the array was, so that what was before it and behind it does not become one address or a dash between
/// two spaces. At an end it is white space and goes with it.
const ARRAY: &str = "\t";

/// A detail, taken apart.
#[derive(Debug)]
pub(super) struct Detail<'a> {
    /// What stands before the parameters.
    pub head: String,
    /// The parameters in their order.
    pub parameters: Vec<Parameter>,
    /// The objects of the array that the detail has, if it has one.
    pub objects: Vec<Fields<'a>>,
}

/// One parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    /// `<key>: <value>`
    Keyed {
        /// What stands before the colon.
        key: String,
        /// Its new value; None if the field was emptied.
        value: Option<String>,
        /// The address that the key is, if it is one.
        address: Option<String>,
    },
    /// An address and nothing else.
    Address(String),
    /// Anything else.
    Text(String),
}

impl<'a> Detail<'a> {
    /// Takes a detail apart. Whatever it is, it has a head.
    #[must_use]
    pub(super) fn read(text: &'a str) -> Self {
        // First of all the array: what looks like a parameter or an address inside of it is none.
        let (text, objects) = match array::find(text) {
            Some((place, objects)) => {
                let around = [&text[..place.start], ARRAY, &text[place.end..]].concat();
                (Cow::Owned(around), objects)
            }
            None => (Cow::Borrowed(text), Vec::new()),
        };
        let (head, parameters) = text.split_once(OPENING).unwrap_or((&text, ""));
        Self {
            head: head.trim().to_owned(),
            parameters: split(parameters)
                .iter()
                .filter_map(|text| Parameter::read(text))
                .collect(),
            objects,
        }
    }

    /// The first address in the head.
    #[must_use]
    pub(super) fn head_address(&self) -> Option<&str> {
        first_address(&self.head)
    }
}

impl Parameter {
    /// None if nothing is said.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((key, value)) = key_and_value(text) else {
            return match address(text) {
                Some(address) => Some(Self::Address(address.to_owned())),
                None if text.is_empty() => None,
                None => Some(Self::Text(text.to_owned())),
            };
        };
        Some(Self::Keyed {
            key: key.to_owned(),
            value: new_value(value).map(str::to_owned),
            address: address(key).map(str::to_owned),
        })
    }
}

/// Takes parameters apart: a dash is between two of them only where a key follows.
fn split(parameters: &str) -> Vec<String> {
    let mut split: Vec<String> = Vec::new();
    for part in parameters.split(BETWEEN) {
        match split.last_mut() {
            Some(value) if key_and_value(part).is_none() => {
                value.push_str(BETWEEN);
                value.push_str(part);
            }
            _ => split.push(part.to_owned()),
        }
    }
    split
}

/// `<key>: <value>`, of which the value may be missing.
fn key_and_value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let (key, value) = text
        .split_once(": ")
        .or_else(|| text.strip_suffix(':').map(|key| (key, "")))?;
    let key = key.trim();
    (!key.is_empty()).then_some((key, value.trim()))
}

/// The value after a change; None if there is none any more.
fn new_value(text: &str) -> Option<&str> {
    let text = text.trim();
    let new = if let Some(new) = after(text, "set to") {
        new
    } else if let Some((_, new)) = text.strip_prefix("from ").and_then(|change| {
        // Whether the old or the new one has the second "to" cannot be known: let the new one be whole.
        change
            .split_once(" to ")
            .or_else(|| change.strip_suffix(" to").map(|old| (old, "")))
    }) {
        new
    } else {
        text
    };
    let new = new.trim();
    (!new.is_empty()).then_some(new)
}

/// What follows `words`, if the text begins with them.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(words)?;
    (rest.is_empty() || rest.starts_with(' ')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(key: &str, value: &str) -> Parameter {
        Parameter::Keyed {
            key: key.to_owned(),
            value: (!value.is_empty()).then(|| value.to_owned()),
            address: address(key).map(str::to_owned),
        }
    }

    #[track_caller]
    fn reads(detail: &str, head: &str, parameters: &[Parameter]) {
        let read = Detail::read(detail);
        assert_eq!(read.head, head);
        assert_eq!(read.parameters, parameters);
    }

    #[test]
    fn without_parameters_all_of_it_is_the_head() {
        reads("", "", &[]);
        reads(
            "Deactivate User bo@example.org ",
            "Deactivate User bo@example.org",
            &[],
        );
        reads("Rename - really: yes", "Rename - really: yes", &[]);
        reads("Security  - ", "Security", &[]);
    }

    #[test]
    fn the_new_value_counts() {
        reads(
            "Edit  - A: from Off to On - B: set to x - C: y - D: from  to z",
            "Edit",
            &[
                keyed("A", "On"),
                keyed("B", "x"),
                keyed("C", "y"),
                keyed("D", "z"),
            ],
        );
        // Words that only begin alike.
        reads(
            "Edit  - A: settled - B: set too - C: from here - D: fromage to go",
            "Edit",
            &[
                keyed("A", "settled"),
                keyed("B", "set too"),
                keyed("C", "from here"),
                keyed("D", "fromage to go"),
            ],
        );
        reads(
            "Edit  - A: from 1 to 2 to 3",
            "Edit",
            &[keyed("A", "2 to 3")],
        );
    }

    #[test]
    fn an_emptied_field_has_no_value() {
        reads(
            "Edit X  - A: set to  - B: from b to  - C: from  to  - D: set to",
            "Edit X",
            &[
                keyed("A", ""),
                keyed("B", ""),
                keyed("C", ""),
                keyed("D", ""),
            ],
        );
    }

    #[test]
    fn a_dash_is_part_of_a_value_unless_a_key_follows() {
        reads(
            "Search Chat  - Search Date: 05/06/2026 - 06/07/2026",
            "Search Chat",
            &[keyed("Search Date", "05/06/2026 - 06/07/2026")],
        );
        reads(
            "Update User x  - Department: from Sales - EMEA to R - D - X - Display Name: set to Y",
            "Update User x",
            &[keyed("Department", "R - D - X"), keyed("Display Name", "Y")],
        );
        reads("A  - : x - y", "A", &[Parameter::Text(": x - y".into())]);
    }

    #[test]
    fn an_address_may_stand_for_a_parameter_or_its_key() {
        reads(
            "Change Role  - bo@example.org: from User to Owner",
            "Change Role",
            &[keyed("bo@example.org", "Owner")],
        );
        reads(
            "Assign admin for channel C  - bo@example.org - Name: set to D",
            "Assign admin for channel C",
            &[
                Parameter::Address("bo@example.org".into()),
                keyed("Name", "D"),
            ],
        );
        reads(
            "Assign  - all of them",
            "Assign",
            &[Parameter::Text("all of them".into())],
        );
    }

    #[test]
    fn nothing_inside_of_the_array_is_a_parameter_or_an_address() {
        let detail =
            Detail::read(r#"Assign  - [{"userId":"a@example.org","x":"y - Type: z"}] - Type: T"#);
        assert_eq!(detail.head_address(), None);
        assert_eq!(detail.parameters, [keyed("Type", "T")]);
        assert_eq!(detail.objects.len(), 1);
        assert_eq!(
            Detail::read(r#"[{"userId":"a@example.org"}]"#).head_address(),
            None
        );
    }

    #[test]
    fn what_the_array_stands_between_does_not_become_one() {
        let unopened = "Assign x [{}] - Type: T";
        reads(unopened, &unopened.replace("[{}]", ARRAY), &[]);
        let one_value = [keyed("A", "x \t- B: y")];
        reads("Edit  - A: x [{}]- B: y", "Edit", &one_value);
        let emptied = [keyed("A", ""), keyed("B", "y")];
        reads("Edit  - A: set to [{}] - B: y", "Edit", &emptied);
        let no_address = [Parameter::Text("a@b.c\td".into())];
        reads("Edit  - a@b.c[{}]d", "Edit", &no_address);
        assert_eq!(Detail::read("a@b.c[{}]d").head_address(), Some("a@b.c"));
    }
}
