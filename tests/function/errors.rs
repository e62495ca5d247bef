//! The design's table of errors, row by row: the function's answer, its log, what the bucket then holds, and that
//! all of it is delivered exactly once when the trouble is over.

use std::time::Duration;

use local_stack::Outcome;
use serde_json::{Value, json};
use zoom_simulator::{Credentials, Endpoint, Fault, RetryAfter, Script, World};

use crate::scene::{Scene, days_ago};

/// What a run makes of its trouble.
enum Expected {
    /// Everything is delivered; the log says what was tried again.
    Delivered { log: &'static str },
    /// `ok`, but not complete; no later run asks Zoom.
    Paused,
    /// The invocation fails with this kind, and an error that names all of these.
    Failed(&'static str, &'static [&'static str]),
    /// The same, but what was read before is in the bucket.
    FailedAfterDelivering(&'static str, &'static [&'static str]),
}
use Expected::{Delivered, Failed, FailedAfterDelivering, Paused};

struct Row {
    name: &'static str,
    trouble: fn(&mut World),
    expected: Expected,
}

const RETRIED: Expected = Delivered {
    log: "asking Zoom again",
};

const fn row(name: &'static str, trouble: fn(&mut World), expected: Expected) -> Row {
    Row {
        name,
        trouble,
        expected,
    }
}

fn per_second(retry_after: RetryAfter) -> Script {
    Script::new(Fault::PerSecondLimit {
        retry_after,
        seconds: 1,
    })
}

/// Zoom is busy or down.
fn limits_and_server_errors() -> Vec<Row> {
    vec![
        row(
            "429 per second",
            |zoom| zoom.script(per_second(RetryAfter::Absent)),
            RETRIED,
        ),
        row(
            "429, Retry-After in seconds",
            |zoom| zoom.script(per_second(RetryAfter::Seconds)),
            RETRIED,
        ),
        row(
            "429, Retry-After as an HTTP date",
            |zoom| zoom.script(per_second(RetryAfter::HttpDate)),
            RETRIED,
        ),
        row(
            "429, Retry-After as RFC 3339",
            |zoom| zoom.script(per_second(RetryAfter::Rfc3339)),
            RETRIED,
        ),
        row(
            "500",
            |zoom| zoom.script(Script::new(Fault::Status(500)).after(1)),
            RETRIED,
        ),
        row(
            "502 with a page of HTML",
            |zoom| zoom.script(Script::new(Fault::Html(502))),
            RETRIED,
        ),
        row(
            "503 and 504",
            |zoom| {
                zoom.script(Script::new(Fault::Status(503)));
                zoom.script(Script::new(Fault::Status(504)));
            },
            RETRIED,
        ),
        row(
            "503 of the token endpoint",
            |zoom| {
                zoom.script(Script::new(Fault::Status(503)).on(Endpoint::OAuth));
            },
            RETRIED,
        ),
        row(
            "Zoom is down",
            |zoom| zoom.script(Script::new(Fault::Status(503)).always()),
            Failed("ZoomUnavailable", &["no usable answer", "HTTP 503"]),
        ),
    ]
}

/// Zoom's answer does not come, not whole, or makes no sense.
fn unreadable_answers() -> Vec<Row> {
    vec![
        row(
            "time-out",
            |zoom| zoom.script(Script::new(Fault::Hang).after(1)),
            RETRIED,
        ),
        row(
            "cut before the answer",
            |zoom| zoom.script(Script::new(Fault::CutBeforeAnswer)),
            RETRIED,
        ),
        row(
            "cut in the answer",
            |zoom| zoom.script(Script::new(Fault::CutInBody(700)).after(1)),
            RETRIED,
        ),
        row(
            "cut JSON",
            |zoom| zoom.script(Script::new(Fault::TruncatedJson)),
            RETRIED,
        ),
        row(
            "no JSON",
            |zoom| zoom.script(Script::new(Fault::NotJson)),
            RETRIED,
        ),
        row(
            "200 with a page of HTML",
            |zoom| zoom.script(Script::new(Fault::Html(200))),
            RETRIED,
        ),
        row(
            "no rows in the answer",
            |zoom| zoom.script(Script::new(Fault::LogsMissing)),
            RETRIED,
        ),
        row(
            "rows that are no array",
            |zoom| zoom.script(Script::new(Fault::LogsNotAnArray)),
            RETRIED,
        ),
    ]
}

/// Zoom asks for a pause, or refuses a token.
fn pauses_and_tokens() -> Vec<Row> {
    vec![
        row(
            "429 daily",
            |zoom| {
                let fault = Fault::DailyLimit {
                    retry_after: RetryAfter::Rfc3339,
                    headers: true,
                };
                zoom.script(Script::new(fault).after(2));
            },
            Paused,
        ),
        row(
            "429 daily without a header",
            |zoom| {
                zoom.script(Script::new(Fault::DailyLimit {
                    retry_after: RetryAfter::Absent,
                    headers: false,
                }));
            },
            Paused,
        ),
        row(
            "401",
            |zoom| zoom.script(Script::new(Fault::AccessTokensRevoked).after(1)),
            Delivered {
                log: "ZoomUnauthorized",
            },
        ),
        row(
            "code 124",
            |zoom| zoom.script(Script::new(Fault::AccessTokenExpired)),
            Delivered {
                log: "ZoomUnauthorized",
            },
        ),
        row(
            "401 again and again",
            |zoom| zoom.script(Script::new(Fault::InvalidAccessToken).always()),
            Failed("ZoomUnauthorized", &["has just issued"]),
        ),
        row(
            "page token expired",
            |zoom| zoom.script(Script::new(Fault::PageTokensForgotten).at_page(3)),
            Delivered {
                log: "beginning again at the first page",
            },
        ),
    ]
}

/// Zoom refuses everything, or one day is broken.
fn refusals_and_broken_days() -> Vec<Row> {
    vec![
        row(
            "missing scope",
            |zoom| zoom.settings.scopes.clear(),
            Failed(
                "ZoomMissingScope",
                &["report:read:operation_logs:admin", "4711"],
            ),
        ),
        row(
            "missing classic scope",
            |zoom| zoom.script(Script::new(Fault::MissingClassicScope).always()),
            Failed("ZoomMissingScope", &["report:read:admin", "4700"]),
        ),
        row(
            "no permission",
            |zoom| zoom.settings.permission = false,
            Failed(
                "ZoomNoPermission",
                &["Admin Activity Logs", "Usage Reports"],
            ),
        ),
        row(
            "bad credentials",
            |zoom| zoom.set_credentials(Credentials::default()),
            Failed("ZoomBadCredentials", &["invalid_client", "client_secret"]),
        ),
        row(
            "a token that repeats",
            |zoom| {
                zoom.script(
                    Script::new(Fault::RepeatedPageToken)
                        .on_day(days_ago(1))
                        .at_page(2)
                        .always(),
                );
            },
            FailedAfterDelivering("ZoomRepeatedToken", &["repeats a page token"]),
        ),
        row(
            "pages without end",
            |zoom| {
                zoom.script(Script::new(Fault::EmptyPage).on_day(days_ago(1)).always());
            },
            FailedAfterDelivering("ZoomEndlessPages", &["pages do not end"]),
        ),
        row(
            "a body over 64 MB",
            |zoom| {
                zoom.script(
                    Script::new(Fault::Oversized(65 << 20))
                        .on_day(days_ago(1))
                        .always(),
                );
            },
            FailedAfterDelivering("ZoomAnswerTooLarge", &["larger than 64 MB"]),
        ),
        row(
            "some days failed, some did not",
            |zoom| {
                zoom.script(
                    Script::new(Fault::Status(404))
                        .on_day(days_ago(1))
                        .at_page(2)
                        .always(),
                );
            },
            FailedAfterDelivering("ZoomRefused", &["HTTP 404", "was read before is delivered"]),
        ),
    ]
}

#[tokio::test]
async fn limits_and_server_errors_end_as_the_table_says() {
    check(limits_and_server_errors()).await;
}

#[tokio::test]
async fn unreadable_answers_end_as_the_table_says() {
    check(unreadable_answers()).await;
}

#[tokio::test]
async fn pauses_and_tokens_end_as_the_table_says() {
    check(pauses_and_tokens()).await;
}

#[tokio::test]
async fn refusals_and_broken_days_end_as_the_table_says() {
    check(refusals_and_broken_days()).await;
}

async fn check(rows: Vec<Row>) {
    for Row {
        name,
        trouble,
        expected,
    } in rows
    {
        let scene = Scene::start(
            2,
            60,
            &[
                ("PAGE_SIZE", "20"),
                ("TIMEOUT", "1"),
                ("FULL_SWEEP_MINUTES", "0"),
            ],
        )
        .await;
        let healthy = scene.zoom.world().settings.clone();
        let credentials = scene.zoom.world().credentials().clone();
        trouble(&mut scene.zoom.world());
        // Long enough for some attempts; "Zoom is down" would otherwise take its time.
        let run = scene.invoke_within(Duration::from_secs(8), json!({})).await;
        let error = |event: &Value| event["level"] == "ERROR";
        let fails = |kind: &str, parts: &[&str]| {
            match &run.outcome {
                Outcome::Error {
                    kind: found,
                    message,
                } => {
                    assert_eq!(found, kind, "{name}: {message}");
                    for part in parts {
                        assert!(message.contains(part), "{name}: no {part:?} in {message}");
                    }
                }
                other => panic!("{name}: {other:?}\n{}", run.log),
            }
            assert!(
                run.log_events().iter().any(error),
                "{name}: no error in the log\n{}",
                run.log
            );
            let metrics = run
                .log_events()
                .into_iter()
                .find(|event| event.get("_aws").is_some())
                .unwrap();
            assert_eq!(metrics["CompleteRuns"], 0.0, "{name}");
            let refused = [
                "ZoomBadCredentials",
                "ZoomMissingScope",
                "ZoomNoPermission",
                "ZoomUnauthorized",
            ];
            let refused = f64::from(refused.contains(&kind));
            assert_eq!(metrics["CredentialsRefused"], refused, "{name}");
        };
        match expected {
            Delivered { log } => {
                let answer = run
                    .answer()
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(answer["complete"], true, "{name}");
                assert!(
                    run.log.contains(log),
                    "{name}: no {log:?} in the log\n{}",
                    run.log
                );
                assert!(!run.log_events().iter().any(error), "{name}: {}", run.log);
                scene.assert_exactly_once().await;
            }
            Paused => {
                let answer = run
                    .answer()
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(
                    (&answer["ok"], &answer["complete"]),
                    (&json!(true), &json!(false)),
                    "{name}"
                );
                assert_eq!(
                    scene.delivered().await as u64,
                    answer["written"].as_u64().unwrap(),
                    "{name}"
                );
                scene.take_requests();
                assert_eq!(scene.run().await["complete"], false, "{name}");
                assert_eq!(scene.take_requests(), 0, "{name}");
                continue;
            }
            Failed(kind, parts) => {
                fails(kind, parts);
                assert_eq!(scene.delivered().await, 0, "{name}");
            }
            FailedAfterDelivering(kind, parts) => {
                fails(kind, parts);
                let today = scene.zoom.world().truth.count(days_ago(0));
                assert!(
                    scene.delivered().await >= today,
                    "{name}: today was not delivered"
                );
            }
        }
        scene.end_trouble(healthy, credentials);
        scene.run_until_delivered().await;
    }
}

#[tokio::test]
async fn rotated_credentials_are_read_again_by_the_same_process() {
    let scene = Scene::start(1, 10, &[]).await;
    scene.run().await;
    let rotated = Credentials {
        client_secret: "kX9-rotated-kX9".to_owned(),
        ..scene.zoom.world().credentials().clone()
    };
    scene.store_credentials(&rotated).await;
    scene.zoom.world().set_credentials(rotated);
    scene.zoom.world().revoke_access_tokens();
    scene.arrive(days_ago(0), 5, 51);
    assert_eq!(scene.run().await["written"], 5);
    scene.assert_exactly_once().await;
}

#[tokio::test]
async fn the_bucket_denied_or_missing_is_named_with_the_permission() {
    let mut scene = Scene::start(1, 10, &[]).await;
    let iam = &scene.stack.aws().iam;
    iam.create_user().user_name("nobody").send().await.unwrap();
    let nobody = scene.stack.create_access_key("nobody").await.unwrap();
    scene.act_as(&nobody);
    let denied = scene.invoke(json!({})).await;
    let message = denied.error().unwrap();
    for part in [
        "s3:GetObject",
        "s3://zoom-operation-logs/zoom/state/operationlogs.json",
        "HTTP 403",
        "policy",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(
        scene.take_requests(),
        0,
        "a 403 is never taken for a first run"
    );
    assert!(scene.bucket.versions("").await.unwrap().is_empty());

    let gone = Scene::start(1, 10, &[("S3_BUCKET", "no-such-bucket")]).await;
    let run = gone.invoke(json!({})).await;
    assert!(
        run.error()
            .unwrap()
            .contains("S3_BUCKET must name an existing bucket"),
        "{run:?}"
    );
}

#[tokio::test]
async fn a_secret_that_is_missing_or_malformed_is_named_but_not_quoted() {
    let missing = Scene::start(1, 10, &[("ZOOM_SECRET_ID", "no-such-secret")]).await;
    let run = missing.invoke(json!({})).await;
    let message = run.error().unwrap();
    assert!(
        message.contains("the secret no-such-secret has no value"),
        "{message}"
    );

    let scene = Scene::start(1, 10, &[]).await;
    for (value, problem) in [
        ("kX9 no JSON", "it is not JSON"),
        (
            r#"{"account_id":"kX9","client_id":"kX9"}"#,
            "client_secret missing or empty",
        ),
    ] {
        scene.store_secret(value).await;
        let run = scene.invoke(json!({})).await;
        let message = run.error().unwrap();
        assert!(message.contains(problem), "{message}");
        let metrics = run
            .log_events()
            .into_iter()
            .find(|event| event.get("_aws").is_some())
            .unwrap();
        assert_eq!(metrics["CredentialsRefused"], 1.0, "{problem}");
    }
    let credentials = scene.zoom.world().credentials().clone();
    scene.store_credentials(&credentials).await;
    scene.run_until_delivered().await;
}
