//! Runs that die, overlap, or never learn that their write succeeded.

use chrono::TimeDelta;
use support::PutFault;
use zoomlogs_core::event::Event;
use zoomlogs_core::failure_kind::FailureKind;
use zoomlogs_core::store::StoreErrorKind;

use serde_json::json;
use zoom_simulator::{Endpoint, Fault, Paging, Script};

use crate::world::{PREFIX, SCHEDULE, STATE_KEY, World, day};

/// Two days on several small pages, delivered in several objects.
fn small() -> World {
    let mut world = World::with_records("2026-11-22T18:00:00Z", &["2026-11-21", "2026-11-22"], 23);
    world.settings.start_date = Some(day("2026-11-21"));
    world.settings.page_size = 4;
    world.settings.max_records_per_object = 6;
    world
}

/// The same after its first run, with new rows at the head of today and late ones in the middle of both days, when
/// all sweeps are due.
fn small_with_news() -> World {
    let world = small();
    world.run_until_delivered();
    world.pass(TimeDelta::hours(7));
    world.arrive("2026-11-22", 9, 3);
    world.arrive("2026-11-21", 3, 4);
    world.arrive("2026-11-23", 9, 5);
    world
}

#[test]
fn killed_at_any_step_and_run_again_nothing_is_lost_or_doubled() {
    for begin in [small, small_with_news] {
        let mut steps = 0;
        loop {
            let world = begin();
            let ended = world.run_killed(&Event::RUN, steps).is_some();
            world.pass(SCHEDULE);
            world.run_until_delivered();
            world.pass(TimeDelta::hours(7));
            world.run_until_delivered();
            if ended {
                break;
            }
            steps += 1;
        }
        assert!(steps > 40, "the run has only {steps} steps");
    }
}

#[test]
fn killed_again_and_again_it_still_arrives() {
    let world = small_with_news();
    for steps in (1..60).map(|n| n * 7 % 61) {
        world.run_killed(&Event::RUN, steps);
        world.pass(TimeDelta::minutes(1));
    }
    world.pass(TimeDelta::hours(7));
    world.run_until_delivered();
}

#[test]
fn two_runs_at_once_are_wasteful_but_never_wrong() {
    for seed in 0..100 {
        for begin in [small, small_with_news] {
            let world = begin();
            for outcome in world.run_twice_at_once(seed) {
                assert_eq!(outcome.failure, None, "seed {seed}");
            }
            world.assert_exactly_once();
            world.pass(TimeDelta::hours(7));
            world.run_until_delivered();
        }
    }
}

#[test]
fn a_lost_answer_is_looked_up_and_counted_as_written() {
    let world = small();
    for _ in 0..3 {
        world.bucket.fail_next_put(PREFIX, PutFault::AnswerLost);
    }
    let answer = world.scheduled();
    world.assert_exactly_once();
    assert_eq!(
        answer["written"], 46,
        "what was written without an answer is reported too"
    );
    assert_eq!(
        answer["objects"].as_array().unwrap().len(),
        world.objects().len()
    );
}

#[test]
fn a_put_that_is_refused_is_tried_again_behind_what_the_log_then_holds() {
    for kind in [
        StoreErrorKind::Conflict,
        StoreErrorKind::PreconditionFailed,
        StoreErrorKind::Unavailable,
    ] {
        let world = small();
        world.bucket.fail_next_put(PREFIX, PutFault::Refused(kind));
        world.scheduled();
        world.assert_exactly_once();
    }
}

#[test]
fn a_checkpoint_that_was_written_without_an_answer_counts_no_request_twice() {
    let world = small();
    // The first creates it, the last ends the run.
    world.bucket.fail_next_put(STATE_KEY, PutFault::AnswerLost);
    let requests = world.scheduled()["requests"].as_u64();
    world.bucket.fail_next_put(STATE_KEY, PutFault::AnswerLost);
    world.pass(SCHEDULE);
    let more = world.scheduled()["requests"].as_u64();
    assert_eq!(
        Some(world.checkpoint().requests.spent),
        requests.zip(more).map(|(a, b)| a + b)
    );
}

#[test]
fn what_a_dead_run_left_at_the_head_does_not_hide_the_pages_below() {
    // A run that dies between its first entry and its checkpoint, with a backlog of several pages.
    let world = small();
    world.run_until_delivered();
    world.arrive("2026-11-22", 20, 9);
    let mut steps = 0;
    let before = world.objects().len();
    loop {
        world.run_killed(&Event::RUN, steps);
        if world.objects().len() > before {
            break;
        }
        steps += 1;
    }
    assert!(
        !world.missing_and_doubled().is_empty(),
        "the dead run left nothing"
    );
    // The next run meets the dead one's entry and says that rows may lie below it; the one after it reads them, long before a
    // sweep is due.
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["complete"], false);
    world.pass(SCHEDULE);
    assert_eq!(world.scheduled()["complete"], true);
    world.assert_exactly_once();
}

#[test]
fn what_a_run_left_that_died_beside_this_one_does_not_hide_the_pages_below() {
    let world = small();
    world.run_until_delivered();
    let now = world.clock.now();
    let list = |minutes: std::ops::Range<i64>| {
        for minute in minutes {
            let time = (now + TimeDelta::minutes(minute)).to_rfc3339();
            world.add("2026-11-22", &time, &format!("minute {minute}"));
        }
    };
    world.pass(TimeDelta::minutes(60));
    list(0..2);
    // Above the page that this run has read, a backlog of several pages; another run writes the newest of them and dies.
    let outcome = world.run_overtaken(|| {
        list(2..40);
        let before = world.objects().len();
        let dies = |&steps: &usize| {
            world.run_killed(&Event::RUN, steps);
            world.objects().len() > before
        };
        (0..).find(dies).unwrap();
    });
    assert_eq!(outcome.failure, None);
    // One ordinary run, long before the next sweep is due.
    world.pass(SCHEDULE);
    world.scheduled();
    world.assert_exactly_once();
}

#[test]
fn an_entry_that_the_reader_deleted_stays_delivered() {
    let world = small();
    world.run_until_delivered();
    for (key, _) in world.objects() {
        world.bucket.delete(&key);
    }
    world.bucket.purge(STATE_KEY);
    world.run_until_delivered();
}

#[test]
fn a_bucket_without_versions_fails_the_run() {
    let world = small();
    world.bucket.suspend_versioning();
    let failure = world.run(serde_json::json!({})).failure.unwrap();
    assert_eq!(failure.kind(), FailureKind::BucketUnversioned);
    assert!(
        failure.to_string().contains("versioning is off"),
        "{failure}"
    );
}

#[test]
fn a_sweep_that_began_before_rows_were_left_unread_is_not_gone_on_with() {
    // One day; tokens stand for a place in the list as it was when the first page was read.
    let mut world = World::new("2026-11-22T12:00:00Z");
    world.settings.start_date = Some(day("2026-11-22"));
    world.settings.page_size = 3;
    world.zoom.borrow_mut().settings.paging = Paging::Snapshot;
    let list = |minutes: std::ops::Range<u32>| {
        for minute in minutes {
            let time = format!("2026-11-22T11:{minute:02}:00Z");
            world.add("2026-11-22", &time, &format!("minute {minute}"));
        }
    };
    let script = |fault, page| {
        let script = Script::new(fault).on(Endpoint::Report).at_page(page);
        world.zoom.borrow_mut().script(script.always());
    };
    let run = || {
        let outcome = world.run(json!({}));
        world.zoom.borrow_mut().clear_scripts();
        world.pass(TimeDelta::minutes(1));
        outcome.summary.complete
    };
    // The first run is cut behind the first page.
    list(0..6);
    script(Fault::Hang, 2);
    assert!(!run());
    assert!(
        world.checkpoint().days[&day("2026-11-22")]
            .partial
            .is_some()
    );
    // Nine rows arrive. The second run reads the first page of them; then its token is refused, and Zoom hangs.
    list(10..19);
    script(Fault::PageTokenInvalid, 2);
    let hang = Script::new(Fault::Hang).on(Endpoint::Report).at_page(1);
    world.zoom.borrow_mut().script(hang.after(1).always());
    assert!(!run());
    // The third run meets nothing new at the head. Were it to go on with the first one's sweep, it would read nothing of what the
    // second one left unread.
    assert!(run());
    world.assert_exactly_once();
}
