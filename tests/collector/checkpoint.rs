//! A checkpoint that is lost, damaged, rolled back, or not ours.

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use serde_json::json;
use zoomlogs_core::report::ACTIVITIES;
use zoomlogs_core::store::Store as _;

use crate::world::{PREFIX, SCHEDULE, STATE_KEY, World, day};

fn delivered() -> World {
    let mut world = World::with_records(
        "2026-11-22T18:00:00Z",
        &["2026-11-20", "2026-11-21", "2026-11-22"],
        40,
    );
    world.settings.start_date = Some(day("2026-11-20"));
    world.settings.page_size = 7;
    world.run_until_delivered();
    world.settings.start_date = None;
    world
}

fn failure_of(world: &World) -> (String, String) {
    let failure = world.run(json!({})).failure.expect("a failure");
    (failure.kind().to_string(), failure.to_string())
}

#[test]
fn the_start_date_is_safe_before_zoom_is_first_asked() {
    let world = World::with_records("2026-11-22T23:59:00Z", &["2026-11-21"], 5);
    world
        .zoom
        .borrow_mut()
        .script(zoom_simulator::Script::new(zoom_simulator::Fault::Hang).always());
    world.run(json!({}));
    assert_eq!(world.checkpoint().start_date, day("2026-11-21"));
    // The day after, Zoom answers again.
    world.zoom.borrow_mut().clear_scripts();
    world.pass(TimeDelta::hours(1));
    world.run_until_delivered();
}

#[test]
fn deleted_it_goes_on_from_an_older_version() {
    let world = delivered();
    world.bucket.delete(STATE_KEY);
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["written"], 0);
    assert_eq!(world.checkpoint().start_date, day("2026-11-20"));
}

#[test]
fn damaged_it_is_replaced_by_an_older_version_merged_with_the_log() {
    for damage in ["", "{", "{\"version\":1}", "null"] {
        let world = delivered();
        world.bucket.overwrite(STATE_KEY, damage);
        world.add("2026-11-22", "2026-11-22T18:10:00Z", "new");
        world.pass(SCHEDULE);
        assert_eq!(world.scheduled()["written"], 1, "{damage:?}");
        world.assert_exactly_once();
        world.checkpoint();
    }
}

#[test]
fn edited_by_hand_it_is_not_believed() {
    let world = delivered();
    let (_, body) = world.bucket.all_versions(STATE_KEY).pop().unwrap();
    let edited = String::from_utf8(body.to_vec()).unwrap().replace(
        "\"settled_through\":\"2026-11-19\"",
        "\"settled_through\":\"2026-11-29\"",
    );
    world.bucket.overwrite(STATE_KEY, edited);
    world.add("2026-11-22", "2026-11-22T18:10:00Z", "new");
    world.run_until_delivered();
}

#[test]
fn gone_with_all_its_versions_it_begins_at_the_first_day_of_the_log() {
    let world = delivered();
    world.bucket.purge(STATE_KEY);
    world.pass(TimeDelta::days(2));
    world.arrive("2026-11-23", 5, 2);
    world.arrive("2026-11-24", 5, 2);
    world.run_until_delivered();
    assert_eq!(world.checkpoint().start_date, day("2026-11-20"));
}

#[test]
fn unreadable_with_an_empty_log_it_begins_where_the_first_run_did() {
    let world = World::new("1970-01-03T00:00:00Z");
    world.bucket.overwrite(STATE_KEY, "never readable");
    world.pass(TimeDelta::days(10));
    world.scheduled();
    // The in-memory bucket dates its first version to the second 1 of 1970.
    assert_eq!(world.checkpoint().start_date, day("1969-12-31"));
}

#[test]
fn rolled_back_to_any_of_its_versions_nothing_is_lost_or_doubled() {
    let world = delivered();
    world.arrive("2026-11-22", 11, 8);
    world.pass(TimeDelta::hours(7));
    world.run_until_delivered();
    let versions = world.bucket.all_versions(STATE_KEY);
    assert!(versions.len() > 3);
    for (_, body) in versions {
        world.bucket.overwrite(STATE_KEY, body);
        world.pass(SCHEDULE);
        world.run_until_delivered();
    }
}

#[test]
fn of_a_newer_format_it_stops_the_run() {
    let world = delivered();
    let objects = world.bucket.all_versions("").len();
    world
        .bucket
        .overwrite(STATE_KEY, r#"{"version":99,"anything":true}"#);
    let (kind, text) = failure_of(&world);
    assert_eq!(kind, "CheckpointNewer");
    assert!(
        text.contains("format 99") && text.contains("reads format 2"),
        "{text}"
    );
    // Deleted, the newest version is still the newer program's.
    world.bucket.delete(STATE_KEY);
    assert_eq!(failure_of(&world).0, "CheckpointNewer");
    assert_eq!(
        world.bucket.all_versions("").len(),
        objects + 1,
        "nothing was written"
    );
}

#[test]
fn without_the_newer_programs_versions_the_former_program_goes_on() {
    let world = delivered();
    // What the newer program wrote, twice; meanwhile it has delivered a record that no older version knows of.
    for _ in 0..2 {
        world
            .bucket
            .overwrite(STATE_KEY, r#"{"version":99,"anything":true}"#);
    }
    world.add("2026-11-22", "2026-11-22T18:10:00Z", "after the way back");
    assert_eq!(failure_of(&world).0, "CheckpointNewer");
    // As docs/operations.md says: all versions of the newer format are removed for good.
    let listed = world.bucket.list_versions(STATE_KEY, None);
    let newest_first = listed.now_or_never().unwrap().unwrap().versions;
    for version in newest_first.iter().take(2) {
        world.bucket.remove(STATE_KEY, &version.id);
    }
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["written"], 1);
    world.assert_exactly_once();
}

#[test]
fn of_another_log_it_stops_the_run() {
    let mut world = delivered();
    world.settings.s3_prefix = "zoom/other/".to_owned();
    let (kind, text) = failure_of(&world);
    assert_eq!(kind, "CheckpointOfOtherLog");
    assert!(
        text.contains(PREFIX) && text.contains("zoom/other/"),
        "{text}"
    );
}

#[test]
fn of_another_report_it_stops_the_run() {
    let mut world = delivered();
    world.settings.report = &ACTIVITIES;
    let (kind, text) = failure_of(&world);
    assert_eq!(kind, "CheckpointOfOtherLog");
    assert!(
        text.contains("of operationlogs under") && text.contains("of activities under"),
        "{text}"
    );
}

#[test]
fn a_start_date_in_the_future_begins_today() {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-22"], 5);
    world.settings.start_date = Some(day("2027-11-01"));
    assert_eq!(world.scheduled()["written"], 5);
}

#[test]
fn start_date_is_clamped_to_six_months_and_without_effect_later() {
    let mut world = World::new("2026-11-22T18:00:00Z");
    world.settings.start_date = Some(day("2025-01-01"));
    world.scheduled();
    assert_eq!(world.checkpoint().start_date, day("2026-05-22"));
    world.settings.start_date = Some(day("2026-11-01"));
    world.pass(SCHEDULE);
    world.scheduled();
    assert_eq!(world.checkpoint().start_date, day("2026-05-22"));
}
