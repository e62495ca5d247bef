//! Whether the check against Google's schema can fail.

use serde_json::{Value, json};
use zoomlogs_udm::EVENT_TYPES;

use crate::schema;

fn good() -> Value {
    json!({
        "metadata": {
            "eventTimestamp": "2026-11-22T09:00:00Z",
            "eventType": "USER_UNCATEGORIZED",
        },
        "target": {"user": {"emailAddresses": ["bo@example.org"], "title": "Contractor"}},
        "additional": {"category_type": "User"},
    })
}

#[test]
fn wrong_events_are_refused() {
    let mut events = vec![good()];
    let mut wrong = |pointer: &str, value: Value| {
        let mut event = good();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[name] = value;
        events.push(event);
    };
    // Fields that UDM does not have.
    wrong("/colour", json!("red"));
    wrong("/target/user/email", json!("bo@example.org"));
    // Other forms of a time.
    wrong(
        "/metadata/eventTimestamp",
        json!({"seconds": 1_795_000_000}),
    );
    wrong("/metadata/eventTimestamp", json!("2026-11-22 09:00:00Z"));
    wrong("/metadata/eventTimestamp", json!(1_795_000_000));
    // One where several may stand, and the other way round.
    wrong("/target/user/emailAddresses", json!("bo@example.org"));
    wrong("/target/user/department", json!("Sales"));
    wrong("/target/user/title", json!(["Contractor"]));
    wrong("/about", json!({"user": {"userid": "u"}}));
    // What UDM does not know, and what is no text.
    wrong("/metadata/eventType", json!("operation_log"));
    wrong("/metadata/productVersion", json!(5.9));
    // The schema takes these, but does not keep them.
    wrong("/metadata/description", json!(""));
    wrong("/metadata/product_version", json!("5.9"));
    let lines: Vec<_> = events.iter().map(Value::to_string).collect();
    let answers = schema::ask(&lines);
    assert_eq!(answers[0], "ok");
    for (answer, line) in answers.iter().zip(&lines).skip(1).take(11) {
        assert!(answer.starts_with("rejected: "), "{line}: {answer}");
    }
    for (answer, line) in answers.iter().zip(&lines).skip(12).take(2) {
        assert!(answer.starts_with("changed into "), "{line}: {answer}");
    }
}

#[test]
fn what_is_no_event_at_all_is_refused() {
    let lines = [
        "{",
        "nothing",
        "[]",
        r#"{"metadata":{"description":"\ud800"}}"#,
    ];
    for (answer, line) in schema::ask(&lines.map(str::to_owned)).iter().zip(lines) {
        assert_ne!(answer, "ok", "{line}");
    }
}

#[test]
fn our_list_of_event_types_is_the_schemas() {
    let answer = schema::ask(&["event types".to_owned()]).remove(0);
    let types: Vec<String> = serde_json::from_str(&answer).unwrap();
    assert_eq!(types, EVENT_TYPES);
}
