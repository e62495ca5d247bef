//! Days that move while they are looked at.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use zoom_simulator::{Fault, Place, Script};

use super::scene::{Scene, counts, day_of, days_ago, noon, record};

#[tokio::test]
async fn today_under_load_raises_no_false_alarm() {
    let scene = Scene::delivered().await;
    let today = days_ago(0);
    // One more with every request: they shift the pages that come next, so that rows stand on two of them.
    for n in 0..20 {
        let arrival = Fault::Arrival {
            date: today,
            place: Place::Head,
            records: vec![record(Utc::now(), &n.to_string())],
        };
        scene.zoom.world().script(Script::new(arrival).after(n));
    }
    let report = scene.audit_of((today, today), 0);
    let found = day_of(&report, today);
    assert_eq!(
        (&found["state"], &found["verdict"]),
        (&json!("open"), &json!("matches"))
    );
    assert_eq!(
        (counts(found), &found["zoom"]["readings"]),
        ([0, 0, 0], &json!(2))
    );
    assert!(found["not_due"].as_u64().unwrap() >= 3, "{found:#}");
    assert!(found["undecided"].as_u64().unwrap() >= 1, "{found:#}");
}

#[tokio::test]
async fn what_was_due_today_has_no_excuse() {
    let scene = Scene::delivered().await;
    let today = days_ago(0);
    let midnight = noon(today) - TimeDelta::hours(12);
    scene
        .zoom
        .world()
        .truth
        .add(today, record(midnight, "overlooked"));
    let report = scene.audit_of((days_ago(1), today), 5);
    assert_eq!(counts(day_of(&report, today)), [1, 0, 0]);
    let from = today.to_string();
    let said = scene.verify(&["--from", &from]).expect(5);
    assert!(said.stdout.contains("the day is open"), "{said:?}");
}

#[tokio::test]
async fn a_function_that_never_ran_has_delivered_nothing() {
    let scene = Scene::start().await;
    let today = days_ago(0);
    let report = scene.audit_of((today, today), 5);
    let found = day_of(&report, today);
    let all = scene.truth(today).len() as u64;
    assert_eq!(
        (counts(found), &found["state"]),
        ([all, 0, 0], &json!("unknown"))
    );
    let remarks = report["functions"][0]["remarks"].to_string();
    assert!(
        remarks.contains("there is none") && remarks.contains("no row"),
        "{remarks}"
    );
}

#[tokio::test]
async fn one_wrong_answer_of_zoom_is_no_alarm() {
    let scene = Scene::delivered().await;
    let day = days_ago(1);
    let slip = Script::new(Fault::NextPageLate(5)).on_day(day).at_page(1);
    scene.zoom.world().script(slip);
    let report = scene.audit(0);
    let found = day_of(&report, day);
    // The first reading lacked five rows; the next was what the bucket has.
    assert_eq!(found["zoom"]["readings"], 2);
    assert_eq!((counts(found), &found["undecided"]), ([0, 0, 0], &json!(0)));
}

#[tokio::test]
async fn a_zoom_that_does_not_agree_with_itself_is_said_to() {
    let scene = Scene::delivered().await;
    let day = days_ago(1);
    // Each reading finds a row at the head that no other finds.
    for n in 0..4 {
        let mut zoom = scene.zoom.world();
        if n > 0 {
            let vanishing = Fault::Vanishing {
                date: day,
                position: 0,
                count: 1,
            };
            let script = Script::new(vanishing).on_day(day).at_page(1);
            zoom.script(script.after(n));
        }
        let arrival = Fault::Arrival {
            date: day,
            place: Place::Head,
            records: vec![record(noon(day), &n.to_string())],
        };
        zoom.script(Script::new(arrival).on_day(day).at_page(1).after(n));
    }
    let report = scene.audit(1);
    let found = day_of(&report, day);
    assert_eq!(
        (&found["verdict"], &found["zoom"]["readings"]),
        (&json!("zoom_disagrees"), &json!(4))
    );
    assert_eq!(counts(found), [0, 0, 0]);
    assert_eq!(day_of(&report, days_ago(2))["verdict"], "matches");
    assert!(scene.zoom.world().scripts().is_empty());
}
