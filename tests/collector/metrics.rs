//! What a run says of itself in its metrics.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::PutFault;
use zoom_simulator::{Fault, Script};
use zoomlogs_core::collector::Outcome;
use zoomlogs_core::failure_kind::FailureKind;
use zoomlogs_core::metrics;
use zoomlogs_core::store::StoreErrorKind;

use crate::world::{SCHEDULE, STATE_KEY, World, at, day};

const HOUR: f64 = 3600.0;

/// The metric's value in the line of a run that ended as this one; null when the line has no such metric.
fn value(world: &World, outcome: &Outcome, name: &str) -> Value {
    let line = metrics::embedded(outcome, "function", "request", world.clock.now());
    let defined = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        .as_array()
        .unwrap()
        .iter()
        .any(|metric| metric["Name"] == name);
    assert_eq!(defined, line.get(name).is_some(), "{name} in {line}");
    line[name].clone()
}

fn oldest_open_day(world: &World) -> f64 {
    let outcome = world.run(json!({}));
    value(world, &outcome, "OldestOpenDayAgeSeconds")
        .as_f64()
        .unwrap()
}

#[test]
fn the_oldest_open_day_is_as_old_as_its_end_is_past() {
    let mut world = World::with_records("2026-11-20T12:00:00Z", &["2026-11-20"], 5);
    world.settings.start_date = Some(day("2026-11-20"));
    assert_eq!(oldest_open_day(&world), 0.0, "only today is open");

    world.clock.set(at("2026-11-21T06:00:00Z"));
    assert_eq!(oldest_open_day(&world), 6.0 * HOUR);
    // The last run that finds it open, and the one that settles it: then the day after it is the oldest.
    world.clock.set(at("2026-11-22T23:59:00Z"));
    assert_eq!(oldest_open_day(&world), 47.0 * HOUR + 59.0 * 60.0);
    world.clock.set(at("2026-11-23T00:00:00Z"));
    assert_eq!(oldest_open_day(&world), 24.0 * HOUR);
}

#[test]
fn a_day_that_cannot_be_read_ages_beyond_the_time_for_late_records() {
    let mut world = World::with_records("2026-11-20T12:00:00Z", &["2026-11-20", "2026-11-21"], 5);
    world.settings.start_date = Some(day("2026-11-20"));
    let broken = Script::new(Fault::NotJson)
        .on_day(day("2026-11-20"))
        .always();
    world.zoom.borrow_mut().script(broken);
    world.run(json!({}));
    world.clock.set(at("2026-11-24T00:00:00Z"));
    // The run's retries take their time.
    let age = oldest_open_day(&world);
    assert!((72.0 * HOUR..73.0 * HOUR).contains(&age), "{age}");

    // Mended, it is read, and settles by the next sweep, which finds nothing more.
    world.zoom.borrow_mut().clear_scripts();
    world.pass(SCHEDULE);
    world.run(json!({}));
    world.pass(world.settings.full_sweep);
    assert!(oldest_open_day(&world) < 48.0 * HOUR);
}

#[test]
fn a_run_that_never_saw_the_checkpoint_says_nothing_of_open_days() {
    let world = World::new("2026-11-20T12:00:00Z");
    let denied = PutFault::Refused(StoreErrorKind::Denied);
    world.bucket.fail_next_put(STATE_KEY, denied);
    let outcome = world.run(json!({}));
    assert_eq!(
        outcome.failure.as_ref().unwrap().kind(),
        FailureKind::BucketDenied
    );
    assert_eq!(
        value(&world, &outcome, "OldestOpenDayAgeSeconds"),
        Value::Null
    );
    assert_eq!(value(&world, &outcome, "CredentialsRefused"), 0.0);
}

#[test]
fn refused_credentials_are_told_from_other_failures_until_they_are_mended() {
    let refused = |world: &World| {
        let outcome = world.run(json!({}));
        let refused = value(world, &outcome, "CredentialsRefused");
        (outcome.failure.map(|failure| failure.kind()), refused)
    };
    let world = World::with_records("2026-11-20T12:00:00Z", &["2026-11-20"], 5);
    world.zoom.borrow_mut().settings.permission = false;
    assert_eq!(
        refused(&world),
        (Some(FailureKind::ZoomNoPermission), json!(1.0))
    );
    world.zoom.borrow_mut().settings.permission = true;
    world.pass(SCHEDULE);
    assert_eq!(refused(&world), (None, json!(0.0)));

    world.pass(SCHEDULE);
    let revoked = Script::new(Fault::InvalidAccessToken).always();
    world.zoom.borrow_mut().script(revoked);
    assert_eq!(
        refused(&world),
        (Some(FailureKind::ZoomUnauthorized), json!(1.0))
    );

    world.zoom.borrow_mut().clear_scripts();
    world.pass(TimeDelta::hours(7));
    let down = Script::new(Fault::Status(503)).always();
    world.zoom.borrow_mut().script(down);
    assert_eq!(
        refused(&world),
        (Some(FailureKind::ZoomUnavailable), json!(0.0))
    );
}
