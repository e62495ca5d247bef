//! Google, as far as a feed needs it: where tokens come from, and the feeds of one SecOps instance.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::{Value, json};

pub const PROJECT: &str = "acme-soc";
pub const INSTANCE: &str = "0c1d2e3f-0000-4000-8000-5a5a5a5a5a5a";
pub const PARENT: &str =
    "projects/acme-soc/locations/eu/instances/0c1d2e3f-0000-4000-8000-5a5a5a5a5a5a";
pub const TOKEN: &str = "ya29.a-token-of-the-fake";
pub const SUBJECT_ID: &str = "112233445566778899000";

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing does.
    None,
    /// It is refused.
    Status(u16, &'static str, String),
    /// It is carried out, and its answer is lost.
    AnswerLost,
    /// It is carried out twice, and the answers are lost.
    Twice,
    /// It is lost.
    RequestLost,
    /// It is carried out only when the feeds have been listed this often afterwards, and its answer is lost.
    Late(usize),
}

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub query: HashMap<String, String>,
    pub body: Value,
    pub bearer: String,
    pub quota_project: Option<String>,
    /// Whether any process of this machine had this on its command line meanwhile.
    pub exposed: bool,
}

#[derive(Debug, Default)]
struct Inner {
    feeds: Vec<Value>,
    late: Option<(usize, Value)>,
    seen: Vec<Seen>,
    faults: HashMap<Method, VecDeque<Fault>>,
    page_size: Option<usize>,
    /// What must not be on a command line.
    secret: String,
}

/// The running server, until it is dropped.
#[derive(Debug)]
pub struct SecOps {
    pub endpoint: String,
    inner: Arc<Mutex<Inner>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for SecOps {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl SecOps {
    pub async fn start(secret: &str) -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            secret: secret.to_owned(),
            ..Inner::default()
        }));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            endpoint,
            inner,
            server,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// What is asked of the API with this method fails so, one after the other.
    pub fn fail(&self, method: Method, faults: &[Fault]) {
        self.inner()
            .faults
            .entry(method)
            .or_default()
            .extend(faults.iter().cloned());
    }

    pub fn page_size(&self, size: usize) {
        self.inner().page_size = Some(size);
    }

    pub fn put(&self, feed: Value) {
        self.inner().feeds.push(feed);
    }

    pub fn feeds(&self) -> Vec<Value> {
        self.inner().feeds.clone()
    }

    /// All requests of this method to the API.
    pub fn seen(&self, method: &Method) -> Vec<Seen> {
        let inner = self.inner();
        let seen = inner.seen.iter().filter(|seen| seen.method == *method);
        seen.cloned().collect()
    }
}

async fn answer(
    State(inner): State<Arc<Mutex<Inner>>>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if uri.path() == "/token" {
        return token(&body);
    }
    let header = |name| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let mut inner = inner.lock().unwrap();
    let seen = Seen {
        method: method.clone(),
        path: uri.path().to_owned(),
        query,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        bearer: header("authorization")
            .and_then(|value| Some(value.strip_prefix("Bearer ")?.to_owned()))
            .unwrap_or_default(),
        quota_project: header("x-goog-user-project"),
        exposed: is_exposed(&inner.secret),
    };
    inner.seen.push(seen.clone());
    // The other kind is a signed claim, which its test looks at.
    if seen.bearer != TOKEN && seen.bearer.split('.').count() != 3 {
        return refuse(401, "UNAUTHENTICATED", "invalid token");
    }
    let fault = inner.faults.get_mut(&method).and_then(VecDeque::pop_front);
    match fault {
        None | Some(Fault::None) => inner.carry_out(&seen),
        Some(Fault::Twice) => {
            inner.carry_out(&seen);
            inner.carry_out(&seen);
            cut()
        }
        Some(Fault::Status(code, status, message)) => refuse(code, status, &message),
        Some(Fault::RequestLost) => cut(),
        Some(Fault::AnswerLost) => {
            inner.carry_out(&seen);
            cut()
        }
        Some(Fault::Late(lists)) => {
            let feed = inner.make(&seen.body);
            inner.late = Some((lists, feed));
            cut()
        }
    }
}

impl Inner {
    fn carry_out(&mut self, seen: &Seen) -> Response {
        let Some(path) = seen.path.strip_prefix("/v1/") else {
            return refuse(404, "NOT_FOUND", "no such version");
        };
        let Some(rest) = path.strip_prefix(PARENT) else {
            return refuse(404, "NOT_FOUND", "instance not found");
        };
        match (seen.method.as_str(), rest) {
            ("GET", "/feeds") => self.list(&seen.query),
            ("POST", "/feeds") => {
                let feed = self.make(&seen.body);
                self.feeds.push(feed.clone());
                respond(200, &feed)
            }
            ("GET", "/feedServiceAccounts:fetchServiceAccountForCustomer") => respond(
                200,
                &json!({"name": format!("{PARENT}/feedServiceAccounts/a"), "subjectId": SUBJECT_ID}),
            ),
            ("PATCH", _) => self.patch(path, seen),
            _ => refuse(404, "NOT_FOUND", "no such method"),
        }
    }

    fn list(&mut self, query: &HashMap<String, String>) -> Response {
        if let Some((lists, feed)) = self.late.take() {
            if lists == 0 {
                self.feeds.push(feed);
            } else {
                self.late = Some((lists - 1, feed));
            }
        }
        assert_eq!(query["pageSize"], "1000");
        let size = self.page_size.unwrap_or(1000);
        let from: usize = query
            .get("pageToken")
            .map_or(0, |token| token.parse().unwrap());
        let feeds: Vec<_> = self.feeds.iter().skip(from).take(size).collect();
        let mut page = json!({"feeds": feeds});
        if from + size < self.feeds.len() {
            page["nextPageToken"] = (from + size).to_string().into();
        }
        respond(200, &page)
    }

    /// As Google does: with a name, a state, and without the secret.
    fn make(&self, body: &Value) -> Value {
        let mut feed = body.clone();
        feed["name"] = format!("{PARENT}/feeds/feed-{}", self.feeds.len() + 1).into();
        feed["state"] = "ACTIVE".into();
        hide(&mut feed);
        feed
    }

    fn patch(&mut self, name: &str, seen: &Seen) -> Response {
        let Some(feed) = self.feeds.iter_mut().find(|feed| feed["name"] == name) else {
            return refuse(404, "NOT_FOUND", "feed not found");
        };
        let mask = seen.query.get("updateMask").map(String::as_str);
        let has_name = seen.body.get("displayName").is_some();
        match (mask, has_name) {
            (Some("displayName"), true) => feed["displayName"] = seen.body["displayName"].clone(),
            (Some("details"), false) => feed["details"] = seen.body["details"].clone(),
            _ => {
                return refuse(
                    400,
                    "INVALID_ARGUMENT",
                    "display name is to be passed alone",
                );
            }
        }
        hide(feed);
        respond(200, feed)
    }
}

fn hide(feed: &mut Value) {
    let auth = "/details/amazonS3V2Settings/authentication/accessKeySecretAuth";
    if let Some(auth) = feed.pointer_mut(auth).and_then(Value::as_object_mut) {
        auth.remove("secretAccessKey");
    }
}

/// Trades the refresh token of the test for a token.
fn token(form: &[u8]) -> Response {
    let form: Value = serde_json::from_slice(form).unwrap_or_default();
    if form["refresh_token"] == "1//refresh" && form["grant_type"] == "refresh_token" {
        let answer = json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"});
        respond(200, &answer)
    } else {
        respond(400, &json!({"error": "invalid_grant"}))
    }
}

fn respond(code: u16, body: &Value) -> Response {
    let code = StatusCode::from_u16(code).unwrap();
    (code, body.to_string()).into_response()
}

fn refuse(code: u16, status: &str, message: &str) -> Response {
    let error = json!({"error": {"code": code, "status": status, "message": message}});
    respond(code, &error)
}

/// An answer whose connection is cut before its body comes.
fn cut() -> Response {
    let error = Err::<Bytes, _>(io::Error::other("cut"));
    Body::from_stream(stream::iter([error])).into_response()
}

/// Whether `secret` is on the command line of any process.
pub fn is_exposed(secret: &str) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok())
        .any(|line| String::from_utf8_lossy(&line).contains(secret))
}
