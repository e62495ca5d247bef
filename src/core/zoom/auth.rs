//! The access token, and the credentials that it comes from; both kept between the invocations of a warm function.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde::Deserialize;

use super::answer::shorten;
use super::error::ZoomError;
use super::transport::Response;
use crate::secret::Credentials;

/// A token is renewed this long before Zoom would refuse it: longer than any one request takes.
const MARGIN: TimeDelta = TimeDelta::seconds(120);

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) credentials: Option<Credentials>,
    pub(super) token: Option<Token>,
    /// How many tokens there have been. Of several requests that were refused with one token, only the first may drop it:
    /// by the time the others know, there is a new one.
    pub(super) tokens: u64,
}

impl Session {
    /// The token and its number, unless it should be renewed.
    pub(super) fn usable_at(&self, now: DateTime<Utc>) -> Option<(SecretString, u64)> {
        let token = self.token.as_ref()?.usable_at(now)?;
        Some((token, self.tokens))
    }

    /// Keeps a new token.
    pub(super) fn renew(&mut self, token: Token) -> (SecretString, u64) {
        let value = token.value();
        self.token = Some(token);
        self.tokens += 1;
        (value, self.tokens)
    }

    /// Drops the token, if it is still the one of that number.
    pub(super) fn drop_token(&mut self, number: u64) {
        if number == self.tokens {
            self.token = None;
        }
    }

    /// Drops the credentials as well.
    pub(super) fn drop_credentials(&mut self, number: u64) {
        if number == self.tokens {
            self.token = None;
            self.credentials = None;
        }
    }
}

/// An access token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    value: SecretString,
    renew_at: DateTime<Utc>,
}

impl Token {
    /// The token, unless it should be renewed.
    fn usable_at(&self, now: DateTime<Utc>) -> Option<SecretString> {
        (now < self.renew_at).then(|| self.value.clone())
    }

    /// The token, whatever its age.
    fn value(&self) -> SecretString {
        self.value.clone()
    }

    /// Reads an answer 200 of the token endpoint.
    pub(super) fn parse(body: &[u8], now: DateTime<Utc>) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Body {
            access_token: SecretString,
            expires_in: u32,
        }
        let body: Body = serde_json::from_slice(body).map_err(|_| {
            "the token endpoint's answer has no access_token and expires_in".to_owned()
        })?;
        let lifetime = TimeDelta::seconds(i64::from(body.expires_in));
        Ok(Self {
            value: body.access_token,
            // A token that lives shorter than the margin is used for the one request it was fetched for.
            renew_at: now + lifetime - MARGIN.min(lifetime / 2),
        })
    }
}

/// What an answer of the token endpoint means that is neither 200 nor worth another attempt.
pub(super) fn refusal(response: &Response) -> ZoomError {
    #[derive(Deserialize, Default)]
    struct Body {
        #[serde(default)]
        error: String,
        #[serde(default)]
        reason: String,
    }
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    let (error, reason) = (shorten(&body.error), shorten(&body.reason));
    match (response.status, error.as_str()) {
        // invalid_request is what a wrong account id gets.
        (
            400 | 401,
            "invalid_client" | "invalid_request" | "invalid_grant" | "unauthorized_client",
        ) => ZoomError::BadCredentials { reason: error },
        (401, _) => ZoomError::BadCredentials {
            reason: "HTTP 401".to_owned(),
        },
        (status, _) => ZoomError::Refused {
            status,
            code: 0,
            message: format!("the token endpoint answered {error} {reason}")
                .trim_end()
                .to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse().unwrap();
        let token = Token::parse(
            br#"{"access_token":"t","token_type":"bearer","expires_in":3599}"#,
            now,
        )
        .unwrap();
        assert!(token.usable_at(now + TimeDelta::seconds(3478)).is_some());
        assert!(token.usable_at(now + TimeDelta::seconds(3479)).is_none());
        assert!(!format!("{token:?}").contains("\"t\""));
        let brief = Token::parse(br#"{"access_token":"t","expires_in":60}"#, now).unwrap();
        assert!(brief.usable_at(now + TimeDelta::seconds(29)).is_some());
        assert!(Token::parse(br#"{"access_token":7}"#, now).is_err());
    }
}
