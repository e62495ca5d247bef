//! What the pages of the report hold.

use std::collections::HashSet;

use chrono::{Days, TimeDelta};
use serde_json::json;
use zoom_simulator::{
    Endpoint, ExtraFields, Generator, LastPageToken, Layout, OrderInSecond, Paging, Record,
    Request, World,
};

use crate::account::{
    ask, ask_at, json, names, next_token, now, refusal, report, row, rows, sweep, today, truth,
    world,
};

#[test]
fn a_page_has_zooms_shape() {
    let mut world = world(2);
    let token = world.issue_access_token(now());
    let answer = ask(&mut world, &report(&token));
    assert_eq!(
        answer.text(),
        r#"{"from":"2026-11-22","to":"2026-11-22","page_size":30,"next_page_token":"","operation_logs":[{"time":"2026-11-22T00:01:00Z","operator":"row 1","category_type":"User","action":"Add","operation_detail":"Add User"},{"time":"2026-11-22T00:00:00Z","operator":"row 0","category_type":"User","action":"Add","operation_detail":"Add User"}]}"#
    );
    assert_eq!(answer.header_value("x-ratelimit-category"), Some("Heavy"));
    assert_eq!(answer.header_value("x-ratelimit-limit"), Some("30000"));
    assert_eq!(answer.header_value("x-ratelimit-remaining"), Some("29999"));
}

#[test]
fn the_pages_cover_the_list_once_whatever_their_size() {
    for count in [0, 1, 299, 300, 301, 600] {
        let mut world = World::new(1);
        world.settings.per_second = u32::MAX;
        world
            .truth
            .add_all(today(), Generator::new(4).day(today(), count));
        let token = world.issue_access_token(now());
        for size in [1, 2, 7, 299, 300] {
            let pages = sweep(&mut world, &report(&token).page_size(size));
            let read: Vec<String> = pages.iter().flat_map(rows).collect();
            assert_eq!(read, truth(&world), "{count} rows by {size}");
            assert_eq!(
                pages.len(),
                count.div_ceil(size as usize).max(1),
                "{count} rows by {size}"
            );
        }
    }
}

#[test]
fn a_query_of_several_days_runs_from_the_end_of_the_last_to_the_start_of_the_first() {
    let mut world = World::populated(3, now(), 4, 50);
    world.settings.per_second = u32::MAX;
    let token = world.issue_access_token(now());
    let first = today() - Days::new(3);
    let request = Request::report(&token, first, today() - Days::new(1)).page_size(7);
    let read: Vec<String> = sweep(&mut world, &request).iter().flat_map(rows).collect();
    let expected: Vec<String> = (1..=3)
        .flat_map(|days| {
            world
                .truth
                .day(today() - Days::new(days))
                .map(|record| record.json().to_owned())
        })
        .collect();
    assert_eq!(read, expected);
    assert!(world.truth.count(today()) > 0);
}

#[test]
fn the_last_page_says_so_in_three_ways() {
    let mut world = world(1);
    let token = world.issue_access_token(now());
    for (way, expected) in [
        (LastPageToken::Empty, Some(json!(""))),
        (LastPageToken::Null, Some(json!(null))),
        (LastPageToken::Absent, None),
    ] {
        world.settings.last_page_token = way;
        assert_eq!(
            json(&ask(&mut world, &report(&token))).get("next_page_token"),
            expected.as_ref()
        );
    }
}

#[test]
fn a_row_that_arrives_at_the_head_shifts_the_pages_that_follow() {
    let mut world = world(4);
    let token = world.issue_access_token(now());
    let request = report(&token).page_size(2);
    let first = ask(&mut world, &request);
    assert_eq!(names(&first), ["row 3", "row 2"]);
    world.truth.add(today(), row(500, "new"));
    let second = ask(
        &mut world,
        &request.clone().page_token(&next_token(&first).unwrap()),
    );
    assert_eq!(names(&second), ["row 2", "row 1"]);
    let third = ask(
        &mut world,
        &request.page_token(&next_token(&second).unwrap()),
    );
    assert_eq!(names(&third), ["row 0"]);
}

#[test]
fn a_snapshot_is_not_shifted() {
    let mut world = world(4);
    world.settings.paging = Paging::Snapshot;
    let token = world.issue_access_token(now());
    let request = report(&token).page_size(2);
    let first = ask(&mut world, &request);
    world.truth.add(today(), row(500, "new"));
    world.truth.remove(today(), 4);
    let second = ask(
        &mut world,
        &request.clone().page_token(&next_token(&first).unwrap()),
    );
    assert_eq!(names(&second), ["row 1", "row 0"]);
    assert_eq!(next_token(&second), None);
    assert_eq!(names(&ask(&mut world, &request)), ["new", "row 3"]);
}

#[test]
fn a_page_token_lives_fifteen_minutes_and_can_be_used_again() {
    let mut world = world(4);
    let token = world.issue_access_token(now());
    let request = report(&token).page_size(2);
    let page = request
        .clone()
        .page_token(&next_token(&ask(&mut world, &request)).unwrap());
    let limit = now() + TimeDelta::minutes(15);
    for moment in [now(), limit - TimeDelta::milliseconds(1)] {
        assert_eq!(
            names(&ask_at(&mut world, moment, &page)),
            ["row 1", "row 0"]
        );
    }
    let refused = ask_at(&mut world, limit, &page);
    assert_eq!(refusal(&refused), (400, 300));
    assert_eq!(
        json(&refused)["message"],
        "The next page token is invalid or expired."
    );
}

#[test]
fn a_page_token_belongs_to_its_query() {
    let mut world = world(4);
    let access = world.issue_access_token(now());
    let first = ask(
        &mut world,
        &report(&access).page_size(2).with("category_type", "user"),
    );
    let token = next_token(&first).unwrap();
    let yesterday = today().pred_opt().unwrap();
    let own = report(&access).page_size(2).with("category_type", "user");
    assert_eq!(ask(&mut world, &own.page_token(&token)).status, 200);
    for other in [
        Request::report(&access, yesterday, today())
            .page_size(2)
            .with("category_type", "user"),
        Request::report(&access, yesterday, yesterday)
            .page_size(2)
            .with("category_type", "user"),
        report(&access).page_size(3).with("category_type", "user"),
        report(&access).page_size(2),
        report(&access)
            .page_size(2)
            .with("category_type", "account"),
    ] {
        assert_eq!(
            refusal(&ask(&mut world, &other.page_token(&token))),
            (400, 300)
        );
    }
    let mangled = token.replace('+', " ");
    assert_eq!(
        refusal(&ask(
            &mut world,
            &report(&access).page_size(2).page_token(&mangled)
        )),
        (400, 300)
    );
}

#[test]
fn a_page_token_that_a_client_does_not_encode_is_lost() {
    let mut world = world(4);
    let access = world.issue_access_token(now());
    let mut request = report(&access).page_size(2);
    let token = next_token(&ask(&mut world, &request)).unwrap();
    request.query = format!("{}&next_page_token={token}", request.query);
    assert_eq!(refusal(&ask(&mut world, &request)), (400, 300));
}

#[test]
fn a_category_is_filtered_and_paged_by_itself() {
    let mut world = world(5);
    for index in 0..5 {
        let time = row(index, "").time().unwrap();
        world.truth.add(
            today(),
            Record::new(
                time,
                &format!("group {index}"),
                "User Group",
                "Add",
                "Add Group",
            ),
        );
    }
    let token = world.issue_access_token(now());
    let pages = sweep(
        &mut world,
        &report(&token)
            .page_size(2)
            .with("category_type", "user_group"),
    );
    let read: Vec<String> = pages.iter().flat_map(names).collect();
    assert_eq!(
        read,
        ["group 4", "group 3", "group 2", "group 1", "group 0"]
    );
    assert_eq!(
        names(&ask(
            &mut world,
            &report(&token).with("category_type", "all")
        ))
        .len(),
        10
    );
}

#[test]
fn rows_of_one_second_can_come_in_another_order_each_time() {
    let mut world = world(0);
    world.truth.add_all(
        today(),
        (0..20).map(|index| row(index / 10, &format!("row {index}"))),
    );
    let token = world.issue_access_token(now());
    let request = report(&token).page_size(5);
    let read = |world: &mut World| -> Vec<String> {
        sweep(world, &request).iter().flat_map(names).collect()
    };

    let stable = read(&mut world);
    assert_eq!(read(&mut world), stable);

    world.settings.order_in_second = OrderInSecond::ShuffledPerSweep;
    let (one, another) = (read(&mut world), read(&mut world));
    assert_ne!(one, another);
    for shuffled in [&one, &another] {
        for second in 0..2 {
            let of = |list: &[String]| {
                list[second * 10..][..10]
                    .iter()
                    .cloned()
                    .collect::<HashSet<_>>()
            };
            assert_eq!(of(shuffled), of(&stable), "a row left its second");
        }
    }

    world.settings.order_in_second = OrderInSecond::ShuffledPerRequest;
    let first_page = |world: &mut World| names(&ask(world, &report(&token).page_size(5)));
    assert_ne!(first_page(&mut world), first_page(&mut world));
    let tried: Vec<HashSet<String>> = (0..20)
        .map(|_| read(&mut world).into_iter().collect())
        .collect();
    assert!(
        tried.iter().any(|rows| rows.len() < 20),
        "no row was ever on two pages"
    );
}

#[test]
fn undocumented_fields_appear_in_every_record_from_a_moment_on() {
    let mut world = world(2);
    let since = now() + TimeDelta::hours(1);
    let fields = json!({"client_ip": "192.0.2.1", "n": 1})
        .as_object()
        .unwrap()
        .clone();
    world.settings.extra_fields = Some(ExtraFields { since, fields });
    let token = world.issue_access_token(now());
    assert_eq!(rows(&ask(&mut world, &report(&token))), truth(&world));
    let token = world.issue_access_token(since);
    let after = rows(&ask_at(&mut world, since, &report(&token)));
    assert_eq!(after.len(), 2);
    for (row, before) in after.iter().zip(truth(&world)) {
        assert_eq!(
            *row,
            before.replace(
                "\"Add User\"}",
                "\"Add User\",\"client_ip\":\"192.0.2.1\",\"n\":1}"
            )
        );
    }
}

#[test]
fn a_pretty_page_has_line_breaks_within_its_records() {
    let mut world = world(2);
    world.settings.layout = Layout::Pretty;
    let token = world.issue_access_token(now());
    let answer = ask(&mut world, &report(&token));
    let sent = rows(&answer);
    assert!(sent.iter().all(|row| row.contains('\n')));
    assert_eq!(names(&answer), ["row 1", "row 0"]);
}

#[test]
fn a_row_can_be_listed_on_a_day_that_is_not_its_own() {
    let mut world = world(1);
    let tomorrow = now() + TimeDelta::days(1);
    world
        .truth
        .add(today(), Record::new(tomorrow, "early", "User", "Add", "d"));
    world.truth.add(
        today(),
        Record::from_json(r#"{"operator":"timeless"}"#).unwrap(),
    );
    let token = world.issue_access_token(now());
    assert_eq!(
        names(&ask(&mut world, &report(&token))),
        ["timeless", "early", "row 0"]
    );
}

#[test]
fn every_request_is_logged_without_its_tokens() {
    let mut world = world(4);
    let credentials = world.credentials().clone();
    let granted = ask(&mut world, &Request::token(&credentials));
    let access = json(&granted)["access_token"].as_str().unwrap().to_owned();
    let request = report(&access).page_size(2);
    let pages = sweep(&mut world, &request);
    ask(
        &mut world,
        &Request {
            path: "/v2/users".to_owned(),
            ..request
        },
    );

    let told: Vec<_> = world
        .requests()
        .iter()
        .map(|logged| (logged.endpoint, logged.number, logged.page, logged.status))
        .collect();
    assert_eq!(
        told,
        [
            (Endpoint::OAuth, 1, None, Some(200)),
            (Endpoint::Report, 1, Some(1), Some(200)),
            (Endpoint::Report, 2, Some(2), Some(200)),
            (Endpoint::Other, 1, None, Some(404)),
        ]
    );
    assert_eq!(world.requests()[1].bytes, pages[0].len());
    assert_eq!(world.request_count(Endpoint::Report), 2);
    let log = serde_json::to_string(world.requests()).unwrap() + &format!("{:?}", world.requests());
    assert!(log.contains("page_size=2&next_page_token=masked"));
    let page_token = next_token(&pages[0]).unwrap();
    for secret in [
        access.as_str(),
        &page_token,
        &page_token[..20],
        "simulated-secret",
        "Bearer",
    ] {
        assert!(!log.contains(secret));
    }
    world.clear_requests();
    assert_eq!(world.requests(), []);
}

#[test]
fn the_same_seed_and_the_same_requests_make_the_same_replies() {
    let replies = || {
        let mut world = World::populated(9, now(), 2, 100);
        let token = world.issue_access_token(now());
        world.script(zoom_simulator::Script::new(zoom_simulator::Fault::Hang).with_chance(0.3));
        (0..8)
            .map(|_| world.handle(now(), &report(&token)))
            .collect::<Vec<_>>()
    };
    assert_eq!(replies(), replies());
}
