//! What is asked of the simulated Zoom.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;
use crate::report::Report;

/// The path of the token endpoint.
const OAUTH_PATH: &str = "/oauth/token";

/// What of Zoom a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    /// `POST /oauth/token`.
    OAuth,
    /// `GET /v2/report/operationlogs` or one of the others, see [`Report`].
    Report,
    /// Anything else; answered with 404.
    Other,
}

/// An HTTP request, as far as Zoom looks at it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, in upper case.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, still encoded and without the `?`.
    pub query: String,
    /// The value of the `Authorization` header.
    pub authorization: Option<String>,
    /// The value of the `Content-Type` header.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Asks for an access token.
    #[must_use]
    pub fn token(credentials: &Credentials) -> Self {
        let basic = STANDARD.encode(format!(
            "{}:{}",
            credentials.client_id, credentials.client_secret
        ));
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "account_credentials")
            .append_pair("account_id", &credentials.account_id)
            .finish();
        Self {
            method: "POST".to_owned(),
            path: OAUTH_PATH.to_owned(),
            authorization: Some(format!("Basic {basic}")),
            content_type: Some("application/x-www-form-urlencoded".to_owned()),
            body: form.into_bytes(),
            ..Self::default()
        }
    }

    /// Asks for the first page of the operation logs, of the default size.
    #[must_use]
    pub fn report(access_token: &str, from: NaiveDate, to: NaiveDate) -> Self {
        Self {
            method: "GET".to_owned(),
            path: Report::OperationLogs.path(),
            authorization: Some(format!("Bearer {access_token}")),
            ..Self::default()
        }
        .with("from", &from.to_string())
        .with("to", &to.to_string())
    }

    /// The same of another report.
    #[must_use]
    pub fn of(self, report: Report) -> Self {
        Self {
            path: report.path(),
            ..self
        }
    }

    /// The same with a `page_size`.
    #[must_use]
    pub fn page_size(self, size: u32) -> Self {
        self.with("page_size", &size.to_string())
    }

    /// The same with a `next_page_token`.
    #[must_use]
    pub fn page_token(self, token: &str) -> Self {
        self.with("next_page_token", token)
    }

    /// The same with another parameter in the query.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.query = Serializer::for_suffix(self.query, 0)
            .append_pair(name, value)
            .finish();
        // `for_suffix` takes an empty string for one that something was appended to already.
        if let Some(rest) = self.query.strip_prefix('&') {
            self.query = rest.to_owned();
        }
        self
    }

    /// What the request goes to.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        match (self.method.as_str(), self.path.as_str()) {
            ("POST", OAUTH_PATH) => Endpoint::OAuth,
            _ if self.asked_report().is_some() => Endpoint::Report,
            _ => Endpoint::Other,
        }
    }

    /// The report that is asked for, if it is one.
    #[must_use]
    pub fn asked_report(&self) -> Option<Report> {
        Report::at(&self.path).filter(|_| self.method == "GET")
    }

    /// The value of a parameter in the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        parameter_of(self.query.as_bytes(), name)
    }

    /// The value of a parameter in a form that was posted.
    pub(crate) fn form_parameter(&self, name: &str) -> Option<String> {
        parameter_of(&self.body, name)
    }

    /// The query with what might be secret in it masked: only parameters that are known to be harmless are shown.
    pub(crate) fn masked_query(&self) -> String {
        const HARMLESS: [&str; 4] = ["from", "to", "page_size", "category_type"];
        let mut masked = Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(self.query.as_bytes()) {
            let harmless = value.is_empty() || HARMLESS.contains(&name.as_ref());
            masked.append_pair(&name, if harmless { &value } else { "masked" });
        }
        masked.finish()
    }
}

fn parameter_of(encoded: &[u8], name: &str) -> Option<String> {
    // No name of Zoom's has anything to encode, so only the pair in question needs to be decoded.
    let is_named = |pair: &&[u8]| {
        let rest = pair.strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
    };
    let pair = encoded.split(|&byte| byte == b'&').find(is_named)?;
    let (_, value) = form_urlencoded::parse(pair).next()?;
    Some(value.into_owned())
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the Authorization header nor a token, so that a failing test prints no credentials.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.masked_query())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_survive_encoding() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let request = Request::report("secret", date, date)
            .page_size(7)
            .page_token("a+b/c==");
        assert_eq!(
            request.query,
            "from=2026-11-22&to=2026-11-22&page_size=7&next_page_token=a%2Bb%2Fc%3D%3D"
        );
        assert_eq!(request.parameter("next_page_token").unwrap(), "a+b/c==");
        assert_eq!(request.endpoint(), Endpoint::Report);
    }

    #[test]
    fn neither_a_token_nor_a_credential_is_shown() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let shown = format!(
            "{:?}",
            Request::report("the-bearer", date, date)
                .page_token("the-page")
                .with("x", "the-x")
        );
        assert!(shown.contains("from=2026-11-22"));
        for secret in ["the-bearer", "the-page", "the-x"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
