//! The first desk: who is asking, and with which token.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::credentials::Credentials;
use crate::reply::Answer;
use crate::report::Report;
use crate::request::Request;
use crate::settings::Settings;
use crate::zoom_error;

/// The access tokens that are out.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccessTokens {
    issued: BTreeMap<String, Grant>,
}

#[derive(Debug, Clone)]
struct Grant {
    expires: DateTime<Utc>,
    scopes: Vec<String>,
}

impl AccessTokens {
    pub(crate) fn revoke_all(&mut self) {
        self.issued.clear();
    }

    pub(crate) fn issue(
        &mut self,
        now: DateTime<Utc>,
        settings: &Settings,
        rng: &mut ChaCha8Rng,
    ) -> String {
        // An expired token must still be known for a while, to be told from an invalid one.
        self.issued
            .retain(|_, grant| now - grant.expires < TimeDelta::days(1));
        let mut bytes = [0; 48];
        rng.fill_bytes(&mut bytes);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let expires = now + TimeDelta::seconds(settings.access_token_seconds.into());
        self.issued.insert(
            token.clone(),
            Grant {
                expires,
                scopes: settings.scopes.clone(),
            },
        );
        token
    }

    /// Answers `POST /oauth/token`.
    pub(crate) fn grant(
        &mut self,
        now: DateTime<Utc>,
        request: &Request,
        credentials: &Credentials,
        settings: &Settings,
        rng: &mut ChaCha8Rng,
    ) -> Answer {
        if basic(request).as_ref()
            != Some(&(
                credentials.client_id.clone(),
                credentials.client_secret.clone(),
            ))
        {
            return zoom_error::invalid_client(settings.invalid_client_status);
        }
        let is_form = request.content_type.as_deref().is_some_and(|kind| {
            kind.split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        // Zoom takes the parameters from the query as well.
        let parameter = |name| {
            request
                .form_parameter(name)
                .filter(|_| is_form)
                .or_else(|| request.parameter(name))
        };
        if parameter("grant_type").as_deref() != Some("account_credentials") {
            return zoom_error::unsupported_grant_type();
        }
        if parameter("account_id").as_deref() != Some(credentials.account_id.as_str()) {
            return zoom_error::invalid_request();
        }
        let body = json!({
            "access_token": self.issue(now, settings, rng),
            "token_type": "bearer",
            // Zoom says one second less than the hour.
            "expires_in": settings.access_token_seconds.saturating_sub(1),
            "scope": settings.scopes.join(" "),
            "api_url": settings.api_url,
        });
        Answer::json(200, body.to_string())
    }

    /// Whether the request's token opens `report`; if not, what Zoom says.
    pub(crate) fn check(
        &self,
        now: DateTime<Utc>,
        request: &Request,
        report: Report,
        settings: &Settings,
    ) -> Result<(), Box<Answer>> {
        let token = request
            .authorization
            .as_deref()
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let Some(grant) = self.issued.get(token) else {
            return Err(zoom_error::invalid_access_token().into());
        };
        if now >= grant.expires {
            return Err(zoom_error::access_token_expired().into());
        }
        if !report.opens_to(&grant.scopes) {
            let refusal = if settings.classic_scopes {
                zoom_error::missing_classic_scope()
            } else {
                zoom_error::missing_scope(report)
            };
            return Err(refusal.into());
        }
        if !settings.permission {
            return Err(zoom_error::no_permission().into());
        }
        Ok(())
    }
}

/// The client id and secret of a Basic `Authorization` header.
fn basic(request: &Request) -> Option<(String, String)> {
    let encoded = request.authorization.as_deref()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
