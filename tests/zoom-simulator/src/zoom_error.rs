//! Zoom's own words when it refuses.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde_json::json;

use crate::reply::Answer;
use crate::report::Report;
use crate::settings::RetryAfter;

fn coded(status: u16, code: u32, message: &str) -> Answer {
    Answer::json(
        status,
        json!({"code": code, "message": message}).to_string(),
    )
}

fn oauth(status: u16, reason: &str, error: &str) -> Answer {
    Answer::json(
        status,
        json!({"reason": reason, "error": error}).to_string(),
    )
}

pub(crate) fn invalid_client(status: u16) -> Answer {
    oauth(
        status,
        "Invalid client_id or client_secret",
        "invalid_client",
    )
}

pub(crate) fn invalid_request() -> Answer {
    oauth(400, "Bad Request", "invalid_request")
}

pub(crate) fn unsupported_grant_type() -> Answer {
    oauth(400, "unsupported grant type", "unsupported_grant_type")
}

pub(crate) fn invalid_access_token() -> Answer {
    coded(401, 124, "Invalid access token.")
}

pub(crate) fn access_token_expired() -> Answer {
    coded(401, 124, "Access token is expired.")
}

pub(crate) fn missing_scope(report: Report) -> Answer {
    let scope = report.scope();
    coded(
        400,
        4711,
        &format!("Invalid access token, does not contain scopes:[{scope}]."),
    )
}

pub(crate) fn missing_classic_scope() -> Answer {
    coded(400, 4700, "Invalid access token, does not contain scopes.")
}

pub(crate) fn no_permission() -> Answer {
    coded(400, 200, "No permission.")
}

/// Code 300: something about the query is wrong, and only the message says what.
pub(crate) fn invalid_query(message: &str) -> Answer {
    coded(400, 300, message)
}

pub(crate) fn page_token_invalid() -> Answer {
    invalid_query("The next page token is invalid or expired.")
}

pub(crate) fn not_recognised() -> Answer {
    coded(404, 2300, "This API endpoint is not recognized.")
}

/// An answer of some layer before Zoom's API, in the API's clothes.
pub(crate) fn failed(status: u16) -> Answer {
    coded(
        status,
        u32::from(status),
        "Internal server error. Please try again later.",
    )
}

/// An answer of a proxy that knows nothing of JSON.
pub(crate) fn html_page(status: u16) -> Answer {
    Answer::html(
        status,
        "<!DOCTYPE html><html><head><title>Zoom</title></head><body>We'll be right back.</body></html>",
    )
}

pub(crate) fn per_second_limit(now: DateTime<Utc>, form: RetryAfter, seconds: u32) -> Answer {
    let answer = coded(
        429,
        429,
        "You have reached the maximum per-second rate limit for this API. Try again later.",
    )
    .header("x-ratelimit-category", "Heavy")
    .header("x-ratelimit-type", "QPS");
    with_retry_after(answer, now, form, TimeDelta::seconds(seconds.into()))
}

pub(crate) fn daily_limit(
    now: DateTime<Utc>,
    form: RetryAfter,
    headers: bool,
    per_day: u32,
) -> Answer {
    let answer = coded(
        429,
        429,
        "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
    );
    if !headers {
        return answer;
    }
    let answer = answer
        .header("x-ratelimit-category", "Heavy")
        .header("x-ratelimit-type", "Daily-limit")
        .header("x-ratelimit-limit", per_day.to_string())
        .header("x-ratelimit-remaining", "0");
    with_retry_after(answer, now, form, until_midnight(now))
}

/// How long it is until 00:00 UTC, when the day's quota is given anew.
fn until_midnight(now: DateTime<Utc>) -> TimeDelta {
    TimeDelta::days(1) - (now.time() - NaiveTime::MIN)
}

fn with_retry_after(
    answer: Answer,
    now: DateTime<Utc>,
    form: RetryAfter,
    wait: TimeDelta,
) -> Answer {
    let moment = now + wait;
    let value = match form {
        RetryAfter::Absent => return answer,
        // Rounded up: who waits that long must not be too early.
        RetryAfter::Seconds => (wait + TimeDelta::milliseconds(999))
            .num_seconds()
            .to_string(),
        RetryAfter::HttpDate => httpdate::fmt_http_date(moment.into()),
        RetryAfter::Rfc3339 => moment.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    answer.header("retry-after", value)
}
