//! Whatever a record is: an event, with all of its detail in it, and in the form that Google's schema takes.

use any_json::{Json, Spelling, text, value};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use serde_json::value::RawValue;
use zoomlogs_udm::{Event, Extent, rules};

use crate::schema;

/// Pieces of the grammar, put together in any order.
fn detail() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "  - ", " - ", ": ", ":", "from ", " to ", "set to ", "set to", " ", "bo@example.org", "<cy@example.org>", "@",
            "Department", "Job Title", "Type", "User Role", "Email Address", "Waiting Room", "Update User ", "[", "]", "{", "}",
            r#"[{"userId":"u1","assistant":"a","options":[1,{"x":null}]},{"userId":"u2"},{}]"#, r#"[{"options":7}]"#,
            r#"[{"userId":"\ud800"}]"#, "\"", "ü", "\u{0}",
        ]).prop_map(str::to_owned),
        1 => text(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn record() -> impl Strategy<Value = Json> {
    let name = prop_oneof![
        6 => prop::sample::select(vec![
            "time", "operator", "category_type", "action", "event_type", "email", "ip_address", "client_type", "type", "version",
        ]).prop_map(str::to_owned),
        1 => text(),
    ];
    let usual = prop::sample::select(vec![
        "2026-11-22T09:00:00Z",
        "2026-11-22 09:00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-01:00",
        "2026-11-22T09:00:00.123456789+05:30",
        "ada@example.org",
        "192.0.2.7",
        "2001:DB8::1",
        "USER_LOGIN",
        "User",
        "5.9.1",
        "-",
    ]);
    let content = prop_oneof![
        3 => usual.prop_map(|text| Json::Text(text.to_owned())),
        2 => value(),
    ];
    let fields = prop::collection::vec((name, content), 0..8);
    let object = (
        fields,
        prop_oneof![4 => detail().prop_map(Json::Text), 1 => value()],
    )
        .prop_map(|(mut fields, detail)| {
            fields.push(("operation_detail".to_owned(), detail));
            Json::Object(fields)
        });
    prop_oneof![8 => object, 1 => value()]
}

fn event(record: &Json) -> Event {
    let text = record.write(&Spelling::plain()).text;
    let json: &RawValue = serde_json::from_str(&text).unwrap();
    Event::of(json)
}

/// How many texts an event has, a label's as one.
fn texts(json: &Value) -> usize {
    match json {
        Value::Object(members) if members.contains_key("key") && members.contains_key("value") => 1,
        Value::Object(members) => members.values().map(texts).sum(),
        Value::Array(items) => items.iter().map(texts).sum(),
        Value::String(_) => 1,
        _ => panic!("neither text nor made of texts: {json}"),
    }
}

proptest! {
    #[test]
    fn any_record_is_an_event(record in record()) {
        let event = event(&record);
        let json = event.to_json();
        // No value has taken another's place, and none is empty.
        prop_assert_eq!(texts(&json), event.values.len());
        prop_assert!(event.values.iter().all(|value| !value.text.is_empty()));
        // The constants, an event type, and a time or a reason why there is none.
        prop_assert_eq!(event.get("metadata.vendorName"), Some("ZOOM"));
        prop_assert!(event.get("metadata.eventType").is_some());
        let time = event.get("metadata.eventTimestamp").is_some();
        let reason = event.left.iter().any(|left| left.what == "field \"time\"");
        prop_assert!(time != reason, "{:?}", event.left);
        // Each value knows its row.
        prop_assert!(event.values.iter().all(|value| rules().any(|rule| std::ptr::eq(rule, value.rule))));
    }

    #[test]
    fn all_of_a_detail_is_in_the_description(detail in detail()) {
        let event = event(&Json::Object(vec![("operation_detail".to_owned(), Json::Text(detail.clone()))]));
        prop_assert_eq!(event.get("metadata.description").unwrap_or_default(), &detail);
        let understood = event.detail.map(|detail| detail.extent);
        prop_assert_eq!(understood.is_none(), detail.is_empty());
        let mapped = event.values.iter().any(|value| value.rule.source.is_detail());
        prop_assert!(!(mapped && understood == Some(Extent::Nothing)));
    }
}

#[test]
fn the_schema_takes_them_all() {
    // The same ones each time: a validator for each case would take minutes.
    let mut runner = TestRunner::deterministic();
    let record = record();
    let events: Vec<_> = (0..1000)
        .map(|_| {
            event(&record.new_tree(&mut runner).unwrap().current())
                .to_json()
                .to_string()
        })
        .collect();
    schema::takes(&events);
}
