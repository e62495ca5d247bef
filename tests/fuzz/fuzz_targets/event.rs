//! An invocation's event: an ordinary run, a replay of days that Zoom has, or an error fit for a log line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use support::scripted::started;
use zoomlogs_core::calendar::earliest_day;
use zoomlogs_core::event::Event;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let today = started().date_naive();
    match Event::parse(&value, started()) {
        Ok(event) => {
            assert!(value.is_object());
            let Some(days) = event.replay else { return };
            assert!(earliest_day(today) <= days.from && days.from <= days.to && days.to <= today);
            assert_eq!(value["from"], days.from.to_string());
            assert_eq!(value["to"], days.to.to_string());
            assert_eq!(
                days.iter().count() as i64,
                (days.to - days.from).num_days() + 1
            );
        }
        Err(error) => {
            let said = error.to_string();
            assert!(
                said.len() < 1000 && !said.contains(char::is_control),
                "{said:?}"
            );
        }
    }
});
