//! What is watched is what there is: every metric of an alarm and of the dashboard, as Terraform made them, is one that a
//! function emits, or one of AWS's, of the very functions and queues that were deployed, one of each for a report. CloudWatch takes any name, and an
//! alarm on a metric that nobody emits never rings. And nothing is emitted that nobody looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chrono::Utc;
use local_stack::{AccessKey, DeployedReport, Deployment, REGION, Stack, Variables, project};
use serde_json::{Map, Value, json};
use zoom_simulator::{Generator, Report, Server, World};

/// A metric, as CloudWatch tells one from the other: by its namespace, its name, and all of its dimensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Metric {
    namespace: String,
    name: String,
    dimensions: BTreeMap<String, String>,
}

impl Metric {
    fn new(namespace: &str, name: &str, dimension: &str, value: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: BTreeMap::from([(dimension.to_owned(), value.to_owned())]),
        }
    }
}

#[tokio::test]
async fn every_metric_that_is_watched_is_one_that_the_deployed_functions_have() {
    let zoom = zoom_with_records();
    let stack = Stack::start().await.unwrap();
    let deployment = deploy(&stack, &zoom).await;
    let mut emitted = BTreeSet::new();
    for (name, report) in &deployment.reports {
        let by_this_one = emitted_by_a_run(&stack, report).await;
        assert!(
            by_this_one.len() >= 16,
            "the run of {name} had something to say of everything: {by_this_one:#?}"
        );
        let before = emitted.len();
        emitted.extend(by_this_one.clone());
        assert_eq!(
            emitted.len(),
            before + by_this_one.len(),
            "two functions have a metric in common"
        );
    }

    let made = Made::by_terraform(&stack);
    let alarms = made.of_type("aws_cloudwatch_metric_alarm");
    let dashboards = made.of_type("aws_cloudwatch_dashboard");
    assert_eq!(alarms.len(), 2 * 8, "{alarms:#?}");
    assert_eq!(dashboards.len(), 1);
    let body = text(&dashboards[0]["dashboard_body"]);
    let dashboard: Value = serde_json::from_str(body).unwrap();

    let exist: BTreeSet<_> = emitted
        .iter()
        .cloned()
        .chain(deployment.reports.values().flat_map(of_aws))
        .collect();
    let watched: Vec<_> = alarms
        .iter()
        .map(|alarm| (text(&alarm["alarm_name"]).to_owned(), of_alarm(alarm)))
        .chain(of_dashboard(&dashboard))
        .collect();
    let unknown: Vec<_> = watched
        .iter()
        .filter(|(_, metric)| !exist.contains(metric))
        .collect();
    assert!(
        unknown.is_empty(),
        "nobody emits what is watched here: {unknown:#?}\nthere are: {exist:#?}"
    );

    // Each report has the same alarms, about its own function and queue.
    for report in deployment.reports.values() {
        assert_eq!(report.alarm_names.len(), 8);
        let own = [report.function_name.as_str(), queue_name(report)];
        for alarm in &report.alarm_names {
            let (_, metric) = watched.iter().find(|(name, _)| name == alarm).unwrap();
            let about: Vec<_> = metric.dimensions.values().collect();
            assert!(
                own.contains(&about[0].as_str()),
                "{alarm} is about {about:?}"
            );
        }
    }

    let topic = &made.of_type("aws_sns_topic")[0]["arn"];
    for alarm in &alarms {
        assert_eq!(
            alarm["alarm_actions"],
            json!([topic]),
            "{}",
            alarm["alarm_name"]
        );
    }
    let arns: BTreeSet<_> = alarms.iter().map(|alarm| text(&alarm["arn"])).collect();
    assert_eq!(
        shown_alarms(&dashboard),
        arns,
        "the dashboard shows exactly these alarms"
    );

    // Each metric costs money every month.
    let watched: BTreeSet<_> = watched.into_iter().map(|(_, metric)| metric).collect();
    let unseen: Vec<_> = emitted.difference(&watched).collect();
    assert!(unseen.is_empty(), "nobody looks at {unseen:#?}");
}

/// A Zoom with some records of today in each report, so that the runs have a newest one.
fn zoom_with_records() -> Server {
    let mut world = World::new(5);
    let today = Utc::now().date_naive();
    for report in Report::ALL {
        let records = Generator::new(5)
            .of(report)
            .day_until(today, 20, Utc::now());
        world.truth_of_mut(report).add_all(today, records);
    }
    Server::start(world).unwrap()
}

/// Terraform's local root, with the function as cargo built it for this test.
async fn deploy(stack: &Stack, zoom: &Server) -> Deployment {
    let settings = [
        ("zoom_oauth_url", json!(zoom.oauth_url())),
        ("zoom_api_url", json!(zoom.api_url())),
        ("start_date", json!(Utc::now().date_naive().to_string())),
    ];
    let variables = Variables {
        package_path: package(stack.directory()),
        architecture: project::architecture().to_owned(),
        schedule_expression: "rate(15 minutes)".to_owned(),
        schedule_enabled: false,
        lifecycle_enabled: false,
        settings: Map::from_iter(settings.map(|(name, value)| (name.to_owned(), value))),
        options: Map::from_iter([(
            "reports".to_owned(),
            json!({"operationlogs": {}, "activities": {}}),
        )]),
    };
    let deployment = stack.apply(&variables).await.unwrap().deployment;
    let credentials = zoom.world().credentials().clone();
    let secret = json!({
        "account_id": credentials.account_id,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    });
    stack
        .put_secret(&deployment.secret_arn, &secret.to_string())
        .await
        .unwrap();
    deployment
}

/// A zip whose bootstrap starts the function where it lies: the emulator runs it on this machine.
fn package(directory: &Path) -> PathBuf {
    let zip = directory.join("function.zip");
    let bootstrap = format!(
        "#!/bin/sh\nexec '{}'\n",
        env!("CARGO_BIN_EXE_zoom_operationlogs_to_s3")
    );
    let made = Command::new(project::python().unwrap())
        .args(["-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('bootstrap', sys.argv[2])"])
        .arg(&zip)
        .arg(bootstrap)
        .status()
        .unwrap();
    assert!(made.success());
    zip
}

/// What one run of a deployed function emits, by the lines of its log.
async fn emitted_by_a_run(stack: &Stack, report: &DeployedReport) -> BTreeSet<Metric> {
    let function = stack.function(report);
    let run = function.invoke(&json!({})).await.unwrap();
    assert_eq!(
        run.payload["complete"], true,
        "{}\n{}",
        run.payload, run.log_tail
    );
    let logged = function
        .next_run(&BTreeSet::new(), Duration::from_secs(10))
        .await
        .unwrap();
    let lines: Vec<Value> = logged
        .lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line.get("_aws").is_some())
        .collect();
    assert_eq!(lines.len(), 1, "one line of metrics for a run: {logged:#?}");
    of_embedded(&lines[0]).collect()
}

/// The metrics that CloudWatch takes out of a line in the embedded metric format.
fn of_embedded(line: &Value) -> impl Iterator<Item = Metric> {
    list(&line["_aws"]["CloudWatchMetrics"])
        .iter()
        .flat_map(move |directive| {
            let sets = list(&directive["Dimensions"]).iter();
            sets.flat_map(move |set| {
                let dimensions: BTreeMap<_, _> = list(set)
                    .iter()
                    .map(|name| (text(name).to_owned(), text(&line[text(name)]).to_owned()))
                    .collect();
                list(&directive["Metrics"]).iter().map(move |metric| {
                    let name = text(&metric["Name"]);
                    assert!(line[name].is_number(), "{name} has no value in {line}");
                    Metric {
                        namespace: text(&directive["Namespace"]).to_owned(),
                        name: name.to_owned(),
                        dimensions: dimensions.clone(),
                    }
                })
            })
        })
}

/// Those of AWS's own metrics that are of use here, as its documentation names them.
fn of_aws(report: &DeployedReport) -> impl Iterator<Item = Metric> {
    ["Invocations", "Errors", "Throttles", "Duration"]
        .map(|name| Metric::new("AWS/Lambda", name, "FunctionName", &report.function_name))
        .into_iter()
        .chain(iter::once(Metric::new(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            queue_name(report),
        )))
}

fn queue_name(report: &DeployedReport) -> &str {
    let (_, name) = report.failure_queue_url.rsplit_once('/').unwrap();
    name
}

fn of_alarm(alarm: &Value) -> Metric {
    let dimensions = alarm["dimensions"].as_object().unwrap();
    Metric {
        namespace: text(&alarm["namespace"]).to_owned(),
        name: text(&alarm["metric_name"]).to_owned(),
        dimensions: dimensions
            .iter()
            .map(|(name, value)| (name.clone(), text(value).to_owned()))
            .collect(),
    }
}

/// The metrics of a dashboard, each with the graph that shows it. A graph without one, or one that computes with what it does
/// not have, fails the test.
fn of_dashboard(dashboard: &Value) -> Vec<(String, Metric)> {
    let mut shown = Vec::new();
    for graph in widgets(dashboard, "metric") {
        let title = text(&graph["title"]);
        assert_eq!(
            graph["region"], REGION,
            "{title} looks for its metrics in another region"
        );
        let mut ids = BTreeSet::new();
        let mut expressions = Vec::new();
        let before = shown.len();
        for row in list(&graph["metrics"]) {
            let (names, options): (Vec<_>, Vec<_>) =
                list(row).iter().partition(|part| part.is_string());
            let options = options.first().copied().unwrap_or(&Value::Null);
            ids.extend(options["id"].as_str());
            if names.is_empty() {
                expressions.push(text(&options["expression"]));
                continue;
            }
            let names: Vec<_> = names.into_iter().map(text).collect();
            // "." and "..." repeat what stands above; written out, a row can be read alone.
            assert!(!names.iter().any(|name| name.starts_with('.')), "{row}");
            assert!(
                names.len() >= 2 && names.len().is_multiple_of(2),
                "{title}: {row}"
            );
            shown.push((
                title.to_owned(),
                Metric {
                    namespace: names[0].to_owned(),
                    name: names[1].to_owned(),
                    dimensions: names[2..]
                        .chunks(2)
                        .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
                        .collect(),
                },
            ));
        }
        assert!(shown.len() > before, "{title} shows nothing");
        for expression in expressions {
            let names = expression
                .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()));
            for name in names {
                assert!(
                    ids.contains(name),
                    "{title}: {expression} needs {name}, which is none of {ids:?}"
                );
            }
        }
    }
    shown
}

fn shown_alarms(dashboard: &Value) -> BTreeSet<&str> {
    widgets(dashboard, "alarm")
        .flat_map(|widget| list(&widget["alarms"]))
        .map(text)
        .collect()
}

/// The properties of all widgets of a type.
fn widgets<'a>(dashboard: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    list(&dashboard["widgets"])
        .iter()
        .filter(move |widget| widget["type"] == kind)
        .map(|widget| &widget["properties"])
}

/// All that Terraform made, as `terraform show` tells of its state.
struct Made(Value);

impl Made {
    fn by_terraform(stack: &Stack) -> Self {
        let root = project::root();
        let state = stack.terraform_state_file();
        let output = Command::new(root.join("scripts/terraform"))
            .args(["terraform/environments/local", "show", "-json", "-no-color"])
            .arg(&state)
            .current_dir(&root)
            .env("TF_DATA_DIR", stack.directory().join("terraform/data"))
            .envs(stack.environment(&AccessKey::root()))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let mut shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        Self(shown["values"]["root_module"].take())
    }

    /// The values of all resources of a type.
    fn of_type(&self, kind: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        let mut modules = vec![&self.0];
        while let Some(module) = modules.pop() {
            modules.extend(module["child_modules"].as_array().into_iter().flatten());
            let resources = module["resources"].as_array().into_iter().flatten();
            found.extend(
                resources
                    .filter(|resource| resource["type"] == kind && resource["mode"] == "managed")
                    .map(|resource| &resource["values"]),
            );
        }
        found
    }
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
}

fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is no list"))
}
