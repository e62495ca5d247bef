//! Days open, are swept, settle, or are lost.

use chrono::{Days, TimeDelta};
use serde_json::json;

use crate::world::{SCHEDULE, World, at, day};

/// Runs by the schedule until `until`.
fn run_until(world: &World, until: &str) {
    while world.clock.now() < at(until) {
        world.scheduled();
        world.pass(SCHEDULE);
    }
}

#[test]
fn a_day_settles_by_a_sweep_that_began_late_enough_and_found_nothing() {
    let mut world = World::with_records("2026-11-21T12:00:00Z", &["2026-11-20"], 10);
    world.settings.start_date = Some(day("2026-11-20"));
    run_until(&world, "2026-11-23T00:00:00Z");
    assert_eq!(world.checkpoint().settled_through, day("2026-11-19"));
    run_until(&world, "2026-11-23T00:15:00Z");
    assert_eq!(world.checkpoint().settled_through, day("2026-11-20"));
    let checkpoint = world.checkpoint();
    assert_eq!(
        checkpoint.settled[&day("2026-11-20")],
        1,
        "only the number of entries is kept"
    );
    assert!(!checkpoint.days.contains_key(&day("2026-11-20")));
}

#[test]
fn a_row_found_by_the_settling_sweep_keeps_the_day_open() {
    let mut world = World::with_records("2026-11-21T12:00:00Z", &["2026-11-20"], 10);
    world.settings.start_date = Some(day("2026-11-20"));
    run_until(&world, "2026-11-22T23:59:00Z");
    world.add("2026-11-20", "2026-11-20T05:00:00Z", "very late");
    run_until(&world, "2026-11-23T00:20:00Z");
    world.assert_exactly_once();
    assert_eq!(world.checkpoint().settled_through, day("2026-11-19"));
    run_until(&world, "2026-11-23T06:30:00Z");
    assert_eq!(world.checkpoint().settled_through, day("2026-11-20"));
}

#[test]
fn after_an_outage_every_missed_day_is_caught_up() {
    let mut world = World::with_records("2026-11-10T12:00:00Z", &["2026-11-10"], 10);
    world.settings.start_date = Some(day("2026-11-10"));
    world.scheduled();
    world.pass(TimeDelta::days(9));
    for date in day("2026-11-11").iter_days().take(9) {
        world.arrive(&date.to_string(), 20, 2);
    }
    world.scheduled();
    world.assert_exactly_once();
}

#[test]
fn a_row_of_another_day_is_delivered_and_tomorrow_is_asked_for_from_then_on() {
    let world = World::new("2026-11-22T18:00:00Z");
    world.scheduled();
    world.add("2026-11-22", "2026-11-23T01:00:00Z", "of tomorrow");
    world.pass(SCHEDULE);
    let outcome = world.run(json!({}));
    assert_eq!(
        (outcome.summary.written(), outcome.summary.misdated),
        (1, 1)
    );
    world.arrive("2026-11-23", 3, 1);
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["written"], 3);
    world.assert_exactly_once();
}

#[test]
fn days_beyond_six_months_are_closed_as_lost_and_reported() {
    let mut world = World::with_records("2026-05-01T12:00:00Z", &["2026-05-01"], 5);
    world.settings.start_date = Some(day("2026-04-30"));
    world.scheduled();
    // An outage of more than six months: until 1 December, 30 November less six months is 30 May.
    world.pass(TimeDelta::days(213));
    assert_eq!(world.clock.now().date_naive(), day("2026-11-30"));
    let outcome = world.run(json!({}));
    assert_eq!(outcome.failure, None);
    assert_eq!(outcome.summary.lost.first(), Some(&day("2026-04-30")));
    assert_eq!(outcome.summary.lost.last(), Some(&day("2026-05-29")));
    // The days that Zoom still has were empty, and settled by their first sweep.
    assert_eq!(world.checkpoint().settled_through, day("2026-11-27"));
}

#[test]
fn a_day_that_zoom_refuses_as_too_old_is_closed_as_lost_alone() {
    let mut world = World::with_records("2026-11-22T12:00:00Z", &["2026-11-22"], 5);
    world.settings.start_date = Some(day("2026-05-22"));
    world.zoom.borrow_mut().settings.history_months = 5;
    let outcome = world.run(json!({}));
    assert_eq!(outcome.failure, None);
    assert_eq!(outcome.summary.lost.len(), 31);
    assert_eq!(outcome.summary.lost.last(), Some(&day("2026-06-21")));
    world.assert_exactly_once();
}

#[test]
fn a_sweep_too_long_for_one_run_goes_on_where_it_stopped() {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-22"], 1_000);
    world.settings.page_size = 10;
    world.settings.start_date = Some(day("2026-11-22"));
    world.timeout = TimeDelta::seconds(6);
    let mut runs = 0;
    let mut pages = 0;
    loop {
        runs += 1;
        let answer = world.scheduled();
        pages += answer["days"][0]["pages"].as_u64().unwrap();
        if answer["complete"] == true {
            break;
        }
        world.pass(TimeDelta::minutes(5));
    }
    assert!(runs > 2, "one run was enough");
    world.pass(SCHEDULE);
    world.timeout = TimeDelta::seconds(300);
    world.run_until_delivered();
    // 100 pages, a page of the head in each later run, and what a second sweep for equal rows took.
    assert!(pages < 100 * 3, "{pages} pages: it begins anew each time");
}

#[test]
fn a_sweep_whose_token_expired_begins_anew_and_loses_nothing() {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-22"], 500);
    world.settings.page_size = 10;
    world.settings.start_date = Some(day("2026-11-22"));
    world.timeout = TimeDelta::seconds(6);
    assert_eq!(world.scheduled()["complete"], false);
    world.pass(TimeDelta::minutes(16));
    world.timeout = TimeDelta::seconds(300);
    world.scheduled();
    world.assert_exactly_once();
}

#[test]
fn a_page_token_refused_in_the_middle_restarts_the_day() {
    let world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-22"], 700);
    let fault = zoom_simulator::Fault::PageTokensForgotten;
    world
        .zoom
        .borrow_mut()
        .script(zoom_simulator::Script::new(fault).at_page(3));
    let answer = world.scheduled();
    assert_eq!(answer["complete"], true);
    world.run_until_delivered();
}

#[test]
fn settled_days_are_remembered_no_longer_than_they_can_be_replayed() {
    let mut world = World::new("2026-05-01T12:00:00Z");
    world.settings.late_arrival = TimeDelta::zero();
    for _ in 0..230 {
        world.scheduled();
        world.pass(TimeDelta::days(1));
    }
    let checkpoint = world.checkpoint();
    let today = world.clock.now().date_naive();
    assert!(checkpoint.settled_through >= today - Days::new(3));
    assert!(
        (198..=202).contains(&checkpoint.settled.len()),
        "{}",
        checkpoint.settled.len()
    );
}
