//! The part of the Chronicle API that is about feeds.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::{Method, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;
use zoom_operationlogs_to_s3::causes::causes;
use zoom_operationlogs_to_s3::clock::{Clock as _, SystemClock};

use super::access_key::AccessKey;
use super::google::{Google, GoogleError};
use super::instance::Instance;
use super::resource::{Body, Feed};
use crate::exit::Code;

/// How often a request is sent before it counts as failed.
const ATTEMPTS: usize = 4;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most feeds that Google gives in one answer.
const PAGE_SIZE: &str = "1000";

/// What an error repeats of an answer that is not Google's.
const EXCERPT: usize = 300;

/// A method of the API, and the right that it needs.
#[derive(Debug)]
struct Call {
    name: &'static str,
    right: &'static str,
    method: Method,
}

static LIST: Call = Call {
    name: "feeds.list",
    right: "chronicle.feeds.list",
    method: Method::GET,
};
static CREATE: Call = Call {
    name: "feeds.create",
    right: "chronicle.feeds.create",
    method: Method::POST,
};
static PATCH: Call = Call {
    name: "feeds.patch",
    right: "chronicle.feeds.update",
    method: Method::PATCH,
};
static SUBJECT_ID: Call = Call {
    name: "feedServiceAccounts.fetchServiceAccountForCustomer",
    right: "chronicle.feedServiceAccounts.fetch",
    method: Method::GET,
};

#[derive(Debug, Error)]
pub enum ChronicleError {
    #[error(transparent)]
    Google(#[from] GoogleError),
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
    #[error(
        "Google does not accept these credentials at {call} ({said}): sign in again with `gcloud auth application-default \
         login`, or look what GOOGLE_APPLICATION_CREDENTIALS names"
    )]
    Unauthenticated { call: &'static str, said: String },
    #[error(
        "Google refuses {call} ({said}): whoever runs this needs the permission {right} on the project {instance} is in; \
         roles/chronicle.editor has it, and so can a custom role"
    )]
    Denied {
        call: &'static str,
        right: &'static str,
        instance: String,
        said: String,
    },
    #[error(
        "there is no {instance} at {endpoint} ({call}: {said}): look at --project, --location and --instance; the first is the \
         project that SecOps is linked to, the last its customer id"
    )]
    NotFound {
        call: &'static str,
        instance: String,
        endpoint: String,
        said: String,
    },
    #[error("Google takes {call} as wrong: {said}")]
    Invalid { call: &'static str, said: String },
    #[error(
        "Google had no time for {call} in {ATTEMPTS} attempts (HTTP {status}: {said}): try again later"
    )]
    Busy {
        call: &'static str,
        status: u16,
        said: String,
    },
    #[error("there was no answer to {call}: {said}")]
    NoAnswer { call: &'static str, said: String },
    #[error("{call} failed with HTTP {status}: {said}")]
    Failed {
        call: &'static str,
        status: u16,
        said: String,
    },
    #[error("the answer to {call} is not what Google's API says it is: {problem}")]
    Malformed { call: &'static str, problem: String },
}

impl ChronicleError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Google(_) | Self::Unauthenticated { .. } => Code::Failed,
            Self::Invalid { .. } | Self::NotFound { .. } => Code::Usage,
            Self::Denied { .. } => Code::Refused,
            _ => Code::Failed,
        }
    }

    /// Whether the request may have done its work all the same.
    pub const fn leaves_open(&self) -> bool {
        match self {
            Self::NoAnswer { .. } | Self::Malformed { .. } => true,
            Self::Busy { status, .. } | Self::Failed { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// A page of feeds.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    feeds: Vec<Feed>,
    next_page_token: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceAccount {
    subject_id: String,
}

/// The feeds of one instance.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    google: Google,
    instance: Instance,
}

impl Client {
    pub fn new(instance: Instance) -> Result<Self, ChronicleError> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            // A token follows nobody elsewhere.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| ChronicleError::Client(causes(&error)))?;
        let google = Google::find()?;
        Ok(Self {
            http,
            google,
            instance,
        })
    }

    pub const fn instance(&self) -> &Instance {
        &self.instance
    }

    /// All feeds.
    pub async fn list(&self) -> Result<Vec<Feed>, ChronicleError> {
        let mut feeds = Vec::new();
        let mut token = String::new();
        loop {
            let mut query = vec![("pageSize", PAGE_SIZE)];
            if !token.is_empty() {
                query.push(("pageToken", &token));
            }
            let page: Page = self
                .send(&LIST, &self.instance.feeds(), &query, None, None)
                .await?;
            feeds.extend(page.feeds);
            if page.next_page_token.is_empty() {
                return Ok(feeds);
            }
            if page.next_page_token == token {
                return Err(ChronicleError::Malformed {
                    call: LIST.name,
                    problem: "a page names itself as the next one".to_owned(),
                });
            }
            token = page.next_page_token;
        }
    }

    /// Makes a feed. Sent again only when Google has refused it for want of quota, which is before it does anything.
    pub async fn create(
        &self,
        body: &Body,
        key: Option<&AccessKey>,
    ) -> Result<Feed, ChronicleError> {
        let sent = body.with_key(key);
        let secret = key.map(|key| &key.secret);
        self.send(&CREATE, &self.instance.feeds(), &[], Some(&sent), secret)
            .await
    }

    /// Changes what a feed reads and how: all of it at once, with the key, since nobody can read that back.
    pub async fn replace_details(
        &self,
        name: &str,
        body: &Body,
        key: Option<&AccessKey>,
    ) -> Result<Feed, ChronicleError> {
        let mut sent = body.with_key(key);
        sent["name"] = name.into();
        // Google refuses a change that repeats the name for people, even the same one.
        if let Some(sent) = sent.as_object_mut() {
            sent.remove("displayName");
        }
        let secret = key.map(|key| &key.secret);
        let query = [("updateMask", "details")];
        self.send(
            &PATCH,
            &self.instance.address(name),
            &query,
            Some(&sent),
            secret,
        )
        .await
    }

    /// Changes the name for people, which Google takes alone.
    pub async fn rename(&self, name: &str, display_name: &str) -> Result<Feed, ChronicleError> {
        let sent = json!({"name": name, "displayName": display_name});
        let query = [("updateMask", "displayName")];
        self.send(
            &PATCH,
            &self.instance.address(name),
            &query,
            Some(&sent),
            None,
        )
        .await
    }

    /// Who the feeds of this instance are to AWS.
    pub async fn subject_id(&self) -> Result<String, ChronicleError> {
        let accounts = format!(
            "{}/feedServiceAccounts:fetchServiceAccountForCustomer",
            self.instance.name()
        );
        let account: ServiceAccount = self
            .send(
                &SUBJECT_ID,
                &self.instance.address(&accounts),
                &[],
                None,
                None,
            )
            .await?;
        Ok(account.subject_id)
    }

    /// Sends a request until it is answered or out of attempts.
    async fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
        url: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
        secret: Option<&SecretString>,
    ) -> Result<T, ChronicleError> {
        let clock = SystemClock;
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(16))
            .with_max_times(ATTEMPTS - 1)
            .with_jitter()
            .with_jitter_seed(clock.seed())
            .build();
        loop {
            let error = match self.attempt(call, url, query, body, secret).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match waits.next() {
                Some(wait) if call.may_repeat(&error) => clock.sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        call: &Call,
        url: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
        secret: Option<&SecretString>,
    ) -> Result<T, ChronicleError> {
        let no_answer = |error: reqwest::Error| ChronicleError::NoAnswer {
            call: call.name,
            said: causes(&error.without_url()),
        };
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .headers(self.google.headers().await?)
            .query(query);
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.map_err(no_answer)?;
        let status = answer.status();
        let text = answer.text().await.map_err(no_answer)?;
        if status.is_success() {
            return serde_json::from_str(&text).map_err(|problem| ChronicleError::Malformed {
                call: call.name,
                // Where, and not what: it may quote the answer.
                problem: format!("line {}, column {}", problem.line(), problem.column()),
            });
        }
        let said = said(&text, secret);
        Err(self.refusal(call, status.as_u16(), said))
    }

    fn refusal(&self, call: &Call, status: u16, said: String) -> ChronicleError {
        let instance = self.instance.name().to_owned();
        let &Call {
            name: call, right, ..
        } = call;
        match status {
            400 => ChronicleError::Invalid { call, said },
            401 => ChronicleError::Unauthenticated { call, said },
            403 => ChronicleError::Denied {
                call,
                right,
                instance,
                said,
            },
            404 => ChronicleError::NotFound {
                call,
                instance,
                endpoint: self.instance.endpoint().to_owned(),
                said,
            },
            429 | 500..=599 => ChronicleError::Busy { call, status, said },
            status => ChronicleError::Failed { call, status, said },
        }
    }
}

impl Call {
    /// Whether the same request may be sent again after this. One that makes something may not, unless it has certainly made
    /// nothing: want of quota is found before anything is done.
    fn may_repeat(&self, error: &ChronicleError) -> bool {
        match error {
            ChronicleError::Busy { status: 429, .. } => true,
            ChronicleError::Busy { .. } | ChronicleError::NoAnswer { .. } => {
                self.method != Method::POST
            }
            _ => false,
        }
    }
}

/// What Google says of a refusal, on one line, without the secret that was sent.
fn said(text: &str, secret: Option<&SecretString>) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: Status,
    }
    #[derive(Deserialize)]
    struct Status {
        #[serde(default)]
        status: String,
        #[serde(default)]
        message: String,
    }
    let said = match (serde_json::from_str::<Refusal>(text), secret) {
        (Ok(Refusal { error }), _) if !error.message.is_empty() => {
            format!("{}: {}", error.status, error.message)
        }
        // A proxy's page, perhaps.
        (_, None) => text.chars().take(EXCERPT).collect(),
        // It may repeat the request in any encoding.
        (_, Some(_)) => format!("{} bytes that are not an error of Google's", text.len()),
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match secret.map(SecretString::expose_secret) {
        Some(secret) => said.replace(secret, "(the secret access key)"),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_google_says_is_repeated_without_the_secret() {
        let secret = SecretString::from("kX9/secret+");
        let refusal = r#"{"error": {"code": 400, "status": "INVALID_ARGUMENT",
            "message": "bad value\n kX9\/secret\u002b in secret_access_key"}}"#;
        assert_eq!(
            said(refusal, Some(&secret)),
            "INVALID_ARGUMENT: bad value (the secret access key) in secret_access_key"
        );
        assert_eq!(
            said("<html>kX9%2Fsecret", Some(&secret)),
            "18 bytes that are not an error of Google's"
        );
        assert_eq!(said("<html>\nBad  Gateway", None), "<html> Bad Gateway");
    }
}
