//! A delivered object: counted record by record, or the day fails; never a part of it.
//!
//! The input is an object as it is, and the text of one that is gzip.
#![no_main]

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use fuzz::{check_record, gzip};
use libfuzzer_sys::fuzz_target;
use support::scripted::started;
use support::{MemoryStore, finish};
use zoomlogs_core::delivery_log::{Append, DeliveryLog, LogError};
use zoomlogs_core::ledger::{Counts, Ledger};
use zoomlogs_core::record::Record;
use zoomlogs_core::report::{ALL, Report};

fuzz_target!(|bytes: &[u8]| {
    for report in ALL {
        check(bytes, report);
        check(&gzip(bytes), report);
    }
});

fn check(object: &[u8], report: &'static Report) {
    let day = started().date_naive();
    let store = MemoryStore::new();
    let log = DeliveryLog::new(&store, report, "p/");
    let key = log.key(day, 0);
    store.overwrite(&key, object.to_vec());
    let mut ledger = Ledger::default();
    let folded = match finish(log.fold(day, &mut ledger)) {
        Ok(folded) => folded,
        Err(LogError::Damaged {
            key: named,
            problem,
            ..
        }) => {
            assert_eq!((named, ledger), (key, Ledger::default()));
            assert!(problem.len() < 100, "{problem}");
            return;
        }
        Err(other) => panic!("{other}"),
    };

    let mut text = String::new();
    MultiGzDecoder::new(object)
        .read_to_string(&mut text)
        .expect("what was counted can be read");
    let records: Vec<_> = text
        .lines()
        .map(|line| Record::parse(line, report).expect("a record"))
        .collect();
    for record in &records {
        check_record(record, report);
    }
    assert_eq!((folded.len(), folded[0].records), (1, records.len() as u64));
    let counts: Counts = records.iter().map(Record::id).collect();
    assert_eq!(ledger, Ledger::whole(1, counts));

    // Delivered again, they would be counted the same.
    let records: Vec<_> = records.iter().collect();
    let appended = finish(log.append(day, &mut ledger, &records, started()));
    assert!(matches!(appended, Ok(Append::Written(_))));
    assert_eq!(finish(log.rebuild(day, 2)), Ok(ledger));
}
