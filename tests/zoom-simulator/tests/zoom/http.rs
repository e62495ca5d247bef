//! The world over HTTP, with a client that knows nothing of it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Client;
use serde_json::Value;
use zoom_simulator::{Endpoint, Fault, Script, Server};

use crate::account::{now, report, today, world};

fn server(count: usize) -> Server {
    Server::builder(world(count)).clock(now).start().unwrap()
}

fn get(server: &Server, client: &Client) -> reqwest::RequestBuilder {
    let token = server.world().issue_access_token(now());
    let date = today().to_string();
    client
        .get(format!("{}/report/operationlogs", server.api_url()))
        .bearer_auth(token)
        .query(&[("from", date.as_str()), ("to", &date), ("page_size", "2")])
}

#[tokio::test]
async fn a_client_gets_a_token_and_reads_all_pages() {
    let server = server(5);
    let client = Client::new();
    let granted: Value = client
        .post(server.oauth_url())
        .basic_auth("simulated-client", Some("simulated-secret"))
        .form(&[
            ("grant_type", "account_credentials"),
            ("account_id", "simulated-account"),
        ])
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(granted["api_url"], server.url());
    let token = granted["access_token"].as_str().unwrap();
    let date = today().to_string();
    let mut names = Vec::new();
    let mut next = String::new();
    loop {
        let page: Value = client
            .get(format!("{}/report/operationlogs", server.api_url()))
            .bearer_auth(token)
            .query(&[
                ("from", date.as_str()),
                ("to", &date),
                ("page_size", "2"),
                ("next_page_token", &next),
            ])
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        names.extend(
            page["operation_logs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["operator"].clone()),
        );
        next = page["next_page_token"].as_str().unwrap().to_owned();
        if next.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["row 4", "row 3", "row 2", "row 1", "row 0"]);
    assert_eq!(server.world().request_count(Endpoint::OAuth), 1);
    assert_eq!(server.world().request_count(Endpoint::Report), 3);
}

#[tokio::test]
async fn headers_and_the_clock_are_the_worlds() {
    let time = Arc::new(Mutex::new(now()));
    let clock = Arc::clone(&time);
    let server = Server::builder(world(1))
        .clock(move || *clock.lock().unwrap())
        .start()
        .unwrap();
    let request = get(&server, &Client::new());
    let fresh = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!(fresh.status(), 200);
    assert_eq!(fresh.headers()["x-ratelimit-category"], "Heavy");
    assert_eq!(fresh.headers()["date"], "Sun, 22 Nov 2026 12:00:00 GMT");
    *time.lock().unwrap() += TimeDelta::hours(1);
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_connection_is_cut_before_the_answer() {
    let server = server(5);
    server.world().script(Script::new(Fault::CutBeforeAnswer));
    let request = get(&server, &Client::new());
    let error = request.try_clone().unwrap().send().await.unwrap_err();
    assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[test]
fn a_connection_is_cut_in_the_body() {
    let server = server(5);
    server.world().script(Script::new(Fault::CutInBody(10)));
    let token = server.world().issue_access_token(now());
    // By hand, to see every byte: a client only says that something is missing.
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    let request = report(&token);
    let head = format!(
        "GET {}?{} HTTP/1.1\r\nHost: zoom\r\nAuthorization: Bearer {token}\r\n\r\n",
        request.path, request.query
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut received = String::new();
    stream.read_to_string(&mut received).unwrap();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"));
    let promised = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert!(promised.parse::<usize>().unwrap() > 500);
    assert_eq!(body, "{\"from\":\"2");
}

#[tokio::test]
async fn a_client_tells_a_cut_body_from_a_whole_one() {
    let server = server(5);
    server.world().script(Script::new(Fault::CutInBody(100)));
    let answer = get(&server, &Client::new()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn a_hang_lasts_and_holds_nobody_else() {
    let server = server(5);
    server.world().script(Script::new(Fault::Hang));
    let client = Client::new();
    let hanging = tokio::spawn(get(&server, &client).send());
    while server.world().requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(&server, &client).send().await.unwrap().status(), 200);
    assert!(!hanging.is_finished());
    let statuses: Vec<_> = server
        .world()
        .requests()
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [None, Some(200)]);
}

#[tokio::test]
async fn latency_is_waited_for() {
    let server = server(5);
    server.world().script(Script::new(Fault::Latency(100)));
    let started = std::time::Instant::now();
    assert_eq!(
        get(&server, &Client::new()).send().await.unwrap().status(),
        200
    );
    assert!(started.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn an_oversized_body_is_streamed_without_a_length() {
    const SIZE: u64 = 65 << 20;
    let server = server(5);
    server.world().script(Script::new(Fault::Oversized(SIZE)));
    let mut answer = get(&server, &Client::new()).send().await.unwrap();
    assert_eq!(answer.content_length(), None);
    let mut received = 0;
    while let Some(chunk) = answer.chunk().await.unwrap() {
        received += chunk.len() as u64;
    }
    assert_eq!(received, SIZE);
}

#[tokio::test]
async fn dropping_the_server_frees_its_port_and_closes_what_hangs() {
    let server = server(5);
    server.world().script(Script::new(Fault::Hang));
    let address = server.url().trim_start_matches("http://").to_owned();
    let hanging = tokio::spawn(get(&server, &Client::new()).send());
    while server.world().requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(server);
    assert!(hanging.await.unwrap().is_err());
    assert!(TcpStream::connect(address).is_err());
}
