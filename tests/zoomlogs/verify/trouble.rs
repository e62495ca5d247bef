//! What cannot be looked at.

use serde_json::json;
use zoom_simulator::{Fault, Script};

use super::scene::{FUNCTION, PER_DAY, RIGHTS, Scene, counts, day_of, days_ago, noon, record};
use crate::command::{command, run};
use crate::environment::{Project, pipeline};
use crate::operator;

#[tokio::test]
async fn a_day_that_zoom_does_not_give_is_named_and_the_others_are_looked_at() {
    let scene = Scene::delivered().await;
    let (day, other) = (days_ago(2), days_ago(1));
    scene
        .zoom
        .world()
        .truth
        .add(other, record(noon(other), "late"));
    let refusal = Fault::Answer {
        status: 400,
        headers: Vec::new(),
        body: r#"{"code":300,"message":"Something went wrong."}"#.to_owned(),
    };
    let refused = Script::new(refusal).on_day(day).at_page(2).always();
    scene.zoom.world().script(refused);
    let report = scene.audit(1);
    assert_eq!(report["verdict"], "incomplete");
    let found = day_of(&report, day);
    assert_eq!(found["verdict"], "unread");
    assert!(
        found["error"]
            .as_str()
            .unwrap()
            .contains("Something went wrong")
    );
    assert!(found["zoom"].is_null());
    assert_eq!(counts(day_of(&report, other)), [1, 0, 0]);
    scene.verify(&[]).expect(1).explains(&[
        &format!("do not match: operationlogs {other}"),
        &format!("not everything could be read: operationlogs {day}"),
    ]);
}

#[tokio::test]
async fn pages_without_end_end() {
    let scene = Scene::delivered().await;
    let endless = Script::new(Fault::RepeatedPageToken)
        .on_day(days_ago(1))
        .always();
    scene.zoom.world().script(endless);
    let report = scene.audit(1);
    let error = day_of(&report, days_ago(1))["error"].to_string();
    assert!(error.contains("same page token"), "{error}");
    assert_eq!(day_of(&report, days_ago(2))["verdict"], "matches");
}

#[tokio::test]
async fn empty_pages_without_end_end_as_soon_as_for_the_function() {
    let scene = Scene::delivered().await;
    let endless = Script::new(Fault::EmptyPage).on_day(days_ago(2)).always();
    scene.zoom.world().script(endless);
    scene.zoom.world().clear_requests();
    let report = scene.audit(1);
    let error = day_of(&report, days_ago(2))["error"].to_string();
    assert!(error.contains("20 empty pages"), "{error}");
    assert_eq!(day_of(&report, days_ago(1))["verdict"], "matches");
    let asked = scene
        .zoom
        .world()
        .request_count(zoom_simulator::Endpoint::Report);
    assert_eq!(asked, 20 + PER_DAY.div_ceil(20));
}

#[tokio::test]
async fn a_bucket_that_cannot_be_read_costs_zoom_one_day() {
    let scene = Scene::delivered().await;
    let others: Vec<_> = RIGHTS
        .into_iter()
        .filter(|other| *other != "s3:GetObjectVersion")
        .collect();
    operator::entitle(&scene.stack, &others).await;
    scene.zoom.world().clear_requests();
    let report = scene.audit(1);
    for day in [days_ago(2), days_ago(1)] {
        let error = day_of(&report, day)["error"].to_string();
        assert!(error.contains("s3:GetObjectVersion"), "{error}");
    }
    let asked = scene
        .zoom
        .world()
        .request_count(zoom_simulator::Endpoint::Report);
    assert_eq!(asked, PER_DAY.div_ceil(20));
}

#[tokio::test]
async fn the_requests_it_may_take_have_an_end() {
    let scene = Scene::delivered().await;
    scene.zoom.world().clear_requests();
    let said = scene.verify(&["--json", "--max-requests", "4"]).expect(1);
    assert!(said.stderr.contains("It stops at 4"), "{said:?}");
    let report = &said.json()["report"];
    assert_eq!(day_of(report, days_ago(2))["verdict"], "matches");
    let error = day_of(report, days_ago(1))["error"].to_string();
    assert!(error.contains("--max-requests"), "{error}");
    assert_eq!(report["functions"][0]["requests"], 4);
    let asked = scene
        .zoom
        .world()
        .request_count(zoom_simulator::Endpoint::Report);
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let scene = Scene::delivered().await;
    for right in &RIGHTS[..4] {
        let others: Vec<_> = RIGHTS.into_iter().filter(|other| other != right).collect();
        operator::entitle(&scene.stack, &others).await;
        let said = scene.verify(&[]).expect(1);
        assert!(said.stdout.contains(right), "{right}: {said:?}");
        assert!(
            said.stdout.contains("whoever runs this needs that right"),
            "{said:?}"
        );
    }
    // Without the checkpoint there is no excuse, and all the rest.
    let others: Vec<_> = RIGHTS
        .into_iter()
        .filter(|other| *other != "s3:GetObject")
        .collect();
    operator::entitle(&scene.stack, &others).await;
    let report = scene.audit(0);
    let remarks = report["functions"][0]["remarks"].to_string();
    assert!(
        remarks.contains("s3:GetObject") && remarks.contains("no row"),
        "{remarks}"
    );
    assert_eq!(day_of(&report, days_ago(1))["state"], "unknown");
}

#[tokio::test]
async fn of_several_functions_each_is_looked_at_and_one_that_is_wrong_is_enough() {
    let scene = Scene::delivered().await;
    let matching = json!({"main": pipeline(FUNCTION)});
    let said = Project::with(&matching).run(&scene.stack, &["verify", "--env", "dev"]);
    let said = said.expect(0);
    assert!(said.stdout.contains("Everything matches"), "{said:?}");

    let broken = json!({"main": pipeline(FUNCTION), "emea": pipeline("nobody")});
    let project = Project::with(&broken);
    let said = project.run(&scene.stack, &["verify", "--env", "dev", "--json"]);
    let said = said
        .expect(1)
        .explains(&["not everything could be read: nobody"]);
    let report = &said.json()["report"];
    let functions = report["functions"].as_array().unwrap();
    let of = |name: &str| {
        functions
            .iter()
            .find(|one| one["pipeline"] == format!("dev, account {name}"))
    };
    assert!(
        of("emea").unwrap()["error"]
            .as_str()
            .unwrap()
            .contains("nobody")
    );
    let days = of("main").unwrap()["days"].as_array().unwrap();
    assert!(
        days.len() == 2 && days.iter().all(|day| day["verdict"] == "matches"),
        "{days:?}"
    );
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_is_explained() {
    let scene = Scene::start().await;
    let (today, old) = (days_ago(0).to_string(), days_ago(200).to_string());
    let yesterday = days_ago(1).to_string();
    for (more, part) in [
        (&["--from", &old][..], "six months"),
        (&["--from", &old], "nothing left to compare it with"),
        (&["--from", &today, "--to", &yesterday], "is after the last"),
        (&["--to", "2099-01-01"], "in the future"),
        (
            &["--from", "yesterday"],
            "'yesterday' for '--from <DAY>': it takes a day as YYYY-MM-DD",
        ),
        (
            &["--to", "2026-06- 1"],
            "'2026-06- 1' for '--to <DAY>': it takes a day as YYYY-MM-DD",
        ),
        (&["--sign", "alias/audit"], "--report-file"),
        (&["--public-key", "key.pem"], "--check"),
        (&["--check", "file"], "cannot be used with"),
        (
            &["--report-file", "/nowhere/report.json"],
            "/nowhere/report.json",
        ),
    ] {
        scene.verify(more).expect(2).explains(&[part]);
    }
    let mut alone = command(&scene.stack, &scene.auditor, &["verify"]);
    run(&mut alone, "").expect(2).explains(&["--check <FILE>"]);
    let mut unknown = command(
        &scene.stack,
        &scene.auditor,
        &["verify", "--function", "nobody"],
    );
    let said = run(&mut unknown, "").expect(1).explains(&["nobody"]);
    assert!(
        said.stdout.contains("lambda:GetFunctionConfiguration"),
        "{said:?}"
    );
}
