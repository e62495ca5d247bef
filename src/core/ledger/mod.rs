//! What is known of a day: how many of each record, and up to which entry of the log that was counted.

mod coding;
mod counts;
mod digest;

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

pub use coding::CountsError;
pub use counts::Counts;
pub use digest::CountsDigest;

use crate::record::{Record, Second};

/// What one day's log is known to hold: the records of its entries `0..next_seq`.
///
/// A ledger is a lower bound: the log may have gone on. It never claims what is not in the log.
///
/// A busy day has more records than a checkpoint should carry to and fro at every run, and a quiet run looks at the newest
/// few alone. So a ledger may know only the records from some second on; whoever meets an older one counts the log itself
/// ([`DeliveryLog::read_counts`](crate::delivery_log::DeliveryLog::read_counts)), which is where all of them are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The number of the first entry that is not counted in.
    pub next_seq: u64,
    /// How many records the entries before it hold, equal ones counted each.
    pub records: u64,
    /// From which second on `delivered` is all that they hold; none when that is so for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_from: Option<Second>,
    /// The records of all entries before `next_seq`, or of their last seconds.
    #[serde(rename = "counts")]
    pub delivered: Counts,
}

impl Ledger {
    /// The ledger of a log whose entries before `next_seq` hold `delivered` and nothing else.
    #[must_use]
    pub fn whole(next_seq: u64, delivered: Counts) -> Self {
        Self {
            next_seq,
            records: delivered.total(),
            known_from: None,
            delivered,
        }
    }

    /// Counts one more entry, which holds `records`.
    pub fn add_records<'a>(&mut self, records: impl IntoIterator<Item = &'a Record>) {
        self.add_entry(&records.into_iter().map(Record::id).collect());
    }

    /// Counts one more entry, of which these are the records.
    pub fn add_entry(&mut self, entry: &Counts) {
        self.delivered.add_all(entry);
        self.records += entry.total();
        self.next_seq += 1;
    }

    /// Whether it knows how often the log has a record of `second`.
    #[must_use]
    pub fn knows(&self, second: Second) -> bool {
        self.known_from.is_none_or(|from| second >= from)
    }

    /// Whether it knows all records that it counts.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.known_from.is_none()
    }

    /// Makes it know all records: those that its entries hold, by the log. What it knew is not forgotten; a dry run counts
    /// what no entry holds.
    pub fn fill(&mut self, mut log: Counts) {
        log.raise_all(&self.delivered);
        self.delivered = log;
        self.known_from = None;
    }

    /// The same without all but the newest `most` records; more, where several are of the second at which it is cut.
    #[must_use]
    pub fn newest(&self, most: usize) -> Self {
        let cut = self.delivered.second_of_newest(most.max(1));
        // Records without a time are the first: a cut among them would cut nothing.
        let known_from = self
            .known_from
            .max(cut.filter(|&second| second > Second::UNKNOWN));
        Self {
            known_from,
            delivered: match known_from {
                Some(from) => self.delivered.since(from),
                None => self.delivered.clone(),
            },
            ..*self
        }
    }

    /// The better informed of two ledgers of the same day. Entries never change, so the one that has read
    /// further knows all that the other knows, or where to find it.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let order = |ledger: &Self| (ledger.next_seq, Reverse(ledger.known_from));
        if order(&other) > order(&self) {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Fingerprint, RecordId};

    pub(super) fn id(n: u8) -> RecordId {
        RecordId::new(
            Second::from_unix(n.into()),
            Fingerprint::from_bytes([n; 16]),
        )
    }

    pub(super) fn counts(pairs: &[(u8, u32)]) -> Counts {
        pairs.iter().map(|&(n, count)| (id(n), count)).collect()
    }

    #[test]
    fn the_ledger_that_read_further_wins_and_of_two_equal_ones_the_one_that_knows_more() {
        let short = Ledger::whole(1, counts(&[(1, 1)]));
        let long = Ledger::whole(2, counts(&[(1, 1), (2, 1)]));
        let newest = long.newest(1);
        assert!(!newest.is_whole());
        for (worse, better) in [(&short, &long), (&short, &newest), (&newest, &long)] {
            assert_eq!(worse.clone().merge(better.clone()), *better);
            assert_eq!(better.clone().merge(worse.clone()), *better);
        }
    }

    #[test]
    fn the_newest_records_are_known_and_the_others_are_only_counted() {
        let whole = Ledger::whole(3, counts(&[(1, 2), (5, 1), (7, 1), (9, 4)]));
        assert_eq!(whole.newest(4), whole);
        let newest = whole.newest(2);
        assert_eq!((newest.next_seq, newest.records), (3, 8));
        assert_eq!(newest.delivered, counts(&[(7, 1), (9, 4)]));
        assert!(newest.knows(Second::from_unix(7)) && !newest.knows(Second::from_unix(6)));
        assert!(!newest.knows(Second::UNKNOWN) && whole.knows(Second::UNKNOWN));
        // What was not known does not become known by what comes later.
        let mut later = newest;
        later.add_entry(&counts(&[(2, 1), (9, 1)]));
        assert_eq!((later.next_seq, later.records), (4, 10));
        let newest = later.newest(10);
        assert_eq!(newest.known_from, Some(Second::from_unix(7)));
        assert_eq!(newest.delivered, counts(&[(7, 1), (9, 5)]));
    }

    #[test]
    fn a_second_is_known_whole_or_not_at_all() {
        let fingerprints = [1, 2, 3].map(|n| Fingerprint::from_bytes([n; 16]));
        let of = |second| {
            let second = Second::from_unix(second);
            fingerprints.map(|fingerprint| RecordId::new(second, fingerprint))
        };
        let whole = Ledger::whole(1, of(8).into_iter().chain(of(9)).collect());
        assert_eq!(whole.newest(1).delivered, of(9).into_iter().collect());
        assert_eq!(whole.newest(4).delivered.total(), 6);
        // Where no record has a time, none is newer than another.
        let timeless = Ledger::whole(1, of(0).into_iter().collect());
        assert_eq!(timeless.newest(1), timeless);
    }
}
