//! Two reports of one account: what is each one's own, and what they share.

use chrono::TimeDelta;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use zoom_simulator::{
    Activity, Endpoint, ExtraFields, Generator, Record, Report, Request, Server, World,
};

use crate::account::{ask, json, next_token, now, refusal, report, today, world};
use crate::control::{control, ok};

/// A sign-in of today, `minutes` after midnight.
pub(crate) fn sign_in(minutes: i64, email: &str) -> Record {
    let time = today().and_hms_opt(0, 0, 0).unwrap().and_utc() + TimeDelta::minutes(minutes);
    let activity = Activity {
        kind: "Sign in",
        email,
        ip_address: "192.0.2.1",
        client_type: "Browser",
        version: "-",
    };
    Record::activity(time, &activity)
}

/// `operations` rows of the operation logs and `sign_ins` of the activities today.
pub(crate) fn both(operations: usize, sign_ins: usize) -> World {
    let mut world = world(operations);
    for index in 0..sign_ins {
        let email = format!("person{index}@example.com");
        world.activities.add(today(), sign_in(index as i64, &email));
    }
    world
}

pub(crate) fn activities(token: &str) -> Request {
    report(token).of(Report::Activities)
}

fn texts(records: Vec<Value>) -> Vec<String> {
    records.iter().map(Value::to_string).collect()
}

fn listed(world: &World, report: Report) -> Vec<String> {
    let parsed = |record: &Record| serde_json::from_str(record.json()).unwrap();
    texts(world.truth_of(report).day(today()).map(parsed).collect())
}

#[test]
fn a_page_of_activities_has_zooms_shape() {
    let mut world = both(3, 2);
    let token = world.issue_access_token(now());
    let answer = ask(&mut world, &activities(&token));
    assert_eq!(
        answer.text(),
        r#"{"from":"2026-11-22","to":"2026-11-22","page_size":30,"next_page_token":"","activity_logs":[{"client_type":"Browser","email":"person1@example.com","ip_address":"192.0.2.1","time":"2026-11-22T00:01:00Z","type":"Sign in","version":"-"},{"client_type":"Browser","email":"person0@example.com","ip_address":"192.0.2.1","time":"2026-11-22T00:00:00Z","type":"Sign in","version":"-"}]}"#
    );
    assert_eq!(answer.header_value("x-ratelimit-category"), Some("Heavy"));
}

#[test]
fn each_report_is_paged_by_itself_and_cut_from_its_own_truth() {
    let mut world = World::new(1);
    world.settings.per_second = u32::MAX;
    for report in Report::ALL {
        let count = 400 + 100 * report as usize;
        let records = Generator::new(4).of(report).day(today(), count);
        world.truth_of_mut(report).add_all(today(), records);
    }
    let token = world.issue_access_token(now());
    for own in Report::ALL {
        for size in [7, 299, 300] {
            let request = report(&token).of(own).page_size(size);
            let mut read = Vec::new();
            let mut next = String::new();
            loop {
                let answer = ask(&mut world, &request.clone().page_token(&next));
                let mut page = json(&answer);
                read.append(page[own.rows()].as_array_mut().unwrap());
                match next_token(&answer) {
                    Some(token) => next = token,
                    None => break,
                }
            }
            assert_eq!(texts(read), listed(&world, own), "{} by {size}", own.name());
        }
    }
    assert_ne!(
        listed(&world, Report::OperationLogs),
        listed(&world, Report::Activities)
    );
}

#[test]
fn a_page_token_of_one_report_is_none_of_the_other() {
    let mut world = both(4, 4);
    let access = world.issue_access_token(now());
    let own = activities(&access).page_size(2);
    let token = next_token(&ask(&mut world, &own)).unwrap();
    let other = report(&access).page_size(2).page_token(&token);
    assert_eq!(refusal(&ask(&mut world, &other)), (400, 300));
    assert_eq!(ask(&mut world, &own.page_token(&token)).status, 200);
}

#[test]
fn dates_and_six_months_bind_both() {
    let mut world = both(1, 1);
    let token = world.issue_access_token(now());
    let long_ago = today() - TimeDelta::days(190);
    for own in Report::ALL {
        let old = ask(
            &mut world,
            &Request::report(&token, long_ago, long_ago).of(own),
        );
        assert_eq!(
            json(&old)["message"],
            "Only provide report in recent 6 months."
        );
        let backwards = Request::report(&token, today(), long_ago).of(own);
        assert_eq!(refusal(&ask(&mut world, &backwards)), (400, 300));
        let page = report(&token).of(own).page_size(301);
        assert_eq!(refusal(&ask(&mut world, &page)), (400, 300));
    }
}

#[test]
fn activities_have_no_categories() {
    let mut world = both(0, 3);
    let token = world.issue_access_token(now());
    let answer = ask(
        &mut world,
        &activities(&token).with("category_type", "user"),
    );
    assert_eq!(json(&answer)["activity_logs"].as_array().unwrap().len(), 3);
}

#[test]
fn an_app_may_have_the_scope_of_one_report_alone() {
    for (own, other) in [
        (Report::OperationLogs, Report::Activities),
        (Report::Activities, Report::OperationLogs),
    ] {
        let mut world = both(1, 1);
        world.settings.scopes = vec![own.scope().to_owned()];
        let token = world.issue_access_token(now());
        assert_eq!(ask(&mut world, &report(&token).of(own)).status, 200);
        let refused = ask(&mut world, &report(&token).of(other));
        assert_eq!(refusal(&refused), (400, 4711));
        let message = format!(
            "Invalid access token, does not contain scopes:[{}].",
            other.scope()
        );
        assert_eq!(json(&refused)["message"], message);
        world.settings.scopes = vec!["report:read:admin".to_owned()];
        let classic = world.issue_access_token(now());
        for any in Report::ALL {
            assert_eq!(ask(&mut world, &report(&classic).of(any)).status, 200);
        }
    }
}

#[test]
fn the_quota_is_the_accounts() {
    let mut world = both(1, 1);
    world.settings.per_second = 3;
    world.settings.per_day = 4;
    let token = world.issue_access_token(now());
    let statuses = |world: &mut World, at, reports: &[Report]| -> Vec<u16> {
        let one = |own: &Report| crate::account::ask_at(world, at, &report(&token).of(*own)).status;
        reports.iter().map(one).collect()
    };
    use Report::{Activities as A, OperationLogs as O};
    assert_eq!(
        statuses(&mut world, now(), &[O, A, O, A]),
        [200, 200, 200, 429]
    );
    let later = now() + TimeDelta::seconds(1);
    assert_eq!(statuses(&mut world, later, &[A, O, A]), [200, 429, 429]);
    assert_eq!(world.daily_requests_spent(later), 4);
}

#[test]
fn undocumented_fields_appear_in_both() {
    let mut world = both(1, 1);
    let fields = json!({"device_id": "d"}).as_object().unwrap().clone();
    world.settings.extra_fields = Some(ExtraFields {
        since: now(),
        fields,
    });
    let token = world.issue_access_token(now());
    for own in Report::ALL {
        let answer = ask(&mut world, &report(&token).of(own));
        assert_eq!(json(&answer)[own.rows()][0]["device_id"], "d");
    }
}

#[test]
fn an_account_with_a_past_has_one_in_every_report() {
    let world = World::populated(3, now(), 4, 50);
    for own in Report::ALL {
        let counts = world.truth_of(own).counts();
        assert_eq!(counts.len(), 4, "{}", own.name());
        assert!(counts.values().all(|count| (1..=50).contains(count)));
    }
    assert_eq!(
        World::populated(3, now(), 0, 50).activities.counts().len(),
        0
    );
}

#[tokio::test]
async fn both_are_served_and_played_with_over_http() {
    let server = Server::builder(both(3, 2)).clock(now).start().unwrap();
    let get = async |own: Report| -> Value {
        let token = server.world().issue_access_token(now());
        let request = report(&token).of(own);
        let url = format!("{}{}?{}", server.url(), request.path, request.query);
        let answer = Client::new().get(url).bearer_auth(token).send().await;
        answer.unwrap().json().await.unwrap()
    };
    for (own, count) in [(Report::OperationLogs, 3), (Report::Activities, 2)] {
        assert_eq!(get(own).await[own.rows()].as_array().unwrap().len(), count);
    }
    let requests = ok(&server, Method::GET, "requests", "").await;
    let of = |index: usize| {
        (
            requests[index]["endpoint"].clone(),
            requests[index]["report"].clone(),
        )
    };
    assert_eq!(of(0), (json!("report"), json!("operationlogs")));
    assert_eq!(of(1), (json!("report"), json!("activities")));
    assert_eq!(server.world().request_count(Endpoint::Report), 2);
    assert_eq!(server.world().request_count_of(Report::Activities), 1);

    let truth = "truth?report=activities";
    assert_eq!(
        ok(&server, Method::GET, truth, "").await,
        json!({"2026-11-22": 2})
    );
    assert_eq!(
        ok(&server, Method::GET, "truth", "").await,
        json!({"2026-11-22": 3})
    );
    let (_, lines) = control(
        &server,
        Method::GET,
        &format!("{truth}&date=2026-11-22"),
        "",
    )
    .await;
    assert_eq!(
        lines.lines().next(),
        Some(sign_in(1, "person1@example.com").json())
    );

    let made_up = r#"{"report":"activities","date":"2026-11-22","count":5}"#;
    let added = ok(&server, Method::POST, "records", made_up).await;
    assert_eq!(added, json!({"added": 5, "count": 7}));
    let sign_ins = |record: &&Record| record.json().contains(r#""client_type":"#);
    let counted = || {
        server
            .world()
            .activities
            .day(today())
            .filter(sign_ins)
            .count()
    };
    assert_eq!(counted(), 7);
    let removal = "records?report=activities&date=2026-11-22&position=0";
    ok(&server, Method::DELETE, removal, "").await;
    assert_eq!(server.world().activities.count(today()), 6);
    assert_eq!(server.world().truth.count(today()), 3);

    let script = r#"{"fault":{"status":503},"report":"activities","times":null}"#;
    ok(&server, Method::POST, "faults", script).await;
    assert!(get(Report::OperationLogs).await["operation_logs"].is_array());
    assert_eq!(get(Report::Activities).await["code"], 503);

    for (method, path, body) in [
        (Method::GET, "truth?report=users", ""),
        (
            Method::POST,
            "records",
            r#"{"report":"users","date":"2026-11-22","count":1}"#,
        ),
        (
            Method::DELETE,
            "records?report=users&date=2026-11-22&position=0",
            "",
        ),
        (
            Method::POST,
            "faults",
            r#"{"fault":"hang","report":"users"}"#,
        ),
    ] {
        let (status, text) = control(&server, method, path, body).await;
        assert_eq!(status, 400, "{path}");
        assert!(
            text.contains("operationlogs") && text.contains("activities"),
            "{text}"
        );
    }
}
