//! Two checkpoints of the same log become one that knows what both know.
//!
//! The merge is commutative, idempotent and never forgets, so it does not matter which of two runs that met was
//! first. `docs/architecture.md` says for each field why it is a fact that may be kept.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Checkpoint, CompleteSweep, DayState, PartialSweep};

impl Checkpoint {
    /// Merges two checkpoints of the same log.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        // The one that begins earlier is closed from there on; the other can only prolong it if it joins on.
        let (first, second) = if (self.start_date, Reverse(self.settled_through))
            <= (other.start_date, Reverse(other.settled_through))
        {
            (self, other)
        } else {
            (other, self)
        };
        let joins = first.settled_through.succ_opt() >= Some(second.start_date);
        let settled_through = if joins {
            first.settled_through.max(second.settled_through)
        } else {
            first.settled_through
        };

        let mut merged = Self {
            fingerprint_version: first.fingerprint_version,
            s3_prefix: first.s3_prefix,
            start_date: first.start_date,
            settled_through,
            days: merge_maps(first.days, second.days, DayState::merge),
            settled: merge_maps(first.settled, second.settled, u64::max),
            lost: &first.lost | &second.lost,
            requests: first.requests.max(second.requests),
            paused_until: first.paused_until.max(second.paused_until),
            ask_tomorrow: first.ask_tomorrow || second.ask_tomorrow,
            newest_record: first.newest_record.max(second.newest_record),
            last_complete_run: first.last_complete_run.max(second.last_complete_run),
        };
        // Whoever settled a day had proof that it is complete; what the other still had to do about it is done.
        for (day, entries) in &mut merged.settled {
            if let Some(open) = merged.days.remove(day) {
                *entries = open.ledger.next_seq.max(*entries);
            }
        }
        merged.advance();
        merged
    }
}

impl DayState {
    /// Merges two states of the same day.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let mut confirmed = self.confirmed;
        confirmed.raise_all(&other.confirmed);
        let mut merged = Self {
            ledger: self.ledger.merge(other.ledger),
            sweep: self
                .sweep
                .into_iter()
                .chain(other.sweep)
                .max_by_key(sweep_order),
            confirmed,
            unread_since: self.unread_since.max(other.unread_since),
            partial: self
                .partial
                .into_iter()
                .chain(other.partial)
                .max_by(|a, b| partial_order(a).cmp(&partial_order(b))),
        };
        merged.tidy();
        merged
    }
}

/// The later sweep knows more; what follows only makes the choice the same whichever comes first.
fn sweep_order(sweep: &CompleteSweep) -> impl Ord + use<> {
    (
        sweep.started,
        sweep.undecided,
        sweep.id.page_size,
        sweep.id.rows,
    )
}

/// The later sweep, and of two parts of the same one the longer.
fn partial_order(partial: &PartialSweep) -> impl Ord + '_ {
    (
        partial.started,
        partial.seen.total(),
        partial.issued,
        &partial.token,
        partial.page_size,
        partial.found_new,
        partial.seen.digest(),
        partial.against.map(|id| (id.page_size, id.rows)),
    )
}

fn merge_maps<V>(
    mut into: BTreeMap<NaiveDate, V>,
    from: BTreeMap<NaiveDate, V>,
    merge: impl Fn(V, V) -> V,
) -> BTreeMap<NaiveDate, V> {
    for (day, value) in from {
        let merged = match into.remove(&day) {
            Some(old) => merge(old, value),
            None => value,
        };
        into.insert(day, merged);
    }
    into
}
