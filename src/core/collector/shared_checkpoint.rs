//! The checkpoint, as the days of a run share it.

use chrono::NaiveDate;

use crate::checkpoint::{Checkpoint, CheckpointError, CheckpointFile, Committed, DayState, Loaded};
use crate::clock::Clock;
use crate::store::Store;

/// The checkpoint of a run. The days that are read side by side each have a state of their own in hand, and put what the
/// next run needs of it here; whoever commits, commits what all of them have put.
#[derive(Debug)]
pub(super) struct SharedCheckpoint<'a, S, C> {
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
    /// Why it could not be written.
    failed: Option<CheckpointError>,
}

impl<'a, S: Store, C: Clock> SharedCheckpoint<'a, S, C> {
    pub(super) const fn new(file: CheckpointFile<'a, S, C>, loaded: Loaded, writes: bool) -> Self {
        Self {
            file,
            loaded,
            writes,
            changed: false,
            merges: 0,
            committed: Vec::new(),
            failed: None,
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

    /// Writes the checkpoint for a day, unless another day has just done so. `spent` are the requests that this run has made
    /// so far. Where it could not be written, the other days need not try for as long.
    pub(super) async fn commit(
        &mut self,
        spent: Vec<(NaiveDate, u64)>,
    ) -> Result<(), CheckpointError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => self.write(spent).await,
        }
    }

    /// Writes the checkpoint once more, at a run's end.
    pub(super) async fn write(
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
        let committed = self.file.commit(&mut self.loaded, &new).await;
        // One that failed may have merged all the same.
        if !matches!(committed, Ok(Committed::Alone)) {
            self.merges += 1;
        }
        self.failed = committed.as_ref().err().cloned();
        committed?;
        self.changed = false;
        self.committed = spent;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::memory_store::{MemoryStore, PutFault};
    use crate::report::OPERATION_LOGS;
    use crate::store::StoreErrorKind;

    /// No test here waits.
    struct StandingClock;

    impl Clock for StandingClock {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH
        }

        async fn sleep(&self, _: std::time::Duration) {}

        fn seed(&self) -> u64 {
            0
        }
    }

    async fn shared(store: &MemoryStore) -> SharedCheckpoint<'_, MemoryStore, StandingClock> {
        let file = CheckpointFile::new(store, &StandingClock, &OPERATION_LOGS, "state", "p/");
        let loaded = file.load(None).await.unwrap();
        SharedCheckpoint::new(file, loaded, true)
    }

    fn day() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    fn marked(minute: i64) -> DayState {
        let mut state = DayState::default();
        let moment = chrono::DateTime::from_timestamp(1_795_000_000 + minute * 60, 0);
        state.mark_unread(moment.unwrap());
        state
    }

    /// The store of a run that another one has overtaken, with what the other left unread.
    async fn overtaken(store: &MemoryStore) -> SharedCheckpoint<'_, MemoryStore, StandingClock> {
        let mut ours = shared(store).await;
        ours.put(day(), DayState::default(), 0);
        ours.commit(Vec::new()).await.unwrap();
        let mut other = shared(store).await;
        other.put(day(), marked(1), 0);
        other.commit(Vec::new()).await.unwrap();
        ours
    }

    #[tokio::test]
    async fn a_day_in_hand_does_not_overwrite_what_another_run_knew() {
        let store = MemoryStore::new();
        let mut ours = overtaken(&store).await;
        let other_day = day().succ_opt().unwrap();
        ours.put(other_day, DayState::default(), 0);
        ours.commit(Vec::new()).await.unwrap();
        assert_eq!(ours.merges(), 1);
        // Taken before the merge, and put back after it.
        ours.put(day(), DayState::default(), 0);
        assert_eq!(ours.checkpoint().day(day()), marked(1));
        // Taken after it.
        ours.put(day(), DayState::default(), 1);
        assert_eq!(ours.checkpoint().day(day()), DayState::default());
    }

    #[tokio::test]
    async fn a_commit_that_merged_and_then_failed_has_merged() {
        let store = MemoryStore::new();
        let mut ours = overtaken(&store).await;
        for kind in [StoreErrorKind::Unavailable, StoreErrorKind::Denied] {
            store.fail_next_put("state", PutFault::Refused(kind));
        }
        ours.put(day(), DayState::default(), 0);
        let error = ours.commit(Vec::new()).await.unwrap_err();
        ours.put(day(), DayState::default(), 0);
        assert_eq!(ours.checkpoint().day(day()), marked(1));

        // The other days do not try again, the run's end does.
        assert_eq!(ours.commit(Vec::new()).await, Err(error));
        ours.write(Vec::new()).await.unwrap();
        let written = shared(&store).await;
        assert_eq!(written.checkpoint().day(day()), marked(1));
    }

    #[tokio::test]
    async fn one_commit_serves_all_days() {
        let store = MemoryStore::new();
        let mut ours = shared(&store).await;
        ours.put(day(), marked(1), 0);
        ours.commit(Vec::new()).await.unwrap();
        store.take_calls();
        ours.commit(Vec::new()).await.unwrap();
        assert_eq!(store.take_calls(), []);
    }
}
