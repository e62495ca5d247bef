//! When to ask again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// How often a request is sent before it counts as failed.
const ATTEMPTS: usize = 6;

/// The waits between the attempts of one request: doubling from half a second to 16, each with jitter.
pub(super) fn backoff(seed: u64) -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(16))
        .with_factor(2.0)
        .with_max_times(ATTEMPTS - 1)
        .with_jitter()
        .with_jitter_seed(seed)
        .build()
}

/// Until when a `Retry-After` asks to wait.
///
/// Zoom's daily limit names a moment as RFC 3339, which is not among the forms that HTTP has (seconds, or a date
/// of the form `Sun, 22 Nov 2026 09:00:00 GMT`); all three are read. None for what is no such value.
pub(super) fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return now.checked_add_signed(TimeDelta::seconds(i64::from(seconds)));
    }
    DateTime::parse_from_rfc3339(value)
        .map(|at| at.to_utc())
        .ok()
        .or_else(|| {
            httpdate::parse_http_date(value)
                .ok()
                .map(DateTime::<Utc>::from)
        })
        // As RFC 3339, but with neither zone nor T.
        .or_else(|| {
            Some(
                NaiveDateTime::parse_from_str(value, "%Y-%m-%d %H:%M:%S")
                    .ok()?
                    .and_utc(),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_retry_after_are_read() {
        let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse().unwrap();
        let midnight = "2026-11-23T00:00:00Z".parse().ok();
        assert_eq!(
            parse_retry_after("90", now),
            Some(now + TimeDelta::seconds(90))
        );
        assert_eq!(parse_retry_after("2026-11-23T00:00:00Z", now), midnight);
        assert_eq!(
            parse_retry_after("2026-11-23T02:00:00+02:00", now),
            midnight
        );
        assert_eq!(
            parse_retry_after(" Mon, 23 Nov 2026 00:00:00 GMT", now),
            midnight
        );
        assert_eq!(parse_retry_after("2026-11-23 00:00:00", now), midnight);
        for nonsense in ["", "soon", "-5", "99999999999", "1.5"] {
            assert_eq!(parse_retry_after(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn the_waits_grow_end_and_repeat_with_their_seed() {
        let waits: Vec<_> = backoff(7).collect();
        assert_eq!(waits.len(), ATTEMPTS - 1);
        assert!(waits[0] >= Duration::from_millis(500) && waits[4] >= Duration::from_secs(8));
        assert_eq!(waits, backoff(7).collect::<Vec<_>>());
        assert_ne!(waits, backoff(8).collect::<Vec<_>>());
    }
}
