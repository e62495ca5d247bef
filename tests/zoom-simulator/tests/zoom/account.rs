//! A small account and a client that reads its report.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use serde_json::Value;
use zoom_simulator::{Answer, Delivery, Record, Request, World};

/// Noon of a Sunday.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
}

pub(crate) fn today() -> NaiveDate {
    now().date_naive()
}

/// A row of today, `minutes` after midnight; `name` tells it apart.
pub(crate) fn row(minutes: usize, name: &str) -> Record {
    let time = today().and_hms_opt(0, 0, 0).unwrap().and_utc()
        + TimeDelta::minutes(i64::try_from(minutes).unwrap());
    Record::new(time, name, "User", "Add", "Add User")
}

/// A world without limits per second, with `count` rows today: `row 0` is the oldest.
pub(crate) fn world(count: usize) -> World {
    let mut world = World::new(1);
    world.settings.per_second = u32::MAX;
    world.truth.add_all(
        today(),
        (0..count).map(|index| row(index, &format!("row {index}"))),
    );
    world
}

pub(crate) fn report(token: &str) -> Request {
    Request::report(token, today(), today())
}

/// The answer to a request that is answered.
pub(crate) fn ask_at(world: &mut World, now: DateTime<Utc>, request: &Request) -> Answer {
    match world.handle(now, request).delivery {
        Delivery::Whole(answer) => answer,
        other => panic!("no answer but {other:?}"),
    }
}

pub(crate) fn ask(world: &mut World, request: &Request) -> Answer {
    ask_at(world, now(), request)
}

pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The status and Zoom's code.
pub(crate) fn refusal(answer: &Answer) -> (u16, u64) {
    (answer.status, json(answer)["code"].as_u64().unwrap())
}

/// The rows of an answer as JSON texts.
pub(crate) fn rows(answer: &Answer) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Page {
        operation_logs: Vec<Box<serde_json::value::RawValue>>,
    }
    let page: Page = serde_json::from_slice(&answer.body).unwrap();
    page.operation_logs
        .iter()
        .map(|row| row.get().to_owned())
        .collect()
}

/// The operators of an answer's rows: the names that `row` gave them.
pub(crate) fn names(answer: &Answer) -> Vec<String> {
    let row = |row: &Value| row["operator"].as_str().unwrap().to_owned();
    json(answer)["operation_logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect()
}

pub(crate) fn next_token(answer: &Answer) -> Option<String> {
    json(answer)["next_page_token"]
        .as_str()
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
}

/// All pages of `request`.
pub(crate) fn sweep(world: &mut World, request: &Request) -> Vec<Answer> {
    let mut pages = vec![ask(world, request)];
    while let Some(token) = next_token(pages.last().unwrap()) {
        assert!(pages.len() < 10_000, "pages without end");
        pages.push(ask(world, &request.clone().page_token(&token)));
    }
    pages
}

pub(crate) fn truth(world: &World) -> Vec<String> {
    world
        .truth
        .day(today())
        .map(|record| record.json().to_owned())
        .collect()
}
