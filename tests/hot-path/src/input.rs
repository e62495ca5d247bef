//! The same input every time: a day of the simulated account, and the ids of many records.

use bytes::Bytes;
use chrono::{NaiveDate, NaiveTime};
use zoom_simulator::Generator;
use zoomlogs_core::ledger::Counts;
use zoomlogs_core::record::{Fingerprint, Record};
use zoomlogs_core::record::{RecordId, Second};
use zoomlogs_core::report::OPERATION_LOGS;

/// A working day.
pub(crate) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 18).unwrap_or_default()
}

/// So many rows of that day, as Zoom writes them.
pub(crate) fn rows(count: usize) -> Vec<zoom_simulator::Record> {
    Generator::new(1).day(day(), count)
}

/// The same as records.
pub(crate) fn records(count: usize) -> Vec<Record> {
    let parse = |row: &zoom_simulator::Record| Record::parse(row.json(), &OPERATION_LOGS).ok();
    rows(count).iter().filter_map(parse).collect()
}

/// A page of so many rows, as Zoom answers it.
pub(crate) fn page(count: usize) -> Bytes {
    let rows = rows(count);
    let rows: Vec<_> = rows.iter().rev().map(|row| row.json()).collect();
    let day = day();
    let body = format!(
        r#"{{"from":"{day}","to":"{day}","page_size":{count},"next_page_token":"mGQ2IW0zhWFxzUwPBjBsSqRjDBYDAX3pQ92","operation_logs":[{}]}}"#,
        rows.join(",")
    );
    Bytes::from(body)
}

/// So many records of that day, newest first as Zoom lists them, with fingerprints spread as a hash spreads them.
pub(crate) fn ids(count: usize) -> Vec<RecordId> {
    let mut state = 0_u64;
    // SplitMix64.
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u128::from(mixed ^ (mixed >> 31))
    };
    let midnight = day().and_time(NaiveTime::MIN).and_utc().timestamp() as u32;
    let second = |nth: usize| midnight + (nth * 86_400 / count) as u32;
    (0..count)
        .rev()
        .map(|nth| {
            let fingerprint = Fingerprint::from_bytes((next() << 64 | next()).to_le_bytes());
            RecordId::new(Second::from_unix(second(nth)), fingerprint)
        })
        .collect()
}

/// They, counted.
pub(crate) fn counts(count: usize) -> Counts {
    ids(count).into_iter().collect()
}
