//! When in a day things happen.

use chrono::{Datelike, NaiveDate, Weekday};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// How many things happen in each hour (UTC) of a working day, relative to the others.
const WORKING_DAY: [u32; 24] = [
    2, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 13, 12, 14, 16, 17, 16, 13, 9, 6, 5, 4, 3, 2,
];
/// The same for Saturdays and Sundays.
const WEEKEND: [u32; 24] = [
    2, 2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2,
];

pub(crate) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// How busy each hour of a day is.
pub(crate) struct DayShape {
    /// For each hour, how many weighted seconds lie before its end.
    ends: [u64; 24],
    weights: [u32; 24],
}

impl DayShape {
    /// The shape of the first `seconds` seconds of `date`.
    pub(crate) fn new(date: NaiveDate, seconds: i64) -> Self {
        let weights = if is_weekend(date) {
            WEEKEND
        } else {
            WORKING_DAY
        };
        let seconds = u64::try_from(seconds).unwrap_or(0).clamp(1, 86_400);
        let mut ends = [0; 24];
        let mut before = 0;
        for (hour, weight) in (0..).zip(weights) {
            before += u64::from(weight) * seconds.saturating_sub(hour * 3600).min(3600);
            ends[hour as usize] = before;
        }
        Self { ends, weights }
    }

    /// A second of the day.
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng) -> i64 {
        let drawn = rng.random_range(0..self.ends[23]);
        let hour = self.ends.partition_point(|end| *end <= drawn);
        let start = if hour == 0 { 0 } else { self.ends[hour - 1] };
        let second = hour as u64 * 3600 + (drawn - start) / u64::from(self.weights[hour]);
        i64::try_from(second).unwrap_or(0)
    }
}
