//! A function's checkpoint as it lies in the bucket: what the function knows of its own work.

use serde::Serialize;
use thiserror::Error;
use zoomlogs_aws::config::Config;
use zoomlogs_aws::s3::S3Store;
use zoomlogs_core::checkpoint::{Checkpoint, FormatError};
use zoomlogs_core::store::{Store as _, StoreError};

/// What is at the checkpoint's key: a checkpoint, or what was made of one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum Found<T = Box<Checkpoint>> {
    Whole(T),
    /// No object. AWS says so only to those who may list the bucket.
    Missing,
    Unusable(Unusable),
}

/// An object that is no checkpoint of this function's log.
#[derive(Debug, Clone, Serialize, Error)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Unusable {
    #[error("{problem}")]
    Damaged { problem: String },
    #[error("{problem}")]
    Newer { problem: String },
    #[error("it is that of another log, {found}")]
    OtherLog { found: String },
}

impl<T> Found<T> {
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Whole(checkpoint) => Found::Whole(make(checkpoint)),
            Self::Missing => Found::Missing,
            Self::Unusable(unusable) => Found::Unusable(unusable),
        }
    }

    pub const fn whole(&self) -> Option<&T> {
        match self {
            Self::Whole(checkpoint) => Some(checkpoint),
            Self::Missing | Self::Unusable(_) => None,
        }
    }
}

/// Reads it. Needs s3:GetObject on the key, and s3:ListBucket to be told that there is none.
pub async fn read(aws: &aws_config::SdkConfig, config: &Config) -> Result<Found, StoreError> {
    let store = S3Store::new(aws, &config.bucket);
    let settings = &config.settings;
    let Some(object) = store.get(&settings.state_key).await? else {
        return Ok(Found::Missing);
    };
    Ok(match Checkpoint::from_bytes(&object.body) {
        Ok(checkpoint)
            if checkpoint.report != settings.report.name
                || checkpoint.s3_prefix != settings.s3_prefix =>
        {
            Found::Unusable(Unusable::OtherLog {
                found: format!("{} under {}", checkpoint.report, checkpoint.s3_prefix),
            })
        }
        Ok(checkpoint) => Found::Whole(Box::new(checkpoint)),
        Err(problem @ FormatError::Newer { .. }) => Found::Unusable(Unusable::Newer {
            problem: problem.to_string(),
        }),
        Err(problem) => Found::Unusable(Unusable::Damaged {
            problem: problem.to_string(),
        }),
    })
}
