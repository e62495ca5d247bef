//! The body of an answer 200 of the report: rows as they were sent, or an error that quotes none of them.
#![no_main]

use fuzz::check_record;
use fuzz::scripted::Scripted;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use zoom_operationlogs_to_s3::zoom::{Page, Response, ZoomError};

/// All that may be said of a body that is no page, without its numbers.
const PROBLEMS: [&str; 4] = [
    "not UTF- at byte ",
    "not a report: operation_logs must be an array and next_page_token a string",
    "the JSON ends early, at line , column ",
    "not JSON at line , column ",
];

fuzz_target!(|body: &[u8]| {
    let value = serde_json::from_slice::<Value>(body).ok();
    match read(body) {
        Ok(page) => {
            page.rows.iter().for_each(check_record);
            // None where a value is beyond serde_json's: a number, a depth, half of a surrogate pair.
            if let Some(value) = value {
                let rows: Vec<Value> = page
                    .rows
                    .iter()
                    .filter_map(|row| serde_json::from_str(row.line()).ok())
                    .collect();
                assert_eq!(value["operation_logs"], Value::Array(rows));
                let next = value["next_page_token"]
                    .as_str()
                    .filter(|token| !token.is_empty());
                assert_eq!(page.next.as_deref(), next);
            }
        }
        Err(ZoomError::Unavailable { last, .. }) => {
            let said = last.replace(|c: char| c.is_ascii_digit(), "");
            assert!(PROBLEMS.contains(&said.as_str()), "{last}");
            // Written anew, no key of it stands twice: then only its shape can be wrong.
            if let Some(value) = value.filter(is_page) {
                assert!(read(value.to_string().as_bytes()).is_ok());
            }
        }
        Err(other) => panic!("{other}"),
    }
});

fn read(body: &[u8]) -> Result<Page, ZoomError> {
    let answer = Response {
        status: 200,
        body: body.to_vec(),
        ..Response::default()
    };
    Scripted::new(Vec::new(), vec![answer; 6]).page().page
}

fn is_page(value: &Value) -> bool {
    let token = &value["next_page_token"];
    value.is_object()
        && value["operation_logs"].is_array()
        && (token.is_null() || token.is_string())
}
