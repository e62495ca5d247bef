//! The key that the feed reads the bucket with: from Secrets Manager, or from standard input; never from the command line or
//! the environment, where others see it.

use std::io;

use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use thiserror::Error;

use crate::aws::{self, AwsError};
use crate::exit::Code;
use crate::stdin;

/// A key, as `reader-key` writes it into a secret and onto standard output.
#[derive(Debug, Deserialize)]
pub struct AccessKey {
    #[serde(rename = "access_key_id")]
    pub id: String,
    #[serde(rename = "secret_access_key")]
    pub secret: SecretString,
}

/// Where the key of a feed is.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    Stdin,
    Secret {
        /// That of the secret; none where the environment says which.
        region: Option<String>,
        name: Option<String>,
        /// How to put a key there.
        store: String,
    },
}

/// The key of one feed, and where to get it.
#[derive(Debug)]
pub struct FeedKey {
    place: KeyPlace,
    key: Option<AccessKey>,
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

impl FeedKey {
    pub const fn at(place: KeyPlace) -> Self {
        Self { place, key: None }
    }

    /// The key, if it is at hand already.
    pub const fn present(&self) -> Option<&AccessKey> {
        self.key.as_ref()
    }

    /// Reads a key that comes in at standard input, before anything else can fail.
    pub fn read(&mut self) -> Result<(), AccessKeyError> {
        if matches!(self.place, KeyPlace::Stdin) {
            self.key = Some(AccessKey::read()?);
        }
        Ok(())
    }

    /// Gets a key that is in a secret.
    pub async fn fetch(&mut self) -> Result<(), AccessKeyError> {
        if let KeyPlace::Secret {
            region,
            name,
            store,
        } = &self.place
        {
            let name = name.as_deref().ok_or(AccessKeyError::Unnamed)?;
            self.key = Some(AccessKey::fetch(region.as_deref(), name, store).await?);
        }
        Ok(())
    }
}

impl AccessKey {
    /// Reads standard input to its end.
    fn read() -> Result<Self, AccessKeyError> {
        let text = stdin::read()?;
        text.and_then(|text| Self::parse(&text))
            .ok_or_else(|| AccessKeyError::Malformed {
                place: "standard input".to_owned(),
                hint: "; with --store, reader-key prints none",
            })
    }

    /// Gets the key from the secret that `reader-key --store` puts it into.
    async fn fetch(region: Option<&str>, name: &str, store: &str) -> Result<Self, AccessKeyError> {
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
