//! JSON written in one way only, so that its bytes can be hashed: keys sorted, no white space, strings spelled one way,
//! numbers as they stand. It is what `jq -cS` prints, so that anybody can make it again.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How deep is looked. What lies deeper counts by its text: the parser reads any depth, a recursion must not.
const DEPTH: usize = 100;

/// The members of an object in the order of the text. A key that stands twice is there twice: parsers differ in which one
/// they keep, and an audit must not be blind to either.
#[derive(Debug)]
pub struct Members<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(All)
    }
}

impl<'a> Members<'a> {
    /// The members of the object that `json` is; none if it is something else.
    pub fn of(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The object, canonical.
    pub fn canonical(self) -> String {
        let mut out = String::new();
        self.write(&mut out, DEPTH);
        out
    }

    fn write(mut self, out: &mut String, depth: usize) {
        // Stable: members of one name keep their order.
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        out.push('{');
        for (n, (key, value)) in self.0.into_iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            write_string(out, &key);
            out.push(':');
            write(out, value.get(), depth - 1);
        }
        out.push('}');
    }
}

/// The canonical text of `json`, which is valid JSON.
pub fn canonical(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    write(&mut out, json, DEPTH);
    out
}

fn write(out: &mut String, json: &str, depth: usize) {
    let json = json.trim();
    match json.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<String>(json) {
            Ok(text) => write_string(out, &text),
            // Half of a surrogate pair is no text; it stays as it is spelled.
            Err(_) => out.push_str(json),
        },
        Some(b'{') if depth > 0 => match Members::of(json) {
            Some(members) => members.write(out, depth),
            None => out.push_str(json),
        },
        Some(b'[') if depth > 0 => match serde_json::from_str::<Vec<&RawValue>>(json) {
            Ok(items) => {
                out.push('[');
                for (n, item) in items.into_iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    write(out, item.get(), depth - 1);
                }
                out.push(']');
            }
            Err(_) => out.push_str(json),
        },
        _ => out.push_str(json),
    }
}

fn write_string(out: &mut String, text: &str) {
    // Strings always serialize.
    let spelled = serde_json::to_string(text).unwrap_or_default();
    // The one character that jq escapes and serde_json does not.
    out.push_str(&spelled.replace('\u{7f}', "\\u007f"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_text() {
        for spelled in [
            r#"{"b":[1,{"y":null,"x":"é/"}],"a":true}"#,
            "{ \"a\" : true,\n\"b\":[ 1, {\"x\":\"\\u00e9\\/\",\"y\":null} ] }",
        ] {
            assert_eq!(
                canonical(spelled),
                r#"{"a":true,"b":[1,{"x":"é/","y":null}]}"#
            );
        }
    }

    #[test]
    fn different_values_have_different_texts() {
        let texts = [
            r#""1""#,
            "1",
            "1.0",
            "10000000000000000000001",
            "10000000000000000000002",
            r#"{"a":1,"a":2}"#,
            r#"{"a":2,"a":1}"#,
            r#"{"a":2}"#,
            r#""\ud800""#,
            r#""\ud801""#,
            "[]",
            "{}",
            "null",
        ];
        let mut canonicals: Vec<_> = texts.into_iter().map(canonical).collect();
        canonicals.sort();
        canonicals.dedup();
        assert_eq!(canonicals.len(), texts.len());
    }

    #[test]
    fn it_is_what_jq_prints() {
        let json = "{\"z\":\"\\u007f\\u0001\\b\\n\\\"<>&\\u2028\",\"a\":{\"k\":[],\"c\":{}}}";
        assert_eq!(
            canonical(json),
            "{\"a\":{\"c\":{},\"k\":[]},\"z\":\"\\u007f\\u0001\\b\\n\\\"<>&\u{2028}\"}"
        );
    }

    #[test]
    fn depth_has_an_end() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(canonical(&deep), deep);
    }
}
