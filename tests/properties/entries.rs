//! Entries: what is appended to the log is what anybody reads in it.

use std::io::Read as _;

use any_json::{object, spelling, text, value};
use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;
use proptest::prelude::*;
use support::scripted::started;
use support::{MemoryStore, finish};
use zoomlogs_core::delivery_log::{Append, DeliveryLog};
use zoomlogs_core::ledger::{Counts, Ledger};
use zoomlogs_core::record::Record;
use zoomlogs_core::report::OPERATION_LOGS;

fn day() -> NaiveDate {
    started().date_naive()
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let record =
        (prop_oneof![4 => object(), 1 => value()], spelling()).prop_map(|(json, spelling)| {
            Record::parse(&json.write(&spelling).text, &OPERATION_LOGS).unwrap()
        });
    let long = (text(), 1..300_usize).prop_map(|(text, times)| {
        let detail = serde_json::json!({"operation_detail": text.repeat(times)});
        Record::parse(&detail.to_string(), &OPERATION_LOGS).unwrap()
    });
    let record = prop_oneof![12 => record, 1 => long];
    // Equal ones among them, next to each other and apart.
    prop::collection::vec((record, 1..3_usize), 1..8).prop_map(|records| {
        let mut all: Vec<_> = records
            .iter()
            .flat_map(|(record, copies)| std::iter::repeat_n(record.clone(), *copies))
            .collect();
        all.extend(records.iter().step_by(3).map(|(record, _)| record.clone()));
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_chunks_the_log_holds_each_record_as_it_was_sent(
        records in records(),
        chunks in prop::collection::vec(1..9_usize, 1..8),
    ) {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        let mut ours = Ledger::default();
        let mut rest: Vec<_> = records.iter().collect();
        let mut sizes = Vec::new();
        for &chunk in chunks.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let chunk: Vec<_> = rest.drain(..chunk.min(rest.len())).collect();
            let appended = finish(log.append(day(), &mut ours, &chunk, started())).unwrap();
            prop_assert_eq!(appended, Append::Written(log.key(day(), sizes.len() as u64)));
            sizes.push(chunk.len() as u64);
        }

        let mut text = String::new();
        for (_, body) in store.all_versions("p/") {
            MultiGzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
        }
        let lines: Vec<_> = text.lines().collect();
        let sent: Vec<_> = records.iter().map(Record::line).collect();
        prop_assert_eq!(lines, sent);
        prop_assert!(text.ends_with('\n'));

        let mut theirs = Ledger::default();
        let folded = finish(log.fold(day(), &mut theirs)).unwrap();
        prop_assert_eq!(folded.iter().map(|entry| entry.records).collect::<Vec<_>>(), sizes.clone());
        prop_assert_eq!(&theirs, &ours);
        let counts: Counts = records.iter().map(Record::id).collect();
        prop_assert_eq!(&theirs.delivered, &counts);
        prop_assert_eq!(finish(log.rebuild(day(), sizes.len() as u64)), Ok(theirs));
        prop_assert!(finish(log.rebuild(day(), sizes.len() as u64 + 1)).is_err());
    }

    #[test]
    fn whoever_knows_some_entries_learns_just_the_others(
        chunks in prop::collection::vec(prop::collection::vec(0..4_u8, 1..4), 1..8),
        known in any::<prop::sample::Index>(),
    ) {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, "p/");
        let known = known.index(chunks.len() + 1);
        let mut whole = Ledger::default();
        let mut part = Ledger::default();
        for (index, numbers) in chunks.iter().enumerate() {
            if index == known {
                part = whole.clone();
            }
            let records: Vec<_> =
                numbers.iter().map(|number| Record::parse(&number.to_string(), &OPERATION_LOGS).unwrap()).collect();
            let records: Vec<_> = records.iter().collect();
            finish(log.append(day(), &mut whole, &records, started())).unwrap();
        }
        if known == chunks.len() {
            part = whole.clone();
        }
        let folded = finish(log.fold(day(), &mut part)).unwrap();
        prop_assert_eq!(folded.len(), chunks.len() - known);
        prop_assert_eq!(part, whole);
    }
}
