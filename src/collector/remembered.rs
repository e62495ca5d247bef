//! The checkpoint, as the days of a run share it.

use chrono::NaiveDate;

use crate::checkpoint::{Checkpoint, CheckpointError, CheckpointFile, Committed, DayState, Loaded};
use crate::clock::Clock;
use crate::store::Store;

/// The checkpoint of a run. The days that are read side by side each have a state of their own in hand, and put what the
/// next run needs of it here; whoever commits, commits what all of them have put.
#[derive(Debug)]
pub(super) struct Remembered<'a, S, C> {
    file: CheckpointFile<'a, S, C>,
    loaded: Loaded,
    /// Whether anything is to be written at all.
    writes: bool,
    /// Whether there is anything new to write.
    changed: bool,
    /// How often another run's checkpoint was merged in.
    merges: u64,
    /// The requests that commits have counted already.
    committed: Vec<(NaiveDate, u64)>,
}

impl<'a, S: Store, C: Clock> Remembered<'a, S, C> {
    pub(super) const fn new(file: CheckpointFile<'a, S, C>, loaded: Loaded, writes: bool) -> Self {
        Self {
            file,
            loaded,
            writes,
            changed: false,
            merges: 0,
            committed: Vec::new(),
        }
    }

    pub(super) const fn checkpoint(&self) -> &Checkpoint {
        &self.loaded.checkpoint
    }

    /// The checkpoint, to change it.
    pub(super) const fn checkpoint_mut(&mut self) -> &mut Checkpoint {
        self.changed = true;
        &mut self.loaded.checkpoint
    }

    /// How often another run's checkpoint was merged in. Who took a day's state before such a merge must not overwrite what
    /// the other run knew.
    pub(super) const fn merges(&self) -> u64 {
        self.merges
    }

    /// Puts a day's state, which was taken when there had been `merges`.
    pub(super) fn put(&mut self, day: NaiveDate, mut state: DayState, merges: u64) {
        let known = self.loaded.checkpoint.days.remove(&day).unwrap_or_default();
        state = if merges == self.merges {
            // A day that is read has one reader here: what is known is an earlier state of his own.
            DayState {
                ledger: state.ledger.merge(known.ledger),
                ..state
            }
        } else {
            known.merge(state)
        };
        self.checkpoint_mut().put_day(day, state);
    }

    /// Writes the checkpoint, unless somebody else has just done so. `spent` are the requests that this run has made so far.
    pub(super) async fn commit(
        &mut self,
        spent: Vec<(NaiveDate, u64)>,
    ) -> Result<(), CheckpointError> {
        if !self.writes || !self.changed {
            return Ok(());
        }
        let before = |day| {
            self.committed
                .iter()
                .find(|(other, _)| *other == day)
                .map_or(0, |(_, requests)| *requests)
        };
        let new: Vec<_> = spent
            .iter()
            .map(|&(day, requests)| (day, requests.saturating_sub(before(day))))
            .collect();
        if self.file.commit(&mut self.loaded, &new).await? == Committed::Merged {
            self.merges += 1;
        }
        self.changed = false;
        self.committed = spent;
        Ok(())
    }
}
