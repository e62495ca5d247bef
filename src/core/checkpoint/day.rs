//! What the checkpoint holds of an open day.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ledger::{Counts, CountsDigest, Ledger};
use crate::record::Second;

/// An open day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayState {
    /// What of the day's log has been counted.
    pub ledger: Ledger,
    /// The last sweep that read the day to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<CompleteSweep>,
    /// Records of which two agreeing sweeps proved so many copies, as long as the log has fewer.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub confirmed: Counts,
    /// Since when rows may lie unread where no head read looks, because it stops at the first page with nothing new:
    /// below the rows of a reading that was cut short, or of another run. It is the moment at which that reading's
    /// first page was answered (a row that arrived before it may be among them), or at which the other run's entry was
    /// found. Only a sweep that began then or later makes it void, or that very reading when it reaches the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_since: Option<DateTime<Utc>>,
    /// When Zoom's pages of the day last made no sense. It is not swept again for a while, so that one day cannot
    /// spend the requests of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<DateTime<Utc>>,
    /// A sweep that goes on where an earlier run stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<PartialSweep>,
}

/// What two sweeps must differ and agree in, for the second to confirm the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepId {
    /// How many rows to a page it read. Two agreeing sweeps differ in this, because rows of one second may come in
    /// another order and hide behind the same page boundary twice.
    pub page_size: u16,
    /// All the rows it saw, as a multiset.
    pub rows: CountsDigest,
}

/// A sweep that read a day from its first page to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteSweep {
    /// When it began; not when it ended: what arrived in between may stand above where it was reading.
    pub started: DateTime<Utc>,
    /// When its first page was answered; see [`DayState::unread_since`].
    pub first_page: DateTime<Utc>,
    /// What it saw.
    #[serde(flatten)]
    pub id: SweepId,
    /// Whether it saw equal rows on different pages more often than the log has them: they may be one row that
    /// moved, and a second sweep must agree before they are believed.
    pub undecided: bool,
}

/// A sweep that has not reached the day's end. All rows that it has seen are in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialSweep {
    /// When it began.
    pub started: DateTime<Utc>,
    /// When its first page was answered; see [`DayState::unread_since`].
    pub first_page: DateTime<Utc>,
    /// How many rows to a page it reads; its token is good for no other.
    pub page_size: u16,
    /// The token of the next page.
    pub token: String,
    /// When Zoom gave the token.
    pub issued: DateTime<Utc>,
    /// The rows seen so far.
    pub seen: SeenRows,
    /// Whether it has found anything new.
    pub found_new: bool,
    /// The sweep that it may confirm: the last complete one when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<SweepId>,
}

/// The rows that a sweep has seen, told by the log.
///
/// They are all in the log by then, and Zoom lists a day by time, so they are mostly what the log has from some second on:
/// what differs from that is little, however long the day is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRows {
    /// How many rows, repeats included.
    pub rows: u64,
    /// Tells which.
    pub digest: CountsDigest,
    /// They are compared with the first so many entries of the day's log; with nothing where that is shorter.
    entries: u64,
    /// And with those records in them that are of this second or later.
    from: Second,
    /// What was seen more often than that.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    more: Counts,
    /// What was seen less often.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    fewer: Counts,
}

impl SeenRows {
    /// Tells the rows `seen` by the log that `ledger` counts, unless they are no more than `few`.
    #[must_use]
    pub fn new(seen: &Counts, ledger: &Ledger, few: usize) -> Self {
        let told = |entries, from: Second, more, fewer| Self {
            rows: seen.total(),
            digest: seen.digest(),
            entries,
            from,
            more,
            fewer,
        };
        let earliest = seen
            .iter()
            .map(|(id, _)| id.second())
            .find(|&second| second > Second::UNKNOWN);
        if let Some(earliest) = earliest.filter(|_| seen.distinct() > few) {
            let from = ledger.known_from.max(Some(earliest)).unwrap_or(earliest);
            let (more, fewer) = seen.differences(&ledger.delivered, from);
            if more.distinct() + fewer.distinct() < seen.distinct() {
                return told(ledger.next_seq, from, more, fewer);
            }
        }
        told(0, Second::UNKNOWN, seen.clone(), Counts::default())
    }

    /// How many entries of the day's log it takes to know the rows again.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// An order of tellings of the same rows: the one that needs less of the log is the greater.
    #[must_use]
    pub fn order(&self) -> impl Ord + use<> {
        (Reverse(self.entries), self.from)
    }

    /// The rows, by the records of those entries. None when the log is another one than it was.
    #[must_use]
    pub fn restore(&self, log: &Counts) -> Option<Counts> {
        let mut seen = match self.entries {
            0 => Counts::default(),
            _ => log.since(self.from),
        };
        seen.add_all(&self.more);
        let seen = if self.fewer.is_empty() {
            seen
        } else {
            seen.beyond(&self.fewer)
        };
        (seen.total() == self.rows && seen.digest() == self.digest).then_some(seen)
    }
}

/// Whether a sweep that began at `started`, and whose first page was answered at `first_page`, reads what a reading left unread
/// that marked `since`: it began then or later, or it is that very reading, which went on to the end.
fn reads_below(started: DateTime<Utc>, first_page: DateTime<Utc>, since: DateTime<Utc>) -> bool {
    started >= since || first_page == since
}

impl CompleteSweep {
    /// Whether it has read what was left unread since that moment.
    #[must_use]
    pub fn reads_below(&self, since: DateTime<Utc>) -> bool {
        reads_below(self.started, self.first_page, since)
    }
}

impl PartialSweep {
    /// Whether it will have read, at the day's end, what was left unread since that moment.
    #[must_use]
    pub fn reads_below(&self, since: DateTime<Utc>) -> bool {
        reads_below(self.started, self.first_page, since)
    }
}

impl DayState {
    /// Whether rows may lie unread where a head read does not look.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        match (self.unread_since, &self.sweep) {
            (Some(since), Some(sweep)) => !sweep.reads_below(since),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// The same with a ledger that knows the newest `most` records alone.
    #[must_use]
    pub fn newest(&self, most: usize) -> Self {
        Self {
            ledger: self.ledger.newest(most),
            sweep: self.sweep,
            confirmed: self.confirmed.clone(),
            unread_since: self.unread_since,
            broken: self.broken,
            partial: self.partial.clone(),
        }
    }

    /// Notes that since `moment` rows may lie unread below those in the log.
    pub fn mark_unread(&mut self, moment: DateTime<Utc>) {
        self.unread_since = self.unread_since.max(Some(moment));
    }

    /// Whether two sweeps proved copies that the log still lacks, as far as its ledger knows.
    #[must_use]
    pub fn lacks_confirmed(&self) -> bool {
        self.confirmed
            .iter()
            .any(|(record, count)| count > self.ledger.delivered.get(record))
    }

    /// Whether rows of it may lie unread where a head read does not look, or are proven and not delivered yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.has_unread() || self.lacks_confirmed()
    }

    /// Drops what has become void, and the proofs of copies that are delivered.
    pub fn tidy(&mut self) {
        let ledger = &self.ledger;
        self.confirmed
            .retain(|record, count| count > ledger.delivered.get(record));
        self.void();
    }

    /// Drops what the last complete sweep has made void.
    pub fn void(&mut self) {
        let Some(sweep) = self.sweep else {
            return;
        };
        self.unread_since = self.unread_since.filter(|&since| !sweep.reads_below(since));
        self.partial
            .take_if(|partial| partial.started <= sweep.started);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Fingerprint;
    use crate::record::RecordId;

    fn id(second: u32, n: u8) -> RecordId {
        RecordId::new(Second::from_unix(second), Fingerprint::from_bytes([n; 16]))
    }

    fn counts(ids: impl IntoIterator<Item = RecordId>) -> Counts {
        ids.into_iter().collect()
    }

    /// A day's log of 600 records, and the newest 400 of them as a sweep may have seen them.
    fn log_and_seen() -> (Counts, Counts) {
        let log = counts((0..600).map(|second| id(1000 + second, 1)));
        let mut seen = counts((200..600).map(|second| id(1000 + second, 1)));
        // One row moved, one has vanished, and one has no time.
        seen.add(id(1300, 1));
        seen.retain(|record, _| record != id(1400, 1));
        seen.add(id(0, 7));
        (log, seen)
    }

    #[test]
    fn what_was_seen_is_little_beside_the_log_and_is_known_again() {
        let (log, seen) = log_and_seen();
        let ledger = Ledger::whole(3, log.clone());
        let told = SeenRows::new(&seen, &ledger, 10);
        assert_eq!((told.entries(), told.rows), (3, seen.total()));
        assert_eq!(told.more, counts([id(0, 7), id(1300, 1)]));
        assert_eq!(told.fewer, counts([id(1400, 1)]));
        assert_eq!(told.restore(&log), Some(seen.clone()));
        let text = serde_json::to_string(&told).unwrap();
        let read: SeenRows = serde_json::from_str(&text).unwrap();
        assert_eq!(read.restore(&log), Some(seen));
    }

    #[test]
    fn a_ledger_that_knows_the_newest_alone_tells_it_too() {
        let (log, seen) = log_and_seen();
        let ledger = Ledger::whole(3, log.clone()).newest(300);
        let told = SeenRows::new(&seen, &ledger, 10);
        assert_eq!(told.entries(), 3);
        assert_eq!(told.restore(&log), Some(seen));
    }

    #[test]
    fn few_rows_are_told_without_the_log() {
        let (log, seen) = log_and_seen();
        let told = SeenRows::new(&seen, &Ledger::whole(3, log.clone()), 400);
        assert_eq!(told.entries(), 0);
        assert_eq!(told.restore(&Counts::default()), Some(seen.clone()));
        assert_eq!(told.restore(&log), Some(seen));
    }

    #[test]
    fn another_log_is_noticed() {
        let (mut log, seen) = log_and_seen();
        let told = SeenRows::new(&seen, &Ledger::whole(3, log.clone()), 10);
        log.add(id(1500, 1));
        assert_eq!(told.restore(&log), None);
    }
}
