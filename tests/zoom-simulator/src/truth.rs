//! What a report is cut from: each day's list of records.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::record::Record;

/// Where in its day's list a record arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Where its time puts it; of several in one second, the one that came last is nearest the head.
    #[default]
    ByTime,
    /// At the head of the list, whatever its time.
    Head,
    /// Before the row at this position, counted from the head and from 0.
    At(usize),
}

/// Every day's records of one report. The day is the one that is asked of Zoom; a record's own `time` need not lie on it.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// Oldest first, so that the usual arrival, at the head, is a push.
    days: BTreeMap<NaiveDate, Vec<Record>>,
}

impl Truth {
    /// Adds a record to the list of `date`, where its time puts it.
    pub fn add(&mut self, date: NaiveDate, record: Record) {
        self.insert(date, Place::ByTime, record);
    }

    /// Adds a record to the list of `date`, at `place`.
    pub fn insert(&mut self, date: NaiveDate, place: Place, record: Record) {
        let list = self.days.entry(date).or_default();
        let index = match place {
            Place::ByTime => list.partition_point(|other| other.second() <= record.second()),
            Place::Head => list.len(),
            Place::At(position) => list.len().saturating_sub(position),
        };
        list.insert(index, record);
    }

    /// Adds many records to the list of `date`, each where its time puts it: what [`Truth::add`] does to one after the
    /// other, in one pass.
    pub fn add_all(&mut self, date: NaiveDate, records: impl IntoIterator<Item = Record>) {
        let mut arriving: Vec<Record> = records.into_iter().collect();
        arriving.sort_by_key(Record::second);
        let list = self.days.entry(date).or_default();
        if list.last().is_none_or(|newest| {
            arriving
                .first()
                .is_none_or(|first| newest.second() <= first.second())
        }) {
            list.append(&mut arriving);
            return;
        }
        let present = std::mem::take(list);
        list.reserve_exact(present.len() + arriving.len());
        let mut arriving = arriving.into_iter().peekable();
        for record in present {
            while let Some(earlier) = arriving.next_if(|other| other.second() < record.second()) {
                list.push(earlier);
            }
            list.push(record);
        }
        list.extend(arriving);
    }

    /// Takes the record at `position`, counted from the head and from 0, out of the list of `date`.
    pub fn remove(&mut self, date: NaiveDate, position: usize) -> Option<Record> {
        let list = self.days.get_mut(&date)?;
        let index = list.len().checked_sub(position + 1)?;
        Some(list.remove(index))
    }

    /// The records of `date`, newest first, as the report lists them.
    pub fn day(
        &self,
        date: NaiveDate,
    ) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.days
            .get(&date)
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .rev()
    }

    /// How many records `date` has.
    #[must_use]
    pub fn count(&self, date: NaiveDate) -> usize {
        self.days.get(&date).map_or(0, Vec::len)
    }

    /// How many records each day has; days without any are left out.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<NaiveDate, usize> {
        self.days
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(date, list)| (*date, list.len()))
            .collect()
    }

    /// How many records there are from `from` to `to`, both included.
    pub(crate) fn count_between(&self, from: NaiveDate, to: NaiveDate) -> usize {
        self.days.range(from..=to).map(|(_, list)| list.len()).sum()
    }

    /// The records from `from` to `to`, both included, newest day and newest record first, without the first `offset`.
    pub(crate) fn between(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        offset: usize,
    ) -> impl Iterator<Item = &Record> {
        let mut left = offset;
        self.days.range(from..=to).rev().flat_map(move |(_, list)| {
            let skipped = left.min(list.len());
            left -= skipped;
            list[..list.len() - skipped].iter().rev()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};

    fn date() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn at(second: u32, name: &str) -> Record {
        Record::new(
            Utc.with_ymd_and_hms(2026, 11, 22, 10, 0, second).unwrap(),
            name,
            "User",
            "Add",
            "",
        )
    }

    fn names(truth: &Truth) -> Vec<String> {
        let operator = |record: &Record| {
            let value: serde_json::Value = serde_json::from_str(record.json()).unwrap();
            value["operator"].as_str().unwrap().to_owned()
        };
        truth.day(date()).map(operator).collect()
    }

    #[test]
    fn the_newest_is_first_and_of_one_second_the_last_to_arrive() {
        let mut truth = Truth::default();
        for record in [at(2, "b"), at(1, "a"), at(3, "d"), at(2, "c")] {
            truth.add(date(), record);
        }
        assert_eq!(names(&truth), ["d", "c", "b", "a"]);
    }

    #[test]
    fn adding_many_is_adding_each() {
        let present = [at(2, "p"), at(5, "q"), at(5, "r"), at(9, "s")];
        let arriving = [at(5, "t"), at(1, "u"), at(9, "v"), at(5, "w"), at(3, "x")];
        let mut one_by_one = Truth::default();
        let mut at_once = Truth::default();
        for record in &present {
            one_by_one.add(date(), record.clone());
        }
        at_once.add_all(date(), present);
        for record in &arriving {
            one_by_one.add(date(), record.clone());
        }
        at_once.add_all(date(), arriving);
        assert_eq!(names(&at_once), names(&one_by_one));
    }

    #[test]
    fn records_are_placed_and_removed_by_position_from_the_head() {
        let mut truth = Truth::default();
        truth.add_all(date(), [at(1, "a"), at(2, "b"), at(3, "c")]);
        truth.insert(date(), Place::At(1), at(0, "x"));
        truth.insert(date(), Place::Head, at(0, "y"));
        truth.insert(date(), Place::At(99), at(9, "z"));
        assert_eq!(names(&truth), ["y", "c", "x", "b", "a", "z"]);
        assert_eq!(truth.remove(date(), 2), Some(at(0, "x")));
        assert_eq!(truth.remove(date(), 5), None);
        assert_eq!(truth.count(date()), 5);
    }

    #[test]
    fn an_offset_runs_across_days() {
        let mut truth = Truth::default();
        let (first, second, third) = (
            date().pred_opt().unwrap(),
            date(),
            date().succ_opt().unwrap(),
        );
        for (day, name) in [(first, "a"), (first, "b"), (second, "c"), (third, "d")] {
            truth.add(day, at(0, name));
        }
        let all: Vec<_> = truth.between(first, third, 0).collect();
        for offset in 0..=all.len() {
            assert_eq!(
                truth.between(first, third, offset).collect::<Vec<_>>(),
                all[offset..]
            );
        }
        assert_eq!(truth.count_between(second, third), 2);
    }
}
