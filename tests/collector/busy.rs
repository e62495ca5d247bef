//! A day with more records than the checkpoint carries.

use chrono::TimeDelta;
use serde_json::json;
use zoom_simulator::{Fault, Place, Script};
use zoomlogs_core::collector::Limits;
use zoomlogs_core::event::Event;

use crate::world::{PREFIX, SCHEDULE, STATE_KEY, World, at, day};

const TODAY: &str = "2026-11-22";

/// A world in which today has 1,500 records, all of them delivered and swept.
fn delivered() -> World {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &[TODAY], 1_500);
    world.settings.start_date = Some(day(TODAY));
    world.settings.max_records_per_object = 350;
    world.settings.limits = Limits {
        // Two pages and more: one with something new, and one with nothing new.
        carried_records: 700,
        ..Limits::default()
    };
    world.scheduled();
    world.assert_exactly_once();
    world.pass(SCHEDULE);
    world
}

/// Whether the log was read since this was last asked.
fn reads_the_log(world: &World) -> bool {
    let calls = world.bucket.take_calls();
    calls
        .iter()
        .any(|(action, key)| *action == "s3:GetObjectVersion" && key.starts_with(PREFIX))
}

#[test]
fn a_quiet_run_costs_three_requests_however_long_the_day_is() {
    let world = delivered();
    world.take_requests();
    world.take_calls();
    let answer = world.scheduled();
    assert_eq!(
        (&answer["written"], &answer["complete"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(world.take_requests(), 1);
    assert_eq!(world.take_calls(), ["s3:GetObject", "s3:PutObject"]);
}

#[test]
fn the_checkpoint_carries_the_newest_records_and_counts_all() {
    let world = delivered();
    let ledger = world.checkpoint().day(day(TODAY)).ledger;
    assert_eq!(ledger.records, 1_500);
    assert!((700..750).contains(&ledger.delivered.total()), "{ledger:?}");
    let (_, body) = world.bucket.all_versions(STATE_KEY).pop().unwrap();
    assert!(body.len() < 20_000, "{} bytes", body.len());
}

#[test]
fn new_rows_are_delivered_without_a_look_at_the_log_and_late_ones_with_it() {
    let world = delivered();
    world.take_calls();
    world.add(TODAY, "2026-11-22T18:10:00Z", "new");
    assert_eq!(world.scheduled()["written"], 1);
    assert!(!reads_the_log(&world));

    // At the head, but older than what the checkpoint carries: whether the log has it, the log says.
    let late = zoom_simulator::Record::new(
        at("2026-11-22T00:00:00Z"),
        "ada@example.com",
        "User",
        "Add",
        "late",
    );
    let mut zoom = world.zoom.borrow_mut();
    zoom.truth.insert(day(TODAY), Place::Head, late);
    drop(zoom);
    world.pass(SCHEDULE);
    world.scheduled();
    assert!(reads_the_log(&world));
    world.pass(TimeDelta::hours(6));
    world.run_until_delivered();
    world.assert_exactly_once();
}

#[test]
fn a_sweep_finds_what_arrived_late_and_delivers_nothing_twice() {
    let world = delivered();
    for (time, detail) in [
        ("00:00:01", "first"),
        ("12:00:00", "middle"),
        ("17:59:59", "last"),
    ] {
        world.add(TODAY, &format!("2026-11-22T{time}Z"), detail);
    }
    world.pass(TimeDelta::hours(6));
    world.take_calls();
    let answer = world.scheduled();
    assert_eq!(
        (&answer["written"], &answer["complete"]),
        (&json!(3), &json!(true))
    );
    assert!(reads_the_log(&world));
    world.assert_exactly_once();
    world.pass(TimeDelta::days(3));
    world.run_until_delivered();
    let entries = world.objects().len() as u64;
    assert_eq!(world.checkpoint().settled.get(&day(TODAY)), Some(&entries));
}

/// Cut short twice, with further rows in between: what it had seen is told by the log, and the twins behind the place are
/// known as twins.
#[test]
fn a_sweep_goes_on_over_three_runs() {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &[TODAY], 3_000);
    world.settings.start_date = Some(day(TODAY));
    world.settings.max_records_per_object = 350;
    world.settings.limits.carried_records = 400;
    let mut seen = 400;
    for _ in 0..2 {
        // On its fifth page: of the second run, the head takes two or three.
        let cut = Script::new(Fault::Status(503)).after(4).times(20);
        world.zoom.borrow_mut().script(cut);
        world.run(json!({}));
        world.zoom.borrow_mut().clear_scripts();
        let state = world.checkpoint().day(day(TODAY));
        let rows = state.partial.unwrap().seen.rows;
        assert!(rows > seen, "{rows} after {seen}");
        seen = rows;
        world.pass(TimeDelta::minutes(5));
        world.add(TODAY, "2026-11-22T18:05:00Z", "meanwhile");
    }
    let (_, body) = world.bucket.all_versions(STATE_KEY).pop().unwrap();
    assert!(body.len() < 16_000, "{} bytes", body.len());
    world.run_until_delivered();
}

#[test]
fn a_log_that_lost_an_entry_fails_the_day_and_delivers_nothing_again() {
    let world = delivered();
    let key = world.objects()[1].0.clone();
    world.bucket.purge(&key);
    let before = world.objects().len();
    world.pass(TimeDelta::hours(6));
    let failure = world.run(json!({})).failure.unwrap().to_string();
    assert!(failure.contains("000001.json.gz"), "{failure}");
    assert_eq!(world.objects().len(), before);
}

#[test]
fn a_run_that_is_killed_anywhere_in_a_sweep_loses_and_doubles_nothing() {
    for steps in (1..400).step_by(13) {
        let world = delivered();
        world.add(TODAY, "2026-11-22T03:00:00Z", "late");
        world.pass(TimeDelta::hours(6));
        let ended = world.run_killed(&Event::RUN, steps).is_some();
        world.run_until_delivered();
        if ended {
            return;
        }
    }
    panic!("the run takes more steps than this test tries");
}
