//! One execution environment, as Lambda calls it: a process of the function and the Runtime API that it alone talks to.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{Path as PathOf, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    process::Command,
    sync::{Mutex as AsyncMutex, mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    error::{Error, Result},
    invocation::Outcome,
};

const FUNCTION: &str = "zoom_operationlogs_to_s3";

/// Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Environment {
    host: Arc<Host>,
    events: mpsc::Sender<Event>,
    /// How many events were given in.
    given: u64,
    process: Process,
    server: JoinHandle<()>,
}

/// What is needed of the process while an invocation runs: cheap to clone, so that nobody holds a lock over an await.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pid: u32,
    exit: watch::Receiver<Option<ExitStatus>>,
}

/// An event on its way to the process.
#[derive(Debug)]
struct Event {
    request_id: String,
    payload: Value,
    deadline: SystemTime,
}

/// What the HTTP handlers and the invoking side share.
#[derive(Debug)]
struct Host {
    events: AsyncMutex<mpsc::Receiver<Event>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    /// How often the process has asked for an event.
    asked: watch::Sender<u64>,
}

impl Environment {
    /// Starts `binary` with `variables` and Lambda's own, and nothing else; it prints to the end of the file `log`.
    pub(crate) async fn start(
        binary: &Path,
        variables: &[(String, String)],
        log: &Path,
    ) -> Result<Self> {
        let (events, receiver) = mpsc::channel(1);
        let host = Arc::new(Host {
            events: AsyncMutex::new(receiver),
            waiting: Mutex::default(),
            asked: watch::Sender::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(Error::RuntimeApi)?;
        let address = listener
            .local_addr()
            .map_err(Error::RuntimeApi)?
            .to_string();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&host));
        let process = spawn(binary, &address, variables, log)?;
        let server = tokio::spawn(async move {
            // Serves until it is aborted; an earlier end would show as a process that lost its runtime.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self {
            host,
            events,
            given: 0,
            process,
            server,
        })
    }

    pub(crate) fn process(&self) -> Process {
        self.process.clone()
    }

    /// Gives the process an event; what comes of it comes through the returned channel, or never.
    pub(crate) fn give(
        &mut self,
        request_id: &str,
        payload: Value,
        deadline: SystemTime,
    ) -> oneshot::Receiver<Outcome> {
        let (sender, outcome) = oneshot::channel();
        lock(&self.host.waiting).insert(request_id.to_owned(), sender);
        self.given += 1;
        // There is room: one event at a time, and one not fetched means that its process is gone and this with it.
        let _ = self.events.try_send(Event {
            request_id: request_id.to_owned(),
            payload,
            deadline,
        });
        outcome
    }

    /// Waits until the process asks for the event after the last one given, or is gone: until then it may still print.
    pub(crate) fn settled(&self) -> impl Future<Output = ()> + use<> {
        let mut asked = self.host.asked.subscribe();
        let (given, mut process) = (self.given, self.process());
        async move {
            let settled = async {
                tokio::select! {
                    _ = asked.wait_for(|asked| *asked > given) => {}
                    _ = process.gone() => {}
                }
            };
            // A process that does neither is stuck after its answer; that is its own affair.
            let _ = timeout(Duration::from_secs(5), settled).await;
        }
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.process.kill();
        self.server.abort();
    }
}

impl Process {
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.exit.borrow().is_some() || self.exit.has_changed().is_err()
    }

    /// Waits for its end. `None` when the end was not seen, because the async runtime itself ended.
    pub(crate) async fn gone(&mut self) -> Option<ExitStatus> {
        self.exit
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|status| *status)
    }

    /// SIGKILL, at once.
    pub(crate) fn kill(&self) {
        // Only while it was not reaped: until then its pid is its own.
        if !self.is_gone()
            && let Some(pid) = rustix::process::Pid::from_raw(self.pid.cast_signed())
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

fn spawn(
    binary: &Path,
    address: &str,
    variables: &[(String, String)],
    log: &Path,
) -> Result<Process> {
    let program = || binary.display().to_string();
    // A file, not a pipe: what was printed before the answer is there to read when the answer is.
    let output = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(Error::file(log))?;
    let errors = output.try_clone().map_err(Error::file(log))?;
    let mut child = Command::new(binary)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", FUNCTION)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env(
            "AWS_LAMBDA_LOG_GROUP_NAME",
            format!("/aws/lambda/{FUNCTION}"),
        )
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("_HANDLER", "bootstrap")
        .env("TZ", ":UTC")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .kill_on_drop(true)
        .spawn()
        .map_err(Error::process(program()))?;
    let pid = child.id().unwrap_or_default();
    let (sender, exit) = watch::channel(None);
    tokio::spawn(async move {
        if let Ok(status) = child.wait().await {
            sender.send_replace(Some(status));
        }
    });
    Ok(Process { pid, exit })
}

async fn next(State(host): State<Arc<Host>>) -> Response {
    host.asked.send_modify(|asked| *asked += 1);
    let Some(event) = host.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = event
        .deadline
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", event.request_id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            format!(
                "arn:aws:lambda:{}:000000000000:function:{FUNCTION}",
                crate::aws::REGION
            ),
        ),
    ];
    (headers, event.payload.to_string()).into_response()
}

async fn response(
    State(host): State<Arc<Host>>,
    PathOf(id): PathOf<String>,
    body: String,
) -> StatusCode {
    let outcome = serde_json::from_str(&body).map_or_else(
        |error| Outcome::Error {
            kind: "Runtime.MarshalError".to_owned(),
            message: format!("the answer is not JSON ({error}): {body}"),
        },
        Outcome::Answer,
    );
    host.settle(&id, outcome)
}

async fn error(
    State(host): State<Arc<Host>>,
    PathOf(id): PathOf<String>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    host.settle(&id, reported(&headers, &body))
}

async fn init_error(State(host): State<Arc<Host>>, headers: HeaderMap, body: String) -> StatusCode {
    let id = lock(&host.waiting)
        .keys()
        .next()
        .cloned()
        .unwrap_or_default();
    host.settle(&id, reported(&headers, &body))
}

fn reported(headers: &HeaderMap, body: &str) -> Outcome {
    let body: Value = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let header = headers
        .get("lambda-runtime-function-error-type")
        .and_then(|kind| kind.to_str().ok());
    Outcome::Error {
        kind: text("errorType")
            .or_else(|| header.map(str::to_owned))
            .unwrap_or_default(),
        message: text("errorMessage").unwrap_or_else(|| body.to_string()),
    }
}

impl Host {
    fn settle(&self, id: &str, outcome: Outcome) -> StatusCode {
        match lock(&self.waiting).remove(id) {
            Some(waiting) => {
                let _ = waiting.send(outcome);
                StatusCode::ACCEPTED
            }
            // Answered already, or too late.
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// A panic elsewhere does not make the data behind these locks wrong.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
