//! The array of objects that some details have, `json_data` in Google's table.

use std::ops::Range;

use serde_json::Deserializer;

use super::fields::{Fields, Members};

/// How many brackets are tried. One may open an array of megabytes that turns out to be none, and a detail can have
/// hundreds of thousands of them.
const ATTEMPTS: usize = 8;

/// The first JSON array in a text that has objects and nothing else, and where it stands.
pub(super) fn find(text: &str) -> Option<(Range<usize>, Vec<Fields<'_>>)> {
    text.match_indices('[')
        .filter(|(start, _)| text[start + 1..].trim_start().starts_with('{'))
        .take(ATTEMPTS)
        .find_map(|(start, _)| {
            let mut values = Deserializer::from_str(&text[start..]).into_iter::<Vec<Members<'_>>>();
            let objects = values.next()?.ok()?;
            let end = start + values.byte_offset();
            Some((start..end, objects.into_iter().map(Fields::from).collect()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_found_among_text() {
        let text =
            r#"Update [all] users [{"userId":"u1","options":[1]}, {"userId":"u2"}] and more"#;
        let (place, objects) = find(text).unwrap();
        assert_eq!(
            &text[place],
            r#"[{"userId":"u1","options":[1]}, {"userId":"u2"}]"#
        );
        let ids: Vec<_> = objects
            .iter()
            .map(|object| object.get("userId").text())
            .collect();
        assert_eq!(ids, [Some("u1".to_owned()), Some("u2".to_owned())]);
    }

    #[test]
    fn what_is_no_array_of_objects_is_none() {
        for text in [
            "",
            "[",
            "[]",
            "[1,2]",
            r#"["a"]"#,
            r#"{"userId":"u"}"#,
            r#"[{"userId":"u"}, 7]"#,
            r#"[{"userId":"u"}"#,
        ] {
            assert!(find(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_detail_of_brackets_is_no_endless_search() {
        let hostile = r#"[{"a":"#.repeat(100_000);
        assert!(find(&hostile).is_none());
    }
}
