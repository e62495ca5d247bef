//! The second desk: the account's quota, which all its apps share.

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::settings::Settings;

/// What has been asked lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    /// The requests let through in the last second.
    last_second: VecDeque<DateTime<Utc>>,
    day: NaiveDate,
    spent: u32,
}

/// Whether a request is let through.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is; so many are left today.
    Admitted { remaining: u32 },
    /// Too many in a second.
    PerSecond,
    /// Too many today.
    Daily,
}

impl Limits {
    /// Counts a request. One that is turned away is not counted. A second is any second, not only one of the clock's.
    pub(crate) fn admit(&mut self, now: DateTime<Utc>, settings: &Settings) -> Verdict {
        if self.day != now.date_naive() {
            self.day = now.date_naive();
            self.spent = 0;
        }
        if self.spent >= settings.per_day {
            return Verdict::Daily;
        }
        while self
            .last_second
            .front()
            .is_some_and(|earlier| now - *earlier >= TimeDelta::seconds(1))
        {
            self.last_second.pop_front();
        }
        if self.last_second.len() >= settings.per_second as usize {
            return Verdict::PerSecond;
        }
        self.last_second.push_back(now);
        self.spent += 1;
        Verdict::Admitted {
            remaining: settings.per_day - self.spent,
        }
    }

    pub(crate) fn spent(&self, now: DateTime<Utc>) -> u32 {
        if self.day == now.date_naive() {
            self.spent
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_second_is_any_second() {
        let mut limits = Limits::default();
        let settings = Settings {
            per_second: 2,
            ..Settings::default()
        };
        let start =
            Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap() + TimeDelta::milliseconds(900);
        let mut after =
            |milliseconds| limits.admit(start + TimeDelta::milliseconds(milliseconds), &settings);
        assert!(matches!(after(0), Verdict::Admitted { .. }));
        assert!(matches!(after(500), Verdict::Admitted { .. }));
        assert_eq!(after(999), Verdict::PerSecond);
        // The refused one did not count: only the one at 500 ms is still in the second.
        assert!(matches!(after(1000), Verdict::Admitted { .. }));
        assert_eq!(after(1499), Verdict::PerSecond);
        assert!(matches!(after(1500), Verdict::Admitted { .. }));
    }

    #[test]
    fn the_day_ends_at_midnight_utc() {
        let mut limits = Limits::default();
        let settings = Settings {
            per_day: 2,
            ..Settings::default()
        };
        let late = Utc.with_ymd_and_hms(2026, 11, 22, 23, 59, 58).unwrap();
        let midnight = Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap();
        assert_eq!(
            limits.admit(late, &settings),
            Verdict::Admitted { remaining: 1 }
        );
        assert_eq!(
            limits.admit(late, &settings),
            Verdict::Admitted { remaining: 0 }
        );
        assert_eq!(
            limits.admit(midnight - TimeDelta::milliseconds(1), &settings),
            Verdict::Daily
        );
        assert_eq!(limits.spent(midnight), 0);
        assert_eq!(
            limits.admit(midnight, &settings),
            Verdict::Admitted { remaining: 1 }
        );
    }
}
