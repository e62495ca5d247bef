//! Records: the line that is delivered, and the fingerprint.

use any_json::{Json, Spelling, documented, object, report, small_value, spelling, text, value};
use chrono::{DateTime, FixedOffset, SecondsFormat};
use proptest::prelude::*;
use zoomlogs_core::record::{Fingerprint, Record};
use zoomlogs_core::report::Report;

fn record(report: &Report, json: &Json, spelling: &Spelling) -> Record {
    Record::parse(&json.write(spelling).text, report).unwrap()
}

fn fingerprint(report: &Report, json: &Json, spelling: &Spelling) -> Fingerprint {
    record(report, json, spelling).fingerprint()
}

/// A report, and some members of a record of it that are documented, each once.
fn some_documented(
    value: BoxedStrategy<Json>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = (&'static Report, Vec<(String, Json)>)> {
    report().prop_flat_map(move |report| {
        let key = prop::sample::select(documented(report).to_vec());
        let members = prop::collection::btree_map(key, value.clone(), count.clone());
        let members = members.prop_map(|members| {
            let members = members.into_iter();
            members
                .map(|(key, value)| (key.to_owned(), value))
                .collect()
        });
        (Just(report), members)
    })
}

/// What a fingerprint is promised to tell apart: the documented fields, or all of a record that has none.
fn told_by(report: &Report, json: &Json) -> Json {
    let Json::Object(members) = json.sorted() else {
        return json.sorted();
    };
    let told: Vec<_> = members
        .iter()
        .filter(|(key, _)| documented(report).contains(&key.as_str()))
        .cloned()
        .collect();
    Json::Object(if told.is_empty() { members } else { told })
}

/// Records of few documented fields with small values, so that two are often equal in what tells them apart.
fn small_record(report: &Report) -> impl Strategy<Value = Json> + use<> {
    let mut keys: Vec<_> = documented(report).iter().copied().step_by(2).collect();
    keys.push("other");
    let key = prop::sample::select(keys);
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
        report in report(),
        json in prop_oneof![object(), value()],
        spelling in spelling(),
    ) {
        let written = json.write(&spelling);
        let record = Record::parse(&written.text, report).unwrap();
        prop_assert_eq!(record.line(), &written.compact);
        prop_assert!(!record.line().contains(['\n', '\r']));
        prop_assert_eq!(Record::parse(record.line(), report).unwrap(), record);
    }

    #[test]
    fn whatever_is_not_json_is_refused_and_nothing_panics(
        report in report(),
        text in text(),
        cut in any::<prop::sample::Index>(),
    ) {
        let json = serde_json::from_str::<&serde_json::value::RawValue>(&text);
        prop_assert_eq!(Record::parse(&text, report).is_ok(), json.is_ok());
        let whole = Json::Object(vec![("action".to_owned(), Json::Text(text))]);
        let whole = serde_json::to_string(&[whole.sorted().write(&Spelling::plain()).text]).unwrap();
        let end = (0..whole.len()).rev().nth(cut.index(whole.len())).unwrap();
        if whole.is_char_boundary(end) {
            prop_assert!(Record::parse(&whole[..end], report).is_err());
        }
    }

    #[test]
    fn two_records_share_a_fingerprint_exactly_if_they_share_what_tells_them_apart(
        (report, one, other) in report()
            .prop_flat_map(|report| (Just(report), small_record(report), small_record(report))),
        spellings in (spelling(), spelling()),
    ) {
        let equal = fingerprint(report, &one, &spellings.0) == fingerprint(report, &other, &spellings.1);
        prop_assert_eq!(equal, told_by(report, &one) == told_by(report, &other));
    }

    #[test]
    fn neither_order_nor_spelling_makes_another_record(
        fields in prop::collection::btree_map(text(), text(), 0..6),
        (report, documented) in some_documented(small_value(), 0..5),
        spellings in (spelling(), spelling()),
    ) {
        let fields = fields.into_iter().map(|(key, text)| (key, Json::Text(text)));
        let mut members: Vec<_> = fields.chain(documented).collect();
        members.dedup_by(|a, b| a.0 == b.0);
        let json = Json::Object(members);
        prop_assert_eq!(
            fingerprint(report, &json, &spellings.0),
            fingerprint(report, &json.reversed(), &spellings.1)
        );
    }

    #[test]
    fn a_field_that_is_not_documented_makes_no_other_record(
        (report, members) in report().prop_flat_map(|report| {
            let key = prop::sample::select(documented(report).to_vec()).prop_map(str::to_owned);
            // One may stand twice.
            (Just(report), prop::collection::vec((key, value()), 1..6))
        }),
        added in prop_oneof![text(), Just("email".to_owned()), Just("operator".to_owned())],
        value in value(),
        at in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!documented(report).contains(&added.as_str()));
        let mut members = members;
        let without = Json::Object(members.clone());
        members.insert(at.index(members.len() + 1), (added, value));
        let with = Json::Object(members);
        // Lone surrogates are told by their text, so that the spelling must be one and the same.
        let plain = Spelling::plain();
        prop_assert_eq!(fingerprint(report, &without, &plain), fingerprint(report, &with, &plain));
    }

    #[test]
    fn any_change_of_a_documented_field_makes_another_record(
        (report, members) in some_documented(value().boxed(), 1..7),
        changed in any::<prop::sample::Index>(),
        value in value(),
    ) {
        let mut members = members;
        let before = Json::Object(members.clone());
        let changed = changed.index(members.len());
        members[changed].1 = value;
        let after = Json::Object(members.clone());
        members.remove(changed);
        let without = Json::Object(members);
        let plain = Spelling::plain();
        prop_assert_eq!(
            fingerprint(report, &before, &plain) == fingerprint(report, &after, &plain),
            before.sorted() == after.sorted()
        );
        prop_assert_ne!(fingerprint(report, &without, &plain), fingerprint(report, &after, &plain));
    }

    #[test]
    fn a_time_is_the_same_moment_in_every_zone(
        report in report(),
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
            prop_assert_eq!(record(report, &json, &spelling).time(), Some(moment));
        }
    }
}
