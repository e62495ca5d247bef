//! Keys: each names one entry of one day, and nothing else does.

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use support::scripted::started;
use support::{MemoryStore, finish};
use zoomlogs_core::delivery_log::{Append, DeliveryLog, LogError};
use zoomlogs_core::ledger::Ledger;
use zoomlogs_core::record::Record;
use zoomlogs_core::report::OPERATION_LOGS;

const PREFIX: &str = "zoom/operationlogs/";
const LAST_SEQ: u64 = 999_999;

fn day() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
    let span = u64::from(
        NaiveDate::from_ymd_opt(9999, 12, 31)
            .unwrap()
            .num_days_from_ce()
            .unsigned_abs(),
    );
    prop_oneof![
        // Days and months whose digits could be taken for each other's.
        (0..800_u64).prop_map(|n| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)),
        (0..span).prop_map(move |n| first + Days::new(n)),
    ]
}

fn seq() -> impl Strategy<Value = u64> {
    prop_oneof![0..12_u64, 0..=LAST_SEQ, Just(LAST_SEQ)]
}

fn at(next_seq: u64) -> Ledger {
    Ledger {
        next_seq,
        ..Ledger::default()
    }
}

/// A store with one entry of one record.
fn store_with(day: NaiveDate, seq: u64) -> MemoryStore {
    let store = MemoryStore::new();
    let record = Record::parse("{}", &OPERATION_LOGS).unwrap();
    let appended = finish(DeliveryLog::new(&store, &OPERATION_LOGS, PREFIX).append(
        day,
        &mut at(seq),
        &[&record],
        started(),
    ));
    assert!(matches!(appended, Ok(Append::Written(_))), "{appended:?}");
    store
}

proptest! {
    #[test]
    fn an_entry_is_read_back_as_the_day_and_the_number_it_was_put_under(day in day(), seq in seq()) {
        let store = store_with(day, seq);
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, PREFIX);
        prop_assert_eq!(finish(log.first_day()), Ok(Some(day)));

        let mut ledger = at(seq);
        let folded = finish(log.fold(day, &mut ledger)).unwrap();
        prop_assert_eq!(&folded[0].key, &log.key(day, seq));
        prop_assert_eq!((folded.len(), ledger.next_seq), (1, seq + 1));
        prop_assert_eq!(finish(log.fold(day, &mut at(seq + 1))), Ok(Vec::new()));
        if let Some(before) = seq.checked_sub(1) {
            let gap = finish(log.fold(day, &mut at(before)));
            let named = LogError::Gap { day, missing: before, found: seq, key: log.key(day, before) };
            prop_assert_eq!(gap, Err(named));
        }
        for other in [day.succ_opt(), day.pred_opt()].into_iter().flatten() {
            prop_assert_eq!(finish(log.fold(other, &mut at(0))), Ok(Vec::new()));
        }
    }

    #[test]
    fn keys_sort_as_days_and_numbers_do(one in (day(), seq()), other in (day(), seq())) {
        let store = MemoryStore::new();
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, PREFIX);
        let keys = (log.key(one.0, one.1), log.key(other.0, other.1));
        prop_assert_eq!(keys.0.cmp(&keys.1), one.cmp(&other));
        prop_assert!(keys.0.starts_with(PREFIX));
    }

    #[test]
    fn a_key_with_one_character_more_less_or_other_is_no_entrys(
        day in day(),
        seq in seq(),
        at_character in any::<prop::sample::Index>(),
        character in prop_oneof![prop::char::range('0', '9'), prop::sample::select(vec!['-', '+', ' ', '/', '.', 'z']), any::<char>()],
        change in 0..3,
    ) {
        let key = DeliveryLog::new(&MemoryStore::new(), &OPERATION_LOGS, PREFIX).key(day, seq);
        let (start, end) = (PREFIX.len(), key.len());
        let index = start + at_character.index(end - start);
        let number = end - ".json.gz".len() - 6..end - ".json.gz".len();
        let mut foreign = key.clone();
        match change {
            0 => foreign.insert(index, character),
            1 => drop(foreign.remove(index)),
            _ => foreign.replace_range(index..=index, &character.to_string()),
        }
        let another_entry = change == 2 && number.contains(&index) && character.is_ascii_digit();
        prop_assume!(foreign != key && !another_entry);

        let store = MemoryStore::new();
        store.overwrite(&foreign, "no entry");
        let log = DeliveryLog::new(&store, &OPERATION_LOGS, PREFIX);
        prop_assert_eq!(finish(log.first_day()), Ok(None), "{}", foreign);
        prop_assert_eq!(finish(log.fold(day, &mut at(0))), Ok(Vec::new()), "{}", foreign);
    }
}
