//! `zoomlogs status`: the verdict on a pipeline in each of its states.

use aws_sdk_cloudwatch::types::{ComparisonOperator, StateValue, Statistic};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, ScheduleState, Target};
use chrono::{DateTime, TimeDelta, Utc};
use local_stack::{AccessKey, REGION, Stack};
use serde_json::{Value, json};
use zoom_operationlogs_to_s3::checkpoint::{Checkpoint, DayState};
use zoom_operationlogs_to_s3::report::OPERATION_LOGS;

use crate::command::{Said, run};
use crate::environment::{Project, pipeline};
use crate::lambda::Function;
use crate::operator;
use crate::pipeline::{FUNCTION, PREFIX, Pipeline, STATE_KEY, days_ago, variables};

/// A function that was told nothing, because nobody invokes it, and what it left behind.
struct Scene {
    pipeline: Pipeline,
}

fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    Utc::now() - TimeDelta::minutes(minutes)
}

/// As a healthy function leaves it.
fn healthy() -> Checkpoint {
    let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, PREFIX, days_ago(1));
    checkpoint.last_complete_run = Some(minutes_ago(5));
    checkpoint.newest_record = Some(minutes_ago(12));
    checkpoint.requests.add(days_ago(0), 40);
    checkpoint
}

fn metrics(written: u64, complete: bool) -> String {
    json!({"_aws": {}, "RecordsWritten": written as f64, "CompleteRuns": f64::from(complete)})
        .to_string()
}

fn error(kind: &str, problem: &str) -> String {
    json!({"level": "ERROR", "fields": {"message": "failed", "kind": kind, "problem": problem}, "span": {}}).to_string()
}

impl Scene {
    async fn start() -> Self {
        let pipeline = Pipeline::start(0, 0).await;
        Function::create(&pipeline.stack, FUNCTION, &variables()).await;
        Self { pipeline }
    }

    async fn keep(&self, checkpoint: &Checkpoint) {
        let bytes = checkpoint.to_bytes().unwrap();
        self.pipeline.bucket.write(STATE_KEY, bytes).await.unwrap();
    }

    async fn log(&self, lines: &[(DateTime<Utc>, String)]) {
        log(&self.pipeline.stack, FUNCTION, lines).await;
    }

    fn status(&self) -> Said {
        self.pipeline.zoomlogs(&["status"])
    }

    /// Fails unless the verdict is this and one of the findings has each of these.
    fn expect(&self, verdict: &str, parts: &[&str]) -> Value {
        let said = self.pipeline.zoomlogs(&["status", "--json"]);
        let said = said.expect(if verdict == "red" { 5 } else { 0 });
        let status = said.json();
        assert_eq!(status["verdict"], verdict, "{status:#}");
        let findings = status["functions"][0]["findings"].as_array().unwrap();
        let found = findings.iter().any(|finding| {
            let text = finding.to_string();
            parts.iter().all(|part| text.contains(part))
        });
        assert!(found || parts.is_empty(), "no {parts:?} in {findings:#?}");
        assert_eq!(findings.is_empty(), verdict == "green", "{findings:#?}");
        status
    }
}

/// Writes lines into a function's log, which is made when it is not there.
async fn log(stack: &Stack, function: &str, lines: &[(DateTime<Utc>, String)]) {
    let logs = &stack.aws().logs;
    let group = format!("/aws/lambda/{function}");
    // The second time they are there.
    let _ = logs.create_log_group().log_group_name(&group).send().await;
    let stream = logs.create_log_stream().log_group_name(&group);
    let _ = stream.log_stream_name("stream").send().await;
    let mut put = logs
        .put_log_events()
        .log_group_name(&group)
        .log_stream_name("stream");
    for (at, line) in lines {
        let event = InputLogEvent::builder()
            .timestamp(at.timestamp_millis())
            .message(line);
        put = put.log_events(event.build().unwrap());
    }
    put.send().await.unwrap();
}

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
        "no colours in a pipe: {said:?}"
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
async fn a_function_that_never_ran_is_told_how_to() {
    let scene = Scene::start().await;
    scene.expect(
        "red",
        &[
            "no run yet",
            "zoomlogs run --function zoom_operationlogs_to_s3",
        ],
    );
}

#[tokio::test]
async fn a_failed_run_is_red_until_one_is_complete() {
    let scene = Scene::start().await;
    let mut checkpoint = healthy();
    checkpoint.last_complete_run = Some(minutes_ago(30));
    scene.keep(&checkpoint).await;
    let problem = "the secret zoom has no value";
    scene
        .log(&[
            (minutes_ago(200), metrics(7, true)),
            (minutes_ago(16), metrics(0, false)),
            (minutes_ago(16), error("SecretMissing", problem)),
        ])
        .await;
    let status = scene.expect(
        "red",
        &[
            "SecretMissing",
            problem,
            "30 minutes ago",
            "zoomlogs credentials",
        ],
    );
    let function = &status["functions"][0];
    assert_eq!(function["errors"][0]["kind"], "SecretMissing");
    let failed = function["hours"].as_array().unwrap();
    assert_eq!(
        failed
            .iter()
            .filter(|hour| hour["failed_runs"] == 1)
            .count(),
        1
    );
    let said = scene.status().expect(5);
    assert!(
        said.stdout.contains("RED") && said.stdout.contains("Last errors"),
        "{said:?}"
    );

    checkpoint.last_complete_run = Some(minutes_ago(1));
    scene.keep(&checkpoint).await;
    let status = scene.expect("green", &[]);
    assert_eq!(
        status["functions"][0]["errors"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn each_state_has_its_verdict() {
    type Change = fn(&mut Checkpoint);
    let rows: [(&str, Change, &[&str]); 9] = [
        ("green", |_| {}, &[]),
        (
            "red",
            |it| it.last_complete_run = Some(minutes_ago(61)),
            &["No run has done all that was due for 1 hour"],
        ),
        (
            "green",
            |it| it.last_complete_run = Some(minutes_ago(58)),
            &[],
        ),
        (
            "red",
            |it| it.last_complete_run = None,
            &["No run has been complete yet"],
        ),
        (
            "yellow",
            |it| it.requests.add(days_ago(0), 7_961),
            &["8001 of the day's 10000", "zoom_daily_request_budget"],
        ),
        ("green", |it| it.requests.add(days_ago(0), 7_960), &[]),
        (
            "red",
            |it| it.requests.add(days_ago(0), 9_960),
            &["are spent", "00:00 UTC"],
        ),
        (
            "yellow",
            |it| it.paused_until = Some(Utc::now() + TimeDelta::hours(2)),
            &["asked for no request until"],
        ),
        (
            "yellow",
            |it| {
                it.lost.insert(days_ago(190));
            },
            &["stopped keeping days", "cannot be had again"],
        ),
    ];
    let scene = Scene::start().await;
    scene.log(&[(minutes_ago(300), metrics(7, false))]).await;
    for (verdict, change, parts) in rows {
        let mut checkpoint = healthy();
        change(&mut checkpoint);
        scene.keep(&checkpoint).await;
        scene.expect(verdict, parts);
    }
}

#[tokio::test]
async fn a_day_that_does_not_settle_is_a_backlog_at_first_and_then_a_fault() {
    let scene = Scene::start().await;
    let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, PREFIX, days_ago(5));
    checkpoint.last_complete_run = Some(minutes_ago(5));
    checkpoint.put_day(days_ago(5), DayState::default());
    scene.keep(&checkpoint).await;
    let day = days_ago(5).to_string();
    scene.expect("yellow", &[&day, "still open", "backlog"]);

    // As every run of the last day said.
    let run = |minutes| {
        let seconds = (4 * 24 * 60 - minutes) as f64 * 60.0;
        let line =
            json!({"RecordsWritten": 0.0, "CompleteRuns": 1.0, "OldestOpenDayAgeSeconds": seconds});
        (minutes_ago(minutes), line.to_string())
    };
    scene.log(&[run(23 * 60 + 30), run(12 * 60), run(15)]).await;
    scene.expect("red", &[&day, "Look for errors of that day"]);
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_used_is_a_finding() {
    let scene = Scene::start().await;
    scene.log(&[(minutes_ago(10), metrics(7, true))]).await;
    scene.expect("yellow", &["is not there", "older version"]);
    let bucket = &scene.pipeline.bucket;
    bucket.write(STATE_KEY, "{").await.unwrap();
    scene.expect("yellow", &["damaged", "older version"]);
    bucket.write(STATE_KEY, r#"{"version": 99}"#).await.unwrap();
    scene.expect("red", &["format 99", "newer"]);
    scene
        .keep(&Checkpoint::new(&OPERATION_LOGS, "elsewhere/", days_ago(1)))
        .await;
    scene.expect(
        "red",
        &["belongs to another log", "operationlogs under elsewhere/"],
    );
}

#[tokio::test]
async fn a_configuration_with_which_it_cannot_start_is_a_finding() {
    let pipeline = Pipeline::start(0, 0).await;
    let mut variables = variables();
    variables.push(("PAGE_SIZE", "many".to_owned()));
    Function::create(&pipeline.stack, FUNCTION, &variables).await;
    let said = pipeline.zoomlogs(&["status"]).expect(5);
    assert!(
        said.stdout.contains("It cannot start") && said.stdout.contains("PAGE_SIZE"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_missing_right_hides_its_part_and_no_other() {
    let scene = Scene::start().await;
    scene.keep(&healthy()).await;
    scene.log(&[(minutes_ago(10), metrics(7, true))]).await;
    let stack = &scene.pipeline.stack;
    let configuration = "lambda:GetFunctionConfiguration";
    let key = operator::hire(stack, &[configuration]).await;
    let all = [
        configuration,
        "s3:GetObject",
        "s3:ListBucket",
        "logs:FilterLogEvents",
    ];
    for (without, verdict, unknown) in [
        ("nothing", "green", &[][..]),
        ("s3:GetObject", "green", &["needs s3:GetObject"]),
        (
            "logs:FilterLogEvents",
            "green",
            &["needs logs:FilterLogEvents"],
        ),
        (
            configuration,
            "yellow",
            &["needs lambda:GetFunctionConfiguration", "not known"],
        ),
    ] {
        let rights: Vec<_> = all.into_iter().filter(|right| *right != without).collect();
        operator::entitle(stack, &rights).await;
        let said = run(&mut scene.pipeline.command(&key, &["status", "--json"]), "").expect(0);
        assert_eq!(said.json()["verdict"], verdict, "{said:?}");
        for part in unknown {
            assert!(said.stdout.contains(part), "{part}: {said:?}");
        }
        if unknown.is_empty() {
            assert!(!said.stdout.contains("not_known"), "{said:?}");
        }
    }
    // Nothing by which to tell whether it is healthy.
    operator::entitle(stack, &[configuration]).await;
    let said = run(&mut scene.pipeline.command(&key, &["status"]), "").expect(0);
    for part in [
        "YELLOW",
        "Whether runs are complete is not known",
        "not known (needs s3:GetObject",
    ] {
        assert!(said.stdout.contains(part), "{part}: {said:?}");
    }
    scene.pipeline.zoomlogs(&["status"]).expect(0);
    let mut nobody = crate::command::command(
        stack,
        &AccessKey::root(),
        &["status", "--function", "nobody"],
    );
    run(&mut nobody, "")
        .expect(1)
        .explains(&["nobody", "does not exist"]);
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
            .namespace("ZoomOperationLogs")
            .metric_name("CompleteRuns")
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
    let project = Project::with(&deployed("on", &["zoom-operationlogs-quota-nearly-spent"]));
    let said = project.run(stack, &["status", "--env", "dev"]).expect(0);
    for part in [
        "YELLOW",
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
