//! What Zoom told, against what the bucket holds: record by record, each as often as it occurs.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::day_log::{DayLog, Occurrences};
use super::identity::Digest;
use super::zoom_reading::Reading;

/// How a record can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// In Zoom, and not, or not as often, in the bucket.
    Missing,
    /// In the bucket more often than in Zoom.
    Doubled,
    /// In the bucket, and not in Zoom on this day.
    Foreign,
}

/// A record that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wrong {
    pub kind: Kind,
    pub time: Option<DateTime<Utc>>,
    pub digest: Digest,
    pub count: u32,
}

/// How Zoom and the bucket compare on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    pub wrong: Vec<Wrong>,
    /// Of the foreign ones, those whose time is on another day than the folder.
    pub of_another_day: u64,
    /// Rows that Zoom has and the function has not had time for.
    pub not_due: u64,
    /// Rows of which Zoom's readings do not agree how many there are, the bucket being among what they say.
    pub undecided: u64,
}

impl Comparison {
    pub fn count(&self, kind: Kind) -> u64 {
        let of_kind = self.wrong.iter().filter(|wrong| wrong.kind == kind);
        of_kind.map(|wrong| u64::from(wrong.count)).sum()
    }
}

/// How often Zoom has a record.
struct Bounds {
    least: u32,
    most: u32,
}

/// What Zoom has told of a day.
pub enum Told<'a> {
    /// Two readings agree, or one leaves no question: it is known how often each record is there.
    Agreed(&'a Reading),
    /// The readings differ. A record is there at least as often as each of them had it on one page, and at most as often
    /// as any of them had it at all.
    Differs(&'a [Reading]),
}

impl Told<'_> {
    fn bounds(&self, digest: &Digest) -> Bounds {
        match self {
            Self::Agreed(reading) => {
                let count = reading.count(digest);
                Bounds {
                    least: count,
                    most: count,
                }
            }
            Self::Differs(readings) => {
                let seen = readings.iter().map(|reading| reading.rows.get(digest));
                let on_one_page = seen.map(|seen| seen.map_or(0, |seen| seen.on_one_page));
                let all = readings.iter().map(|reading| reading.count(digest));
                Bounds {
                    least: on_one_page.min().unwrap_or_default(),
                    most: all.max().unwrap_or_default(),
                }
            }
        }
    }

    fn readings(&self) -> &[Reading] {
        match self {
            Self::Agreed(reading) => std::slice::from_ref(*reading),
            Self::Differs(readings) => readings,
        }
    }

    fn time(&self, digest: &Digest) -> Option<DateTime<Utc>> {
        let mut seen = self
            .readings()
            .iter()
            .map(|reading| reading.rows.get(digest));
        seen.find_map(|seen| seen?.time)
    }
}

/// Whether a reading and the log hold the same records, each as often.
pub fn same(reading: &Reading, log: &DayLog) -> bool {
    reading.rows.len() == log.records.len()
        && reading
            .rows
            .iter()
            .all(|(digest, seen)| log.count(digest) == seen.count)
}

/// Compares a day. Rows from `not_due_from` on need not be in the bucket yet.
pub fn compare(
    day: NaiveDate,
    told: &Told<'_>,
    log: &DayLog,
    not_due_from: Option<DateTime<Utc>>,
) -> Comparison {
    let mut comparison = Comparison::default();
    let in_zoom = told
        .readings()
        .iter()
        .flat_map(|reading| reading.rows.keys());
    let digests: HashSet<_> = in_zoom.chain(log.records.keys()).copied().collect();
    for digest in digests {
        let Bounds { least, most } = told.bounds(&digest);
        let found = log.records.get(&digest);
        let count = found.map_or(0, |found| found.count);
        let time = found
            .and_then(|found: &Occurrences| found.time)
            .or_else(|| told.time(&digest));
        let mut wrong = |kind, count| {
            comparison.wrong.push(Wrong {
                kind,
                time,
                digest,
                count,
            });
        };
        if count > most {
            let kind = if most == 0 {
                Kind::Foreign
            } else {
                Kind::Doubled
            };
            wrong(kind, count - most);
            if most == 0 && time.is_some_and(|time| time.date_naive() != day) {
                comparison.of_another_day += u64::from(count);
            }
        } else if count < most {
            let lacking = least.saturating_sub(count);
            let not_due = time >= not_due_from && not_due_from.is_some();
            if not_due {
                comparison.not_due += u64::from(most - count);
            } else {
                comparison.undecided += u64::from(most - count - lacking);
                if lacking > 0 {
                    wrong(Kind::Missing, lacking);
                }
            }
        }
    }
    comparison.wrong.sort_unstable();
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::day_log::Position;
    use crate::verify::zoom_reading::Seen;

    fn day() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    fn digest(name: &str) -> Digest {
        Digest::of(name.as_bytes())
    }

    /// A record named `a9` is of nine o'clock.
    fn time(name: &str) -> Option<DateTime<Utc>> {
        let hour: u32 = name.get(1..)?.parse().ok()?;
        Some(day().and_hms_opt(hour, 0, 0)?.and_utc())
    }

    /// Records with how often they are there, and how often on one page.
    fn reading(rows: &[(&str, u32, u32)]) -> Reading {
        let rows = rows.iter().map(|&(name, count, on_one_page)| {
            let time = time(name);
            let seen = Seen {
                count,
                on_one_page,
                time,
            };
            (digest(name), seen)
        });
        Reading {
            rows: rows.collect(),
        }
    }

    fn log(records: &[(&str, u32)]) -> DayLog {
        let place = Position { object: 0, line: 1 };
        let records = records.iter().map(|&(name, count)| {
            let found = Occurrences {
                count,
                time: time(name),
                first: place,
                last: place,
            };
            (digest(name), found)
        });
        DayLog {
            records: records.collect(),
            ..DayLog::default()
        }
    }

    /// Missing, doubled, foreign, not due, undecided.
    fn counts(told: &Told<'_>, log: &DayLog, not_due_from: Option<&str>) -> [u64; 5] {
        let made = compare(day(), told, log, not_due_from.and_then(time));
        let [missing, doubled, foreign] =
            [Kind::Missing, Kind::Doubled, Kind::Foreign].map(|kind| made.count(kind));
        [missing, doubled, foreign, made.not_due, made.undecided]
    }

    #[test]
    fn agreed_counts_are_exact() {
        let zoom = reading(&[("a1", 1, 1), ("b2", 2, 1), ("c3", 1, 1)]);
        let told = Told::Agreed(&zoom);
        for (records, expected) in [
            (&[("a1", 1), ("b2", 2), ("c3", 1)][..], [0, 0, 0, 0, 0]),
            (&[("a1", 1), ("b2", 1)], [2, 0, 0, 0, 0]),
            (&[("a1", 3), ("b2", 2), ("c3", 1)], [0, 2, 0, 0, 0]),
            (
                &[("a1", 1), ("b2", 2), ("c3", 1), ("d4", 2)],
                [0, 0, 2, 0, 0],
            ),
        ] {
            let log = log(records);
            assert_eq!(counts(&told, &log, None), expected, "{records:?}");
            assert_eq!(same(&zoom, &log), expected == [0; 5]);
        }
    }

    #[test]
    fn new_rows_are_not_due_where_there_is_an_excuse() {
        let zoom = reading(&[("a1", 1, 1), ("b2", 1, 1), ("c3", 1, 1), ("untimed", 1, 1)]);
        let told = Told::Agreed(&zoom);
        let log = log(&[("a1", 1)]);
        assert_eq!(counts(&told, &log, None), [3, 0, 0, 0, 0]);
        assert_eq!(counts(&told, &log, Some("x3")), [2, 0, 0, 1, 0]);
    }

    #[test]
    fn what_not_every_reading_has_is_neither_missing_nor_foreign() {
        // Of the pair, each reading had one on a page at a time.
        let readings = [
            reading(&[("a1", 1, 1), ("moved2", 2, 1), ("pair4", 2, 1)]),
            reading(&[
                ("a1", 1, 1),
                ("moved2", 1, 1),
                ("new3", 1, 1),
                ("pair4", 2, 1),
            ]),
        ];
        let told = Told::Differs(&readings);
        for (records, expected) in [
            (
                &[("a1", 1), ("moved2", 1), ("pair4", 2)][..],
                [0, 0, 0, 0, 2],
            ),
            (
                &[("a1", 1), ("moved2", 2), ("new3", 1), ("pair4", 1)],
                [0, 0, 0, 0, 1],
            ),
            (&[("moved2", 3), ("new3", 1), ("pair4", 2)], [1, 1, 0, 0, 0]),
            (&[("a1", 1), ("pair4", 2)], [1, 0, 0, 0, 2]),
        ] {
            assert_eq!(counts(&told, &log(records), None), expected, "{records:?}");
        }
    }

    #[test]
    fn a_foreign_record_of_another_day_is_told_apart() {
        let zoom = Reading::default();
        let mut log = log(&[("a1", 1), ("b2", 1)]);
        let elsewhere = "2026-11-21T10:00:00Z".parse().unwrap();
        log.records.get_mut(&digest("b2")).unwrap().time = Some(elsewhere);
        let made = compare(day(), &Told::Agreed(&zoom), &log, None);
        assert_eq!((made.count(Kind::Foreign), made.of_another_day), (2, 1));
        assert_eq!(made.wrong[0].time, Some(elsewhere), "by kind and time");
    }
}
