//! A multiset of records.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Peekable;

use sha2::{Digest, Sha256};

use super::CountsDigest;
use crate::record::Fingerprint;
use crate::record::{RecordId, Second};

/// The fewest records that wait to be sorted in.
const FEWEST_RECENT: usize = 1024;

/// Sorting in moves every record; it waits until the recent ones are one in so many, so that a record is moved some sixteen
/// times however many there are.
const RECENT_SHARE: usize = 16;

/// A multiset of records: how often each occurs.
///
/// Ordered, so that the same counts have the same bytes and a run does the same things in the same order. A day can have a
/// million records and the function little memory, so they lie side by side, 24 bytes each, in a sorted vector; those that
/// came last wait in a small tree until it pays to sort them in.
#[derive(Clone, Default)]
pub struct Counts {
    /// In ascending order.
    sorted: Vec<Counted>,
    /// None of them is in `sorted`.
    recent: BTreeMap<RecordId, u32>,
    total: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Counted {
    id: RecordId,
    count: u32,
}

impl Counts {
    /// No records, and room for so many.
    pub(super) fn with_capacity(records: usize) -> Self {
        Self {
            sorted: Vec::with_capacity(records),
            ..Self::default()
        }
    }

    /// How often a record occurs.
    #[must_use]
    pub fn get(&self, id: RecordId) -> u32 {
        match self.position(id) {
            Ok(index) => self.sorted[index].count,
            Err(_) => self.recent.get(&id).copied().unwrap_or(0),
        }
    }

    /// Counts one more of a record and returns how often it occurs now.
    pub fn add(&mut self, id: RecordId) -> u32 {
        let count = self.count_mut(id);
        *count += 1;
        let count = *count;
        self.total += 1;
        self.sort_in_when_due();
        count
    }

    /// Makes the count of a record at least `count`.
    pub fn raise(&mut self, id: RecordId, count: u32) {
        if count == 0 {
            return;
        }
        let known = self.count_mut(id);
        let more = count.saturating_sub(*known);
        *known += more;
        self.total += u64::from(more);
        self.sort_in_when_due();
    }

    /// Makes every count at least what it is in `other`.
    pub fn raise_all(&mut self, other: &Self) {
        for (id, count) in other.iter() {
            self.raise(id, count);
        }
    }

    /// Counts all the records of `other` too.
    pub fn add_all(&mut self, other: &Self) {
        for (id, count) in other.iter() {
            let known = self.count_mut(id);
            let more = count.min(u32::MAX - *known);
            *known += more;
            self.total += u64::from(more);
            self.sort_in_when_due();
        }
    }

    /// Keeps only the records for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(RecordId, u32) -> bool) {
        self.sort_in();
        self.sorted
            .retain(|counted| keep(counted.id, counted.count));
        self.total = self
            .sorted
            .iter()
            .map(|counted| u64::from(counted.count))
            .sum();
    }

    /// Those of the records that are of `second` or later.
    #[must_use]
    pub fn since(&self, second: Second) -> Self {
        self.iter_since(second).collect()
    }

    /// The second of the record with which the newest `most` begin, each counted once. None when there are no more than that.
    #[must_use]
    pub fn second_of_newest(&self, most: usize) -> Option<Second> {
        if self.distinct() <= most {
            return None;
        }
        let mut sorted = self
            .sorted
            .iter()
            .rev()
            .map(|counted| counted.id)
            .peekable();
        let mut recent = self.recent.keys().rev().copied().peekable();
        let newest = std::iter::from_fn(|| {
            if sorted.peek() > recent.peek() {
                sorted.next()
            } else {
                recent.next()
            }
        });
        newest.take(most.max(1)).last().map(|id| id.second())
    }

    /// The number of records, equal ones counted each.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The number of records that differ.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.sorted.len() + self.recent.len()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.distinct() == 0
    }

    /// The records in order, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (RecordId, u32)> + '_ {
        self.iter_since(Second::UNKNOWN)
    }

    fn iter_since(&self, second: Second) -> impl Iterator<Item = (RecordId, u32)> + '_ {
        let first = RecordId::new(second, Fingerprint::from_bytes([0; 16]));
        let place = self.sorted.partition_point(|counted| counted.id < first);
        Merged {
            sorted: self.sorted[place..].iter().peekable(),
            recent: self.recent.range(first..).peekable(),
        }
    }

    /// A digest that two multisets share only if they are equal.
    #[must_use]
    pub fn digest(&self) -> CountsDigest {
        let mut hasher = Sha256::new();
        for (id, count) in self.iter() {
            hasher.update(id.fingerprint().as_bytes());
            hasher.update(count.to_le_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        CountsDigest(bytes)
    }

    /// What `self` has more often than `other`: by how much.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        self.differences(other, Second::UNKNOWN).0
    }

    /// What `self` has more often than `other` has of `from` and later, and what it has less often.
    #[must_use]
    pub fn differences(&self, other: &Self, from: Second) -> (Self, Self) {
        let mut ours = self.iter().peekable();
        let mut theirs = other.iter_since(from).peekable();
        let (mut more, mut fewer) = (Self::default(), Self::default());
        loop {
            let id = match (ours.peek(), theirs.peek()) {
                (Some((ours, _)), Some((theirs, _))) => *ours.min(theirs),
                (Some((id, _)), None) | (None, Some((id, _))) => *id,
                (None, None) => return (more, fewer),
            };
            let ours = ours.next_if(|(ours, _)| *ours == id).map_or(0, count_of);
            let theirs = theirs
                .next_if(|(theirs, _)| *theirs == id)
                .map_or(0, count_of);
            more.raise(id, ours.saturating_sub(theirs));
            fewer.raise(id, theirs.saturating_sub(ours));
        }
    }

    /// Adds a record behind all others. None when it does not belong there.
    pub(super) fn push_last(&mut self, id: RecordId, count: u32) -> Option<()> {
        if self.sorted.last().is_some_and(|last| last.id >= id) || !self.recent.is_empty() {
            return None;
        }
        self.sorted.push(Counted { id, count });
        self.total += u64::from(count);
        Some(())
    }

    fn position(&self, id: RecordId) -> Result<usize, usize> {
        self.sorted.binary_search_by_key(&id, |counted| counted.id)
    }

    /// The count of a record; zero where it is new, which the caller changes at once.
    fn count_mut(&mut self, id: RecordId) -> &mut u32 {
        match self.position(id) {
            Ok(index) => &mut self.sorted[index].count,
            Err(_) => self.recent.entry(id).or_default(),
        }
    }

    fn sort_in_when_due(&mut self) {
        if self.recent.len() >= FEWEST_RECENT.max(self.sorted.len() / RECENT_SHARE) {
            self.sort_in();
        }
    }

    /// Moves the recent records to their places among the sorted ones, from the end, so that nothing is copied twice.
    fn sort_in(&mut self) {
        let mut unmoved = self.sorted.len();
        let recent = std::mem::take(&mut self.recent);
        let Some((&id, &count)) = recent.first_key_value() else {
            return;
        };
        // Exactly: a vector that doubles would take twice the memory for the moment in which it grows.
        self.sorted.reserve_exact(recent.len());
        self.sorted
            .resize(unmoved + recent.len(), Counted { id, count });
        for (before, (id, count)) in recent.into_iter().enumerate().rev() {
            let place = self.sorted[..unmoved].partition_point(|counted| counted.id < id);
            // `before` recent records are still to come, all of them below this one.
            self.sorted.copy_within(place..unmoved, place + before + 1);
            self.sorted[place + before] = Counted { id, count };
            unmoved = place;
        }
    }
}

fn count_of((_, count): (RecordId, u32)) -> u32 {
    count
}

/// Two ascending sequences as one.
struct Merged<'a, S, R>
where
    S: Iterator<Item = &'a Counted>,
    R: Iterator<Item = (&'a RecordId, &'a u32)>,
{
    sorted: Peekable<S>,
    recent: Peekable<R>,
}

impl<'a, S, R> Iterator for Merged<'a, S, R>
where
    S: Iterator<Item = &'a Counted>,
    R: Iterator<Item = (&'a RecordId, &'a u32)>,
{
    type Item = (RecordId, u32);

    fn next(&mut self) -> Option<Self::Item> {
        let sorted_is_next = match (self.sorted.peek(), self.recent.peek()) {
            (Some(sorted), Some((recent, _))) => sorted.id < **recent,
            (sorted, _) => sorted.is_some(),
        };
        if sorted_is_next {
            self.sorted
                .next()
                .map(|counted| (counted.id, counted.count))
        } else {
            self.recent.next().map(|(&id, &count)| (id, count))
        }
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        self.total == other.total && self.iter().eq(other.iter())
    }
}

impl Eq for Counts {}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl FromIterator<RecordId> for Counts {
    fn from_iter<I: IntoIterator<Item = RecordId>>(ids: I) -> Self {
        let mut counts = Self::default();
        for id in ids {
            counts.add(id);
        }
        counts
    }
}

/// The counts of one record are added up; those of zero left out.
impl FromIterator<(RecordId, u32)> for Counts {
    fn from_iter<I: IntoIterator<Item = (RecordId, u32)>>(counted: I) -> Self {
        let mut counts = Self::default();
        for (id, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
            if counts.push_last(id, count).is_none() {
                counts.raise(id, counts.get(id).saturating_add(count));
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{counts, id};
    use super::*;

    #[test]
    fn the_digest_tells_multisets_apart_but_not_orders() {
        let forwards: Counts = [1, 2, 2].map(id).into_iter().collect();
        let backwards: Counts = [2, 2, 1].map(id).into_iter().collect();
        assert_eq!(forwards.digest(), backwards.digest());
        assert_ne!(forwards.digest(), counts(&[(1, 1), (2, 1)]).digest());
        assert_ne!(forwards.digest(), counts(&[(1, 2), (2, 1)]).digest());
    }

    #[test]
    fn the_total_counts_equal_records_each() {
        let mut counts = counts(&[(1, 3), (2, 1)]);
        assert_eq!(counts.add(id(2)), 2);
        assert_eq!((counts.total(), counts.distinct()), (5, 2));
        counts.raise(id(1), 2);
        assert_eq!(counts.total(), 5, "raise never lowers");
        counts.raise(id(3), 0);
        assert_eq!(counts.distinct(), 2, "nothing is not counted");
        counts.retain(|_, count| count > 2);
        assert_eq!((counts.total(), counts.get(id(2))), (3, 0));
    }

    #[test]
    fn the_difference_is_told_from_either_side() {
        let (one, other) = (counts(&[(1, 3), (2, 1)]), counts(&[(1, 1), (3, 2)]));
        assert_eq!(one.beyond(&other), counts(&[(1, 2), (2, 1)]));
        assert_eq!(other.beyond(&one), counts(&[(3, 2)]));
    }

    #[test]
    fn the_newest_are_the_end_of_the_order() {
        let all = counts(&[(1, 3), (2, 1), (3, 1)]);
        assert_eq!(all.since(Second::from_unix(2)), counts(&[(2, 1), (3, 1)]));
    }

    /// Against a map that does the same in the plainest way, through many sortings-in.
    #[test]
    fn many_records_in_any_order_are_counted_as_a_map_counts_them() {
        let mut counts = Counts::default();
        let mut plain: BTreeMap<RecordId, u32> = BTreeMap::new();
        let mut random = 1_u64;
        for _ in 0..60_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let number = (random >> 40) as u32 % 20_000;
            let mut fingerprint = [0; 16];
            fingerprint[..4].copy_from_slice(&number.to_le_bytes());
            let fingerprint = Fingerprint::from_bytes(fingerprint);
            let id = RecordId::new(Second::from_unix(number / 7), fingerprint);
            let plain = plain.entry(id).or_default();
            *plain += 1;
            assert_eq!(counts.add(id), *plain);
        }
        assert!(
            counts
                .iter()
                .eq(plain.iter().map(|(&id, &count)| (id, count)))
        );
        assert_eq!(counts.total(), 60_000);
        assert!(plain.iter().all(|(&id, &count)| counts.get(id) == count));
        let again: Counts = counts.iter().collect();
        assert_eq!(again, counts);
        assert_eq!(counts.second_of_newest(plain.len()), None);
        for most in [1, 2, 1000, plain.len() - 1] {
            let (first, _) = plain.iter().rev().nth(most - 1).unwrap();
            assert_eq!(counts.second_of_newest(most), Some(first.second()));
            let since = counts.since(first.second());
            let expected = plain.iter().filter(|(id, _)| id.second() >= first.second());
            assert!(since.iter().eq(expected.map(|(&id, &count)| (id, count))));
        }
    }

    #[test]
    fn a_counted_record_takes_24_bytes() {
        assert_eq!(size_of::<Counted>(), 24);
    }
}
