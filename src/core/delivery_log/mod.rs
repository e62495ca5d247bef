//! The log of one day: numbered, immutable objects below the feed's prefix.
//!
//! ```text
//! zoom/operationlogs/2026/11/22/zoom-operationlogs-2026-11-22-000007.json.gz
//! ```
//!
//! is entry 7 of the log of 22 November 2026. The delivered objects *are* the log; there is no second place that
//! says what was delivered. Entries are numbered without a gap and put only if absent, one after the other, so
//! whoever wants to write entry N must first have counted all entries before it. The idea is that of the
//! put-if-absent logs of Delta Lake and SlateDB; `docs/architecture.md` has the protocol and why each rule is there.

mod entry;
mod error;

use std::cell::RefCell;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

pub use entry::is_oversized;
pub use error::LogError;

use self::entry::{LONGEST_READ, decode, encode};
use self::error::LAST_SEQ;
use crate::concurrency::run_in_order;
use crate::ledger::{Counts, CountsDigest, Ledger};
use crate::record::Record;
use crate::report::Report;
use crate::store::{Condition, Marker, Store, StoreError, VersionId};

/// How many entries are read at once where many are.
const READ_AT_ONCE: usize = 8;

/// The log of all days of one report, below one prefix of a bucket.
#[derive(Debug)]
pub struct DeliveryLog<'a, S> {
    store: &'a S,
    report: &'static Report,
    prefix: &'a str,
}

/// What became of one attempt to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Append {
    /// The entry is in the log, under this key.
    Written(String),
    /// The put was refused or its answer lost: whether the entry, or somebody else's, is in the log is open, and
    /// only [`DeliveryLog::fold`] can tell.
    Uncertain(StoreError),
}

/// An entry that was found in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Its key.
    pub key: String,
    /// How many records it holds.
    pub records: u64,
    /// Tells what it holds, so that a run can know its own entry whose answer it lost.
    pub digest: CountsDigest,
}

/// One entry as a listing shows it: its number and its versions. More than one version means that somebody
/// deleted and rewrote it; all of them were delivered.
#[derive(Debug)]
struct Entry {
    seq: u64,
    key: String,
    versions: Vec<VersionId>,
}

impl<'a, S: Store> DeliveryLog<'a, S> {
    /// The log of `report` below `prefix`, which ends in `/`.
    pub const fn new(store: &'a S, report: &'static Report, prefix: &'a str) -> Self {
        Self {
            store,
            report,
            prefix,
        }
    }

    /// Where the entries of `day` are.
    fn day_prefix(&self, day: NaiveDate) -> String {
        format!(
            "{}{}/zoom-{}-{day}-",
            self.prefix,
            day.format("%Y/%m/%d"),
            self.report.name
        )
    }

    /// The key of entry `seq` of `day`. The day is the one asked of Zoom, never the clock's: a retry after
    /// midnight must aim at the same key.
    #[must_use]
    pub fn key(&self, day: NaiveDate, seq: u64) -> String {
        format!("{}{seq:06}.json.gz", self.day_prefix(day))
    }

    /// The number in a key of `day`; none for a key that is no entry's.
    fn seq_of(&self, day: NaiveDate, key: &str) -> Option<u64> {
        let number = key
            .strip_prefix(&self.day_prefix(day))?
            .strip_suffix(".json.gz")?;
        let seq = number.parse().ok()?;
        // One spelling per number: "7" or "+00007" is not an entry, nor is a number that no entry is ever given.
        (seq <= LAST_SEQ && self.key(day, seq) == key).then_some(seq)
    }

    /// The first day that has an entry, or had one that a reader deleted since.
    ///
    /// # Errors
    /// When the listing fails.
    pub async fn first_day(&self) -> Result<Option<NaiveDate>, LogError> {
        let mut after = None;
        loop {
            let page = self
                .store
                .list_versions(self.prefix, after.as_ref())
                .await?;
            let day = page
                .versions
                .iter()
                .find_map(|version| self.day_of(&version.key));
            match (day, page.next) {
                (Some(day), _) => return Ok(Some(day)),
                (None, Some(next)) => after = Some(next),
                (None, None) => return Ok(None),
            }
        }
    }

    fn day_of(&self, key: &str) -> Option<NaiveDate> {
        let day = key.strip_prefix(self.prefix)?.get(..10)?;
        let day = NaiveDate::parse_from_str(day, "%Y/%m/%d").ok()?;
        self.seq_of(day, key).map(|_| day)
    }

    /// Reads the entries that `ledger` does not know yet and counts their records as delivered: entries of a
    /// run that died, of one that runs at the same time, or of this one with its answer lost. Returns the
    /// entries that it found.
    ///
    /// All *versions* are listed, because S3 lets a conditional put pass over a delete marker.
    ///
    /// # Errors
    /// When an entry is missing or cannot be read. The ledger then stays as it was before that entry.
    pub async fn fold(&self, day: NaiveDate, ledger: &mut Ledger) -> Result<Vec<Folded>, LogError> {
        let entries = self.entries_from(day, ledger.next_seq).await?;
        let mut folded = Vec::new();
        for entry in entries {
            if entry.seq != ledger.next_seq {
                return Err(LogError::Gap {
                    day,
                    missing: ledger.next_seq,
                    found: entry.seq,
                    key: self.key(day, ledger.next_seq),
                });
            }
            let counts = self.read(&entry).await?;
            ledger.add_entry(&counts);
            folded.push(Folded {
                key: entry.key,
                records: counts.total(),
                digest: counts.digest(),
            });
        }
        Ok(folded)
    }

    /// The records of an entry, of all its versions.
    async fn read(&self, entry: &Entry) -> Result<Counts, LogError> {
        let mut counts = Counts::default();
        for version in &entry.versions {
            let body = self.store.get_version(&entry.key, version).await?;
            let found =
                decode(&body, self.report, LONGEST_READ).map_err(|problem| LogError::Damaged {
                    key: entry.key.clone(),
                    version: version.0.clone(),
                    problem,
                })?;
            counts.add_all(&found);
        }
        Ok(counts)
    }

    /// Counts the records of the entries `wanted`, which were all delivered once.
    ///
    /// # Errors
    /// As [`fold`](Self::fold), and when one of them is not there.
    pub async fn read_counts(
        &self,
        day: NaiveDate,
        wanted: Range<u64>,
    ) -> Result<Counts, LogError> {
        if wanted.is_empty() {
            return Ok(Counts::default());
        }
        let mut entries = self.entries_from(day, wanted.start).await?;
        entries.retain(|entry| entry.seq < wanted.end);
        let numbers = entries.iter().map(|entry| entry.seq);
        if let Some((missing, found)) = wanted
            .clone()
            .zip(numbers)
            .find(|(expected, found)| expected != found)
        {
            return Err(LogError::Gap {
                day,
                missing,
                found,
                key: self.key(day, missing),
            });
        }
        let found = wanted.start + entries.len() as u64;
        if found < wanted.end {
            return Err(LogError::Short {
                day,
                found,
                expected: wanted.end,
            });
        }
        let counted = RefCell::new(Ok(Counts::default()));
        let readings = entries.iter().map(async |entry| {
            if counted.borrow().is_err() {
                return;
            }
            let read = self.read(entry).await;
            let mut counted = counted.borrow_mut();
            match (&mut *counted, read) {
                (Ok(counts), Ok(read)) => counts.add_all(&read),
                (Ok(_), Err(error)) => *counted = Err(error),
                (Err(_), _) => {}
            }
        });
        run_in_order(|| READ_AT_ONCE, readings).await;
        counted.into_inner()
    }

    /// The ledger of a day of which only the number of entries is known, from the log itself, with the entries that it
    /// has beyond those.
    ///
    /// # Errors
    /// As [`read_counts`](Self::read_counts).
    pub async fn rebuild(&self, day: NaiveDate, expected: u64) -> Result<Ledger, LogError> {
        let mut ledger = Ledger::whole(expected, self.read_counts(day, 0..expected).await?);
        self.fold(day, &mut ledger).await?;
        Ok(ledger)
    }

    /// Tries to append `records` as the entry that `ledger` names next. The caller has just folded.
    ///
    /// # Errors
    /// When no further attempt can succeed.
    pub async fn append(
        &self,
        day: NaiveDate,
        ledger: &mut Ledger,
        records: &[&Record],
        written_at: DateTime<Utc>,
    ) -> Result<Append, LogError> {
        if ledger.next_seq > LAST_SEQ {
            return Err(LogError::Full { day });
        }
        let key = self.key(day, ledger.next_seq);
        let body = encode(records, written_at).map_err(|error| LogError::Encoding {
            key: key.clone(),
            problem: error.kind().to_string(),
        })?;
        match self.store.put(&key, body, Condition::Absent).await {
            Ok(written) if written.version.is_none() => Err(LogError::Unversioned { key }),
            Ok(_) => {
                ledger.add_records(records.iter().copied());
                Ok(Append::Written(key))
            }
            Err(error) if error.kind.is_final() => Err(error.into()),
            Err(error) => Ok(Append::Uncertain(error)),
        }
    }

    async fn entries_from(&self, day: NaiveDate, seq: u64) -> Result<Vec<Entry>, LogError> {
        let prefix = self.day_prefix(day);
        let mut after = seq
            .checked_sub(1)
            .map(|before| Marker::after(self.key(day, before)));
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let page = self.store.list_versions(&prefix, after.as_ref()).await?;
            for version in page.versions {
                let Some(found) = self.seq_of(day, &version.key).filter(|&found| found >= seq)
                else {
                    continue;
                };
                match entries.last_mut().filter(|entry| entry.seq == found) {
                    Some(entry) => entry.versions.push(version.id),
                    None => entries.push(Entry {
                        seq: found,
                        key: version.key,
                        versions: vec![version.id],
                    }),
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(entries),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use bytes::Bytes;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::memory_store::MemoryStore;
    use crate::report::{ACTIVITIES, OPERATION_LOGS};

    fn day() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn record(text: &str) -> Record {
        Record::parse(&format!(r#"{{"action":"{text}"}}"#), &OPERATION_LOGS).unwrap()
    }

    fn entry(texts: &[&str]) -> Bytes {
        let records: Vec<_> = texts.iter().map(|text| record(text)).collect();
        encode(&records.iter().collect::<Vec<_>>(), now()).unwrap()
    }

    #[tokio::test]
    async fn what_is_appended_is_what_another_run_folds() {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        let mut ours = Ledger::default();
        for texts in [&["a", "b", "b"][..], &["c"]] {
            let records: Vec<_> = texts.iter().map(|text| record(text)).collect();
            let records: Vec<_> = records.iter().collect();
            let appended = log.append(day(), &mut ours, &records, now()).await;
            assert!(matches!(appended, Ok(Append::Written(_))));
        }
        let mut theirs = Ledger::default();
        let folded = log.fold(day(), &mut theirs).await.unwrap();
        assert_eq!(theirs, ours);
        assert_eq!(
            folded.iter().map(|entry| entry.records).collect::<Vec<_>>(),
            [3, 1]
        );
        assert_eq!(theirs.delivered.get(record("b").id()), 2);
        assert_eq!(log.fold(day(), &mut theirs).await, Ok(Vec::new()));
    }

    #[test]
    fn a_key_names_report_and_day() {
        let store = MemoryStore::new();
        let of = |report| DeliveryLog::new(&store, report, "p/").key(day(), 7);
        assert_eq!(
            of(&OPERATION_LOGS),
            "p/2026/11/22/zoom-operationlogs-2026-11-22-000007.json.gz"
        );
        assert_eq!(
            of(&ACTIVITIES),
            "p/2026/11/22/zoom-activities-2026-11-22-000007.json.gz"
        );
    }

    #[tokio::test]
    async fn an_entry_that_is_there_is_not_overwritten() {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        let key = log.key(day(), 0);
        store.overwrite(&key, entry(&["theirs"]));
        let ours = record("ours");
        let mut ledger = Ledger::default();
        let answer = log.append(day(), &mut ledger, &[&ours], now()).await;
        assert!(
            matches!(answer, Ok(Append::Uncertain(error)) if error.kind == crate::store::StoreErrorKind::PreconditionFailed)
        );
        assert_eq!(ledger, Ledger::default());
        assert_eq!(store.all_versions("").len(), 1);
    }

    #[tokio::test]
    async fn all_versions_of_an_entry_count_and_deleted_ones_too() {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        store.overwrite(&log.key(day(), 0), entry(&["a"]));
        store.delete(&log.key(day(), 0));
        // S3 lets a conditional put pass over a delete marker.
        store.overwrite(&log.key(day(), 0), entry(&["a", "b"]));
        store.overwrite(&log.key(day(), 1), entry(&["c"]));
        store.delete(&log.key(day(), 1));
        let mut ledger = Ledger::default();
        log.fold(day(), &mut ledger).await.unwrap();
        assert_eq!((ledger.next_seq, ledger.delivered.total()), (2, 4));
        assert_eq!(ledger.delivered.get(record("a").id()), 2);
    }

    #[tokio::test]
    async fn what_is_no_entry_is_passed_over() {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        for name in [
            "p/2026/11/22/notes.txt",
            "p/2026/11/22/zoom-operationlogs-2026-11-22-7.json.gz",
            "p/2026/11/22/zoom-operationlogs-2026-11-22-1000000.json.gz",
            "p/2026/11/22/zoom-operationlogs-2026-11-21-000000.json.gz",
            "p/2026/11/22/zoom-operationlogs-2026-11-22-000001.json.gz.bak",
            "p/0000/not a day/x",
        ] {
            store.overwrite(name, "anything");
        }
        assert_eq!(
            log.fold(day(), &mut Ledger::default()).await,
            Ok(Vec::new())
        );
        assert_eq!(log.first_day().await, Ok(None));
        store.overwrite(&log.key(day(), 0), entry(&["a"]));
        store.delete(&log.key(day(), 0));
        assert_eq!(log.first_day().await, Ok(Some(day())));
    }

    #[tokio::test]
    async fn a_damaged_entry_is_named_and_not_quoted() {
        let whole = entry(&["secret", "secret"]);
        let json = GzEncoder::new(Vec::new(), Compression::fast());
        let no_json = {
            let mut encoder = json;
            encoder.write_all(b"{\"action\":\"a\"}\nsecret\n").unwrap();
            encoder.finish().unwrap()
        };
        for damaged in [
            whole.slice(..whole.len() - 9),
            Bytes::from_static(b"secret"),
            Bytes::new(),
            no_json.into(),
        ] {
            let store = MemoryStore::new();
            let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
            store.overwrite(&log.key(day(), 0), damaged);
            let mut ledger = Ledger::default();
            let error = log.fold(day(), &mut ledger).await.unwrap_err();
            assert!(matches!(error, LogError::Damaged { .. }), "{error}");
            assert!(error.to_string().contains(&log.key(day(), 0)));
            assert!(!error.to_string().contains("secret"), "{error}");
            assert_eq!(ledger, Ledger::default());
        }
    }

    #[tokio::test]
    async fn a_log_without_a_number_left_is_full() {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        let mut ledger = Ledger {
            next_seq: LAST_SEQ + 1,
            ..Ledger::default()
        };
        let answer = log.append(day(), &mut ledger, &[&record("a")], now()).await;
        assert_eq!(answer, Err(LogError::Full { day: day() }));
    }
}
