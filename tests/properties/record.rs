//! Records: the line that is delivered, and the fingerprint.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use proptest::prelude::*;
use zoom_operationlogs_to_s3::record::{Fingerprint, Record};

use crate::json::{DOCUMENTED, Json, Spelling, object, small_value, spelling, text, value};
use zoom_operationlogs_to_s3::report::OPERATION_LOGS;

fn record(json: &Json, spelling: &Spelling) -> Record {
    Record::parse(&json.write(spelling).text, &OPERATION_LOGS).unwrap()
}

fn fingerprint(json: &Json, spelling: &Spelling) -> Fingerprint {
    record(json, spelling).fingerprint()
}

/// What a fingerprint is promised to tell apart: the documented fields, or all of a record that has none.
fn told_by(json: &Json) -> Json {
    let Json::Object(members) = json.sorted() else {
        return json.sorted();
    };
    let documented: Vec<_> = members
        .iter()
        .filter(|(key, _)| DOCUMENTED.contains(&key.as_str()))
        .cloned()
        .collect();
    Json::Object(if documented.is_empty() {
        members
    } else {
        documented
    })
}

/// Records of few documented fields with small values, so that two are often equal in what tells them apart.
fn small_record() -> impl Strategy<Value = Json> {
    let key = prop::sample::select(vec!["time", "action", "operation_detail", "other"]);
    let members = prop::collection::btree_map(key, small_value(), 0..4);
    prop_oneof![
        6 => members.prop_map(|members| {
            Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        }),
        1 => small_value(),
    ]
}

proptest! {
    #[test]
    fn a_line_is_what_zoom_sent_without_its_white_space(
        json in prop_oneof![object(), value()],
        spelling in spelling(),
    ) {
        let written = json.write(&spelling);
        let record = Record::parse(&written.text, &OPERATION_LOGS).unwrap();
        prop_assert_eq!(record.line(), &written.compact);
        prop_assert!(!record.line().contains(['\n', '\r']));
        prop_assert_eq!(Record::parse(record.line(), &OPERATION_LOGS).unwrap(), record);
    }

    #[test]
    fn whatever_is_not_json_is_refused_and_nothing_panics(text in text(), cut in any::<prop::sample::Index>()) {
        let json = serde_json::from_str::<&serde_json::value::RawValue>(&text);
        prop_assert_eq!(Record::parse(&text, &OPERATION_LOGS).is_ok(), json.is_ok());
        let whole = Json::Object(vec![("action".to_owned(), Json::Text(text))]);
        let whole = serde_json::to_string(&[whole.sorted().write(&Spelling::plain()).text]).unwrap();
        let end = (0..whole.len()).rev().nth(cut.index(whole.len())).unwrap();
        if whole.is_char_boundary(end) {
            prop_assert!(Record::parse(&whole[..end], &OPERATION_LOGS).is_err());
        }
    }

    #[test]
    fn two_records_share_a_fingerprint_exactly_if_they_share_what_tells_them_apart(
        one in small_record(),
        other in small_record(),
        spellings in (spelling(), spelling()),
    ) {
        let equal = fingerprint(&one, &spellings.0) == fingerprint(&other, &spellings.1);
        prop_assert_eq!(equal, told_by(&one) == told_by(&other));
    }

    #[test]
    fn neither_order_nor_spelling_makes_another_record(
        fields in prop::collection::btree_map(text(), text(), 0..6),
        documented in prop::collection::btree_map(prop::sample::select(DOCUMENTED.to_vec()), small_value(), 0..5),
        spellings in (spelling(), spelling()),
    ) {
        let fields = fields.into_iter().map(|(key, text)| (key, Json::Text(text)));
        let documented = documented.into_iter().map(|(key, value)| (key.to_owned(), value));
        let mut members: Vec<_> = fields.chain(documented).collect();
        members.dedup_by(|a, b| a.0 == b.0);
        let json = Json::Object(members);
        prop_assert_eq!(
            fingerprint(&json, &spellings.0),
            fingerprint(&json.reversed(), &spellings.1)
        );
    }

    #[test]
    fn a_field_that_is_not_documented_makes_no_other_record(
        documented in prop::collection::vec((prop::sample::select(DOCUMENTED.to_vec()), value()), 1..6),
        added in text().prop_filter("a documented one", |key| !DOCUMENTED.contains(&key.as_str())),
        value in value(),
        at in any::<prop::sample::Index>(),
    ) {
        let mut members: Vec<_> =
            documented.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let without = Json::Object(members.clone());
        members.insert(at.index(members.len() + 1), (added, value));
        let with = Json::Object(members);
        // Lone surrogates are told by their text, so that the spelling must be one and the same.
        let plain = Spelling::plain();
        prop_assert_eq!(fingerprint(&without, &plain), fingerprint(&with, &plain));
    }

    #[test]
    fn any_change_of_a_documented_field_makes_another_record(
        members in prop::collection::btree_map(prop::sample::select(DOCUMENTED.to_vec()), value(), 1..5),
        changed in any::<prop::sample::Index>(),
        value in value(),
    ) {
        let mut members: Vec<_> =
            members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let before = Json::Object(members.clone());
        let changed = changed.index(members.len());
        members[changed].1 = value;
        let after = Json::Object(members.clone());
        members.remove(changed);
        let without = Json::Object(members);
        let plain = Spelling::plain();
        prop_assert_eq!(
            fingerprint(&before, &plain) == fingerprint(&after, &plain),
            before.sorted() == after.sorted()
        );
        prop_assert_ne!(fingerprint(&without, &plain), fingerprint(&after, &plain));
    }

    #[test]
    fn a_time_is_the_same_moment_in_every_zone(
        seconds in 0_i64..4_102_444_800,
        offset in -14 * 60..=14 * 60_i32,
        spelling in spelling(),
    ) {
        let moment = DateTime::from_timestamp(seconds, 0).unwrap();
        let zone = FixedOffset::east_opt(offset * 60).unwrap();
        for text in [
            moment.with_timezone(&zone).to_rfc3339(),
            moment.to_rfc3339_opts(SecondsFormat::Secs, true),
            moment.format("%Y-%m-%d %H:%M:%S").to_string(),
        ] {
            let json = Json::Object(vec![("time".to_owned(), Json::Text(text))]);
            prop_assert_eq!(record(&json, &spelling).time(), Some(moment));
        }
    }
}
