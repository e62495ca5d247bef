//! Zoom's limits, our budget, and what Zoom does wrong.

use chrono::TimeDelta;
use serde_json::json;
use support::PutFault;
use zoom_simulator::{Fault, RetryAfter, Script};
use zoomlogs_core::failure_kind::FailureKind;
use zoomlogs_core::store::StoreErrorKind;

use crate::world::{PREFIX, SCHEDULE, World, at, day};

fn world() -> World {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-21", "2026-11-22"], 100);
    world.settings.page_size = 10;
    world.settings.start_date = Some(day("2026-11-21"));
    world
}

#[test]
fn at_the_budget_the_run_commits_and_later_ones_wait_for_midnight() {
    let mut world = world();
    world.settings.daily_request_budget = 15;
    let answer = world.scheduled();
    assert_eq!(
        (&answer["complete"], &answer["requests"]),
        (&json!(false), &json!(15))
    );
    assert!(answer["written"].as_u64().unwrap() >= 100);
    assert_eq!(world.take_requests(), 15);
    world.pass(TimeDelta::hours(5));
    let waiting = world.scheduled();
    assert_eq!(
        (&waiting["complete"], world.take_requests()),
        (&json!(false), 0)
    );
    // The next day has a budget of its own.
    world.pass(TimeDelta::hours(2));
    world.settings.daily_request_budget = 500;
    world.run_until_delivered();
}

#[test]
fn the_budget_counts_retries_and_requests_without_an_answer() {
    let mut world = world();
    world.settings.daily_request_budget = 4;
    world
        .zoom
        .borrow_mut()
        .script(Script::new(Fault::CutBeforeAnswer).times(3));
    world.scheduled();
    assert_eq!(world.take_requests(), 4);
}

#[test]
fn the_daily_limit_pauses_all_runs_until_zoom_says() {
    let mut world = world();
    world.settings.limits.days_at_once = 1;
    let fault = Fault::DailyLimit {
        retry_after: RetryAfter::Rfc3339,
        headers: true,
    };
    world.zoom.borrow_mut().script(Script::new(fault).after(3));
    let answer = world.scheduled();
    assert_eq!(answer["complete"], false);
    assert_eq!(answer["written"], 30, "what was read before is delivered");
    assert_eq!(
        world.checkpoint().paused_until,
        Some(at("2026-11-23T00:00:00Z"))
    );
    world.take_requests();
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["complete"], false);
    assert_eq!(world.take_requests(), 0);
    world.pass(TimeDelta::hours(6));
    world.run_until_delivered();
}

#[test]
fn the_daily_limit_counts_even_where_what_was_read_cannot_be_delivered() {
    let mut world = world();
    world.settings.limits.days_at_once = 1;
    let fault = Fault::DailyLimit {
        retry_after: RetryAfter::Rfc3339,
        headers: true,
    };
    world.zoom.borrow_mut().script(Script::new(fault).after(1));
    for _ in 0..9 {
        let refused = PutFault::Refused(StoreErrorKind::Unavailable);
        world.bucket.fail_next_put(PREFIX, refused);
    }
    let outcome = world.run(json!({}));
    assert_eq!(
        outcome.failure.unwrap().kind(),
        FailureKind::BucketUnavailable
    );
    assert_eq!(world.take_requests(), 2, "no other day is asked for");
    world.pass(SCHEDULE);
    world.scheduled();
    assert_eq!(world.take_requests(), 0, "nor by the next run");
    world.pass(TimeDelta::hours(16));
    world.run_until_delivered();
}

/// A request that was sent before Zoom refused another is answered or not; none is sent after it.
#[test]
fn the_daily_limit_holds_for_the_days_that_are_read_side_by_side() {
    let mut world = World::new("2026-11-22T18:00:00Z");
    let first = day("2026-11-01");
    let days: Vec<_> = first.iter_days().take(22).collect();
    for day in &days {
        world.arrive(&day.to_string(), 100, 1);
    }
    world.settings.page_size = 10;
    world.settings.start_date = Some(first);
    let fault = Fault::DailyLimit {
        retry_after: RetryAfter::Rfc3339,
        headers: true,
    };
    world.zoom.borrow_mut().script(Script::new(fault).after(20));
    let answer = world.scheduled();
    assert_eq!(answer["complete"], false);
    let (requests, days_at_once) = (world.take_requests(), world.settings.limits.days_at_once);
    assert!((21..21 + days_at_once).contains(&requests), "{requests}");
    let read = answer["days"].as_array().unwrap().len();
    assert!(read > 1, "{answer}");
    world.pass(SCHEDULE);
    world.scheduled();
    assert_eq!(world.take_requests(), 0);
    world.pass(TimeDelta::hours(6));
    world.run_until_delivered();
}

#[test]
fn requests_keep_to_the_limit_per_second() {
    let world = world();
    world.scheduled();
    let zoom = world.zoom.borrow();
    let times: Vec<_> = zoom
        .requests()
        .iter()
        .filter(|request| request.path.contains("report"))
        .map(|request| request.time)
        .collect();
    assert!(times.len() >= 20);
    for window in times.windows(6) {
        assert!(window[5] - window[0] >= TimeDelta::seconds(1), "{window:?}");
    }
}

#[test]
fn a_day_that_zoom_cannot_serve_does_not_keep_the_others() {
    let world = world();
    let broken = Script::new(Fault::NotJson)
        .on_day(day("2026-11-21"))
        .at_page(4)
        .always();
    world.zoom.borrow_mut().script(broken);
    let outcome = world.run(json!({}));
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::ZoomUnavailable);
    assert!(
        failure
            .to_string()
            .contains("2026-11-21: Zoom gave no usable answer"),
        "{failure}"
    );
    assert_eq!(
        outcome.summary.written(),
        130,
        "today, and three pages of yesterday"
    );
    assert_eq!(outcome.summary.failed_days, [day("2026-11-21")]);
    world.zoom.borrow_mut().clear_scripts();
    world.pass(SCHEDULE);
    world.run_until_delivered();
}

#[test]
fn when_zoom_is_down_not_every_day_is_tried() {
    let mut world = world();
    world.settings.start_date = Some(day("2026-11-01"));
    world
        .zoom
        .borrow_mut()
        .script(Script::new(Fault::Status(503)).always());
    let outcome = world.run(json!({}));
    assert_eq!(
        outcome.summary.usage.requests, 12,
        "six attempts each for two days"
    );
    assert_eq!(
        outcome.failure.unwrap().kind(),
        FailureKind::ZoomUnavailable
    );
}

#[test]
fn two_broken_old_days_do_not_keep_the_later_ones() {
    let days = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];
    let mut world = World::with_records("2026-11-22T18:00:00Z", &days, 20);
    world.settings.start_date = Some(day("2026-11-19"));
    for date in &days[..2] {
        let broken = Script::new(Fault::NotJson).on_day(day(date)).always();
        world.zoom.borrow_mut().script(broken);
    }
    assert_eq!(world.run(json!({})).summary.written(), 40);
}

#[test]
fn an_endless_day_does_not_spend_the_requests_of_the_others() {
    let mut world = World::with_records("2026-11-22T00:10:00Z", &["2026-11-21"], 2_000);
    world.settings.start_date = Some(day("2026-11-21"));
    let endless = Script::new(Fault::RepeatedPage)
        .on_day(day("2026-11-21"))
        .always();
    for page in 1..=300 {
        world
            .zoom
            .borrow_mut()
            .script(endless.clone().at_page(page));
    }
    while world.clock.now() < at("2026-11-22T03:00:00Z") {
        world.run(json!({}));
        world.pass(SCHEDULE);
    }
    let spent = world.checkpoint().requests.spent;
    assert!(spent < 1_000, "{spent} requests in three hours");
}

#[test]
fn a_run_cut_by_its_deadline_is_no_failure() {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-22"], 1_500);
    world.settings.page_size = 10;
    world.timeout = TimeDelta::seconds(60);
    world
        .zoom
        .borrow_mut()
        .script(Script::new(Fault::Latency(777)).always());
    let mut cut = 0;
    for _ in 0..10 {
        cut += u32::from(world.scheduled()["complete"] == false);
        world.pass(TimeDelta::minutes(3));
    }
    assert!(cut > 0, "no run was cut");
    world.assert_exactly_once();
}

#[test]
fn many_rows_between_the_two_parts_of_a_sweep_are_no_endless_pages() {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-21"], 300);
    world.settings.start_date = Some(day("2026-11-21"));
    world.settings.page_size = 1;
    world.timeout = TimeDelta::seconds(60);
    assert_eq!(world.scheduled()["complete"], false);
    world.pass(TimeDelta::minutes(5));
    for row in 0..210 {
        world.add("2026-11-21", "2026-11-21T23:59:59Z", &format!("new {row}"));
    }
    world.timeout = TimeDelta::seconds(300);
    assert_eq!(world.scheduled()["complete"], true);
}

#[test]
fn a_head_read_cut_short_is_finished_by_a_sweep() {
    let world = world();
    world.run_until_delivered();
    // Four pages of new rows; Zoom breaks down on the second.
    world.arrive("2026-11-22", 40, 9);
    let broken = Script::new(Fault::NotJson)
        .on_day(day("2026-11-22"))
        .at_page(2)
        .times(6);
    world.zoom.borrow_mut().script(broken);
    assert!(world.run(json!({})).failure.is_some());
    world.pass(SCHEDULE);
    world.scheduled();
    world.assert_exactly_once();
}

#[test]
fn endless_pages_and_repeated_tokens_fail_their_day_only() {
    for (fault, kind) in [
        (Fault::RepeatedPageToken, "ZoomRepeatedToken"),
        (Fault::EmptyPage, "ZoomEndlessPages"),
        (Fault::RepeatedPage, "ZoomEndlessPages"),
    ] {
        let mut world =
            World::with_records("2026-11-22T18:00:00Z", &["2026-11-21", "2026-11-22"], 700);
        world.settings.start_date = Some(day("2026-11-21"));
        let script = Script::new(fault)
            .on_day(day("2026-11-21"))
            .at_page(2)
            .always();
        world.zoom.borrow_mut().script(script.clone());
        for page in 3..=300 {
            world.zoom.borrow_mut().script(script.clone().at_page(page));
        }
        let outcome = world.run(json!({}));
        assert_eq!(outcome.failure.unwrap().kind().as_str(), kind);
        assert!(outcome.summary.usage.requests < 300);
        world.zoom.borrow_mut().clear_scripts();
        world.pass(SCHEDULE);
        world.run_until_delivered();
    }
}
