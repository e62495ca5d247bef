//! Faults in an account with two reports: whom they strike, and of which report they speak.

use serde_json::json;
use zoom_simulator::{Endpoint, Fault, Place, Report, Request, Script, World};

use crate::account::{ask, json, now, refusal, report, today};
use crate::reports::{activities, both, sign_in};

#[test]
fn a_script_strikes_any_report_or_the_one_it_names() {
    let mut world = both(5, 5);
    let token = world.issue_access_token(now());
    let (operations, sign_ins) = (report(&token), activities(&token));
    world.script(
        Script::new(Fault::Status(503))
            .of(Report::Activities)
            .times(2),
    );
    assert_eq!(ask(&mut world, &operations).status, 200);
    assert_eq!(ask(&mut world, &sign_ins).status, 503);
    assert_eq!(ask(&mut world, &operations).status, 200);
    assert_eq!(ask(&mut world, &sign_ins).status, 503);
    assert_eq!(ask(&mut world, &sign_ins).status, 200);
    // One that names none is for whichever comes first.
    world.script(Script::new(Fault::Status(502)));
    assert_eq!(ask(&mut world, &sign_ins).status, 502);
    assert_eq!(ask(&mut world, &operations).status, 200);
    // And one for the token's endpoint is for no report.
    world.script(
        Script::new(Fault::Status(500))
            .on(Endpoint::OAuth)
            .of(Report::Activities),
    );
    let grant = Request::token(&world.credentials().clone());
    assert_eq!(ask(&mut world, &grant).status, 200);
}

#[test]
fn every_damage_to_the_rows_speaks_of_the_reports_own_array() {
    let mut world = both(5, 5);
    let token = world.issue_access_token(now());
    let mut struck = |fault| {
        world.script(Script::new(fault));
        ask(&mut world, &activities(&token).page_size(2))
    };
    assert_eq!(json(&struck(Fault::LogsMissing)).get("activity_logs"), None);
    assert_eq!(
        json(&struck(Fault::LogsNull)).get("activity_logs"),
        Some(&json!(null))
    );
    assert!(json(&struck(Fault::LogsNotAnArray))["activity_logs"].is_object());
    assert_eq!(json(&struck(Fault::EmptyPage))["activity_logs"], json!([]));
    assert_eq!(refusal(&struck(Fault::MissingClassicScope)), (400, 4700));
    let missing = struck(Fault::MissingScope);
    assert_eq!(refusal(&missing), (400, 4711));
    assert!(
        missing
            .text()
            .contains("[report:read:user_activities:admin]")
    );
}

#[test]
fn records_arrive_in_and_vanish_from_the_report_that_is_asked_for() {
    let mut world = both(3, 3);
    let token = world.issue_access_token(now());
    let arrival = Fault::Arrival {
        date: today(),
        place: Place::Head,
        records: vec![sign_in(600, "late@example.com")],
    };
    world.script(Script::new(arrival).of(Report::Activities));
    ask(&mut world, &report(&token));
    let counts = |world: &World| Report::ALL.map(|own| world.truth_of(own).count(today()));
    assert_eq!(counts(&world), [3, 3]);
    let answer = ask(&mut world, &activities(&token));
    assert_eq!(
        json(&answer)["activity_logs"][0]["email"],
        "late@example.com"
    );
    assert_eq!(counts(&world), [3, 4]);
    let vanishing = Fault::Vanishing {
        date: today(),
        position: 0,
        count: 2,
    };
    world.script(Script::new(vanishing.clone()).of(Report::Activities));
    ask(&mut world, &activities(&token));
    assert_eq!(counts(&world), [3, 2]);
    world.script(Script::new(vanishing));
    ask(&mut world, &report(&token));
    assert_eq!(counts(&world), [1, 2]);
}
