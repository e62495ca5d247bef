//! How a moment, an age and a number are said to people.

use chrono::{DateTime, TimeDelta, Utc};

/// A moment, to the minute.
pub fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// How long, in the largest unit that there is one of.
pub fn long(age: TimeDelta) -> String {
    match (age.num_days(), age.num_hours(), age.num_minutes()) {
        (days @ 1.., ..) => number_of(days, "day", "days"),
        (_, hours @ 1.., _) => number_of(hours, "hour", "hours"),
        (.., minutes) => number_of(minutes.max(0), "minute", "minutes"),
    }
}

/// How long ago.
pub fn ago(age: TimeDelta) -> String {
    format!("{} ago", long(age))
}

/// A moment and how long ago it was.
pub fn minute_and_age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} ({})", minute(at), ago(now - at))
}

/// So many of something.
pub fn number_of(count: impl TryInto<u64>, one: &str, several: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_said_in_its_largest_unit() {
        for (seconds, expected) in [
            (-5, "0 minutes ago"),
            (59, "0 minutes ago"),
            (60, "1 minute ago"),
            (7_199, "1 hour ago"),
            (172_800, "2 days ago"),
        ] {
            assert_eq!(ago(TimeDelta::seconds(seconds)), expected);
        }
    }
}
