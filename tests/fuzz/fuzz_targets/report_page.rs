//! The body of an answer 200 of each report: rows as they were sent, or an error that quotes none of them.
#![no_main]

use fuzz::check_record;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use support::scripted::Scripted;
use zoomlogs_core::report::{ALL, Report};
use zoomlogs_core::zoom::{Page, Response, ZoomError};

/// All that may be said of a body that is no page, without its numbers and the array's name.
const PROBLEMS: [&str; 4] = [
    "not UTF- at byte ",
    "not a report: ROWS must be an array and next_page_token a string",
    "the JSON ends early, at line , column ",
    "not JSON at line , column ",
];

fuzz_target!(|body: &[u8]| {
    for report in ALL {
        check(body, report);
    }
});

fn check(body: &[u8], report: &'static Report) {
    let value = serde_json::from_slice::<Value>(body).ok();
    match read(body, report) {
        Ok(page) => {
            for row in &page.rows {
                check_record(row, report);
            }
            // None where a value is beyond serde_json's: a number, a depth, half of a surrogate pair.
            if let Some(value) = value {
                let rows: Vec<Value> = page
                    .rows
                    .iter()
                    .filter_map(|row| serde_json::from_str(row.line()).ok())
                    .collect();
                assert_eq!(value[report.rows], Value::Array(rows));
                let next = value["next_page_token"]
                    .as_str()
                    .filter(|token| !token.is_empty());
                assert_eq!(page.next.as_deref(), next);
            }
        }
        Err(ZoomError::Unavailable { last, .. }) => {
            let said = last.replace(|c: char| c.is_ascii_digit(), "");
            let said = said.replace(report.rows, "ROWS");
            assert!(PROBLEMS.contains(&said.as_str()), "{last}");
            // Written anew, no key of it stands twice: then only its shape can be wrong.
            if let Some(value) = value.filter(|value| is_page(value, report)) {
                assert!(read(value.to_string().as_bytes(), report).is_ok());
            }
        }
        Err(other) => panic!("{other}"),
    }
}

fn read(body: &[u8], report: &'static Report) -> Result<Page, ZoomError> {
    let answer = Response {
        status: 200,
        body: body.to_vec().into(),
        ..Response::default()
    };
    Scripted::new(Vec::new(), vec![answer; 6])
        .page_of(report)
        .page
}

fn is_page(value: &Value, report: &Report) -> bool {
    let token = &value["next_page_token"];
    value.is_object() && value[report.rows].is_array() && (token.is_null() || token.is_string())
}
