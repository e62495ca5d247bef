//! What the checkpoint holds of an open day.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ledger::{Counts, CountsDigest, Ledger};

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
    pub seen: Counts,
    /// Whether it has found anything new.
    pub found_new: bool,
    /// The sweep that it may confirm: the last complete one when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<SweepId>,
}

impl CompleteSweep {
    /// Whether it has read what a reading left unread that marked `since`: it began then or later, or it is that very
    /// reading, which went on to the end.
    #[must_use]
    pub fn reads_below(&self, since: DateTime<Utc>) -> bool {
        self.started >= since || self.first_page == since
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

    /// Notes that since `moment` rows may lie unread below those in the log.
    pub fn mark_unread(&mut self, moment: DateTime<Utc>) {
        self.unread_since = self.unread_since.max(Some(moment));
    }

    /// Whether two sweeps proved copies that the log still lacks.
    #[must_use]
    pub fn lacks_confirmed(&self) -> bool {
        self.confirmed
            .iter()
            .any(|(record, count)| count > self.ledger.delivered.get(record))
    }

    /// Drops what has become void.
    pub fn tidy(&mut self) {
        let Self {
            ledger,
            sweep,
            confirmed,
            unread_since,
            partial,
            ..
        } = self;
        confirmed.retain(|record, count| count > ledger.delivered.get(record));
        if let Some(sweep) = sweep {
            *unread_since = unread_since.filter(|&since| !sweep.reads_below(since));
            if partial
                .as_ref()
                .is_some_and(|partial| partial.started <= sweep.started)
            {
                *partial = None;
            }
        }
    }
}
