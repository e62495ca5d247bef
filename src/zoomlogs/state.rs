//! A function's checkpoint, as it lies in the bucket: what the function knows of its own work.

use serde::Serialize;
use zoomlogs_aws::config::Config;
use zoomlogs_aws::s3::S3Store;
use zoomlogs_core::checkpoint::{Checkpoint, FormatError};
use zoomlogs_core::store::{Store as _, StoreError};

/// What is at the checkpoint's key.
#[derive(Debug)]
pub enum Found {
    Whole(Box<Checkpoint>),
    /// No object. Only who may list the bucket is told so.
    Missing,
    Unusable(Unusable),
}

/// An object that is no checkpoint of this function's log.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Unusable {
    Damaged { problem: String },
    Newer { problem: String },
    OtherLog { found: String },
}

/// Reads it. Needs s3:GetObject on the key, and s3:ListBucket to be told that there is none.
pub async fn read(aws: &aws_config::SdkConfig, config: &Config) -> Result<Found, StoreError> {
    let store = S3Store::new(aws, &config.bucket);
    let Some(object) = store.get(&config.settings.state_key).await? else {
        return Ok(Found::Missing);
    };
    let settings = &config.settings;
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
