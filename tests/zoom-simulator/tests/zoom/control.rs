//! The endpoints under `/_simulator/`, and the program that serves them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use zoom_simulator::{Endpoint, Fault, Place, Report, Script, Server};

use crate::account::{now, report, row, today, truth, world};

/// What `/_simulator/{path}` answers: its status and its text.
pub(crate) async fn control(
    server: &Server,
    method: Method,
    path: &str,
    body: &str,
) -> (u16, String) {
    let url = format!("{}/_simulator/{path}", server.url());
    let answer = Client::new()
        .request(method, url)
        .body(body.to_owned())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

pub(crate) async fn ok(server: &Server, method: Method, path: &str, body: &str) -> Value {
    let (status, text) = control(server, method, path, body).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

fn server(count: usize) -> Server {
    Server::builder(world(count)).clock(now).start().unwrap()
}

/// What the report answers.
async fn status(server: &Server) -> u16 {
    let token = server.world().issue_access_token(now());
    let request = report(&token);
    let url = format!("{}{}?{}", server.url(), request.path, request.query);
    Client::new()
        .get(url)
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn the_truth_can_be_read() {
    let server = server(3);
    assert_eq!(
        ok(&server, Method::GET, "truth", "").await,
        json!({"2026-11-22": 3})
    );
    let (_, lines) = control(&server, Method::GET, "truth?date=2026-11-22", "").await;
    assert_eq!(lines.lines().collect::<Vec<_>>(), truth(&server.world()));
    assert_eq!(
        control(&server, Method::GET, "truth?date=2026-11-21", "").await,
        (200, String::new())
    );
    assert_eq!(
        control(&server, Method::GET, "truth?date=today", "")
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn records_can_be_made_up_handed_in_and_removed() {
    let server = server(3);
    let made_up = r#"{"date":"2026-11-22","count":7,"seed":5}"#;
    assert_eq!(
        ok(&server, Method::POST, "records", made_up).await,
        json!({"added": 7, "count": 10})
    );
    let twice = r#"{"date":"2026-11-20","count":4}"#;
    for _ in 0..2 {
        ok(&server, Method::POST, "records", twice).await;
    }
    {
        let world = server.world();
        assert!(
            world
                .truth
                .day(today())
                .all(|record| record.time().unwrap() < now())
        );
        let date = today() - chrono::Days::new(2);
        let different: std::collections::HashSet<_> =
            world.truth.day(date).map(|record| record.json()).collect();
        assert!(
            different.len() > 4,
            "the second request made up the same records again"
        );
    }
    let handed_in = r#"{"date":"2026-11-22","place":{"at":2},"records":[{"z":1.50, "time":"2026-11-22T01:00:00Z"}]}"#;
    assert_eq!(
        ok(&server, Method::POST, "records", handed_in).await,
        json!({"added": 1, "count": 11})
    );
    assert_eq!(
        truth(&server.world())[2],
        r#"{"z":1.50,"time":"2026-11-22T01:00:00Z"}"#
    );
    let removed = ok(
        &server,
        Method::DELETE,
        "records?date=2026-11-22&position=2",
        "",
    )
    .await;
    assert_eq!(removed, json!({"z": 1.5, "time": "2026-11-22T01:00:00Z"}));
    assert_eq!(server.world().truth.count(today()), 10);
    for wrong in [
        "{}",
        r#"{"date":"2026-11-22"}"#,
        r#"{"date":"2026-11-22","count":1,"records":[{}]}"#,
        "[",
        "",
    ] {
        assert_eq!(
            control(&server, Method::POST, "records", wrong).await.0,
            400,
            "{wrong}"
        );
    }
    assert_eq!(
        control(
            &server,
            Method::DELETE,
            "records?date=2026-11-22&position=99",
            ""
        )
        .await
        .0,
        400
    );
}

#[tokio::test]
async fn faults_can_be_scripted_seen_and_dropped() {
    let server = server(3);
    let one = r#"{"fault":{"status":503},"times":2}"#;
    assert_eq!(
        ok(&server, Method::POST, "faults", one).await,
        json!({"added": 1, "pending": 1})
    );
    let more = r#"[{"fault":"not_json","date":"2026-11-22","page":9},{"fault":{"per_second_limit":{"retry_after":"http_date","seconds":2}}}]"#;
    assert_eq!(
        ok(&server, Method::POST, "faults", more).await,
        json!({"added": 2, "pending": 3})
    );
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(status(&server).await);
    }
    assert_eq!(statuses, [503, 503, 429, 200]);
    assert_eq!(
        ok(&server, Method::GET, "faults", "").await[0]["fault"],
        "not_json"
    );
    ok(&server, Method::DELETE, "faults", "").await;
    assert_eq!(ok(&server, Method::GET, "faults", "").await, json!([]));
    assert_eq!(
        control(&server, Method::POST, "faults", r#"{"fault":"earthquake"}"#)
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn requests_are_told_and_forgotten() {
    let server = server(3);
    status(&server).await;
    let requests = ok(&server, Method::GET, "requests", "").await;
    assert_eq!(
        requests.as_array().unwrap().len(),
        1,
        "asking about them is none of them"
    );
    assert_eq!(requests[0]["endpoint"], "report");
    assert_eq!(requests[0]["query"], "from=2026-11-22&to=2026-11-22");
    assert_eq!(requests[0]["status"], 200);
    ok(&server, Method::DELETE, "requests", "").await;
    assert_eq!(ok(&server, Method::GET, "requests", "").await, json!([]));
}

#[tokio::test]
async fn settings_and_credentials_can_be_changed_by_name() {
    let server = server(3);
    let changed = ok(
        &server,
        Method::POST,
        "settings",
        r#"{"permission":false,"last_page_token":"absent"}"#,
    )
    .await;
    assert_eq!(
        (&changed["permission"], &changed["per_day"]),
        (&json!(false), &json!(30_000))
    );
    assert_eq!(status(&server).await, 400);
    assert_eq!(ok(&server, Method::GET, "settings", "").await, changed);
    assert_eq!(
        control(&server, Method::POST, "settings", r#"{"weather":"fine"}"#)
            .await
            .0,
        400
    );
    ok(
        &server,
        Method::POST,
        "credentials",
        r#"{"client_secret":"rotated"}"#,
    )
    .await;
    assert_eq!(server.world().credentials().client_secret, "rotated");
    assert_eq!(server.world().credentials().client_id, "simulated-client");
    let (status, help) = control(&server, Method::PUT, "truth", "").await;
    assert_eq!(status, 404);
    assert!(help.contains("GET truth"));
}

#[tokio::test]
async fn a_record_can_be_put_at_the_head_by_the_world_as_well() {
    let server = server(3);
    server
        .world()
        .truth
        .insert(today(), Place::Head, row(0, "late"));
    let (_, lines) = control(&server, Method::GET, "truth?date=2026-11-22", "").await;
    assert_eq!(lines.lines().next(), Some(row(0, "late").json()));
}

/// Ends the program with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_prints_its_address_and_takes_its_credentials_from_the_environment() {
    let ready = std::env::temp_dir().join(format!("zoom-simulator-ready-{}", std::process::id()));
    let child = Command::new(env!("CARGO_BIN_EXE_zoom-simulator"))
        .args([
            "--port",
            "0",
            "--seed",
            "3",
            "--days",
            "2",
            "--records-per-day",
            "40",
            "--ready-file",
        ])
        .arg(&ready)
        .env("ZOOM_SIMULATOR_CLIENT_SECRET", "from-the-environment")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = Program(child);
    let mut output = BufReader::new(program.0.stdout.take().unwrap());
    let mut url = String::new();
    output.read_line(&mut url).unwrap();
    let url = url.trim_end();
    let client = Client::new();
    let counts: Value = client
        .get(format!("{url}/_simulator/truth"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(!counts.as_object().unwrap().is_empty());
    for (secret, expected) in [("from-the-environment", 200), ("simulated-secret", 401)] {
        let answer = client
            .post(format!("{url}/oauth/token"))
            .basic_auth("simulated-client", Some(secret))
            .form(&[
                ("grant_type", "account_credentials"),
                ("account_id", "simulated-account"),
            ])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), expected);
    }
    while !ready.exists() {
        tokio::task::yield_now().await;
    }
    assert_eq!(std::fs::read_to_string(&ready).unwrap(), url);
    std::fs::remove_file(ready).unwrap();
}

#[test]
fn every_fault_that_the_readme_names_can_be_scripted() {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("| `fault` | |\n").unwrap();
    let faults: Vec<&str> = table
        .lines()
        .skip(1)
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .collect();
    let faults = faults
        .into_iter()
        .filter(|text| text.starts_with(['"', '{']) && !text.contains("times"));
    let scripts = faults.map(|fault| {
        let script: Result<Script, _> = serde_json::from_str(&format!(r#"{{"fault":{fault}}}"#));
        script.unwrap_or_else(|error| panic!("{fault}: {error}"))
    });
    assert!(scripts.count() >= 25);
    let example = readme
        .lines()
        .find(|line| line.starts_with(r#"{"fault""#))
        .unwrap();
    let script: Script = serde_json::from_str(example).unwrap();
    let date = today();
    let built = Script::new(Fault::Status(503))
        .on(Endpoint::Report)
        .of(Report::Activities)
        .on_day(date)
        .at_page(2)
        .at_request(7)
        .after(1);
    assert_eq!(script, built.with_chance(0.5).times(3));
}
