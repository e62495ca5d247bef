//! From the batch into the log: fold, work out what is left, put one entry, and again.

use chrono::{NaiveDate, TimeDelta};

use super::batch::Batch;
use super::shared::Shared;
use crate::clock::Clock;
use crate::delivery_log::{Append, LogError};
use crate::ledger::{Counts, CountsDigest, Ledger};
use crate::store::Store;

/// Whose entries a delivery met in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// None, or this run's own.
    OwnEntries,
    /// Another run's too.
    ForeignEntries,
}

/// Delivers the whole batch of a day. An empty one makes no call.
///
/// # Errors
/// When the log cannot be read, or refuses an entry until the invocation ends. What was put before is in the log.
pub(super) async fn deliver<Z, S: Store, C: Clock>(
    shared: &Shared<'_, Z, S, C>,
    day: NaiveDate,
    ledger: &mut Ledger,
    batch: &mut Batch,
) -> Result<Met, LogError> {
    let mut met = Met::OwnEntries;
    // The entry that was put without an answer.
    let mut uncertain: Option<(String, CountsDigest)> = None;
    let mut waits = crate::store::backoff(shared.clock.seed());
    while !batch.is_empty() {
        let folded = shared.log.fold(day, ledger).await?;
        if !folded.is_empty() {
            batch.drop_delivered(ledger);
        }
        for found in folded {
            let own = uncertain
                .as_ref()
                .is_some_and(|(key, digest)| *key == found.key && *digest == found.digest);
            if own {
                note_written(shared, day, found.key, found.records);
            } else {
                tracing::info!(%day, key = found.key, records = found.records, "counted an entry that another run wrote");
                met = Met::ForeignEntries;
            }
        }
        let chunk = batch.chunk(shared.settings.max_records_per_object);
        if chunk.is_empty() {
            break;
        }
        let length = chunk.len();
        if shared.dry_run {
            for record in chunk {
                ledger.delivered.add(record.id());
            }
            batch.delivered(length);
            shared.summary.borrow_mut().day(day).written += length as u64;
            continue;
        }
        match shared
            .log
            .append(day, ledger, &chunk, shared.clock.now())
            .await?
        {
            Append::Written(key) => {
                batch.delivered(length);
                note_written(shared, day, key, length as u64);
                uncertain = None;
                waits = crate::store::backoff(shared.clock.seed());
            }
            Append::Uncertain(error) => {
                let counts: Counts = chunk.iter().map(|record| record.id()).collect();
                uncertain = Some((shared.log.key(day, ledger.next_seq), counts.digest()));
                let wait = waits.next().filter(|wait| {
                    TimeDelta::from_std(*wait)
                        .is_ok_and(|wait| shared.clock.now() + wait < shared.deadline)
                });
                let Some(wait) = wait else {
                    return Err(error.into());
                };
                tracing::warn!(%day, problem = %error, "a put was refused or not answered; looking at the log");
                shared.clock.sleep(wait).await;
            }
        }
    }
    Ok(met)
}

fn note_written<Z, S, C>(shared: &Shared<'_, Z, S, C>, day: NaiveDate, key: String, records: u64) {
    tracing::info!(%day, key, records, "delivered");
    let mut summary = shared.summary.borrow_mut();
    summary.day(day).written += records;
    summary.objects.push(key);
}
