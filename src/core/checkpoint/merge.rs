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

        let (days, dropped) = merge_days(&first, &second);
        let mut settled = first.settled;
        for (day, entries) in second.settled.into_iter().chain(dropped) {
            let known = settled.entry(day).or_default();
            *known = entries.max(*known);
        }
        let mut merged = Self {
            report: first.report,
            fingerprint_version: first.fingerprint_version,
            s3_prefix: first.s3_prefix,
            start_date: first.start_date,
            settled_through,
            days,
            settled,
            lost: &first.lost | &second.lost,
            requests: first.requests.max(second.requests),
            paused_until: first.paused_until.max(second.paused_until),
            ask_tomorrow: first.ask_tomorrow || second.ask_tomorrow,
            newest_record: first.newest_record.max(second.newest_record),
            last_complete_run: first.last_complete_run.max(second.last_complete_run),
        };
        merged.advance();
        merged
    }
}

/// The open days of both, and for each state that is dropped how many entries it knew.
///
/// Whoever settled a day had proof that it is complete; what the other still had to do about it is done, and its state is
/// dropped. Only a replay opens a settled day again, and what it left undone must not be forgotten: its state counts, and
/// no state from before the day was settled.
fn merge_days(
    first: &Checkpoint,
    second: &Checkpoint,
) -> (BTreeMap<NaiveDate, DayState>, Vec<(NaiveDate, u64)>) {
    let mut open: BTreeMap<NaiveDate, DayState> = BTreeMap::new();
    let mut dropped = Vec::new();
    for (side, other) in [(first, second), (second, first)] {
        for (&day, state) in &side.days {
            if !side.is_settled(day) && other.is_settled(day) {
                dropped.push((day, state.ledger.next_seq));
                continue;
            }
            let merged = match open.remove(&day) {
                Some(known) => known.merge(state.clone()),
                None => state.clone(),
            };
            open.insert(day, merged);
        }
    }
    (open, dropped)
}

impl DayState {
    /// Merges two states of the same day.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let mut confirmed = self.confirmed;
        confirmed.raise_all(&other.confirmed);
        let sweep = self
            .sweep
            .into_iter()
            .chain(other.sweep)
            .max_by_key(sweep_order);
        // Each mark by itself: the sweep can be the very reading that left the later one, and still not have read what
        // the earlier one marks.
        let marks = self.unread_since.into_iter().chain(other.unread_since);
        let unread_since = marks
            .filter(|&since| !sweep.is_some_and(|sweep| sweep.reads_below(since)))
            .max();
        let mut merged = Self {
            ledger: self.ledger.merge(other.ledger),
            sweep,
            confirmed,
            unread_since,
            broken: self.broken.max(other.broken),
            partial: self
                .partial
                .into_iter()
                .chain(other.partial)
                .max_by(|a, b| partial_order(a).cmp(&partial_order(b))),
        };
        // Proven copies stay: a ledger that carries the newest records alone does not know whether they are delivered, and
        // which of three ledgers does would depend on the order of merging.
        merged.void();
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
        sweep.first_page,
    )
}

/// The later sweep, and of two parts of the same one the longer; of one part told in two ways, the one that needs less of
/// the log.
fn partial_order(partial: &PartialSweep) -> impl Ord + '_ {
    (
        partial.started,
        partial.seen.rows,
        partial.issued,
        &partial.token,
        partial.page_size,
        partial.found_new,
        partial.first_page,
        partial.seen.digest,
        partial.against.map(|id| (id.page_size, id.rows)),
        partial.seen.order(),
    )
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::checkpoint::{SeenRows, SweepId};
    use crate::ledger::{Counts, Ledger};
    use crate::record::Record;
    use crate::report::OPERATION_LOGS;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + minute * 60, 0).unwrap()
    }

    fn ledger(entries: u64) -> Ledger {
        let mut ledger = Ledger::default();
        for entry in 0..entries {
            ledger.add_records(&[Record::parse(&entry.to_string(), &OPERATION_LOGS).unwrap()]);
        }
        ledger
    }

    fn sweep(minute: i64, undecided: bool) -> CompleteSweep {
        let id = SweepId {
            page_size: 300,
            rows: Counts::default().digest(),
        };
        CompleteSweep {
            started: at(minute),
            first_page: at(minute),
            id,
            undecided,
        }
    }

    fn partial(minute: i64, token: &str) -> PartialSweep {
        PartialSweep {
            started: at(minute),
            first_page: at(minute),
            page_size: 300,
            token: token.to_owned(),
            issued: at(minute),
            seen: SeenRows::new(&Counts::default(), &Ledger::default(), 0),
            found_new: false,
            against: None,
        }
    }

    /// Checkpoints as runs leave them, of different ages and of two starts.
    fn checkpoints() -> Vec<Checkpoint> {
        let new = Checkpoint::new(&OPERATION_LOGS, "p/", day(10));
        let mut all = vec![new.clone()];
        for (entries, minute) in [(1, 1), (2, 2), (2, 3)] {
            let mut checkpoint = new.clone();
            let state = DayState {
                ledger: ledger(entries),
                sweep: Some(sweep(minute, entries == 2)),
                unread_since: (minute == 1).then(|| at(2)),
                partial: Some(partial(minute + 2, &format!("t{minute}"))),
                ..DayState::default()
            };
            checkpoint.put_day(day(10), state);
            checkpoint.requests.add(day(10), entries);
            checkpoint.paused_until = (minute == 2).then(|| at(9));
            checkpoint.ask_tomorrow = minute == 3;
            all.push(checkpoint.clone());
            checkpoint.settle(day(11), entries);
            all.push(checkpoint.clone());
            checkpoint.settle(day(10), entries);
            all.push(checkpoint);
        }
        let mut later = Checkpoint::new(&OPERATION_LOGS, "p/", day(14));
        later.settle(day(14), 4);
        all.push(later);
        let mut lost = Checkpoint::new(&OPERATION_LOGS, "p/", day(8));
        lost.close_as_lost(day(8));
        all.push(lost);
        // A replay, cut short.
        let mut reopened = new;
        reopened.settle(day(10), 1);
        let state = DayState {
            ledger: ledger(1),
            ..DayState::default()
        };
        reopened.put_day(day(10), state);
        all.push(reopened);
        all
    }

    #[test]
    fn merging_is_commutative_associative_and_idempotent() {
        let all = checkpoints();
        for a in &all {
            assert_eq!(a.clone().merge(a.clone()), *a);
            for b in &all {
                let ab = a.clone().merge(b.clone());
                assert_eq!(ab, b.clone().merge(a.clone()));
                assert_eq!(ab.clone().merge(b.clone()), ab, "nothing is left to learn");
                for c in &all {
                    let bc = b.clone().merge(c.clone());
                    assert_eq!(ab.clone().merge(c.clone()), a.clone().merge(bc));
                }
            }
        }
    }

    #[test]
    fn nothing_that_either_knew_is_forgotten() {
        let all = checkpoints();
        for a in &all {
            for b in &all {
                let merged = a.clone().merge(b.clone());
                for known in [a, b] {
                    for (day, state) in &known.days {
                        let open = merged.days.get(day).map(|state| state.ledger.next_seq);
                        let entries = open.max(merged.settled.get(day).copied());
                        assert!(entries >= Some(state.ledger.next_seq));
                    }
                    for (day, entries) in &known.settled {
                        assert!(merged.settled[day] >= *entries);
                    }
                    assert!(merged.requests >= known.requests);
                    assert!(merged.start_date <= known.start_date);
                }
            }
        }
    }

    #[test]
    fn days_that_only_the_later_start_skipped_stay_open() {
        let early = Checkpoint::new(&OPERATION_LOGS, "p/", day(10));
        let mut late = Checkpoint::new(&OPERATION_LOGS, "p/", day(14));
        late.settle(day(14), 2);
        let merged = early.merge(late);
        assert_eq!(merged.settled_through, day(9));
        assert_eq!(merged.open_days(day(15)), [10, 11, 12, 13, 15].map(day));
    }

    #[test]
    fn a_day_that_a_replay_opened_stays_open_beside_one_who_did_not_know() {
        let mut settled = Checkpoint::new(&OPERATION_LOGS, "p/", day(10));
        settled.settle(day(10), 3);
        let mut replaying = settled.clone();
        replaying.put_day(day(10), DayState::default());
        let merged = settled.merge(replaying);
        assert_eq!(merged.open_days(day(10)), [day(10)]);
        assert_eq!(merged.settled_through, day(10));
    }

    #[test]
    fn what_a_reading_left_unread_is_forgotten_only_for_a_later_sweep() {
        let unread = DayState {
            unread_since: Some(at(5)),
            ..DayState::default()
        };
        let swept = |minute| DayState {
            sweep: Some(sweep(minute, false)),
            ..DayState::default()
        };
        assert!(unread.clone().merge(swept(4)).has_unread());
        assert!(!unread.merge(swept(5)).has_unread());
    }

    #[test]
    fn readings_that_differ_only_in_their_first_answer_are_told_apart() {
        let states = [1, 2].map(|minute| {
            let mut state = DayState {
                sweep: Some(sweep(0, false)),
                partial: Some(partial(3, "t")),
                ..DayState::default()
            };
            state.sweep.as_mut().unwrap().first_page = at(minute);
            state.partial.as_mut().unwrap().first_page = at(minute + 3);
            state
        });
        let [one, other] = states;
        assert_eq!(one.clone().merge(other.clone()), other.merge(one));
    }

    #[test]
    fn the_mark_that_a_sweep_left_itself_does_not_hide_another_readings() {
        // Another reading's first page was answered while the sweep waited for its own.
        let mut swept = sweep(1, false);
        swept.first_page = at(3);
        let known = DayState {
            sweep: Some(swept),
            unread_since: Some(at(2)),
            ..DayState::default()
        };
        let on_its_way = DayState {
            unread_since: Some(at(3)),
            ..DayState::default()
        };
        assert!(known.clone().merge(on_its_way.clone()).has_unread());
        assert!(on_its_way.merge(known).has_unread());
    }
}
