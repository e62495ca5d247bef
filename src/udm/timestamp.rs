//! A record's time as UDM wants it.

use chrono::{DateTime, Datelike, SecondsFormat};

use zoomlogs_core::record::parse_time;

/// RFC 3339 in UTC, within what a protobuf timestamp holds: the years 1 to 9999, no leap second.
pub(super) fn timestamp(text: &str) -> Option<String> {
    let time = parse_time(text)?;
    let nanos = time.timestamp_subsec_nanos().min(999_999_999);
    let time = DateTime::from_timestamp(time.timestamp(), nanos)?;
    (1..=9999)
        .contains(&time.year())
        .then(|| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_become_one() {
        for text in [
            "2026-11-22T09:00:00Z",
            "2026-11-22 09:00:00Z",
            "2026-11-22 09:00:00",
            "2026-11-22T11:00:00+02:00",
            " 2026-11-22t09:00:00z",
        ] {
            assert_eq!(
                timestamp(text).as_deref(),
                Some("2026-11-22T09:00:00Z"),
                "{text}"
            );
        }
        assert_eq!(
            timestamp("2026-11-22T09:00:00.25Z").as_deref(),
            Some("2026-11-22T09:00:00.250Z")
        );
        assert_eq!(
            timestamp("2016-12-31T23:59:60Z").as_deref(),
            Some("2016-12-31T23:59:59.999999999Z")
        );
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "1763802000",
            "2026-11-22",
            "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }
}
