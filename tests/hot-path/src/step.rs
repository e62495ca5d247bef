//! The steps, each ready to be done.

use std::fmt;
use std::hint::black_box;

use chrono::{DateTime, NaiveTime, Utc};
use futures_util::FutureExt as _;
use support::MemoryStore;
use zoomlogs_core::checkpoint::{Checkpoint, DayState};
use zoomlogs_core::delivery_log::DeliveryLog;
use zoomlogs_core::ledger::{Counts, Ledger};
use zoomlogs_core::record::Record;
use zoomlogs_core::report::OPERATION_LOGS;
use zoomlogs_core::zoom::Page;

use crate::input;

/// One step of a record's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A page's body becomes records.
    ParsePage,
    /// A line becomes a record.
    Fingerprint,
    /// Records become an entry of the log.
    Encode,
    /// An entry of the log becomes counts.
    Decode,
    /// Records are counted, one by one, newest first.
    CountsInsert,
    /// Each is looked up.
    CountsLookup,
    /// Counts become text.
    CountsWrite,
    /// Text becomes counts.
    CountsRead,
    /// A day's checkpoint becomes bytes.
    CheckpointWrite,
    /// Bytes become a day's checkpoint.
    CheckpointRead,
}

/// A step on its input.
pub struct Prepared(Box<dyn Fn()>);

impl Prepared {
    /// Does it, once.
    pub fn run(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").finish_non_exhaustive()
    }
}

/// Stands before the log's objects.
const PREFIX: &str = "zoom/operationlogs/";

impl Step {
    /// All of them, in a record's order.
    pub const ALL: [Self; 10] = [
        Self::ParsePage,
        Self::Fingerprint,
        Self::Encode,
        Self::Decode,
        Self::CountsInsert,
        Self::CountsLookup,
        Self::CountsWrite,
        Self::CountsRead,
        Self::CheckpointWrite,
        Self::CheckpointRead,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ParsePage => "parse page",
            Self::Fingerprint => "fingerprint",
            Self::Encode => "encode entry",
            Self::Decode => "decode entry",
            Self::CountsInsert => "counts insert",
            Self::CountsLookup => "counts lookup",
            Self::CountsWrite => "counts write",
            Self::CountsRead => "counts read",
            Self::CheckpointWrite => "checkpoint write",
            Self::CheckpointRead => "checkpoint read",
        }
    }

    /// The step of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Prepares it for so many records.
    #[must_use]
    pub fn prepare(self, records: usize) -> Prepared {
        Prepared(match self {
            Self::ParsePage => {
                let body = input::page(records);
                Box::new(move || {
                    drop(black_box(Page::parse(black_box(&body), &OPERATION_LOGS)));
                })
            }
            Self::Fingerprint => {
                let rows = input::rows(records);
                Box::new(move || {
                    for row in &rows {
                        drop(black_box(Record::parse(
                            black_box(row.json()),
                            &OPERATION_LOGS,
                        )));
                    }
                })
            }
            Self::Encode => {
                let records = input::records(records);
                Box::new(move || drop(black_box(entry(&records))))
            }
            Self::Decode => {
                let store = entry(&input::records(records));
                Box::new(move || {
                    let log = DeliveryLog::new(&store, &OPERATION_LOGS, PREFIX);
                    let mut ledger = Ledger::default();
                    let folded = log.fold(input::day(), &mut ledger).now_or_never();
                    assert!(matches!(folded, Some(Ok(found)) if found.len() == 1));
                    drop(black_box(ledger));
                })
            }
            Self::CountsInsert => {
                let ids = input::ids(records);
                Box::new(move || drop(black_box(ids.iter().copied().collect::<Counts>())))
            }
            Self::CountsLookup => {
                let ids = input::ids(records);
                let counts = input::counts(records);
                Box::new(move || {
                    for &id in &ids {
                        black_box(counts.get(black_box(id)));
                    }
                })
            }
            Self::CountsWrite => {
                let counts = input::counts(records);
                Box::new(move || drop(black_box(serde_json::to_string(black_box(&counts)))))
            }
            Self::CountsRead => {
                let text = serde_json::to_string(&input::counts(records)).unwrap_or_default();
                Box::new(move || {
                    let counts = serde_json::from_str::<Counts>(black_box(&text));
                    assert!(counts.is_ok());
                    drop(black_box(counts));
                })
            }
            Self::CheckpointWrite => {
                let checkpoint = checkpoint(records);
                Box::new(move || drop(black_box(black_box(&checkpoint).to_bytes())))
            }
            Self::CheckpointRead => {
                let bytes = checkpoint(records).to_bytes().unwrap_or_default();
                Box::new(move || {
                    let checkpoint = Checkpoint::from_bytes(black_box(&bytes));
                    assert!(checkpoint.is_ok());
                    drop(black_box(checkpoint));
                })
            }
        })
    }
}

/// A bucket that has them as the day's first entry.
fn entry(records: &[Record]) -> MemoryStore {
    let store = MemoryStore::new();
    let log = DeliveryLog::new(&store, &OPERATION_LOGS, PREFIX);
    let records: Vec<_> = records.iter().collect();
    let appended = log
        .append(input::day(), &mut Ledger::default(), &records, noon())
        .now_or_never();
    assert!(matches!(appended, Some(Ok(_))), "the memory takes all");
    store
}

/// The checkpoint of a collection with one open day of so many records.
fn checkpoint(records: usize) -> Checkpoint {
    let day = input::day();
    let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, PREFIX, day);
    checkpoint.put_day(
        day,
        DayState {
            ledger: Ledger::whole(20, input::counts(records)),
            ..DayState::default()
        },
    );
    checkpoint
}

fn noon() -> DateTime<Utc> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    input::day().and_time(noon).and_utc()
}
