//! Replays: past days once more, delivering only what the bucket lacks.

use chrono::TimeDelta;
use serde_json::json;
use zoomlogs_core::failure_kind::FailureKind;

use crate::world::{PREFIX, SCHEDULE, World, day};

/// Three days, all settled but today.
fn settled() -> World {
    let mut world = World::with_records("2026-11-19T18:00:00Z", &["2026-11-18", "2026-11-19"], 30);
    world.settings.start_date = Some(day("2026-11-18"));
    world.settings.page_size = 7;
    while world
        .checkpoint_or_none()
        .is_none_or(|through| through < day("2026-11-19"))
    {
        world.scheduled();
        world.pass(TimeDelta::hours(5));
    }
    world
}

impl World {
    fn checkpoint_or_none(&self) -> Option<chrono::NaiveDate> {
        (!self.bucket.all_versions("").is_empty()).then(|| self.checkpoint().settled_through)
    }

    fn replay(&self, from: &str, to: &str) -> zoomlogs_core::collector::Outcome {
        self.run(json!({"from": from, "to": to}))
    }
}

#[test]
fn a_settled_day_is_read_again_and_only_what_is_new_is_delivered() {
    let world = settled();
    assert_eq!(
        world.replay("2026-11-18", "2026-11-19").summary.written(),
        0
    );
    world.add("2026-11-18", "2026-11-18T03:00:00Z", "found after weeks");
    world.pass(SCHEDULE);
    assert_eq!(
        world.scheduled()["written"],
        0,
        "no ordinary run reads a settled day"
    );
    let outcome = world.replay("2026-11-18", "2026-11-19");
    assert_eq!((outcome.summary.written(), outcome.failure), (1, None));
    world.assert_exactly_once();
    assert_eq!(
        world.checkpoint().settled_through,
        day("2026-11-19").max(world.checkpoint().settled_through)
    );
    world.run_until_delivered();
}

#[test]
fn a_day_that_took_two_runs_is_reported_with_all_its_rows() {
    let mut world = settled();
    let outcome = world.replay("2026-11-18", "2026-11-18");
    let whole = outcome.summary.days[&day("2026-11-18")].clone();
    assert_eq!(whole.in_zoom, Some(30));

    let budget = world.settings.daily_request_budget;
    let today = world.clock.now().date_naive();
    world.settings.daily_request_budget = world.checkpoint().requests.on(today) + 2;
    let cut = world.replay("2026-11-18", "2026-11-18").summary;
    assert!(!cut.complete);
    assert_eq!(cut.days[&day("2026-11-18")].in_zoom, None);
    world.settings.daily_request_budget = budget;
    let rest = world.replay("2026-11-18", "2026-11-18").summary;
    let rest = rest.days[&day("2026-11-18")].clone();
    assert_eq!(rest.in_zoom, Some(30));
    assert_eq!(
        rest.already_delivered,
        30 - 2 * 7,
        "it went on where the first one stopped"
    );
}

#[test]
fn days_before_the_start_can_be_replayed() {
    let world = settled();
    world.arrive("2026-11-10", 25, 3);
    let outcome = world.replay("2026-11-09", "2026-11-11");
    assert_eq!((outcome.summary.written(), outcome.failure), (25, None));
    world.run_until_delivered();
}

#[test]
fn a_log_that_lost_entries_fails_the_day_instead_of_delivering_it_again() {
    let world = settled();
    let objects = world.objects();
    let (last, _) = objects
        .iter()
        .rfind(|(key, _)| key.contains("2026-11-18"))
        .unwrap();
    world.bucket.purge(last);
    let before = world.objects().len();
    let failure = world.replay("2026-11-18", "2026-11-19").failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::LogShort);
    assert!(
        failure.to_string().contains("the log of 2026-11-18 has"),
        "{failure}"
    );
    assert_eq!(world.objects().len(), before);
}

#[test]
fn a_gap_in_the_log_fails_the_day() {
    let mut world = settled();
    world.settings.max_records_per_object = 3;
    world.arrive("2026-11-18", 12, 9);
    assert_eq!(world.replay("2026-11-18", "2026-11-18").failure, None);
    let objects = world.objects();
    let keys: Vec<_> = objects
        .iter()
        .filter(|(key, _)| key.contains("2026-11-18"))
        .collect();
    assert!(keys.len() > 3);
    world.bucket.purge(&keys[1].0);
    world.bucket.purge(crate::world::STATE_KEY);
    let failure = world.replay("2026-11-18", "2026-11-18").failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::LogGap);
    assert!(failure.to_string().contains(&keys[1].0), "{failure}");
}

#[test]
fn an_entry_that_cannot_be_read_fails_its_day_and_is_never_skipped() {
    let world = settled();
    let key = format!("{PREFIX}2026/11/18/zoom-operationlogs-2026-11-18-000000.json.gz");
    world.bucket.purge(&key);
    world.bucket.overwrite(&key, "not gzip");
    let outcome = world.replay("2026-11-18", "2026-11-19");
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::LogDamaged);
    assert!(failure.to_string().contains(&key), "{failure}");
    assert!(
        outcome.summary.days.contains_key(&day("2026-11-19")),
        "the other day goes on"
    );
}

#[test]
fn a_replay_cut_short_beside_an_ordinary_run_is_not_forgotten() {
    let world = settled();
    world.arrive("2026-11-18", 300, 5);
    world.run_beside_a_cut_replay("2026-11-18");
    world.pass(SCHEDULE);
    world.run_until_delivered();
}

#[test]
fn neither_a_replay_nor_a_dry_run_counts_as_a_complete_run() {
    let world = settled();
    let age = |event| world.run(event).summary.since_complete_run.unwrap();
    world.pass(TimeDelta::hours(10));
    assert!(age(json!({"dry_run": true})) >= TimeDelta::hours(10));
    assert!(age(json!({"from": "2026-11-18", "to": "2026-11-18"})) >= TimeDelta::hours(10));
    assert_eq!(age(json!({})), TimeDelta::zero());
}

#[test]
fn a_replay_cut_short_is_finished_by_ordinary_runs() {
    let mut world = settled();
    world.arrive("2026-11-18", 300, 5);
    world.timeout = TimeDelta::seconds(6);
    let outcome = world.replay("2026-11-18", "2026-11-18");
    assert_eq!((outcome.failure, outcome.summary.complete), (None, false));
    world.timeout = TimeDelta::seconds(300);
    world.pass(SCHEDULE);
    world.run_until_delivered();
}
