//! Ten thousand records as the simulated account makes them up.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::value::RawValue;
use zoom_simulator::Generator;
use zoomlogs_udm::{Authority, Event, Published, Statistics, rules};

use crate::schema;

const RECORDS: usize = 10_000;

fn events() -> Vec<(String, Event)> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 18).unwrap();
    Generator::new(7)
        .day(day, RECORDS)
        .iter()
        .map(|record| {
            let json: &RawValue = serde_json::from_str(record.json()).unwrap();
            (record.json().to_owned(), Event::of(json))
        })
        .collect()
}

#[test]
fn each_is_an_event_that_the_schema_takes_and_says_what_the_record_says() {
    let events = events();
    assert_eq!(events.len(), RECORDS);
    for (record, event) in &events {
        let record: serde_json::Value = serde_json::from_str(record).unwrap();
        for (field, name) in [
            ("metadata.description", "operation_detail"),
            ("metadata.productEventType", "action"),
            ("additional.category_type", "category_type"),
            ("metadata.eventTimestamp", "time"),
        ] {
            assert_eq!(event.get(field), record[name].as_str(), "{record}");
        }
    }
    let lines: Vec<_> = events
        .iter()
        .map(|(_, event)| event.to_json().to_string())
        .collect();
    schema::takes(&lines);
}

#[test]
fn the_statistics_account_for_each() {
    let mut statistics = Statistics::default();
    let events = events();
    for (_, event) in &events {
        statistics.add(event);
    }
    let details = &statistics.details;
    assert_eq!(statistics.records, 10_000);
    assert_eq!(details.records, 10_000);
    assert_eq!(details.all + details.part + details.nothing, 10_000);
    let grouped: u64 = details
        .not_understood()
        .iter()
        .map(|group| group.records)
        .sum();
    assert_eq!(grouped, details.nothing);
    for group in details.not_understood() {
        let heads: u64 = group.heads.iter().map(|(_, n)| n).sum();
        assert_eq!(heads, group.records);
        assert!(!group.example.is_empty());
    }
    // What the simulated account does that touches no person, room or role: settings, groups, channels, chats, recordings.
    // They are what the published table has no row for.
    let share = details.nothing as f64 / details.records as f64;
    assert!((0.35..0.55).contains(&share), "{share}");
    assert_eq!(statistics.left.len(), 0, "{:?}", statistics.left);
    assert_eq!(statistics.event_types["USER_UNCATEGORIZED"], 10_000);
}

#[test]
fn the_rows_that_none_fills_are_those_the_documentation_names() {
    let used: BTreeSet<_> = events()
        .iter()
        .flat_map(|(_, event)| &event.values)
        .map(|value| std::ptr::from_ref(value.rule))
        .collect();
    let unused = rules().filter(|rule| {
        let sign_in =
            rule.google == Some(Published::ChangeLog) || rule.authority() == Authority::Ours;
        !sign_in && !used.contains(&std::ptr::from_ref(*rule))
    });
    let unused: Vec<_> = unused.map(|rule| rule.source.to_string()).collect();
    let named = [
        "field \"event_type\"",
        "\"GENERIC_EVENT\", otherwise",
        "detail's parameter \"Email Address\"",
    ];
    assert_eq!(unused, named);
}
