//! From the batch into the log: fold, work out anew what is left, put one entry, and again.

use chrono::{NaiveDate, TimeDelta};

use super::Run;
use super::batch::Batch;
use crate::checkpoint::DayState;
use crate::clock::Clock;
use crate::delivery_log::{Append, LogError};
use crate::ledger::{Counts, CountsDigest};
use crate::store::Store;

/// What a delivery met in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// Only what was known.
    Nothing,
    /// An entry that this run did not write: there may be rows below it that nobody has read.
    ForeignEntry,
}

impl<Z, S: Store, C: Clock> Run<'_, Z, S, C> {
    /// Delivers the whole batch. An empty one makes no call.
    pub(super) async fn deliver(
        &self,
        day: NaiveDate,
        state: &mut DayState,
        batch: &mut Batch,
    ) -> Result<Met, LogError> {
        let mut met = Met::Nothing;
        // The entry that was put without an answer.
        let mut uncertain: Option<(String, CountsDigest)> = None;
        let mut waits = crate::store::backoff(self.clock.seed());
        while !batch.is_empty() {
            let folded = self.log.fold(day, &mut state.ledger).await?;
            if !folded.is_empty() {
                batch.settle(&state.ledger);
            }
            for found in folded {
                let ours = uncertain
                    .as_ref()
                    .is_some_and(|(key, digest)| *key == found.key && *digest == found.digest);
                if ours {
                    self.note_written(day, found.key, found.records);
                } else {
                    tracing::info!(%day, key = found.key, records = found.records, "counted an entry that another run wrote");
                    // Written after this reading passed the top, perhaps: whoever wrote it may have left rows below it
                    // unread, above where this reading is.
                    state.mark_unread(self.clock.now());
                    met = Met::ForeignEntry;
                }
            }
            let chunk = batch.chunk(self.settings.max_records_per_object);
            if chunk.is_empty() {
                break;
            }
            let length = chunk.len();
            if self.dry_run {
                for record in chunk {
                    state.ledger.delivered.add(record.id());
                }
                batch.delivered(length);
                self.summary.borrow_mut().day(day).written += length as u64;
                continue;
            }
            match self
                .log
                .append(day, &mut state.ledger, &chunk, self.clock.now())
                .await?
            {
                Append::Written(key) => {
                    batch.delivered(length);
                    self.note_written(day, key, length as u64);
                    uncertain = None;
                    waits = crate::store::backoff(self.clock.seed());
                }
                Append::Uncertain(error) => {
                    let digest = chunk
                        .iter()
                        .map(|record| record.id())
                        .collect::<Counts>()
                        .digest();
                    uncertain = Some((self.log.key(day, state.ledger.next_seq), digest));
                    let wait = waits.next().filter(|wait| {
                        TimeDelta::from_std(*wait)
                            .is_ok_and(|wait| self.clock.now() + wait < self.deadline)
                    });
                    let Some(wait) = wait else {
                        return Err(error.into());
                    };
                    tracing::warn!(%day, problem = %error, "a put was refused or not answered; looking at the log");
                    self.clock.sleep(wait).await;
                }
            }
        }
        Ok(met)
    }

    fn note_written(&self, day: NaiveDate, key: String, records: u64) {
        tracing::info!(%day, key, records, "delivered");
        let mut summary = self.summary.borrow_mut();
        summary.day(day).written += records;
        summary.objects.push(key);
    }
}
