//! Days that move while they are looked at.

use chrono::{NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use zoom_simulator::{Fault, Place, Script};

use super::scene::{FUNCTION, Held, PREFIX, Scene, counts, day_of, days_ago, noon, record};
use crate::command::{command, run};

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

/// The rows that come in with each of the next requests.
fn arrive(scene: &Scene, round: u32) {
    scene.zoom.world().clear_scripts();
    for n in 0..60 {
        let arrival = Fault::Arrival {
            date: days_ago(0),
            place: Place::Head,
            records: vec![record(Utc::now(), &format!("{round}.{n}"))],
        };
        scene.zoom.world().script(Script::new(arrival).after(n));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn today_raises_no_false_alarm_while_the_function_delivers_it() {
    let scene = Scene::delivered().await;
    let today = days_ago(0).to_string();
    let delivered = async || scene.bucket.records(PREFIX).await.unwrap().len();
    let before = delivered().await;
    for round in 0..3 {
        arrive(&scene, round);
        let arguments = ["verify", "--function", FUNCTION, "--json", "--from", &today];
        let mut command = command(&scene.stack, &scene.auditor, &arguments);
        let looking = tokio::task::spawn_blocking(move || run(&mut command, ""));
        while !looking.is_finished() {
            let invocation = scene.function.invoke(json!({})).await.unwrap();
            invocation.answer().unwrap();
        }
        let report = &looking.await.unwrap().expect(0).json()["report"];
        let found = day_of(report, days_ago(0));
        assert_eq!(counts(found), [0, 0, 0]);
        assert_eq!(found["zoom"]["readings"], 2);
    }
    assert!(
        delivered().await > before,
        "nothing was delivered meanwhile"
    );
    scene.zoom.world().clear_scripts();
    scene.deliver().await;
    scene.audit_of((days_ago(2), days_ago(0)), 0);
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

/// Lets each of four readings of a day find a row at the head that no other finds.
fn disagree(scene: &Scene, day: NaiveDate) {
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
}

#[tokio::test]
async fn a_zoom_that_does_not_agree_with_itself_is_said_to() {
    let scene = Scene::delivered().await;
    let day = days_ago(1);
    disagree(&scene, day);
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_delivered_after_the_last_reading_is_not_foreign() {
    let scene = Scene::delivered().await;
    let day = days_ago(1);
    disagree(&scene, day);
    // The last page of the fourth reading.
    let arguments = [
        "--json",
        "--from",
        &day.to_string(),
        "--to",
        &day.to_string(),
    ];
    let held = Held {
        day,
        page: 3,
        after: 3,
    };
    let said = scene
        .verify_meanwhile(held, &arguments, async || {
            let late = record(noon(day), "late").json().to_owned();
            scene.append(day, &[late]).await;
        })
        .await;
    let report = &said.expect(1).json()["report"];
    let found = day_of(report, day);
    assert_eq!(
        (counts(found), &found["verdict"]),
        ([0, 0, 0], &json!("zoom_disagrees"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excuse_is_that_of_the_functions_latest_run() {
    let scene = Scene::delivered().await;
    let (day, today) = (days_ago(1), days_ago(0));
    let state = "zoom/state/operationlogs.json";
    let bytes = scene.bucket.read(state).await.unwrap();
    let mut checkpoint: Value = serde_json::from_slice(&bytes).unwrap();
    let long_ago = Utc::now() - TimeDelta::hours(3);
    checkpoint["last_complete_run"] = json!(long_ago);
    scene
        .bucket
        .write(state, checkpoint.to_string())
        .await
        .unwrap();
    scene
        .zoom
        .world()
        .truth
        .add(today, record(Utc::now(), "new"));
    let (from, to) = (day.to_string(), today.to_string());
    let arguments = ["--json", "--from", &from, "--to", &to];
    let said = scene
        .verify_meanwhile(Held::first(day), &arguments, async || {
            scene.bucket.write(state, bytes).await.unwrap();
        })
        .await;
    let report = &said.expect(0).json()["report"];
    let found = day_of(report, today);
    assert_eq!((counts(found), &found["not_due"]), ([0, 0, 0], &json!(1)));
    scene
        .bucket
        .write(state, checkpoint.to_string())
        .await
        .unwrap();
    scene.audit_of((day, today), 5);
}
