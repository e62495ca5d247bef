//! Merging checkpoints: whichever comes first, and nothing that one of them knew is forgotten.

use proptest::prelude::*;
use zoomlogs_core::checkpoint::{Checkpoint, DayState};

use crate::history::{DAYS, checkpoints, day};

/// Whether `knowing` knows of a day all that `known` does.
fn knows_day(knowing: &DayState, known: &DayState) -> bool {
    let entries = knowing.ledger.next_seq >= known.ledger.next_seq;
    let records = known
        .ledger
        .delivered
        .iter()
        // Older ones it finds in the log.
        .filter(|(record, _)| knowing.ledger.knows(record.second()))
        .all(|(record, count)| knowing.ledger.delivered.get(record) >= count);
    let proofs = known.confirmed.iter().all(|(record, count)| {
        knowing
            .confirmed
            .get(record)
            .max(knowing.ledger.delivered.get(record))
            >= count
    });
    let started = |state: &DayState| state.sweep.map(|sweep| sweep.started);
    let sweep = started(knowing) >= started(known);
    // A later sweep makes it void, and a later mark too: only a sweep that is later still makes that one void.
    let unread = known.unread_since.is_none_or(|since| {
        knowing.unread_since >= Some(since)
            || knowing.sweep.is_some_and(|sweep| sweep.reads_below(since))
    });
    let partial = known.partial.as_ref().is_none_or(|partial| {
        let goes_on = knowing.partial.as_ref().map(|partial| partial.started);
        goes_on.max(started(knowing)) >= Some(partial.started)
    });
    entries && records && proofs && sweep && unread && partial && knowing.broken >= known.broken
}

/// What the merger of `known` and `other` lacks of what `known` knows.
fn lacks(knowing: &Checkpoint, known: &Checkpoint, other: &Checkpoint) -> Vec<String> {
    let mut lacks = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            lacks.push(what);
        }
    };
    for (holds, what) in [
        (knowing.start_date <= known.start_date, "the start"),
        (knowing.requests >= known.requests, "the requests"),
        (knowing.paused_until >= known.paused_until, "the pause"),
        (knowing.ask_tomorrow >= known.ask_tomorrow, "tomorrow"),
        (
            knowing.newest_record >= known.newest_record,
            "the newest record",
        ),
        (
            knowing.last_complete_run >= known.last_complete_run,
            "the last complete run",
        ),
        (known.lost.is_subset(&knowing.lost), "lost days"),
    ] {
        check(holds, what.to_owned());
    }
    for (day, entries) in &known.settled {
        check(
            knowing.settled.get(day) >= Some(entries),
            format!("{day}'s entries"),
        );
    }
    for (day, state) in &known.days {
        let open = knowing.days.get(day);
        let settled = knowing.settled.get(day).copied();
        let entries = settled.max(open.map(|open| open.ledger.next_seq));
        check(
            entries >= Some(state.ledger.next_seq),
            format!("{day}'s entries"),
        );
        // Of what was left to do about a day before it was settled nothing is.
        if known.settled.contains_key(day) || !other.settled.contains_key(day) {
            let knows = open.is_some_and(|open| knows_day(open, state));
            check(knows, format!("{day}'s state"));
        }
    }
    lacks
}

/// Whether a checkpoint says that the day is closed.
fn closes(checkpoint: &Checkpoint, index: usize) -> bool {
    let closed = checkpoint.settled.contains_key(&day(index))
        || (checkpoint.start_date..=checkpoint.settled_through).contains(&day(index));
    closed && !checkpoint.days.contains_key(&day(index))
}

/// Without the marks of what was left unread. A sweep makes void the mark that it left itself, and a later sweep need
/// not: where readings of one day overlapped within one answer's time, that mark can stay, which costs a sweep.
fn without_marks(mut checkpoint: Checkpoint) -> Checkpoint {
    for state in checkpoint.days.values_mut() {
        state.unread_since = None;
    }
    checkpoint
}

proptest! {
    #[test]
    fn it_does_not_matter_which_comes_first([a, b] in checkpoints()) {
        prop_assert_eq!(a.clone().merge(b.clone()), b.merge(a));
    }

    #[test]
    fn it_does_not_matter_which_two_meet_first([a, b, c] in checkpoints()) {
        let left = a.clone().merge(b.clone()).merge(c.clone());
        let right = a.merge(b.merge(c));
        prop_assert_eq!(without_marks(left), without_marks(right));
    }

    #[test]
    fn nothing_is_left_to_learn_from_what_was_merged([a, b] in checkpoints()) {
        prop_assert_eq!(a.clone().merge(a.clone()), a.clone());
        let merged = a.clone().merge(b.clone());
        prop_assert_eq!(merged.clone().merge(a), merged.clone());
        prop_assert_eq!(merged.clone().merge(b), merged);
    }

    #[test]
    fn nothing_that_either_knew_is_forgotten([a, b] in checkpoints()) {
        let merged = a.clone().merge(b.clone());
        prop_assert_eq!(lacks(&merged, &a, &b), Vec::<String>::new());
        prop_assert_eq!(lacks(&merged, &b, &a), Vec::<String>::new());
    }

    #[test]
    fn no_day_is_closed_that_neither_had_closed([a, b] in checkpoints()) {
        let merged = a.clone().merge(b.clone());
        let open = merged.open_days(day(DAYS));
        for index in 0..DAYS {
            if merged.start_date <= day(index) && !open.contains(&day(index)) {
                prop_assert!(closes(&a, index) || closes(&b, index), "{}", day(index));
            }
        }
    }
}
