//! What Zoom's answers mean.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::error::ZoomError;
use super::retry::parse_retry_after;
use super::transport::{LARGEST_BODY, Response, TransportError};
use crate::calendar::end_of;
use crate::report::Report;

/// A pause that Zoom asks for is never taken for longer than this: the daily quota is renewed every midnight.
pub(super) const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(24);

/// What to do about one attempt.
pub(super) enum Verdict<A> {
    /// It answered what was asked.
    Answer(A),
    /// Ask again, and not before that moment if there is one.
    Again {
        not_before: Option<DateTime<Utc>>,
        throttled: bool,
        last: String,
    },
    /// There is no use in asking again.
    Final(ZoomError),
}

/// Judges one attempt by its answer: 200 is parsed, a daily limit ends the asking, another 429, a 5xx and an answer that makes no
/// sense are worth another attempt, and anything else is a refusal.
pub(super) fn judge<A>(
    answer: Result<Response, TransportError>,
    now: DateTime<Utc>,
    parse: impl FnOnce(&Bytes) -> Result<A, String>,
    refusal: impl FnOnce(&Response) -> ZoomError,
) -> Verdict<A> {
    let again = |last: String| Verdict::Again {
        not_before: None,
        throttled: false,
        last,
    };
    let response = match answer {
        Ok(response) => response,
        Err(TransportError::TooLarge) => {
            return Verdict::Final(ZoomError::TooLarge {
                limit_mb: LARGEST_BODY >> 20,
            });
        }
        Err(error) => return again(error.to_string()),
    };
    let retry_after = response
        .retry_after
        .as_deref()
        .and_then(|value| parse_retry_after(value, now));
    match response.status {
        200 => match parse(&response.body) {
            Ok(answer) => Verdict::Answer(answer),
            Err(problem) => again(problem),
        },
        429 if is_daily_limit(&response) => {
            let until = retry_after
                .unwrap_or_else(|| end_of(now.date_naive()))
                .min(now + LONGEST_PAUSE);
            Verdict::Final(ZoomError::Throttled { until })
        }
        429 => Verdict::Again {
            not_before: retry_after,
            throttled: true,
            last: "HTTP 429, too many requests per second".to_owned(),
        },
        status @ 500..=599 => Verdict::Again {
            not_before: retry_after,
            throttled: false,
            last: format!("HTTP {status}"),
        },
        _ => Verdict::Final(refusal(&response)),
    }
}

/// The body of Zoom's errors.
#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

impl ErrorBody {
    fn of(response: &Response) -> Self {
        serde_json::from_slice(&response.body).unwrap_or_default()
    }
}

/// A user has seen a daily 429 with neither header, so its message counts too.
fn is_daily_limit(response: &Response) -> bool {
    let daily = |text: &str| text.to_ascii_lowercase().contains("daily");
    match &response.rate_limit_type {
        Some(kind) => daily(kind),
        None => daily(&ErrorBody::of(response).message),
    }
}

/// What an answer of the report means that is neither 200 nor worth another attempt.
pub(super) fn refusal(response: &Response, report: &'static Report) -> ZoomError {
    let ErrorBody { code, message } = ErrorBody::of(response);
    let says = |words: &[&str]| {
        let message = message.to_ascii_lowercase();
        words.iter().all(|word| message.contains(word))
    };
    match (response.status, code) {
        (_, 4700 | 4711) => ZoomError::MissingScope {
            report,
            code,
            named: named_scopes(&message),
        },
        (401, _) | (_, 124) => ZoomError::Unauthorized,
        (_, 200) => ZoomError::NoPermission { report },
        (400, _) if says(&["page", "token"]) => ZoomError::PageTokenExpired,
        (400, 300) if says(&["recent", "months"]) => ZoomError::BeyondHistory,
        (status, code) => ZoomError::Refused {
            status,
            code,
            message: shorten(&message),
        },
    }
}

/// The scopes between the brackets of "…does not contain scopes:[a, b]."
fn named_scopes(message: &str) -> String {
    let inside = message
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    inside.map_or_else(String::new, |(scopes, _)| {
        format!(", named: {}", shorten(scopes))
    })
}

/// A foreign text, fit for a log line.
pub(super) fn shorten(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ACTIVITIES, OPERATION_LOGS};
    use crate::zoom::page::Page;

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            body: Bytes::copy_from_slice(body.as_bytes()),
            ..Response::default()
        }
    }

    #[test]
    fn the_daily_limit_is_known_by_header_or_message() {
        let mut response = answer(
            429,
            r#"{"code":429,"message":"You have reached the maximum daily rate limit"}"#,
        );
        assert!(is_daily_limit(&response));
        response.rate_limit_type = Some("QPS".to_owned());
        assert!(!is_daily_limit(&response), "the header is more exact");
        response.rate_limit_type = Some("Daily-limit".to_owned());
        assert!(is_daily_limit(&response));
    }

    #[test]
    fn a_page_token_refused_and_a_day_too_old_are_told_apart() {
        let token = answer(
            400,
            r#"{"code":300,"message":"The next page token is invalid or expired."}"#,
        );
        assert_eq!(
            refusal(&token, &OPERATION_LOGS),
            ZoomError::PageTokenExpired
        );
        let old = answer(
            400,
            r#"{"code":300,"message":"Only provide report in recent 6 months."}"#,
        );
        assert_eq!(refusal(&old, &OPERATION_LOGS), ZoomError::BeyondHistory);
        let other = answer(400, r#"{"code":300,"message":"Invalid\nfield."}"#);
        let expected = ZoomError::Refused {
            status: 400,
            code: 300,
            message: "Invalid field.".to_owned(),
        };
        assert_eq!(refusal(&other, &OPERATION_LOGS), expected);
    }

    #[test]
    fn a_missing_scope_is_named() {
        let body = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[report:read:x]."}"#;
        for report in [&OPERATION_LOGS, &ACTIVITIES] {
            let error = refusal(&answer(400, body), report).to_string();
            assert!(error.contains("code 4711, named: report:read:x"), "{error}");
            assert!(error.contains(report.scope), "{error}");
        }
    }

    #[test]
    fn a_daily_limit_without_a_moment_ends_at_midnight_and_an_absurd_one_within_a_day() {
        let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse().unwrap();
        let judged = |retry_after: Option<&str>| {
            let mut response = answer(429, "");
            response.rate_limit_type = Some("Daily-limit".to_owned());
            response.retry_after = retry_after.map(str::to_owned);
            let parse = |body: &Bytes| Page::parse(body, &OPERATION_LOGS);
            match judge(Ok(response), now, parse, |refused| {
                refusal(refused, &OPERATION_LOGS)
            }) {
                Verdict::Final(ZoomError::Throttled { until }) => until.to_rfc3339(),
                _ => panic!("no pause"),
            }
        };
        assert_eq!(judged(None), "2026-11-23T00:00:00+00:00");
        assert_eq!(
            judged(Some("2026-11-22T12:00:00Z")),
            "2026-11-22T12:00:00+00:00"
        );
        assert_eq!(
            judged(Some("2099-01-01T00:00:00Z")),
            "2026-11-23T09:00:00+00:00"
        );
    }
}
