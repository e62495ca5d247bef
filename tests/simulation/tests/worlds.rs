//! What is expected of the simulation itself: a seed has one course, and the worlds are as rough as they are meant to be.

#![allow(clippy::unwrap_used, reason = "a test: its panic is its report")]

use std::collections::BTreeMap;

use simulation::{Campaign, Trace, simulate};

#[test]
fn a_seed_has_one_course() {
    let mut traces = Vec::new();
    for campaign in [
        Campaign::Guarantee,
        Campaign::EagerFeed,
        Campaign::ShuffledRows,
    ] {
        for seed in 0..20 {
            let once = simulate(seed, campaign, Trace::kept());
            let twice = simulate(seed, campaign, Trace::kept());
            assert_eq!(
                (once.runs, once.lost, once.doubled),
                (twice.runs, twice.lost, twice.doubled)
            );
            let (once, twice) = (once.trace.into_text(), twice.trace.into_text());
            let differs = once
                .lines()
                .zip(twice.lines())
                .find(|(one, other)| one != other);
            assert_eq!(differs, None, "seed {seed}, {campaign:?}");
            assert_eq!(once.len(), twice.len(), "seed {seed}, {campaign:?}");
            traces.push(once);
        }
    }
    let all = traces.len();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), all, "and no two seeds have the same");
}

#[test]
fn a_trace_changes_nothing() {
    for seed in 0..20 {
        let seen = simulate(seed, Campaign::Guarantee, Trace::kept());
        let unseen = simulate(seed, Campaign::Guarantee, Trace::Off);
        assert_eq!(
            (seen.runs, seen.records),
            (unseen.runs, unseen.records),
            "seed {seed}"
        );
    }
}

#[test]
fn the_guarantee_holds_for_every_report_while_everything_goes_wrong() {
    let mut worlds = BTreeMap::new();
    for seed in 0..200 {
        let verdict = simulate(seed, Campaign::Guarantee, Trace::Off);
        assert_eq!(verdict.violation, None, "seed {seed}");
        assert_eq!((verdict.lost, verdict.doubled), (0, 0), "seed {seed}");
        assert!(verdict.runs >= 20, "seed {seed} has {} runs", verdict.runs);
        *worlds.entry(verdict.report).or_insert(0) += 1;
    }
    for report in zoomlogs_core::report::ALL {
        assert!(worlds[report.name] >= 40, "{worlds:?}");
    }
}
