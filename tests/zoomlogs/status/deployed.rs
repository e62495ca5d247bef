//! The product's own function, and all that Terraform makes around it.

use aws_sdk_cloudwatch::types::{ComparisonOperator, StateValue, Statistic};
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, ScheduleState, Target};
use local_stack::REGION;
use rexpect::session::spawn_command;
use serde_json::json;
use zoomlogs_core::metrics;

use super::{Scene, healthy};
use crate::environment::{Project, pipeline};
use crate::pipeline::{FUNCTION, Pipeline, days_ago};

#[tokio::test]
async fn a_pipeline_that_ran_is_green_and_its_chart_has_its_records() {
    let pipeline = Pipeline::start(3, 90).await;
    pipeline.deploy().await;
    pipeline
        .zoomlogs(&["status"])
        .expect(5)
        .explains(&["not healthy"]);
    pipeline.zoomlogs(&["run"]).expect(0);

    let said = pipeline.zoomlogs(&["status", "--json"]).expect(0);
    let status = said.json();
    assert_eq!(status["verdict"], "green", "{status:#}");
    let function = &status["functions"][0];
    assert_eq!(function["report"], "operationlogs");
    let hours = function["hours"].as_array().unwrap();
    let records: u64 = hours
        .iter()
        .map(|hour| hour["records"].as_u64().unwrap())
        .sum();
    assert_eq!(records, pipeline.in_zoom(days_ago(0)));
    let collected = &function["checkpoint"];
    assert_eq!(collected["found"], "whole");
    let day = &collected["open_days"][0];
    assert_eq!(day["date"], days_ago(0).to_string());
    assert_eq!(day["delivered"], pipeline.in_zoom(days_ago(0)));
    assert!(collected["requests_today"].as_u64().unwrap() > 0);

    let said = pipeline.zoomlogs(&["status"]).expect(0);
    for part in [
        "GREEN",
        "Last complete run",
        "0 minutes ago",
        "of 10000",
        "90 records in   1 object,",
        "█",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    assert!(
        !said.stdout.contains('\u{1b}'),
        "no colors in a pipe: {said:?}"
    );

    // What the function says of a failure is found in its log.
    pipeline.zoom.world().settings.scopes.clear();
    pipeline.zoom.world().revoke_access_tokens();
    pipeline.zoomlogs(&["run"]).expect(4);
    let status = pipeline.zoomlogs(&["status", "--json"]).expect(5).json();
    let function = &status["functions"][0];
    let finding = function["findings"][0].to_string();
    for part in [
        "ZoomMissingScope",
        "report:read:operation_logs:admin",
        "Zoom App Marketplace",
    ] {
        assert!(finding.contains(part), "{part}: {finding}");
    }
    let errors = function["errors"].as_array().unwrap();
    let kinds: Vec<_> = errors.iter().map(|error| &error["kind"]).collect();
    assert_eq!(
        kinds, ["ZoomMissingScope"; 2],
        "the day's and the run's: {errors:#?}"
    );
}

#[tokio::test]
async fn an_environment_has_schedules_alarms_and_a_reader_as_well() {
    let scene = Scene::start().await;
    let stack = &scene.pipeline.stack;
    scene.keep(&healthy()).await;
    let config = stack.config(stack.endpoint()).await;
    let scheduler = aws_sdk_scheduler::Client::new(&config);
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&config);
    let arn = format!("arn:aws:lambda:{REGION}:000000000000:function:{FUNCTION}");
    let target = Target::builder()
        .arn(arn)
        .role_arn("arn:aws:iam::000000000000:role/any")
        .build()
        .unwrap();
    let window = FlexibleTimeWindow::builder()
        .mode(FlexibleTimeWindowMode::Off)
        .build()
        .unwrap();
    for (name, state) in [
        ("on", ScheduleState::Enabled),
        ("off", ScheduleState::Disabled),
    ] {
        let create = scheduler.create_schedule().name(name).state(state);
        let create = create.schedule_expression("rate(15 minutes)");
        create
            .target(target.clone())
            .flexible_time_window(window.clone())
            .send()
            .await
            .unwrap();
    }
    for name in [
        "zoom-operationlogs-no-complete-run",
        "zoom-operationlogs-quota-nearly-spent",
        "quiet",
    ] {
        let put = cloudwatch
            .put_metric_alarm()
            .alarm_name(name)
            .alarm_description("What it says.");
        let put = put
            .namespace(metrics::NAMESPACE)
            .metric_name(metrics::name::COMPLETE_RUNS)
            .statistic(Statistic::Sum);
        let put = put.period(900).evaluation_periods(4).threshold(1.0);
        let put = put
            .comparison_operator(ComparisonOperator::LessThanThreshold)
            .treat_missing_data("ignore");
        put.send().await.unwrap();
        if name != "quiet" {
            let ring = cloudwatch
                .set_alarm_state()
                .alarm_name(name)
                .state_value(StateValue::Alarm);
            ring.state_reason("a test").send().await.unwrap();
        }
    }
    let user = format!("reader-of-{FUNCTION}");
    stack
        .aws()
        .iam
        .create_user()
        .user_name(&user)
        .send()
        .await
        .unwrap();

    let deployed = |schedule: &str, alarms: &[&str]| {
        let mut pipeline = pipeline(FUNCTION);
        pipeline["reports"]["operationlogs"]["schedule_name"] = schedule.into();
        pipeline["reports"]["operationlogs"]["alarm_names"] = json!(alarms);
        json!({"main": pipeline})
    };
    let project = Project::with(&deployed(
        "off",
        &["zoom-operationlogs-no-complete-run", "quiet"],
    ));
    let said = project.run(stack, &["status", "--env", "dev"]).expect(5);
    for part in [
        "RED",
        "The schedule off is off",
        "make apply ENV=dev",
        "The alarm zoom-operationlogs-no-complete-run rings since",
        "What it says.",
        "YELLOW reader of the feed",
        "has no key in use",
        "make reader-key ENV=dev",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    assert!(!said.stdout.contains("quiet"), "{said:?}");

    let key = stack.create_access_key(&user).await.unwrap();
    let project = Project::with(&deployed(
        "on",
        &["zoom-operationlogs-quota-nearly-spent", "deleted"],
    ));
    let said = project.run(stack, &["status", "--env", "dev"]).expect(0);
    for part in [
        "YELLOW",
        "alarms are not there: deleted.",
        "1 rings, 1 not there",
        "quota-nearly-spent",
        "on, rate(15 minutes)",
        "GREEN  reader of the feed",
        &key.id,
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    assert!(!said.stdout.contains(&key.secret));

    let project = Project::with(&deployed("gone", &[]));
    let said = project.run(stack, &["status", "--env", "dev"]).expect(5);
    assert!(
        said.stdout.contains("The schedule is not there"),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_colors_unless_nobody_wants_them() {
    let scene = Scene::start().await;
    scene.keep(&healthy()).await;
    let root = local_stack::AccessKey::root();
    for (no_color, colored) in [("", true), ("1", false)] {
        let mut command = scene.pipeline.command(&root, &["status"]);
        command
            .env("TERM", "xterm-256color")
            .env("NO_COLOR", no_color);
        let mut terminal = spawn_command(command, Some(30_000)).unwrap();
        let shown = terminal.exp_eof().unwrap();
        assert!(shown.contains("GREEN"), "{shown}");
        assert_eq!(shown.contains('\u{1b}'), colored, "{shown:?}");
    }
}
