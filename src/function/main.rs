//! The Lambda function: configuration in, run, answer out.

mod logging;

use std::io::Write as _;

use chrono::DateTime;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use zoomlogs_aws::config::Config;
use zoomlogs_aws::https;
use zoomlogs_aws::s3::S3Store;
use zoomlogs_aws::sdk;
use zoomlogs_aws::secrets_manager::SecretsManager;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_aws::zoom_http::ZoomHttp;
use zoomlogs_core::answer::Answer;
use zoomlogs_core::clock::Clock;
use zoomlogs_core::collector::Collector;
use zoomlogs_core::event::Event;
use zoomlogs_core::failure_kind::FailureKind;
use zoomlogs_core::log_event::LogEvent;
use zoomlogs_core::metrics;
use zoomlogs_core::zoom::Client;

type Function = Collector<Client<ZoomHttp, SecretsManager, SystemClock>, S3Store, SystemClock>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    logging::start(environment);
    // A panic's message may quote what it met; its place is enough to find it.
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(
            event = LogEvent::Panicked.as_str(),
            at = panic.location().map(ToString::to_string),
            "panicked"
        );
    }));
    let function = start()
        .await
        .inspect_err(|error| tracing::error!(event = LogEvent::StartFailed.as_str(), problem = %error, "the function cannot start"))?;
    lambda_runtime::run(service_fn(|event| invoke(&function, event))).await
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn start() -> Result<Function, lambda_runtime::Error> {
    let config = Config::from_lookup(environment)?;
    let client = https::client()?;
    let aws = sdk::config(client.clone(), environment).await;
    let secrets = SecretsManager::new(&aws, config.secret_id);
    let zoom = Client::new(
        config.endpoints,
        config.settings.report,
        ZoomHttp::over(client),
        secrets,
        SystemClock,
    );
    let store = S3Store::new(&aws, config.bucket).locking(config.object_lock, SystemClock);
    Ok(Collector::new(zoom, store, SystemClock, config.settings))
}

async fn invoke(function: &Function, invocation: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let LambdaEvent { payload, context } = invocation;
    let event = Event::parse(&payload, SystemClock.now()).map_err(|error| Diagnostic {
        error_type: FailureKind::EventNotUnderstood.to_string(),
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
                event = LogEvent::RunDone.as_str(),
                written = outcome.summary.written(),
                complete = outcome.summary.complete,
                "done"
            );
            Ok(outcome.summary.answer())
        }
        Some(failure) => {
            tracing::error!(event = LogEvent::RunFailed.as_str(), kind = %failure.kind(), problem = %failure, "failed");
            Err(Diagnostic {
                error_type: failure.kind().to_string(),
                error_message: failure.to_string(),
            })
        }
    }
}
