//! The members of a JSON object, as the texts that a parser of logs gets to see.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

use zoomlogs_core::record::compact;

/// The members of one object. Of a key that stands twice, the last counts.
///
/// The values stay raw until they are asked for: one that cannot be read must not take the others with it, and a number
/// must not lose digits.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(Members<'a>);

/// Members by their names.
pub(super) type Members<'a> = BTreeMap<Name, &'a RawValue>;

/// A member's name. What is no Unicode in it is replaced: one such name must not make the object unreadable.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(String);

/// One member's value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// There is none, or it is null or an empty text.
    Nothing,
    /// A text; or JSON that is none, as it is written.
    Text(String),
    /// A text that is not Unicode: JSON can spell half of a surrogate pair.
    Unreadable(&'a str),
}

impl<'a> Fields<'a> {
    /// The members of this JSON; None if it is no object.
    pub(super) fn of(json: &'a RawValue) -> Option<Self> {
        serde_json::from_str(json.get()).map(Self).ok()
    }

    /// The member of this name.
    pub(super) fn get(&self, name: &str) -> Content<'a> {
        self.0
            .get(name)
            .map_or(Content::Nothing, |json| Content::of(json))
    }

    /// All members.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Content<'a>)> {
        self.0
            .iter()
            .map(|(name, json)| (name.0.as_str(), Content::of(json)))
    }
}

impl<'a> From<Members<'a>> for Fields<'a> {
    fn from(members: Members<'a>) -> Self {
        Self(members)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Name, E> {
                Ok(Name(String::from_utf8_lossy(bytes).into_owned()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
                Ok(Name(text.to_owned()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

impl<'a> Content<'a> {
    fn of(json: &'a RawValue) -> Self {
        let json = json.get();
        let text = match json.as_bytes().first() {
            Some(b'"') => match serde_json::from_str(json) {
                Ok(text) => text,
                Err(_) => return Self::Unreadable(json),
            },
            _ if json == "null" => return Self::Nothing,
            _ => compact(json).into_owned(),
        };
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Text(text)
        }
    }

    /// The text, if there is one.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nothing | Self::Unreadable(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_read_on_its_own() {
        let json: &RawValue = serde_json::from_str(
            r#"{"a":"x","b":"\ud800","c":null,"d":"","e":9007199254740993,"f":[ 1, {"g" : true} ],"a":"y"}"#,
        )
        .unwrap();
        let fields = Fields::of(json).unwrap();
        assert_eq!(fields.get("a"), Content::Text("y".into()));
        assert_eq!(fields.get("b"), Content::Unreadable(r#""\ud800""#));
        assert_eq!(fields.get("c"), Content::Nothing);
        assert_eq!(fields.get("d"), Content::Nothing);
        assert_eq!(fields.get("e"), Content::Text("9007199254740993".into()));
        assert_eq!(fields.get("f"), Content::Text(r#"[1,{"g":true}]"#.into()));
        assert_eq!(fields.get("z"), Content::Nothing);
        assert_eq!(fields.iter().count(), 6);
    }

    #[test]
    fn a_name_that_is_no_unicode_takes_no_other_with_it() {
        let json: &RawValue = serde_json::from_str(r#"{"\ud800":"x","a":"y"}"#).unwrap();
        let fields = Fields::of(json).unwrap();
        assert_eq!(fields.get("a"), Content::Text("y".into()));
        assert_eq!(fields.iter().count(), 2);
    }

    #[test]
    fn only_an_object_has_members() {
        for json in ["[]", "1", "null", r#""{}""#] {
            let json: &RawValue = serde_json::from_str(json).unwrap();
            assert!(Fields::of(json).is_none());
        }
    }
}
