//! Two functions, each with a report of its own, on one bucket and one Zoom account.

use chrono::TimeDelta;
use serde_json::json;
use zoom_simulator::{Fault, Script};
use zoomlogs_core::event::Event;
use zoomlogs_core::failure_kind::FailureKind;
use zoomlogs_core::report::{ACTIVITIES, ALL, OPERATION_LOGS, Report};

use crate::world::{SCHEDULE, World, day};

const DAYS: [&str; 2] = ["2026-11-21", "2026-11-22"];

/// Two days of `report` on several small pages, delivered in several objects.
fn world_of(report: &'static Report) -> World {
    let mut world = World::of(report, "2026-11-22T18:00:00Z");
    world.settings.start_date = Some(day(DAYS[0]));
    world.settings.page_size = 4;
    world.settings.max_records_per_object = 6;
    for date in DAYS {
        world.arrive(date, 23, 1);
    }
    world
}

/// The same with both reports in Zoom.
fn world_of_both() -> World {
    let mut world = world_of(&ACTIVITIES);
    turn_to(&mut world, &OPERATION_LOGS);
    for date in DAYS {
        world.arrive(date, 23, 1);
    }
    world
}

/// From now on the world's function is the one that collects `report`.
fn turn_to(world: &mut World, report: &'static Report) {
    world.settings = world.settings_of(report);
}

/// Each report's records are in the bucket exactly once, and nothing is there but both logs and both checkpoints.
fn assert_each_exactly_once(world: &mut World) {
    for report in ALL {
        turn_to(world, report);
        world.assert_exactly_once();
    }
    for (key, _) in world.bucket.all_versions("") {
        let own = |report: &&Report| {
            let entry = key.starts_with(&format!("{}2026/", report.prefix()))
                && key.contains(&format!("/zoom-{}-2026-", report.name));
            entry || key == report.state_key()
        };
        assert_eq!(ALL.iter().filter(|report| own(report)).count(), 1, "{key}");
    }
}

#[test]
fn sign_ins_arrive_exactly_once_under_their_own_keys() {
    let mut world = World::of(&ACTIVITIES, "2026-11-22T18:00:00Z");
    world.settings.start_date = Some(day(DAYS[0]));
    for date in DAYS {
        world.arrive(date, 1_000, 1);
    }
    let answer = world.scheduled();
    assert_eq!(
        (&answer["written"], &answer["complete"]),
        (&json!(2_000), &json!(true))
    );
    world.assert_exactly_once();
    assert_eq!(
        answer["objects"][0],
        "zoom/activities/2026/11/22/zoom-activities-2026-11-22-000000.json.gz"
    );
    let keys = world.bucket.all_versions("zoom/state/");
    assert!(
        keys.iter()
            .all(|(key, _)| key == "zoom/state/activities.json")
    );
    let distinct: std::collections::BTreeSet<_> = world
        .objects()
        .into_iter()
        .flat_map(|(_, lines)| lines)
        .collect();
    assert!(distinct.len() < 2_000, "the simulator made no equal rows");
    world.pass(TimeDelta::hours(7));
    assert_eq!(world.scheduled()["written"], 0);
}

#[test]
fn a_field_that_zoom_adds_to_sign_ins_delivers_nothing_again() {
    let world = world_of(&ACTIVITIES);
    world.run_until_delivered();
    let fields = serde_json::Map::from_iter([("device_id".to_owned(), json!("d"))]);
    let extra = zoom_simulator::ExtraFields {
        since: world.clock.now(),
        fields,
    };
    world.zoom.borrow_mut().settings.extra_fields = Some(extra);
    world.pass(TimeDelta::hours(7));
    assert_eq!(world.scheduled()["written"], 0);
}

#[test]
fn two_functions_side_by_side_and_killed_at_any_step_each_deliver_exactly_once() {
    // Whether each has been seen to come to its end with all the steps that it was given.
    let mut ended = [false; 2];
    let mut steps = 0;
    while ended != [true; 2] {
        let mut world = world_of_both();
        let settings = ALL.map(|report| world.settings_of(report));
        // One dies at every step of its run in turn, the other at some step or never.
        let dying = usize::from(steps % 3 == 0);
        let mut lives = [[usize::MAX, steps * 7 % 61][steps % 2]; 2];
        lives[dying] = steps;
        let outcomes = world.run_at_once(settings, steps as u64, lives);
        for outcome in outcomes.iter().flatten() {
            assert_eq!(outcome.failure, None);
        }
        world.pass(SCHEDULE);
        for report in ALL {
            turn_to(&mut world, report);
            world.run_until_delivered();
        }
        assert_each_exactly_once(&mut world);
        ended[dying] |= outcomes[dying].is_some();
        steps += 1;
    }
    assert!(steps > 40, "the runs have only {steps} steps");
}

#[test]
fn a_missing_scope_of_one_report_leaves_the_other_working_and_is_named() {
    for (broken, works) in [
        (&ACTIVITIES, &OPERATION_LOGS),
        (&OPERATION_LOGS, &ACTIVITIES),
    ] {
        let mut world = world_of_both();
        world.zoom.borrow_mut().settings.scopes = vec![works.scope.to_owned()];
        turn_to(&mut world, broken);
        let failure = world.run(json!({})).failure.unwrap();
        assert_eq!(failure.kind(), FailureKind::ZoomMissingScope);
        let text = failure.to_string();
        assert!(text.contains(&format!("add {}", broken.scope)), "{text}");
        assert!(!text.contains(works.scope), "{text}");
        turn_to(&mut world, works);
        world.run_until_delivered();

        // Once the app has both, nothing was lost for it.
        world.zoom.borrow_mut().settings.scopes =
            ALL.map(|report| report.scope.to_owned()).to_vec();
        turn_to(&mut world, broken);
        world.run_until_delivered();
        assert_each_exactly_once(&mut world);
    }
}

#[test]
fn a_role_that_may_not_see_one_report_is_told_the_rights_of_that_one() {
    let world = world_of(&ACTIVITIES);
    let script = Script::new(Fault::NoPermission).of(world.report()).always();
    world.zoom.borrow_mut().script(script);
    let failure = world.run(json!({})).failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::ZoomNoPermission);
    let text = failure.to_string();
    assert!(
        text.contains(ACTIVITIES.rights) && !text.contains(OPERATION_LOGS.rights),
        "{text}"
    );
}

#[test]
fn the_accounts_daily_quota_used_up_by_one_stops_the_other_until_midnight() {
    let mut world = world_of_both();
    world.zoom.borrow_mut().settings.per_day = 14;
    for report in [&OPERATION_LOGS, &ACTIVITIES] {
        turn_to(&mut world, report);
        world.scheduled();
    }
    assert!(!world.missing_and_doubled().is_empty());
    world.take_requests();
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["complete"], false);
    assert_eq!(world.take_requests(), 0);
    world.zoom.borrow_mut().settings.per_day = 30_000;
    world.pass(TimeDelta::hours(6));
    for report in ALL {
        turn_to(&mut world, report);
        world.run_until_delivered();
    }
    assert_each_exactly_once(&mut world);
}

#[test]
fn the_checkpoint_of_one_report_is_never_taken_for_the_others() {
    let mut world = world_of_both();
    world.run_until_delivered();
    let objects = world.bucket.all_versions("").len();
    world.settings.report = &ACTIVITIES;
    let failure = world.run(json!({})).failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::CheckpointOfOtherLog);
    let text = failure.to_string();
    assert!(
        text.contains("operationlogs under") && text.contains("activities under"),
        "{text}"
    );
    assert_eq!(world.bucket.all_versions("").len(), objects);
}

#[test]
fn a_replay_of_one_report_asks_for_nothing_else() {
    let mut world = world_of_both();
    for report in ALL {
        turn_to(&mut world, report);
        world.run_until_delivered();
    }
    world.zoom.borrow_mut().clear_requests();
    turn_to(&mut world, &ACTIVITIES);
    world.arrive(DAYS[0], 5, 9);
    let event = json!({"from": DAYS[0], "to": DAYS[0]});
    let event = Event::parse(&event, world.clock.now()).unwrap();
    let replay = world.run_killed(&event, usize::MAX).unwrap();
    assert_eq!((replay.failure, replay.summary.written()), (None, 5));
    let zoom = world.zoom.borrow();
    assert_eq!(
        zoom.request_count_of(zoom_simulator::Report::OperationLogs),
        0
    );
    assert!(zoom.request_count_of(zoom_simulator::Report::Activities) > 0);
    drop(zoom);
    assert_each_exactly_once(&mut world);
}
