//! A record that has very many of everything. There is no clock here: were each value looked for among all others, the
//! tests' time would be up.

use std::fmt::Write as _;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use zoomlogs_udm::{Event, Extent, Statistics, Why};

const MANY: usize = 50_000;

fn event(record: &Value) -> Event {
    let json: Box<RawValue> = serde_json::from_str(&record.to_string()).unwrap();
    Event::of(&json)
}

/// A detail with these parameters, one for each number.
fn of_parameters(parameter: impl Fn(usize) -> String) -> Event {
    let mut detail = "Update ".to_owned();
    for n in 0..MANY {
        write!(
            detail,
            "{} - {}",
            if n == 0 { " " } else { "" },
            parameter(n)
        )
        .unwrap();
    }
    event(&json!({"operation_detail": detail}))
}

#[test]
fn many_labels_are_labels_in_their_order() {
    let event = of_parameters(|n| format!("Type: t{}", n % 7));
    let json = event.to_json();
    let labels = json["target"]["user"]["attribute"]["labels"]
        .as_array()
        .unwrap();
    assert_eq!(labels.len(), MANY);
    for (n, label) in labels.iter().enumerate() {
        assert_eq!(
            *label,
            json!({"key": "Type", "value": format!("t{}", n % 7)})
        );
    }
    assert_eq!(event.detail.unwrap().extent, Extent::All);
}

#[test]
fn many_roles_are_there_once_each_in_their_order() {
    let event = of_parameters(|n| format!("Role Name: r{}", n % (MANY - 100)));
    let json = event.to_json();
    let roles = json["target"]["user"]["attribute"]["roles"]
        .as_array()
        .unwrap();
    assert_eq!(roles.len(), MANY - 100);
    for (n, role) in roles.iter().enumerate() {
        assert_eq!(role["name"], format!("r{n}"));
    }
}

#[test]
fn of_many_titles_the_last_counts_and_the_others_are_listed() {
    let event = of_parameters(|n| format!("Job Title: {n}"));
    let last = (MANY - 1).to_string();
    assert_eq!(event.get("target.user.title"), Some(last.as_str()));
    let replaced = event.left.iter().filter(|left| left.why == Why::Replaced);
    assert_eq!(replaced.count(), MANY - 1);
}

#[test]
fn many_elements_of_an_array_are_as_many_others() {
    let users: Vec<_> = (0..MANY)
        .map(|n| json!({"userId": format!("u{n}"), "options": n}))
        .collect();
    let event = event(&json!({"operation_detail": Value::from(users).to_string()}));
    let json = event.to_json();
    assert_eq!(json["target"]["user"]["userid"], "u0");
    let about = json["about"].as_array().unwrap();
    assert_eq!(about.len(), MANY - 1);
    let last = MANY - 1;
    assert_eq!(
        about[last - 1]["user"],
        json!({
            "userid": format!("u{last}"),
            "attribute": {"labels": [{"key": "options", "value": last.to_string()}]},
        })
    );
}

#[test]
fn many_fields_without_a_row_are_listed_once_each() {
    let many = 3 * MANY;
    let fields: Map<_, _> = (0..many).map(|n| (format!("f{n}"), json!("x"))).collect();
    let event = event(&fields.into());
    let without_row = event.left.iter().filter(|left| left.why == Why::NoRow);
    assert_eq!(without_row.count(), many);
}

#[test]
fn many_kinds_of_details_are_counted_and_not_all_by_name() {
    let mut statistics = Statistics::default();
    for n in 0..5000 {
        statistics.add(&event(&json!({
            "category_type": format!("category {n}"),
            "action": "Update",
            "operation_detail": "Security",
        })));
    }
    let kinds = statistics.details.not_understood();
    assert!(kinds.len() < 1100, "{}", kinds.len());
    assert_eq!(kinds.iter().map(|kind| kind.records).sum::<u64>(), 5000);
    let others = kinds.iter().find(|kind| kind.category == "(others)");
    assert_eq!(others.unwrap().records, 4000);
}
