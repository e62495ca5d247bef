//! A function that cannot start says why.

use local_stack::Outcome;
use serde_json::json;

use crate::scene::Scene;

#[tokio::test]
async fn a_variable_that_does_not_parse_stops_the_function_at_start() {
    for (name, value, takes) in [
        ("S3_BUCKET", "", "it takes the name of the bucket"),
        (
            "PAGE_SIZE",
            "301",
            "it takes a whole number of rows from 1 to 300",
        ),
        ("ZOOM_API_URL", "http://api.zoom.us/v2", "https://"),
        ("ZOOM_REPORT", "meetings", "operationlogs, activities"),
        (
            "STATE_KEY",
            "zoom/operationlogs/state.json",
            "outside S3_PREFIX",
        ),
    ] {
        let scene = Scene::start(1, 1, &[(name, value)]).await;
        let run = scene.invoke(json!({})).await;
        assert!(
            matches!(run.outcome, Outcome::Exited(status) if !status.success()),
            "{run:?}"
        );
        for part in [name, takes] {
            assert!(run.log.contains(part), "{}", run.log);
        }
    }
}

#[tokio::test]
async fn an_event_with_an_unknown_field_is_an_error_that_names_it() {
    let scene = Scene::start(1, 1, &[]).await;
    let run = scene.invoke(json!({"form": "2026-06-01"})).await;
    assert!(
        run.error().unwrap().contains("it has the field \"form\""),
        "{run:?}"
    );
    assert_eq!(scene.take_requests(), 0);
}
