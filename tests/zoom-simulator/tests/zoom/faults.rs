//! Every fault, as a client of the world meets it.

use std::time::Duration;

use zoom_simulator::{Delivery, Endpoint, Fault, Place, Request, RetryAfter, Script, World};

use crate::account::{
    ask, json, names, next_token, now, refusal, report, row, sweep, today, world,
};

/// The answer to a first page of 2 of 5 rows, when `fault` happens to it; the one after it must be as ever.
fn struck(fault: Fault) -> zoom_simulator::Answer {
    let mut world = world(5);
    let token = world.issue_access_token(now());
    let request = report(&token).page_size(2);
    world.script(Script::new(fault.clone()));
    let answer = ask(&mut world, &request);
    assert_eq!(names(&ask(&mut world, &request)), ["row 4", "row 3"]);
    assert_eq!(world.requests()[0].faults, [fault]);
    assert_eq!(world.scripts(), []);
    answer
}

#[test]
fn statuses_and_pages_of_a_proxy() {
    for status in [404, 500, 502, 503, 504] {
        assert_eq!(
            refusal(&struck(Fault::Status(status))),
            (status, u64::from(status))
        );
    }
    for status in [200, 502] {
        let answer = struck(Fault::Html(status));
        assert_eq!(answer.status, status);
        assert!(
            answer
                .header_value("content-type")
                .unwrap()
                .starts_with("text/html")
        );
        assert!(answer.text().starts_with("<!DOCTYPE html>"));
    }
}

#[test]
fn limits_with_every_form_of_retry_after() {
    let forms = [
        (RetryAfter::Absent, None, None),
        (RetryAfter::Seconds, Some("7"), Some("43200")),
        (
            RetryAfter::HttpDate,
            Some("Sun, 22 Nov 2026 12:00:07 GMT"),
            Some("Mon, 23 Nov 2026 00:00:00 GMT"),
        ),
        (
            RetryAfter::Rfc3339,
            Some("2026-11-22T12:00:07Z"),
            Some("2026-11-23T00:00:00Z"),
        ),
    ];
    for (retry_after, in_seven_seconds, at_midnight) in forms {
        let answer = struck(Fault::PerSecondLimit {
            retry_after,
            seconds: 7,
        });
        assert_eq!(refusal(&answer), (429, 429));
        assert_eq!(answer.header_value("x-ratelimit-type"), Some("QPS"));
        assert_eq!(answer.header_value("retry-after"), in_seven_seconds);
        let answer = struck(Fault::DailyLimit {
            retry_after,
            headers: true,
        });
        assert_eq!(answer.header_value("x-ratelimit-type"), Some("Daily-limit"));
        assert_eq!(answer.header_value("retry-after"), at_midnight);
    }
    let bare = struck(Fault::DailyLimit {
        retry_after: RetryAfter::Rfc3339,
        headers: false,
    });
    assert_eq!(refusal(&bare), (429, 429));
    assert_eq!(bare.header_value("x-ratelimit-type"), None);
    assert_eq!(bare.header_value("retry-after"), None);
}

#[test]
fn refusals_in_zooms_words() {
    for (fault, expected, words) in [
        (
            Fault::InvalidAccessToken,
            (401, 124),
            "Invalid access token.",
        ),
        (
            Fault::AccessTokenExpired,
            (401, 124),
            "Access token is expired.",
        ),
        (
            Fault::PageTokenInvalid,
            (400, 300),
            "next page token is invalid or expired",
        ),
        (
            Fault::MissingScope,
            (400, 4711),
            "report:read:operation_logs:admin",
        ),
        (
            Fault::MissingClassicScope,
            (400, 4700),
            "does not contain scopes",
        ),
        (Fault::NoPermission, (400, 200), "No permission"),
    ] {
        let answer = struck(fault);
        assert_eq!(refusal(&answer), expected);
        assert!(
            json(&answer)["message"].as_str().unwrap().contains(words),
            "{words}"
        );
    }
    let own = struck(Fault::Answer {
        status: 418,
        headers: vec![("X-Tea".into(), "yes".into())],
        body: "{}".into(),
    });
    assert_eq!(
        (own.status, own.header_value("x-tea"), own.text().as_ref()),
        (418, Some("yes"), "{}")
    );
}

#[test]
fn faults_of_the_token_endpoint() {
    let mut world = world(1);
    let request = Request::token(&world.credentials().clone());
    world.script(Script::new(Fault::InvalidClient));
    world.script(Script::new(Fault::Status(503)).on(Endpoint::OAuth));
    world.script(Script::new(Fault::NotJson).on(Endpoint::OAuth));
    assert_eq!(json(&ask(&mut world, &request))["error"], "invalid_client");
    assert_eq!(ask(&mut world, &request).status, 503);
    assert!(serde_json::from_slice::<serde_json::Value>(&ask(&mut world, &request).body).is_err());
    assert_eq!(ask(&mut world, &request).status, 200);
}

#[test]
fn bodies_that_cannot_be_read() {
    for fault in [Fault::TruncatedJson, Fault::NotJson] {
        let answer = struck(fault);
        assert_eq!(answer.status, 200);
        assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());
    }
    assert_eq!(
        json(&struck(Fault::LogsMissing)).get("operation_logs"),
        None
    );
    assert!(json(&struck(Fault::LogsNull))["operation_logs"].is_null());
    assert!(json(&struck(Fault::LogsNotAnArray))["operation_logs"].is_object());
    let oversized = struck(Fault::Oversized(65 << 20));
    assert_eq!(oversized.len(), 65 << 20);
    assert!(oversized.body.len() < 1000, "it is not in memory");
    assert_eq!(names(&oversized), ["row 4", "row 3"]);
}

#[test]
fn connections_that_do_not_hold() {
    let mut world = world(5);
    let token = world.issue_access_token(now());
    for fault in [
        Fault::Hang,
        Fault::CutBeforeAnswer,
        Fault::CutInBody(10),
        Fault::CutInBody(9999),
        Fault::Latency(250),
    ] {
        world.script(Script::new(fault));
    }
    let mut reply = || world.handle(now(), &report(&token));
    // The latency waits for nobody: it comes with the first outcome.
    let hang = reply();
    assert_eq!(
        (hang.delivery, hang.delay),
        (Delivery::Hang, Duration::from_millis(250))
    );
    assert_eq!(reply().delivery, Delivery::Dropped);
    assert!(matches!(reply().delivery, Delivery::Cut(answer, 10) if names(&answer).len() == 5));
    assert!(
        matches!(reply().delivery, Delivery::Cut(answer, bytes) if bytes + 1 == answer.body.len())
    );
    assert_eq!(reply().delay, Duration::ZERO);
}

#[test]
fn a_page_token_that_repeats_itself() {
    let mut world = world(5);
    let access = world.issue_access_token(now());
    world.script(Script::new(Fault::RepeatedPageToken).at_page(2).always());
    let first = report(&access).page_size(2);
    let token = next_token(&ask(&mut world, &first)).unwrap();
    for _ in 0..3 {
        let second = ask(&mut world, &first.clone().page_token(&token));
        assert_eq!(names(&second), ["row 2", "row 1"]);
        assert_eq!(next_token(&second).as_ref(), Some(&token));
    }
}

/// The first four pages of 2 of 5 rows.
fn four_pages(world: &mut World) -> Vec<Vec<String>> {
    let access = world.issue_access_token(now());
    let request = report(&access).page_size(2);
    let mut tokens = vec![String::new()];
    let mut pages = Vec::new();
    for _ in 0..4 {
        let Some(token) = tokens.last().cloned() else {
            break;
        };
        let page = ask(world, &request.clone().page_token(&token));
        pages.push(names(&page));
        let Some(next) = next_token(&page) else { break };
        assert!(!tokens.contains(&next), "every token is a new one");
        tokens.push(next);
    }
    pages
}

#[test]
fn pages_without_end() {
    let mut empty = world(5);
    empty.script(Script::new(Fault::EmptyPage).always());
    assert_eq!(four_pages(&mut empty), [[""; 0]; 4]);
    let mut repeated = world(5);
    repeated.script(Script::new(Fault::RepeatedPage).always());
    assert_eq!(four_pages(&mut repeated), [["row 4", "row 3"]; 4]);
}

#[test]
fn an_empty_page_in_the_middle_hides_nothing() {
    let mut world = world(5);
    world.script(Script::new(Fault::EmptyPage).at_page(2));
    assert_eq!(
        four_pages(&mut world),
        [
            vec!["row 4", "row 3"],
            vec![],
            vec!["row 2", "row 1"],
            vec!["row 0"]
        ]
    );
}

#[test]
fn pages_that_overlap_and_pages_that_leave_a_gap() {
    let mut world = world(5);
    world.script(Script::new(Fault::NextPageEarly(1)));
    assert_eq!(
        four_pages(&mut world),
        [
            vec!["row 4", "row 3"],
            vec!["row 3", "row 2"],
            vec!["row 1", "row 0"]
        ]
    );
    world.script(Script::new(Fault::NextPageLate(1)));
    assert_eq!(
        four_pages(&mut world),
        [vec!["row 4", "row 3"], vec!["row 1", "row 0"]]
    );
}

#[test]
fn rows_arrive_and_vanish_in_the_middle_of_a_sweep() {
    let mut world = world(5);
    let arrival = |place| Fault::Arrival {
        date: today(),
        place,
        records: vec![row(2, "new")],
    };
    let read = |world: &mut World| four_pages(world).concat();

    world.script(Script::new(arrival(Place::Head)).on_day(today()).at_page(2));
    assert_eq!(
        read(&mut world),
        ["row 4", "row 3", "row 3", "row 2", "row 1", "row 0"]
    );
    assert_eq!(world.truth.remove(today(), 0), Some(row(2, "new")));

    world.script(
        Script::new(arrival(Place::ByTime))
            .on_day(today())
            .at_page(2),
    );
    assert_eq!(
        read(&mut world),
        ["row 4", "row 3", "new", "row 2", "row 1", "row 0"]
    );
    assert_eq!(world.truth.remove(today(), 2), Some(row(2, "new")));

    world.script(
        Script::new(arrival(Place::At(5)))
            .on_day(today())
            .at_page(3),
    );
    assert_eq!(
        read(&mut world),
        ["row 4", "row 3", "row 2", "row 1", "row 0", "new"]
    );
    assert_eq!(world.truth.remove(today(), 5), Some(row(2, "new")));

    world.script(
        Script::new(Fault::Vanishing {
            date: today(),
            position: 0,
            count: 2,
        })
        .at_page(2),
    );
    assert_eq!(read(&mut world), ["row 4", "row 3", "row 0"]);
    assert_eq!(world.truth.count(today()), 3);
}

#[test]
fn tokens_that_end_in_the_middle_of_a_sweep() {
    let mut world = world(5);
    let access = world.issue_access_token(now());
    let first = report(&access).page_size(2);
    let second = first
        .clone()
        .page_token(&next_token(&ask(&mut world, &first)).unwrap());
    world.script(Script::new(Fault::PageTokensForgotten));
    assert_eq!(refusal(&ask(&mut world, &second)), (400, 300));
    assert_eq!(sweep(&mut world, &first).len(), 3);
    world.script(Script::new(Fault::AccessTokensRevoked));
    assert_eq!(refusal(&ask(&mut world, &first)), (401, 124));
    let access = world.issue_access_token(now());
    assert_eq!(ask(&mut world, &report(&access)).status, 200);
}

#[test]
fn a_fault_in_place_of_zoom_costs_no_quota_and_damage_to_its_answer_does() {
    let mut world = world(5);
    let access = world.issue_access_token(now());
    for (fault, spent) in [
        (Fault::Status(503), 0),
        (Fault::CutInBody(1), 1),
        (Fault::NotJson, 2),
        (Fault::Hang, 2),
    ] {
        world.script(Script::new(fault));
        world.handle(now(), &report(&access));
        assert_eq!(world.daily_requests_spent(now()), spent);
    }
}
