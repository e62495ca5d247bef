//! A realistic account of any size, from a seed.

mod activities;
mod day_shape;
mod events;
mod people;

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::record::Record;
use crate::report::Report;
use day_shape::{DayShape, is_weekend};
use people::People;

/// Makes up records. The same seed makes up the same records, for any day and in any order of asking.
#[derive(Debug, Clone)]
pub struct Generator {
    report: Report,
    seed: u64,
    people: People,
    equal_share: f64,
}

/// How many things happen on a day of the weekend, of 100 on a working day.
const WEEKEND_PERCENT: usize = 30;
/// How long a run of equal rows is.
const RUN: RangeInclusive<usize> = 2..=5;
/// The pages at whose boundaries runs of equal rows are put on purpose.
const PAGE_SIZE: usize = 300;

impl Generator {
    /// A generator of operation logs for an account of 400 people, where 3 in 100 rows have a twin.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            report: Report::OperationLogs,
            seed,
            people: people(seed, 400),
            equal_share: 0.03,
        }
    }

    /// The same for another report of the same account.
    #[must_use]
    pub fn of(self, report: Report) -> Self {
        Self { report, ..self }
    }

    /// The same with so many people.
    #[must_use]
    pub fn with_people(self, count: usize) -> Self {
        Self {
            people: people(self.seed, count),
            ..self
        }
    }

    /// The same with this share of rows (0 to 1) that equal another one in every field.
    #[must_use]
    pub fn with_equal_share(self, share: f64) -> Self {
        Self {
            equal_share: share.clamp(0.0, 1.0),
            ..self
        }
    }

    /// Exactly `count` records on `date`, oldest first. On every fourth boundary between pages of 300, counted from the
    /// newest, a run of equal rows straddles it.
    #[must_use]
    pub fn day(&self, date: NaiveDate, count: usize) -> Vec<Record> {
        let midnight = date.and_time(NaiveTime::MIN).and_utc();
        let mut records = self.rows(date, count, midnight + TimeDelta::days(1));
        if self.equal_share > 0.0 {
            for boundary in (PAGE_SIZE..count).step_by(4 * PAGE_SIZE) {
                let first_after = count - boundary - 1;
                records[first_after] = records[first_after + 1].clone();
            }
        }
        records
    }

    /// Exactly `count` records on `date`, all of them before `until` (or in the day's first second), oldest first.
    #[must_use]
    pub fn day_until(&self, date: NaiveDate, count: usize, until: DateTime<Utc>) -> Vec<Record> {
        self.rows(date, count, until)
    }

    /// Several days: `per_day` records on a working day, fewer on a weekend, today's only up to `now`, and none later.
    pub fn days(
        &self,
        dates: RangeInclusive<NaiveDate>,
        per_day: usize,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = (NaiveDate, Vec<Record>)> {
        let (first, last) = dates.into_inner();
        first
            .iter_days()
            .take_while(move |date| *date <= last && *date <= now.date_naive())
            .map(move |date| {
                let count = if is_weekend(date) {
                    (per_day * WEEKEND_PERCENT).div_ceil(100)
                } else {
                    per_day
                };
                let mut records = self.day(date, count);
                records
                    .truncate(records.partition_point(|record| record.second() <= now.timestamp()));
                (date, records)
            })
    }

    fn rows(&self, date: NaiveDate, count: usize, until: DateTime<Utc>) -> Vec<Record> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        // A stream for each day of each report, so that a day does not depend on which days were asked for before.
        let day = u64::from(date.num_days_from_ce().unsigned_abs());
        rng.set_stream((self.report as u64) << 32 | day);
        let midnight = date.and_time(NaiveTime::MIN).and_utc();
        let clock = DayShape::new(date, (until - midnight).num_seconds());
        let end = until.min(midnight + TimeDelta::days(1));

        let mut records = Vec::with_capacity(count);
        let start_of_run = chance_of_run(self.equal_share);
        while records.len() < count {
            let time = midnight + TimeDelta::seconds(clock.draw(&mut rng));
            let happened = match self.report {
                Report::OperationLogs => vec![events::record(&mut rng, &self.people, time)],
                Report::Activities => activities::session(&mut rng, &self.people, time, end),
            };
            for record in happened {
                let run = if rng.random_bool(start_of_run) {
                    rng.random_range(RUN)
                } else {
                    1
                };
                records.extend(std::iter::repeat_n(record, run.min(count - records.len())));
            }
        }
        records.sort_by_key(Record::second);
        records
    }
}

fn people(seed: u64, count: usize) -> People {
    People::draw(&mut ChaCha8Rng::seed_from_u64(seed), count)
}

/// How often a run must begin for `share` of all rows to lie in runs.
fn chance_of_run(share: f64) -> f64 {
    let length = (*RUN.start() + *RUN.end()) as f64 / 2.0;
    share / (length - (length - 1.0) * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Timelike};
    use std::collections::{HashMap, HashSet};

    /// A Wednesday.
    fn date() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 18).unwrap()
    }

    fn texts(records: &[Record]) -> Vec<&str> {
        records.iter().map(Record::json).collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_day_and_another_seed_another() {
        let generator = Generator::new(7);
        let day = generator.day(date(), 500);
        assert_eq!(Generator::new(7).day(date(), 500), day);
        assert_ne!(Generator::new(8).day(date(), 500), day);
        assert_ne!(generator.day(date().succ_opt().unwrap(), 500), day);
        let now = date().and_hms_opt(23, 59, 59).unwrap().and_utc();
        let (_, in_range) = generator
            .days(date().pred_opt().unwrap()..=date(), 500, now)
            .last()
            .unwrap();
        assert_eq!(in_range, day);
    }

    #[test]
    fn a_day_has_as_many_records_as_asked_for_on_it_in_order() {
        for count in [0, 1, 10, 299, 300, 301, 5000] {
            let day = Generator::new(1).day(date(), count);
            assert_eq!(day.len(), count);
            assert!(day.is_sorted_by_key(Record::second));
            assert!(
                day.iter()
                    .all(|record| record.time().unwrap().date_naive() == date())
            );
        }
    }

    #[test]
    fn the_share_of_equal_rows_is_as_set() {
        for share in [0.0, 0.05, 0.4] {
            let day = Generator::new(3)
                .with_equal_share(share)
                .day(date(), 20_000);
            let mut times: HashMap<&str, usize> = HashMap::new();
            for text in texts(&day) {
                *times.entry(text).or_default() += 1;
            }
            let equal: usize = times.values().filter(|count| **count > 1).sum();
            let measured = equal as f64 / day.len() as f64;
            assert!(
                (measured - share).abs() < 0.02,
                "{measured} instead of {share}"
            );
        }
    }

    #[test]
    fn equal_rows_straddle_page_boundaries() {
        let mut day = Generator::new(3).day(date(), 3000);
        day.reverse();
        assert_eq!(day[299], day[300]);
        assert_eq!(day[1499], day[1500]);
    }

    #[test]
    fn a_working_day_is_busy_at_three_and_quiet_at_night_and_a_weekend_is_quieter() {
        let generator = Generator::new(5);
        let in_hour = |records: &[Record], hour| {
            records
                .iter()
                .filter(|r| r.time().unwrap().hour() == hour)
                .count()
        };
        let day = generator.day(date(), 10_000);
        assert!(in_hour(&day, 15) > 8 * in_hour(&day, 2));
        assert!(in_hour(&day, 2) > 0);
        let saturday = date() + TimeDelta::days(3);
        let now = Utc.with_ymd_and_hms(2026, 12, 1, 0, 0, 0).unwrap();
        let counts: Vec<usize> = generator
            .days(date()..=saturday, 1000, now)
            .map(|(_, day)| day.len())
            .collect();
        assert_eq!(counts, [1000, 1000, 1000, 300]);
    }

    #[test]
    fn today_ends_now_and_what_it_had_an_hour_ago_it_still_has() {
        let generator = Generator::new(5);
        let at = |hour| {
            let now = date().and_hms_opt(hour, 0, 0).unwrap().and_utc();
            generator.days(date()..=date(), 1000, now).last().unwrap().1
        };
        let (morning, noon) = (at(11), at(12));
        assert!(morning.len() < noon.len() && noon.len() < 1000);
        assert_eq!(noon[..morning.len()], morning);
        assert!(noon.iter().all(
            |record| record.time().unwrap().hour() < 12 || record.time().unwrap().minute() == 0
        ));
        let tomorrow = date().succ_opt().unwrap();
        let now = date().and_hms_opt(12, 0, 0).unwrap().and_utc();
        assert_eq!(generator.days(tomorrow..=tomorrow, 1000, now).count(), 0);
    }

    #[test]
    fn records_can_be_asked_for_up_to_a_moment() {
        let until = date().and_hms_opt(3, 30, 0).unwrap().and_utc();
        let records = Generator::new(5).day_until(date(), 700, until);
        assert_eq!(records.len(), 700);
        assert!(records.iter().all(|record| record.time().unwrap() < until));
        assert!(
            records
                .iter()
                .any(|record| record.time().unwrap().hour() == 3)
        );
    }

    #[test]
    fn every_kind_of_row_that_a_parser_must_know_occurs() {
        let day = Generator::new(9).day(date(), 5000);
        let seen: HashSet<(String, String)> = day
            .iter()
            .map(|record| {
                let row: serde_json::Value = serde_json::from_str(record.json()).unwrap();
                let text = |key: &str| row[key].as_str().unwrap().to_owned();
                (text("category_type"), text("action"))
            })
            .collect();
        for (category, action) in [
            ("Account", "Update"),
            ("User", "Add"),
            ("User", "Delete"),
            ("User", "Batch Update"),
            ("User", "SCIM API - Update"),
            ("User Group", "Add"),
            ("Channels", "Update"),
            ("Team Chat", "Search"),
            ("Recording", "Delete"),
            ("Zoom Rooms", "Add"),
            ("Role", "Add"),
        ] {
            assert!(
                seen.contains(&(category.to_owned(), action.to_owned())),
                "{category}/{action}"
            );
        }
        let whole: String = texts(&day).concat();
        for part in [
            "Edit Group ",
            " \"}",
            "Display Name: set to ",
            "Location: ",
            "Room Name: ",
            "Role Name: ",
            "Description: ",
            r#"[{\"userId\":"#,
            "山田",
            "\"operator\":\"Zoom System\"",
            r#"\\weekly\""#,
        ] {
            assert!(whole.contains(part), "{part}");
        }
    }
}
