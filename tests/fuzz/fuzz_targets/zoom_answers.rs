//! Zoom's answers one after the other, of any status, with any headers and bodies: the client ends in time and within
//! the budget, and no error shows a secret.
//!
//! An input is a list of answers, each with a line `----` behind it. The first line of an answer has the endpoint (`t`
//! for tokens, anything else for the report), the status, `Retry-After` and `X-RateLimit-Type`, separated by `|`; the
//! rest is the body.
#![no_main]

use chrono::TimeDelta;
use fuzz::check_record;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use support::scripted::{BUDGET, SECRETS, Scripted, TIMEOUT, started};
use zoomlogs_core::report::{ALL, Report};
use zoomlogs_core::zoom::Response;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let (tokens, pages): (Vec<_>, Vec<_>) = text
        .split("\n----\n")
        .take(16)
        .map(answer)
        .partition(|(endpoint, _)| endpoint == "t");
    let strip = |answers: Vec<(String, Response)>| {
        answers
            .into_iter()
            .map(|(_, answer)| answer)
            .collect::<Vec<_>>()
    };
    let (tokens, pages) = (strip(tokens), strip(pages));
    for report in ALL {
        check(&text, &tokens, &pages, report);
    }
});

fn check(text: &str, tokens: &[Response], pages: &[Response], report: &'static Report) {
    let issued: Vec<_> = tokens.iter().filter_map(access_token).collect();
    let outcome = Scripted::new(tokens.to_vec(), pages.to_vec()).page_of(report);

    // The pace of requests is kept even when that is all that there was time for.
    assert!(outcome.ended <= started() + TIMEOUT + TimeDelta::seconds(1));
    assert!(outcome.usage.requests <= BUDGET);
    assert_eq!(outcome.usage.requests, outcome.asked.len() as u64);
    assert!(
        outcome
            .asked
            .iter()
            .all(|&at| at < started() + TIMEOUT + TimeDelta::seconds(1))
    );
    let mut shown = outcome.debug;
    match outcome.page {
        Ok(page) => page.rows.iter().for_each(|row| check_record(row, report)),
        Err(error) => {
            if let Some(until) = error.paused_until() {
                assert!(until <= outcome.ended + TimeDelta::hours(24), "{until}");
            }
            let said = error.to_string();
            assert!(
                said.len() < 2000 && !said.contains(char::is_control),
                "{said:?}"
            );
            shown.push_str(&format!("{said} {error:?}"));
        }
    }
    // What the input itself says in an error's message is no secret.
    for secret in SECRETS.iter().filter(|secret| !text.contains(**secret)) {
        assert!(!shown.contains(secret), "{shown}");
    }
    for token in issued
        .iter()
        .filter(|token| text.matches(token.as_str()).count() == 1)
    {
        assert!(!shown.contains(token.as_str()), "{shown}");
    }
}

fn answer(text: &str) -> (String, Response) {
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let mut fields = head.split('|');
    let endpoint = fields.next().unwrap_or_default().to_owned();
    let status = fields
        .next()
        .and_then(|status| status.parse().ok())
        .unwrap_or(200);
    let mut header = || {
        fields
            .next()
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let response = Response {
        status,
        retry_after: header(),
        rate_limit_type: header(),
        body: body.as_bytes().to_vec().into(),
    };
    (endpoint, response)
}

/// A token that is long enough to be no accident elsewhere.
fn access_token(answer: &Response) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let token = body["access_token"].as_str()?;
    (token.len() >= 12 && answer.status == 200).then(|| token.to_owned())
}
