//! The key that the feed reads the bucket with: from Secrets Manager, or from standard input; never from the command line or
//! the environment, where others see it.

use std::io::{self, Read as _};

use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use thiserror::Error;

use crate::aws::{self, AwsError};
use crate::exit::Code;

/// Far more than a key needs.
const LARGEST_INPUT: u64 = 64 << 10;

/// A key, as `reader-key` writes it into a secret and onto standard output.
#[derive(Debug, Deserialize)]
pub struct AccessKey {
    #[serde(rename = "access_key_id")]
    pub id: String,
    #[serde(rename = "secret_access_key")]
    pub secret: SecretString,
}

#[derive(Debug, Error)]
pub enum AccessKeyError {
    #[error("standard input cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error(
        "{place} does not hold an access key: it takes the JSON object of `zoomlogs reader-key issue --json`, whose \
         access_key_id has 16 to 128 letters and digits and whose secret_access_key is not empty{hint}"
    )]
    Malformed { place: String, hint: &'static str },
    #[error(
        "there is no access key in Secrets Manager to give to the feed: the secret {name} is not there or is empty. To make a \
         key and put it there: {store}. Or name another secret with --key-secret, or give the key on standard input with \
         --key-stdin"
    )]
    Missing { name: String, store: String },
    #[error(
        "which secret holds the feed's key is not known: name it with --key-secret, or its user with --user, or give the key on \
         standard input with --key-stdin"
    )]
    Unnamed,
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl AccessKeyError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Unreadable(_) => Code::Failed,
            Self::Malformed { .. } | Self::Missing { .. } | Self::Unnamed => Code::Usage,
            Self::Aws(error) => error.code(),
        }
    }
}

impl AccessKey {
    /// Reads standard input to its end.
    pub fn read() -> Result<Self, AccessKeyError> {
        let mut text = Zeroizing::new(String::new());
        let read = io::stdin()
            .take(LARGEST_INPUT + 1)
            .read_to_string(&mut text)?;
        let text = (read as u64 <= LARGEST_INPUT).then_some(text.as_str());
        text.and_then(Self::parse)
            .ok_or_else(|| AccessKeyError::Malformed {
                place: "standard input".to_owned(),
                hint: "; with --store, reader-key prints none",
            })
    }

    /// Gets the key from the secret that `reader-key --store` puts it into.
    pub async fn fetch(
        region: Option<&str>,
        name: &str,
        store: &str,
    ) -> Result<Self, AccessKeyError> {
        let config = aws::config(region).await?;
        let client = aws_sdk_secretsmanager::Client::new(&config);
        let value = match client.get_secret_value().secret_id(name).send().await {
            Ok(value) => value.secret_string.map(Zeroizing::new),
            Err(error) if error.code() == Some("ResourceNotFoundException") => None,
            Err(error) => {
                return Err(AwsError::of("secretsmanager:GetSecretValue", name)(error).into());
            }
        };
        let value = value.ok_or_else(|| AccessKeyError::Missing {
            name: name.to_owned(),
            store: store.to_owned(),
        })?;
        Self::parse(&value).ok_or_else(|| AccessKeyError::Malformed {
            place: format!("the secret {name}"),
            hint: "",
        })
    }

    /// None for what is no key. The parser's own words would quote the input.
    fn parse(text: &str) -> Option<Self> {
        use secrecy::ExposeSecret as _;
        let key: Self = serde_json::from_str(text).ok()?;
        let is_id = (16..=128).contains(&key.id.len())
            && key.id.chars().all(|char| char.is_ascii_alphanumeric());
        (is_id && !key.secret.expose_secret().is_empty()).then_some(key)
    }
}
