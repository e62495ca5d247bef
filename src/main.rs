//! The Lambda function: configuration in, run, answer out.

use std::io::Write as _;

use chrono::DateTime;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use zoom_operationlogs_to_s3::aws;
use zoom_operationlogs_to_s3::clock::{Clock, SystemClock};
use zoom_operationlogs_to_s3::collector::{Collector, RunReport};
use zoom_operationlogs_to_s3::config::Config;
use zoom_operationlogs_to_s3::event::Event;
use zoom_operationlogs_to_s3::https;
use zoom_operationlogs_to_s3::log_lines;
use zoom_operationlogs_to_s3::metrics;
use zoom_operationlogs_to_s3::secret::SecretsManager;
use zoom_operationlogs_to_s3::store::s3::S3Store;
use zoom_operationlogs_to_s3::zoom::{Client, Http};

type Function = Collector<Client<Http, SecretsManager, SystemClock>, S3Store, SystemClock>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    log_lines::write(environment);
    // A panic's message may quote what it met; its place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(at = panic.location().map(ToString::to_string), "panicked");
    }));
    let function = start()
        .await
        .inspect_err(|error| tracing::error!(problem = %error, "the function cannot start"))?;
    lambda_runtime::run(service_fn(|event| invoke(&function, event))).await
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn start() -> Result<Function, lambda_runtime::Error> {
    let config = Config::from_lookup(environment)?;
    let client = https::client()?;
    let aws = aws::config(client.clone(), environment).await;
    let secrets = SecretsManager::new(&aws, config.secret_id);
    let zoom = Client::new(
        config.endpoints,
        config.settings.report,
        Http::over(client),
        secrets,
        SystemClock,
    );
    let store = S3Store::new(&aws, config.bucket).locking(config.object_lock, SystemClock);
    Ok(Collector::new(zoom, store, SystemClock, config.settings))
}

async fn invoke(
    function: &Function,
    invocation: LambdaEvent<Value>,
) -> Result<RunReport, Diagnostic> {
    let LambdaEvent { payload, context } = invocation;
    let event = Event::parse(&payload, SystemClock.now()).map_err(|error| Diagnostic {
        error_type: "EventNotUnderstood".to_owned(),
        error_message: error.to_string(),
    })?;
    let deadline = i64::try_from(context.deadline)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    let deadline = deadline.unwrap_or_else(|| SystemClock.now());
    let outcome = function.run(&event, deadline).await;

    let name = &context.env_config.function_name;
    let line = metrics::embedded(&outcome, name, &context.request_id, SystemClock.now());
    // Metrics are worth no failed invocation.
    let _ = writeln!(std::io::stdout(), "{line}");

    match outcome.failure {
        None => {
            tracing::info!(
                written = outcome.report.written(),
                complete = outcome.report.complete,
                "done"
            );
            Ok(outcome.report)
        }
        Some(failure) => {
            tracing::error!(kind = failure.kind(), problem = %failure, "failed");
            Err(Diagnostic {
                error_type: failure.kind().to_owned(),
                error_message: failure.to_string(),
            })
        }
    }
}
