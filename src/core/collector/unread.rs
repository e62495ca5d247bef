//! Which reasons leave rows of a day unread, and since when.
//!
//! A head read stops at the first page with nothing new, because what lies below was read before. Where that may be wrong,
//! the day is marked ([`DayState::unread_since`]) and swept from its first page, however many runs that takes.

use chrono::{DateTime, Utc};

use crate::checkpoint::DayState;

/// Why rows may lie unread below rows that are in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// This reading has delivered rows and goes on. If the run dies now, nobody has read what lies below them.
    HalfWay,
    /// This reading was cut short, and what it read is in the log.
    CutShort,
    /// The log has an entry that this run did not write. Its writer may have died with pages unread below.
    ForeignEntry,
    /// Another run's checkpoint was merged. Of two marks only the later is kept, and this reading would void it.
    MergedCheckpoint,
    /// The log failed. Entries of another run may have been counted before it did.
    LogFailed,
}

impl Unread {
    /// The moment since when rows may lie unread. What this reading itself leaves is marked by the answer to its first
    /// page, so that the same reading voids the mark once it has gone on to the day's end. What others leave is marked by
    /// the present moment: only a sweep that begins later reads it.
    const fn since(self, first_page: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::HalfWay | Self::CutShort => first_page,
            Self::ForeignEntry | Self::MergedCheckpoint | Self::LogFailed => now,
        }
    }

    /// Whether the mark is void when a head read arrives at rows that were known before it began.
    pub(super) const fn is_precaution(self) -> bool {
        matches!(self, Self::HalfWay)
    }
}

/// Marks a day: the one place where a day becomes unread. `first_page` is when the first page of the reading in hand was
/// answered.
pub(super) fn leave_unread(
    state: &mut DayState,
    reason: Unread,
    first_page: DateTime<Utc>,
    now: DateTime<Utc>,
) {
    state.mark_unread(reason.since(first_page, now));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{CompleteSweep, SweepId};
    use crate::ledger::Counts;

    fn at(minute: u32) -> DateTime<Utc> {
        format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()
    }

    /// A day that a reading left so, whose first page was answered at 10:00, at 10:10.
    fn left(reason: Unread) -> DayState {
        let mut state = DayState::default();
        leave_unread(&mut state, reason, at(0), at(10));
        state
    }

    /// The day after a sweep to its end that began then.
    fn swept(mut state: DayState, started: u32) -> DayState {
        let id = SweepId {
            page_size: 300,
            rows: Counts::default().digest(),
        };
        state.sweep = Some(CompleteSweep {
            started: at(started),
            first_page: at(started),
            id,
            undecided: false,
        });
        state.tidy();
        state
    }

    #[test]
    fn half_way_the_same_reading_voids_the_mark_at_the_days_end() {
        assert!(left(Unread::HalfWay).is_behind());
        assert!(!swept(left(Unread::HalfWay), 0).is_behind());
    }

    #[test]
    fn cut_short_the_same_reading_voids_the_mark_once_it_has_gone_on() {
        assert!(left(Unread::CutShort).is_behind());
        assert!(!swept(left(Unread::CutShort), 0).is_behind());
    }

    #[test]
    fn below_a_foreign_entry_only_a_later_sweep_reads() {
        assert!(swept(left(Unread::ForeignEntry), 0).is_behind());
        assert!(swept(left(Unread::ForeignEntry), 9).is_behind());
        assert!(!swept(left(Unread::ForeignEntry), 10).is_behind());
    }

    #[test]
    fn after_a_merge_only_a_later_sweep_voids_the_mark() {
        assert!(swept(left(Unread::MergedCheckpoint), 9).is_behind());
        assert!(!swept(left(Unread::MergedCheckpoint), 10).is_behind());
    }

    #[test]
    fn after_the_log_failed_only_a_later_sweep_voids_the_mark() {
        assert!(swept(left(Unread::LogFailed), 9).is_behind());
        assert!(!swept(left(Unread::LogFailed), 10).is_behind());
    }

    #[test]
    fn the_later_mark_stays() {
        let mut state = left(Unread::ForeignEntry);
        leave_unread(&mut state, Unread::CutShort, at(5), at(20));
        assert_eq!(state.unread_since, Some(at(10)));
        leave_unread(&mut state, Unread::CutShort, at(15), at(20));
        assert_eq!(state.unread_since, Some(at(15)));
    }
}
