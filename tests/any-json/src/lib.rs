//! JSON as somebody could spell it.
//!
//! serde_json's `Value` has one spelling per value. Here a value is written with any white space, any escapes and any
//! number text, and the same value can be written in two ways:
//!
//! ```
//! use any_json::{Json, Spelling};
//!
//! let value = Json::Object(vec![("a".to_owned(), Json::Verbatim("1e0".to_owned()))]);
//! assert_eq!(value.write(&Spelling::plain()).text, r#"{"a":1e0}"#);
//! ```

use std::collections::BTreeMap;

use proptest::prelude::*;
use zoomlogs_core::report::{ALL, Report};

/// A value, without its spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// A token that has one spelling only: a number, a literal, a string with a lone surrogate.
    Verbatim(String),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// In the order of the text; a key may stand twice.
    Object(Vec<(String, Json)>),
}

/// Decides the spelling: one number after the other, from the beginning again when they are used up.
#[derive(Debug, Clone)]
pub struct Spelling {
    choices: Vec<u8>,
    next: usize,
}

/// One value, written.
#[derive(Debug, Clone)]
pub struct Written {
    /// With white space between the tokens.
    pub text: String,
    /// The same tokens without any.
    pub compact: String,
}

impl Spelling {
    /// No white space, and no escape that need not be.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            choices: vec![2],
            next: 0,
        }
    }

    fn choose(&mut self) -> u8 {
        let choice = self.choices[self.next % self.choices.len()];
        self.next += 1;
        choice
    }
}

impl Json {
    /// The value in this spelling.
    #[must_use]
    pub fn write(&self, spelling: &Spelling) -> Written {
        let mut written = Written {
            text: String::new(),
            compact: String::new(),
        };
        self.write_to(&mut spelling.clone(), &mut written);
        written
    }

    fn write_to(&self, spelling: &mut Spelling, out: &mut Written) {
        out.space(spelling);
        match self {
            Self::Verbatim(token) => out.token(token),
            Self::Text(text) => out.token(&quote(text, spelling)),
            Self::Array(items) => {
                out.token("[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.token(",");
                    }
                    item.write_to(spelling, out);
                }
                out.token("]");
            }
            Self::Object(members) => {
                out.token("{");
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.token(",");
                    }
                    out.space(spelling);
                    out.token(&quote(key, spelling));
                    out.space(spelling);
                    out.token(":");
                    value.write_to(spelling, out);
                }
                out.space(spelling);
                out.token("}");
            }
        }
        out.space(spelling);
    }

    /// The value with the keys of all its objects sorted; of equal keys the first stays the first.
    #[must_use]
    pub fn sorted(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let mut members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.sorted()))
                    .collect();
                members.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Object(members)
            }
            other => other.clone(),
        }
    }

    /// The value with the members of all its objects the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::reversed).collect()),
            Self::Object(members) => Self::Object(
                members
                    .iter()
                    .rev()
                    .map(|(key, value)| (key.clone(), value.reversed()))
                    .collect(),
            ),
            other => other.clone(),
        }
    }
}

impl Written {
    fn token(&mut self, token: &str) {
        self.text.push_str(token);
        self.compact.push_str(token);
    }

    fn space(&mut self, spelling: &mut Spelling) {
        let space = ["", "", "", " ", "\n", "\r\n", "\t", "  \n "];
        self.text
            .push_str(space[usize::from(spelling.choose()) % space.len()]);
    }
}

/// A string's token: each character as it is, by its short escape, or by number.
fn quote(text: &str, spelling: &mut Spelling) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let short = match character {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '/' => Some("\\/"),
            '\u{8}' => Some("\\b"),
            '\u{c}' => Some("\\f"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            _ => None,
        };
        let must = character < ' ' || matches!(character, '"' | '\\');
        match (spelling.choose() % 4, short) {
            (0, _) | (_, None) if must => quote_by_number(character, &mut quoted),
            (0, _) => quote_by_number(character, &mut quoted),
            (1, Some(short)) => quoted.push_str(short),
            (_, Some(short)) if must => quoted.push_str(short),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn quote_by_number(character: char, quoted: &mut String) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        quoted.push_str(&format!("\\u{unit:04x}"));
    }
}

/// Any spelling.
pub fn spelling() -> impl Strategy<Value = Spelling> {
    prop::collection::vec(any::<u8>(), 1..32).prop_map(|choices| Spelling { choices, next: 0 })
}

/// Strings with whatever Unicode has, and often with what JSON and lines are sensitive to.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ab]{0,2}",
        2 => "[\"\\\\/ \t\r\n\u{0}\u{8}\u{c}\u{7f}\u{85}\u{2028}\u{2029}a{}\\[\\]:,]{0,8}",
        2 => any::<String>(),
        1 => "\\PC{100,200}",
    ]
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        prop::sample::select(vec!["0", "-0", "0.0", "1", "1.0", "1e0", "10E-1"])
            .prop_map(str::to_owned),
        // Beyond what a float holds, and what 64 bits hold.
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
    ]
}

fn lone_surrogate() -> impl Strategy<Value = String> {
    "\"[a ]{0,2}\\\\u[dD][89a-fA-F][0-9a-f]{2}[a ]{0,2}\""
}

fn nested(leaf: BoxedStrategy<Json>, keys: BoxedStrategy<String>) -> BoxedStrategy<Json> {
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((keys.clone(), inner), 0..4).prop_map(Json::Object),
        ]
    })
    .boxed()
}

/// Any value, keys that stand twice and lone surrogates included.
pub fn value() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        4 => text().prop_map(Json::Text),
        4 => token().prop_map(Json::Verbatim),
        1 => lone_surrogate().prop_map(Json::Verbatim),
    ];
    nested(leaf.boxed(), text().boxed())
}

/// Values so small that two of them are often equal, or nearly; in no object does a key stand twice.
pub fn small_value() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["", "a", "b", "ab", "null", "1"])
            .prop_map(|text| Json::Text(text.to_owned())),
        prop::sample::select(vec!["null", "true", "1", "1.0", "1e0", "10"])
            .prop_map(|token| Json::Verbatim(token.to_owned())),
    ];
    nested(leaf.boxed(), "[ab]{0,1}".boxed())
        .prop_map(|value| value.with_unique_keys())
        .boxed()
}

impl Json {
    fn with_unique_keys(self) -> Self {
        match self {
            Self::Array(items) => {
                Self::Array(items.into_iter().map(Self::with_unique_keys).collect())
            }
            Self::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key, value.with_unique_keys()))
                    .collect::<BTreeMap<_, _>>()
                    .into_iter()
                    .collect(),
            ),
            other => other,
        }
    }
}

/// An object as Zoom could send a record: documented fields of any report, others, keys that stand twice.
pub fn object() -> impl Strategy<Value = Json> {
    let documented: Vec<_> = ALL.into_iter().flat_map(documented).copied().collect();
    let key = prop_oneof![
        4 => prop::sample::select(documented).prop_map(str::to_owned),
        3 => text(),
    ];
    prop::collection::vec((key, value()), 0..8).prop_map(Json::Object)
}

/// The fields that Zoom documents for a record of `report`. Written a second time here: the product's list is what is checked.
///
/// # Panics
/// If it is a report that is not known here.
#[must_use]
pub fn documented(report: &Report) -> &'static [&'static str] {
    match report.name {
        "operationlogs" => &[
            "action",
            "category_type",
            "operation_detail",
            "operator",
            "time",
        ],
        "activities" => &[
            "client_type",
            "email",
            "ip_address",
            "time",
            "type",
            "version",
        ],
        other => panic!("what Zoom documents of {other} is to be added here"),
    }
}

/// One of the reports.
pub fn report() -> impl Strategy<Value = &'static Report> {
    prop::sample::select(ALL.to_vec())
}
