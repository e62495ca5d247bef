//! What lands in the bucket when nothing goes wrong.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;
use zoom_simulator::{Fault, Place, Script};

use crate::world::{PREFIX, SCHEDULE, World, day};

const DAYS: [&str; 3] = ["2026-11-20", "2026-11-21", "2026-11-22"];

fn three_days() -> World {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &DAYS, 1_000);
    world.settings.start_date = Some(day(DAYS[0]));
    world
}

#[test]
fn three_days_arrive_at_the_first_run_equal_rows_included() {
    let world = three_days();
    let answer = world.scheduled();
    world.assert_exactly_once();
    assert_eq!(
        (&answer["written"], &answer["complete"]),
        (&json!(3_000), &json!(true))
    );
    assert_eq!(answer["date"], "2026-11-22");
    for (index, date) in DAYS.iter().enumerate() {
        assert_eq!(answer["days"][index]["date"], *date);
        assert_eq!(answer["days"][index]["written"], 1_000);
        assert_eq!(answer["days"][index]["swept"], true);
    }
    assert_eq!(answer["settled_through"], "2026-11-19");
    let distinct: BTreeSet<_> = world
        .objects()
        .into_iter()
        .flat_map(|(_, lines)| lines)
        .collect();
    assert!(distinct.len() < 3_000, "the simulator made no equal rows");
}

#[test]
fn keys_are_numbered_by_the_day_asked_and_lines_are_oldest_first() {
    let world = three_days();
    let answer = world.scheduled();
    let key = |day: &str, seq| {
        format!(
            "{PREFIX}{}/zoom-operationlogs-{day}-{seq:06}.json.gz",
            day.replace('-', "/")
        )
    };
    for date in DAYS {
        let written: Vec<_> = world
            .objects()
            .into_iter()
            .filter(|(key, _)| key.contains(date))
            .collect();
        for (seq, (name, lines)) in written.iter().enumerate() {
            assert_eq!(*name, key(date, seq));
            assert!(answer["objects"].as_array().unwrap().contains(&json!(name)));
            let times: Vec<_> = lines.iter().map(|line| line[9..29].to_owned()).collect();
            assert!(times.is_sorted(), "{name}");
        }
    }
}

#[test]
fn a_quiet_run_is_one_request_one_read_and_one_write() {
    let world = three_days();
    world.scheduled();
    for _ in 0..2 {
        world.pass(SCHEDULE);
        world.take_requests();
        world.take_calls();
        let answer = world.scheduled();
        assert_eq!(
            (&answer["written"], &answer["objects"]),
            (&json!(0), &json!([]))
        );
        assert_eq!(world.take_requests(), 1, "today's head");
        assert_eq!(world.take_calls(), ["s3:GetObject", "s3:PutObject"]);
    }
}

#[test]
fn new_rows_of_today_arrive_with_the_next_run() {
    let world = three_days();
    world.scheduled();
    world.pass(SCHEDULE);
    world.take_requests();
    world.add(
        "2026-11-22",
        "2026-11-22T18:10:00Z",
        "Add User new@example.com",
    );
    let answer = world.scheduled();
    assert_eq!(
        (answer["written"].as_u64(), world.take_requests()),
        (Some(1), 2)
    );
    world.assert_exactly_once();
}

#[test]
fn late_rows_anywhere_in_the_list_arrive_with_the_next_sweep_once() {
    let world = three_days();
    world.scheduled();
    world.add(
        "2026-11-21",
        "2026-11-21T00:00:01Z",
        "late, at the end of yesterday's list",
    );
    world.add(
        "2026-11-22",
        "2026-11-22T00:00:01Z",
        "late, at the end of today's list",
    );
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["written"], 0, "they are below the heads");
    world.pass(TimeDelta::hours(6));
    let outcome = world.run(json!({}));
    assert_eq!((outcome.summary.written(), outcome.summary.late), (2, 2));
    world.assert_exactly_once();
}

#[test]
fn rows_that_arrive_during_a_sweep_are_neither_lost_nor_doubled() {
    let world = three_days();
    let today = day("2026-11-22");
    for page in 2..=4 {
        let time = "2026-11-22T18:00:30Z";
        let text = format!(
            r#"{{"time":"{time}","operator":"x","category_type":"User","action":"Add","operation_detail":"{page}"}}"#
        );
        let record = zoom_simulator::Record::from_json(&text).unwrap();
        let fault = Fault::Arrival {
            date: today,
            place: Place::Head,
            records: vec![record],
        };
        world
            .zoom
            .borrow_mut()
            .script(Script::new(fault).on_day(today).at_page(page));
    }
    world.run_until_delivered();
    world.pass(TimeDelta::hours(6));
    world.run_until_delivered();
}

#[test]
fn an_object_holds_at_most_so_many_records() {
    let mut world = three_days();
    world.settings.max_records_per_object = 400;
    world.scheduled();
    world.assert_exactly_once();
    let sizes: Vec<_> = world
        .objects()
        .iter()
        .map(|(_, lines)| lines.len())
        .collect();
    assert!(
        sizes.len() >= 9 && sizes.iter().all(|&size| (1..=400).contains(&size)),
        "{sizes:?}"
    );
}

#[test]
fn a_record_stays_as_zoom_sent_it() {
    let world = World::new("2026-11-22T18:00:00Z");
    let text = r#"{"zz":1.50,"time":"2026-11-22T17:00:00Z","operator":"caf\u00e9","action":"\/","operation_detail":"  – ☃ ","big":12345678901234567890}"#;
    let record = zoom_simulator::Record::from_json(text).unwrap();
    world.zoom.borrow_mut().truth.add(day("2026-11-22"), record);
    world.zoom.borrow_mut().settings.layout = zoom_simulator::Layout::Pretty;
    world.scheduled();
    assert_eq!(world.objects()[0].1, [text]);
}

#[test]
fn a_dry_run_reads_and_writes_nothing() {
    let world = three_days();
    let outcome = world.run(json!({"dry_run": true}));
    let answer = serde_json::to_value(outcome.summary.answer()).unwrap();
    assert_eq!(
        (&answer["written"], &answer["dry_run"]),
        (&json!(3_000), &json!(true))
    );
    assert_eq!(answer["objects"], json!([]));
    assert!(!world.take_calls().contains(&"s3:PutObject"));
    assert_eq!(world.bucket.all_versions("").len(), 0);
    world.scheduled();
    world.assert_exactly_once();
    let nothing_left = world.run(json!({"dry_run": true}));
    assert_eq!(nothing_left.summary.written(), 0);
}

#[test]
fn a_field_that_zoom_adds_later_delivers_nothing_again() {
    let world = three_days();
    world.scheduled();
    let fields = serde_json::Map::from_iter([("region".to_owned(), json!("eu"))]);
    let extra = zoom_simulator::ExtraFields {
        since: world.clock.now(),
        fields,
    };
    world.zoom.borrow_mut().settings.extra_fields = Some(extra);
    world.pass(TimeDelta::hours(7));
    assert_eq!(world.scheduled()["written"], 0);
}
