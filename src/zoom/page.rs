//! One page of the report, from the body of Zoom's answer.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::record::Record;

/// One page: rows as Zoom ordered them, newest first, and the token of the next page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Record>,
    /// The next page's token; none on the last page.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    operation_logs: Vec<&'a RawValue>,
    // Public samples of the last page have "", null, or no token at all.
    #[serde(borrow, default)]
    next_page_token: Option<Cow<'a, str>>,
}

impl Page {
    /// Reads a page.
    ///
    /// An answer without an array of rows is no empty page: taking it for one could close a day that has rows.
    ///
    /// # Errors
    /// Says where the body stops making sense, and nothing of what it holds.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(body)
            .map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))?;
        let no_report = || {
            "not a report: operation_logs must be an array and next_page_token a string".to_owned()
        };
        let body: Body<'_> = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            match error.classify() {
                serde_json::error::Category::Data => no_report(),
                serde_json::error::Category::Eof => {
                    format!("the JSON ends early, at line {line}, column {column}")
                }
                _ => format!("not JSON at line {line}, column {column}"),
            }
        })?;
        // serde takes an array for a struct too, one item for each field.
        if !text.trim_start().starts_with('{') {
            return Err(no_report());
        }
        Ok(Self {
            rows: body.operation_logs.into_iter().map(Record::new).collect(),
            next: body
                .next_page_token
                .filter(|token| !token.is_empty())
                .map(Cow::into_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_and_text() {
        let page = Page::parse(
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
    fn the_last_page_has_no_token_however_it_says_so() {
        for token in [r#","next_page_token":"""#, r#","next_page_token":null"#, ""] {
            let body = format!(r#"{{"operation_logs":[]{token}}}"#);
            assert_eq!(Page::parse(body.as_bytes()).unwrap().next, None, "{body}");
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
            "[[]]",
            r#"[[{"action":"secret"}],"secret"]"#,
            "",
        ] {
            let problem = Page::parse(body.as_bytes()).unwrap_err();
            assert!(!problem.contains("secret"), "{problem}");
        }
        assert!(Page::parse(b"{\"operation_logs\":[\"\xff\"]}").is_err());
    }
}
