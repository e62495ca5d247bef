//! The checkpoint as bytes: what was written is read, what was damaged is not, and what is newer is told from it.

use any_json::{Json, Spelling, text, value};
use base64::Engine as _;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zoomlogs_core::checkpoint::{Checkpoint, DayState, FORMAT_VERSION, FormatError};
use zoomlogs_core::ledger::Counts;
use zoomlogs_core::record::Fingerprint;
use zoomlogs_core::record::{RecordId, Second};
use zoomlogs_core::report::OPERATION_LOGS;

use crate::history::checkpoints;

/// A checkpoint's bytes with this for its state, and its digest right.
fn with_state(state: &Value) -> Vec<u8> {
    let state = state.to_string();
    let digest: String = Sha256::digest(&state)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(r#"{{"version":2,"digest":"{digest}","state":{state}}}"#).into_bytes()
}

/// The state's objects whose members are fields: all but the two maps by day.
fn each_object(state: &mut Value, with: &mut impl FnMut(&mut Map<String, Value>)) {
    let Value::Object(fields) = state else { return };
    for (name, value) in fields.iter_mut() {
        match (name.as_str(), value) {
            ("settled", _) => {}
            ("days", Value::Object(days)) => {
                days.values_mut().for_each(|day| each_object(day, with))
            }
            (_, value) => each_object(value, with),
        }
    }
    with(fields);
}

fn counts() -> impl Strategy<Value = Vec<(RecordId, u32)>> {
    let second = prop_oneof![
        any::<u32>(),
        0..4_u32,
        126..130_u32,
        Just(u32::MAX),
        Just(1_795_000_000)
    ];
    let fingerprint = prop_oneof![any::<[u8; 16]>(), any::<u8>().prop_map(|n| [n; 16])];
    let count = prop_oneof![
        1..=u32::MAX,
        1..4_u32,
        126..130_u32,
        16_382..16_386_u32,
        Just(u32::MAX)
    ];
    let id = (second, fingerprint).prop_map(|(second, bytes)| {
        RecordId::new(Second::from_unix(second), Fingerprint::from_bytes(bytes))
    });
    prop::collection::vec((id, count), 0..12)
}

proptest! {
    #[test]
    fn a_checkpoint_is_read_as_it_was_written([checkpoint] in checkpoints()) {
        let bytes = checkpoint.to_bytes().unwrap();
        prop_assert_eq!(Checkpoint::from_bytes(&bytes), Ok(checkpoint.clone()));
        prop_assert_eq!(checkpoint.clone().to_bytes().unwrap(), bytes);
        let state = serde_json::to_value(&checkpoint).unwrap();
        prop_assert_eq!(Checkpoint::from_bytes(&with_state(&state)), Ok(checkpoint));
    }

    #[test]
    fn fields_that_a_later_version_added_are_passed_over(
        [checkpoint] in checkpoints(),
        name in text(),
        added in prop::sample::select(vec![json!(null), json!(1), json!([[]]), json!({"a": {}})]),
    ) {
        let mut state = serde_json::to_value(&checkpoint).unwrap();
        each_object(&mut state, &mut |fields| {
            fields.insert(format!("later {name}"), added.clone());
        });
        prop_assert_eq!(Checkpoint::from_bytes(&with_state(&state)), Ok(checkpoint));
    }

    #[test]
    fn fields_that_an_earlier_version_had_not_have_a_default(
        [mut checkpoint] in checkpoints(),
        missing in any::<[bool; 11]>(),
    ) {
        let of_all = ["lost", "paused_until", "ask_tomorrow", "newest_record", "last_complete_run"];
        let of_days = ["sweep", "confirmed", "unread_since", "broken", "partial", "against"];
        let missing: Vec<_> = of_all.into_iter().chain(of_days).zip(missing)
            .filter_map(|(name, is_missing)| is_missing.then_some(name)).collect();
        let mut state = serde_json::to_value(&checkpoint).unwrap();
        each_object(&mut state, &mut |fields| fields.retain(|name, _| !missing.contains(&name.as_str())));

        let default = Checkpoint::new(&OPERATION_LOGS, "", checkpoint.start_date);
        for name in missing {
            match name {
                "lost" => checkpoint.lost.clear(),
                "paused_until" => checkpoint.paused_until = default.paused_until,
                "ask_tomorrow" => checkpoint.ask_tomorrow = default.ask_tomorrow,
                "newest_record" => checkpoint.newest_record = default.newest_record,
                "last_complete_run" => checkpoint.last_complete_run = default.last_complete_run,
                _ => checkpoint.days.values_mut().for_each(|day| forget(day, name)),
            }
        }
        prop_assert_eq!(Checkpoint::from_bytes(&with_state(&state)), Ok(checkpoint));
    }

    #[test]
    fn no_byte_can_change_or_go_unnoticed(
        [checkpoint] in checkpoints(),
        index in any::<prop::sample::Index>(),
        change in 1..=u8::MAX,
        other in any::<u8>(),
    ) {
        let bytes = checkpoint.to_bytes().unwrap().to_vec();
        let index = index.index(bytes.len());
        let mut flipped = bytes.clone();
        flipped[index] ^= change;
        let mut longer = bytes.clone();
        longer.insert(index, other);
        let mut shorter = bytes.clone();
        shorter.remove(index);
        for changed in [flipped, longer, shorter] {
            let read = Checkpoint::from_bytes(&changed);
            prop_assert!(read.is_err() || read.as_ref() == Ok(&checkpoint), "{read:?}");
        }
        prop_assert!(matches!(Checkpoint::from_bytes(&bytes[..index]), Err(FormatError::Damaged(_))));
    }

    #[test]
    fn a_newer_format_is_never_taken_for_damage(
        version in FORMAT_VERSION + 1..,
        others in prop::collection::vec((text(), value()), 0..4),
    ) {
        let mut members: Vec<_> = others.into_iter().filter(|(key, _)| key != "version").collect();
        members.push(("version".to_owned(), Json::Verbatim(version.to_string())));
        let newer = Json::Object(members).write(&Spelling::plain()).text;
        prop_assert_eq!(Checkpoint::from_bytes(newer.as_bytes()), Err(FormatError::Newer { found: version }));
    }

    #[test]
    fn counts_survive_their_encoding(pairs in counts()) {
        let mut counts = Counts::default();
        for &(id, count) in &pairs {
            counts.raise(id, count);
        }
        let text = serde_json::to_string(&counts).unwrap();
        let read: Counts = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.total(), read.iter().map(|(_, count)| u64::from(count)).sum::<u64>());
        prop_assert_eq!(read.digest(), counts.digest());
        prop_assert_eq!(read, counts);
    }

    #[test]
    fn bytes_are_counts_of_one_kind_or_none(mut bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        // So that a second and a fingerprint's count end where they may.
        for place in [0, 17] {
            if let Some(last) = bytes.get_mut(place) {
                *last %= 4;
            }
        }
        let text = Value::String(base64::engine::general_purpose::STANDARD.encode(&bytes));
        if let Ok(counts) = serde_json::from_value::<Counts>(text) {
            let again = serde_json::from_value::<Counts>(serde_json::to_value(&counts).unwrap());
            prop_assert_eq!(again.ok(), Some(counts.clone()));
            prop_assert!(counts.iter().all(|(_, count)| count > 0));
        }
    }
}

/// Sets a field of a day to its default.
fn forget(day: &mut DayState, name: &str) {
    match name {
        "sweep" => day.sweep = None,
        "confirmed" => day.confirmed = Counts::default(),
        "unread_since" => day.unread_since = None,
        "broken" => day.broken = None,
        "partial" => day.partial = None,
        _ => {
            if let Some(partial) = &mut day.partial {
                partial.against = None;
            }
        }
    }
}
