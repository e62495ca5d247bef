//! What Zoom refuses, and in which words.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeDelta, TimeZone, Utc};
use zoom_simulator::{Credentials, Request, RetryAfter, World};

use crate::account::{ask, ask_at, json, now, refusal, report, today, world};

/// A token, asked for.
fn token(world: &mut World, credentials: &Credentials) -> Result<String, (u16, String)> {
    let answer = ask(world, &Request::token(credentials));
    let body = json(&answer);
    match body["access_token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => Err((answer.status, body["error"].as_str().unwrap().to_owned())),
    }
}

#[test]
fn a_token_is_granted_to_who_knows_the_credentials() {
    let mut world = world(1);
    let credentials = world.credentials().clone();
    let answer = ask(&mut world, &Request::token(&credentials));
    let body = json(&answer);
    assert_eq!(answer.status, 200);
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 3599);
    assert_eq!(
        body["scope"],
        "report:read:operation_logs:admin report:read:user_activities:admin"
    );
    assert_eq!(body["api_url"], "https://api.zoom.us");
    let granted = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(ask(&mut world, &report(&granted)).status, 200);
}

#[test]
fn wrong_credentials_are_refused() {
    let mut world = world(1);
    let right = world.credentials().clone();
    let changed = |change: fn(&mut Credentials)| {
        let mut credentials = right.clone();
        change(&mut credentials);
        credentials
    };
    let invalid_client = Err((401, "invalid_client".to_owned()));
    assert_eq!(
        token(&mut world, &changed(|it| it.client_id.push('x'))),
        invalid_client
    );
    assert_eq!(
        token(&mut world, &changed(|it| it.client_secret.push('x'))),
        invalid_client
    );
    let wrong_account = token(&mut world, &changed(|it| it.account_id.push('x')));
    assert_eq!(wrong_account, Err((400, "invalid_request".to_owned())));
    world.settings.invalid_client_status = 400;
    assert_eq!(
        token(&mut world, &changed(|it| it.client_id.clear())),
        Err((400, "invalid_client".to_owned()))
    );
}

#[test]
fn a_token_request_must_be_a_form_with_the_right_grant() {
    let mut world = world(1);
    let right = Request::token(&world.credentials().clone());
    let error = |world: &mut World, request: Request| json(&ask(world, &request))["error"].clone();

    let other_grant = Request {
        body: b"grant_type=client_credentials&account_id=simulated-account".to_vec(),
        ..right.clone()
    };
    assert_eq!(error(&mut world, other_grant), "unsupported_grant_type");
    let no_form = Request {
        content_type: Some("application/json".to_owned()),
        ..right.clone()
    };
    assert_eq!(error(&mut world, no_form), "unsupported_grant_type");
    let no_header = Request {
        authorization: None,
        ..right.clone()
    };
    assert_eq!(error(&mut world, no_header), "invalid_client");
    let no_basic = STANDARD.encode("simulated-client");
    let no_basic = Request {
        authorization: Some(format!("Basic {no_basic}")),
        ..right.clone()
    };
    assert_eq!(error(&mut world, no_basic), "invalid_client");

    let in_query = Request {
        body: Vec::new(),
        ..right
    }
    .with("grant_type", "account_credentials")
    .with("account_id", "simulated-account");
    assert_eq!(ask(&mut world, &in_query).status, 200);
}

#[test]
fn rotated_credentials_are_the_only_ones_but_old_tokens_stay_good() {
    let mut world = world(1);
    let old = world.credentials().clone();
    let granted = token(&mut world, &old).unwrap();
    let new = Credentials {
        client_secret: "rotated".to_owned(),
        ..old.clone()
    };
    world.set_credentials(new.clone());
    assert!(token(&mut world, &old).is_err());
    assert!(token(&mut world, &new).is_ok());
    assert_eq!(ask(&mut world, &report(&granted)).status, 200);
}

#[test]
fn an_access_token_expires_and_can_be_revoked() {
    let mut world = world(1);
    let granted = world.issue_access_token(now());
    let limit = now() + TimeDelta::hours(1);
    assert_eq!(
        ask_at(
            &mut world,
            limit - TimeDelta::milliseconds(1),
            &report(&granted)
        )
        .status,
        200
    );
    let expired = ask_at(&mut world, limit, &report(&granted));
    assert_eq!(refusal(&expired), (401, 124));
    assert_eq!(json(&expired)["message"], "Access token is expired.");

    world.settings.access_token_seconds = 10;
    let short = world.issue_access_token(now());
    assert_eq!(
        refusal(&ask_at(
            &mut world,
            now() + TimeDelta::seconds(10),
            &report(&short)
        )),
        (401, 124)
    );

    let granted = world.issue_access_token(now());
    world.revoke_access_tokens();
    let revoked = ask(&mut world, &report(&granted));
    assert_eq!(refusal(&revoked), (401, 124));
    assert_eq!(json(&revoked)["message"], "Invalid access token.");
    let without = Request {
        authorization: None,
        ..report("")
    };
    assert_eq!(refusal(&ask(&mut world, &without)), (401, 124));
}

#[test]
fn a_token_opens_the_report_only_with_a_scope_and_a_permission() {
    let mut world = world(1);
    world.settings.scopes = vec!["user:read:admin".to_owned()];
    let granted = world.issue_access_token(now());
    let granular = ask(&mut world, &report(&granted));
    assert_eq!(refusal(&granular), (400, 4711));
    assert_eq!(
        json(&granular)["message"],
        "Invalid access token, does not contain scopes:[report:read:operation_logs:admin]."
    );
    world.settings.classic_scopes = true;
    assert_eq!(refusal(&ask(&mut world, &report(&granted))), (400, 4700));

    // A scope added to the app does not reach the tokens that are out.
    world.settings.scopes.push("report:read:admin".to_owned());
    assert_eq!(refusal(&ask(&mut world, &report(&granted))), (400, 4700));
    let granted = world.issue_access_token(now());
    assert_eq!(ask(&mut world, &report(&granted)).status, 200);

    world.settings.permission = false;
    assert_eq!(refusal(&ask(&mut world, &report(&granted))), (400, 200));
}

#[test]
fn a_query_that_zoom_does_not_take_has_code_300() {
    let mut world = world(1);
    let granted = world.issue_access_token(now());
    let old = Request::report(
        &granted,
        today() - TimeDelta::days(190),
        today() - TimeDelta::days(180),
    );
    let refused = ask(&mut world, &old);
    assert_eq!(refusal(&refused), (400, 300));
    assert_eq!(
        json(&refused)["message"],
        "Only provide report in recent 6 months."
    );
    assert_eq!(
        refusal(&ask(&mut world, &report(&granted).page_size(301))),
        (400, 300)
    );
}

#[test]
fn what_is_not_simulated_is_not_found() {
    let mut world = world(1);
    let granted = world.issue_access_token(now());
    for (method, path) in [
        ("GET", "/v2/users"),
        ("POST", "/v2/report/operationlogs"),
        ("GET", "/oauth/token"),
    ] {
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            ..report(&granted)
        };
        assert_eq!(ask(&mut world, &request).status, 404, "{method} {path}");
    }
}

#[test]
fn the_eleventh_request_in_a_second_is_one_too_many() {
    let mut world = world(1);
    world.settings.per_second = 10;
    let granted = world.issue_access_token(now());
    for _ in 0..10 {
        assert_eq!(ask(&mut world, &report(&granted)).status, 200);
    }
    let refused = ask(&mut world, &report(&granted));
    assert_eq!(refusal(&refused), (429, 429));
    assert_eq!(
        json(&refused)["message"],
        "You have reached the maximum per-second rate limit for this API. Try again later."
    );
    assert_eq!(refused.header_value("x-ratelimit-category"), Some("Heavy"));
    assert_eq!(refused.header_value("x-ratelimit-type"), Some("QPS"));
    assert_eq!(refused.header_value("retry-after"), None);
    // A token is no report.
    let credentials = world.credentials().clone();
    assert!(token(&mut world, &credentials).is_ok());
    assert_eq!(
        ask_at(&mut world, now() + TimeDelta::seconds(1), &report(&granted)).status,
        200
    );
}

#[test]
fn the_quota_of_a_day_ends_at_midnight_utc() {
    let mut world = world(1);
    world.settings.per_day = 2;
    let granted = world.issue_access_token(now() + TimeDelta::minutes(690));
    let late =
        Utc.with_ymd_and_hms(2026, 11, 22, 23, 59, 58).unwrap() + TimeDelta::milliseconds(500);
    for remaining in ["1", "0"] {
        let answer = ask_at(&mut world, late, &report(&granted));
        assert_eq!(
            answer.header_value("x-ratelimit-remaining"),
            Some(remaining)
        );
    }
    assert_eq!(world.daily_requests_spent(late), 2);
    for (form, expected) in [
        (RetryAfter::Rfc3339, Some("2026-11-23T00:00:00Z")),
        (RetryAfter::HttpDate, Some("Mon, 23 Nov 2026 00:00:00 GMT")),
        (RetryAfter::Seconds, Some("2")),
        (RetryAfter::Absent, None),
    ] {
        world.settings.daily_retry_after = form;
        let refused = ask_at(&mut world, late, &report(&granted));
        assert_eq!(refusal(&refused), (429, 429));
        assert_eq!(
            refused.header_value("x-ratelimit-type"),
            Some("Daily-limit")
        );
        assert_eq!(refused.header_value("x-ratelimit-limit"), Some("2"));
        assert_eq!(refused.header_value("retry-after"), expected);
    }
    let midnight = Utc.with_ymd_and_hms(2026, 11, 23, 0, 0, 0).unwrap();
    assert_eq!(ask_at(&mut world, midnight, &report(&granted)).status, 200);
}
