//! The members of a JSON object, as the texts that a parser of logs gets to see.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::record::compact;

/// The members of one object. Of a key that stands twice, the last counts.
///
/// The values stay raw until they are asked for: one that cannot be read must not take the others with it, and a number
/// must not lose digits.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

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
            .map(|(name, json)| (name.as_str(), Content::of(json)))
    }
}

impl<'a> From<BTreeMap<String, &'a RawValue>> for Fields<'a> {
    fn from(members: BTreeMap<String, &'a RawValue>) -> Self {
        Self(members)
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
    fn only_an_object_has_members() {
        for json in ["[]", "1", "null", r#""{}""#] {
            let json: &RawValue = serde_json::from_str(json).unwrap();
            assert!(Fields::of(json).is_none());
        }
    }
}
