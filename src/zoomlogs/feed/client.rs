//! The part of the Chronicle API that is about feeds.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::redirect;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zoomlogs_aws::error_chain::error_chain;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use super::access_key::AccessKey;
use super::call::{CREATE, Call, LIST, PATCH, SUBJECT_ID};
use super::google::Google;
use super::instance::Instance;
use super::refusal::{ChronicleError, said};
use super::resource::{Body, Feed};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a request is sent before it counts as failed.
const ATTEMPTS: usize = 4;

/// The most feeds that Google gives in one answer.
const PAGE_SIZE: &str = "1000";

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
pub struct Chronicle {
    http: reqwest::Client,
    google: Google,
    instance: Instance,
}

impl Chronicle {
    pub fn new(instance: Instance) -> Result<Self, ChronicleError> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            // A token follows nobody elsewhere.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| ChronicleError::Client(error_chain(&error)))?;
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
        self.patch(name, "details", &sent, secret).await
    }

    /// Changes the name for people, which Google takes alone.
    pub async fn rename(&self, name: &str, display_name: &str) -> Result<Feed, ChronicleError> {
        let sent = json!({"name": name, "displayName": display_name});
        self.patch(name, "displayName", &sent, None).await
    }

    /// Changes a part of a feed.
    async fn patch(
        &self,
        name: &str,
        part: &str,
        sent: &Value,
        secret: Option<&SecretString>,
    ) -> Result<Feed, ChronicleError> {
        let address = self.instance.address(name);
        let query = [("updateMask", part)];
        self.send(&PATCH, &address, &query, Some(sent), secret)
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
        let mut count = 1;
        loop {
            let mut error = match self.attempt(call, url, query, body, secret).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if let ChronicleError::Busy { sent, .. } = &mut error {
                *sent = count;
            }
            match waits.next() {
                Some(wait) if call.may_repeat(&error) => clock.sleep(wait).await,
                _ => return Err(error),
            }
            count += 1;
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
            said: error_chain(&error.without_url()),
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
        Err(call.refusal(status.as_u16(), said(&text, secret), &self.instance))
    }
}
