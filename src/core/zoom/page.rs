//! One page of the report, from the body of Zoom's answer.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use bytes_utils::Str;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::record::Record;
use crate::report::Report;

/// One page: rows as Zoom ordered them, newest first, and the token of the next page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Record>,
    /// The next page's token; none on the last page.
    pub next: Option<String>,
}

/// The members of an answer that count, of which one is named by the report.
struct Body<'a> {
    rows: Vec<Record>,
    next: Option<Cow<'a, str>>,
}

/// A member's name; borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A page token. Public samples of the last page have "", null, or no token at all.
#[derive(serde::Deserialize)]
struct Token<'a>(#[serde(borrow)] Option<Cow<'a, str>>);

/// Reads a body in one pass.
#[derive(Clone, Copy)]
struct BodyOf<'r> {
    text: &'r Str,
    report: &'r Report,
}

impl<'de> DeserializeSeed<'de> for BodyOf<'_> {
    type Value = Body<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for BodyOf<'_> {
    type Value = Body<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut rows, mut next) = (None, None);
        while let Some(Name(name)) = map.next_key()? {
            if name == self.report.rows {
                if rows.replace(map.next_value_seed(RowsOf(self))?).is_some() {
                    return Err(A::Error::duplicate_field(self.report.rows));
                }
            } else if name == NEXT {
                let Token(token) = map.next_value()?;
                if next.replace(token).is_some() {
                    return Err(A::Error::duplicate_field(NEXT));
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Body {
            rows: rows.ok_or_else(|| A::Error::missing_field(self.report.rows))?,
            next: next.flatten(),
        })
    }
}

/// Reads the array of rows: each becomes a record while it is at hand.
struct RowsOf<'r>(BodyOf<'r>);

impl<'de> DeserializeSeed<'de> for RowsOf<'_> {
    type Value = Vec<Record>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsOf<'_> {
    type Value = Vec<Record>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Self(BodyOf { text, report }) = self;
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element::<&RawValue>()? {
            rows.push(Record::within(text, row, report));
        }
        Ok(rows)
    }
}

/// The member that holds the next page's token.
const NEXT: &str = "next_page_token";

impl Page {
    /// Reads a page of `report`. Its rows are parts of `body`, and keep it while they are not
    /// [detached](Record::detach).
    ///
    /// An answer without an array of rows is no empty page: taking it for one could close a day that has rows.
    ///
    /// # Errors
    /// Says where the body stops making sense, and nothing of what it holds.
    pub fn parse(body: &Bytes, report: &Report) -> Result<Self, String> {
        let text = &Str::from_inner(body.clone())
            .map_err(|error| format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()))?;
        let mut json = serde_json::Deserializer::from_str(text);
        let body = BodyOf { text, report }.deserialize(&mut json);
        let Body { rows, next } =
            body.and_then(|body| json.end().map(|()| body))
                .map_err(|error| {
                    let (line, column) = (error.line(), error.column());
                    match error.classify() {
                        serde_json::error::Category::Data => {
                            format!(
                                "not a report: {} must be an array and {NEXT} a string",
                                report.rows
                            )
                        }
                        serde_json::error::Category::Eof => {
                            format!("the JSON ends early, at line {line}, column {column}")
                        }
                        _ => format!("not JSON at line {line}, column {column}"),
                    }
                })?;
        Ok(Self {
            rows,
            next: next.filter(|token| !token.is_empty()).map(Cow::into_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ACTIVITIES, OPERATION_LOGS};

    fn parse(body: &[u8]) -> Result<Page, String> {
        Page::parse(&Bytes::copy_from_slice(body), &OPERATION_LOGS)
    }

    #[test]
    fn rows_keep_their_order_and_text() {
        let page = parse(
            br#"{"from":"2026-11-22","to":"2026-11-22","page_size":2,"next_page_token":"n\/1",
                "operation_logs":[{"action":"b" , "extra":1.0},{"action":"a"}]}"#,
        )
        .unwrap();
        let lines: Vec<_> = page.rows.iter().map(Record::line).collect();
        assert_eq!(
            lines,
            [r#"{"action":"b","extra":1.0}"#, r#"{"action":"a"}"#]
        );
        assert_eq!(page.next.as_deref(), Some("n/1"));
    }

    #[test]
    fn a_row_of_one_line_is_a_part_of_the_body_until_it_is_detached() {
        let body = Bytes::from(
            br#"{"operation_logs":[{"action":"a"},{"other":"\u00eb"},{"action": "spaced"}]}"#
                .to_vec(),
        );
        let within = |row: &Record| body.as_ptr_range().contains(&row.line().as_ptr());
        let rows = Page::parse(&body, &OPERATION_LOGS).unwrap().rows;
        assert_eq!(
            rows.iter().map(within).collect::<Vec<_>>(),
            [true, true, false]
        );

        let kept: Vec<_> = rows.iter().cloned().map(Record::detach).collect();
        assert_eq!(kept, rows);
        assert!(!kept.iter().any(within));
        assert!(!body.is_unique(), "the rows keep the body");
        drop(rows);
        assert!(body.is_unique(), "what was detached does not");
    }

    #[test]
    fn the_last_page_has_no_token_however_it_says_so() {
        for token in [r#","next_page_token":"""#, r#","next_page_token":null"#, ""] {
            let body = format!(r#"{{"operation_logs":[]{token}}}"#);
            assert_eq!(parse(body.as_bytes()).unwrap().next, None, "{body}");
        }
    }

    #[test]
    fn what_is_no_report_is_an_error_that_quotes_nothing() {
        for body in [
            r#"<html>secret</html>"#,
            r#"{"operation_logs":[{"action":"secret"#,
            r#"{"operation_logs":null,"x":"secret"}"#,
            r#"{"operation_logs":"secret"}"#,
            r#"{"next_page_token":"secret"}"#,
            r#"{"operation_logs":[],"next_page_token":7}"#,
            r#"{"operation_logs":[],"operation_logs":["secret"]}"#,
            r#"{"operation_logs":[],"next_page_token":"","next_page_token":"secret"}"#,
            r#"{"activity_logs":["secret"]}"#,
            r#"{"operation_logs":[]} secret"#,
            "[[]]",
            r#"[[{"action":"secret"}],"secret"]"#,
            "",
        ] {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert!(!problem.contains("secret"), "{problem}");
        }
        assert!(parse(b"{\"operation_logs\":[\"\xff\"]}").is_err());
    }

    #[test]
    fn the_rows_are_where_the_report_has_them() {
        let body = br#"{"activity_logs":[{"email":"a"}],"operation_logs":7}"#;
        assert_eq!(
            Page::parse(&Bytes::from_static(body), &ACTIVITIES)
                .unwrap()
                .rows
                .len(),
            1
        );
        let problem = parse(body).unwrap_err();
        assert!(
            problem.contains("operation_logs must be an array"),
            "{problem}"
        );
    }
}
