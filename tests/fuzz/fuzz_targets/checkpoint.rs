//! A checkpoint's bytes: read as what they say, or refused.
//!
//! The input is read as it is, and as the state within an envelope whose digest is right: no fuzzer can guess that.
#![no_main]

use chrono::{Days, NaiveDate};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use zoomlogs_core::checkpoint::Checkpoint;

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    if let Ok(state) = serde_json::from_slice::<&RawValue>(bytes) {
        let state = state.get();
        let digest: String = Sha256::digest(state)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        for version in [1, 2] {
            check(
                format!(r#"{{"version":{version},"digest":"{digest}","state":{state}}}"#)
                    .as_bytes(),
            );
        }
    }
});

fn check(bytes: &[u8]) {
    let checkpoint = match Checkpoint::from_bytes(bytes) {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            assert!(error.to_string().len() < 200, "{error}");
            return;
        }
    };
    let written = checkpoint
        .to_bytes()
        .expect("a checkpoint that was read can be written");
    assert_eq!(Checkpoint::from_bytes(&written).as_ref(), Ok(&checkpoint));

    // Merging with itself drops what is void, and nothing after that.
    let tidy = checkpoint.clone().merge(checkpoint.clone());
    assert_eq!(tidy.clone().merge(tidy.clone()), tidy);
    assert!(tidy.settled_through >= checkpoint.settled_through);

    let mut pruned = checkpoint;
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date");
    pruned.prune(today);
    // From a date of long ago it is a long way to today.
    if pruned.settled_through > today - Days::new(1000) {
        assert!(pruned.open_days(today).iter().all(|&day| day <= today));
    }
}
