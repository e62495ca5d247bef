//! Where records are read from.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::str::FromStr;

use aws_sdk_s3::Client;
use flate2::read::MultiGzDecoder;
use thiserror::Error;
use zoomlogs_aws::error_chain::error_chain;

use super::view::shown;
use crate::aws::{self, AwsError};
use crate::exit::Code;

/// A place that has records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    StandardInput,
    File(PathBuf),
    /// An object, or all objects below a key that ends in a slash.
    S3 {
        bucket: String,
        key: String,
    },
    /// `s3://` and no bucket.
    Nowhere(String),
}

#[derive(Debug, Error)]
pub enum SourceError {
    #[error("{} cannot be read: {source}", shown(name))]
    Unreadable { name: String, source: io::Error },
    #[error(
        "{0} names no bucket: it is s3://bucket/key, or s3://bucket/prefix/ for all objects below"
    )]
    NoBucket(String),
    #[error(
        "there is no object below {0}: is it the right prefix, and has the function delivered anything?"
    )]
    Empty(String),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error("{} was not received whole: {said}", shown(name))]
    CutShort { name: String, said: String },
}

impl SourceError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } | Self::NoBucket(_) | Self::Empty(_) => Code::Usage,
            Self::Aws(error) => error.code(),
            Self::CutShort { .. } => Code::Failed,
        }
    }
}

/// The bytes of one file or object.
#[derive(Debug)]
pub struct Object {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What is wrong with its compression. What came before is in `bytes`.
    pub damage: Option<Damage>,
}

#[derive(Debug, Error)]
#[error("this is gzip and damaged ({0}); what comes before that is shown")]
pub struct Damage(io::Error);

/// The objects of a source, each read when it is its turn.
pub enum Objects {
    One(Option<Object>),
    S3 {
        client: Client,
        bucket: String,
        keys: VecDeque<String>,
    },
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix("s3://") {
            Some(place) => match place.split_once('/').unwrap_or((place, "")) {
                ("", _) => Self::Nowhere(text.to_owned()),
                (bucket, key) => Self::S3 {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                },
            },
            None if text == "-" => Self::StandardInput,
            None => Self::File(text.into()),
        })
    }
}

impl Source {
    pub async fn objects(&self) -> Result<Objects, SourceError> {
        match self {
            Self::StandardInput => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                local("standard input".to_owned(), read.map(|_| bytes))
            }
            Self::File(path) => local(path.display().to_string(), fs::read(path)),
            Self::S3 { bucket, key } => {
                let client = Client::new(&aws::config(None).await?);
                let keys = if key.is_empty() || key.ends_with('/') {
                    list(&client, bucket, key).await?
                } else {
                    [key.clone()].into()
                };
                Ok(Objects::S3 {
                    client,
                    bucket: bucket.clone(),
                    keys,
                })
            }
            Self::Nowhere(text) => Err(SourceError::NoBucket(text.clone())),
        }
    }
}

impl Objects {
    pub async fn next(&mut self) -> Result<Option<Object>, SourceError> {
        match self {
            Self::One(object) => Ok(object.take()),
            Self::S3 {
                client,
                bucket,
                keys,
            } => match keys.pop_front() {
                Some(key) => get(client, bucket, &key).await.map(Some),
                None => Ok(None),
            },
        }
    }
}

fn local(name: String, bytes: io::Result<Vec<u8>>) -> Result<Objects, SourceError> {
    match bytes {
        Ok(bytes) => Ok(Objects::One(Some(Object::new(name, bytes)))),
        Err(source) => Err(SourceError::Unreadable { name, source }),
    }
}

/// The keys below a prefix, in order.
async fn list(
    client: &Client,
    bucket: &str,
    prefix: &str,
) -> Result<VecDeque<String>, SourceError> {
    let listing = client.list_objects_v2().bucket(bucket).prefix(prefix);
    let mut pages = listing.into_paginator().send();
    let name = format!("s3://{bucket}/{prefix}");
    let mut keys = VecDeque::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(AwsError::of("s3:ListBucket", &name))?;
        let objects = page.contents.unwrap_or_default().into_iter();
        keys.extend(objects.filter_map(|object| object.key));
    }
    if keys.is_empty() {
        return Err(SourceError::Empty(name));
    }
    Ok(keys)
}

async fn get(client: &Client, bucket: &str, key: &str) -> Result<Object, SourceError> {
    let name = format!("s3://{bucket}/{key}");
    let object = client.get_object().bucket(bucket).key(key).send().await;
    let object = object.map_err(AwsError::of("s3:GetObject", &shown(&name)))?;
    match object.body.collect().await {
        Ok(body) => Ok(Object::new(name, body.to_vec())),
        Err(error) => Err(SourceError::CutShort {
            name,
            said: error_chain(&error),
        }),
    }
}

impl Object {
    /// Unpacks what begins as gzip does, whatever it is called.
    fn new(name: String, bytes: Vec<u8>) -> Self {
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            return Self {
                name,
                bytes,
                damage: None,
            };
        }
        let mut plain = Vec::new();
        let read = MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain);
        Self {
            name,
            bytes: plain,
            damage: read.err().map(Damage),
        }
    }
}
