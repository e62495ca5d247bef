//! `zoomlogs teardown`: whether an environment may be destroyed although its buckets are guarded.

use aws_sdk_s3::Client;
use clap::Args;
use serde_json::json;
use thiserror::Error;

use crate::aws::{self, AwsError};
use crate::deployment::{DeploymentError, Environment, Named};
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};

/// Looks whether the environment's buckets may be destroyed; changes nothing
///
/// `make destroy` asks this before it takes the guard off a protected environment. Every bucket must be named, so that nobody
/// destroys one that they did not think of, and be empty with all versions: otherwise Terraform would destroy everything
/// around it and then fail.
///
/// Needs s3:ListBucketVersions on the buckets.
#[derive(Debug, Args)]
pub struct TeardownArguments {
    /// The environment, a folder in terraform/environments
    #[arg(long, value_name = "ENV")]
    env: String,

    /// A bucket that may be destroyed; once for each of the environment's
    #[arg(long = "bucket", value_name = "NAME")]
    buckets: Vec<String>,
}

#[derive(Debug, Error)]
pub enum TeardownError {
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(
        "the environment {environment} is protected: its logs cannot be had again. To destroy it on purpose\n\
         \x20 1. stop the function: schedule_enabled = false for each account in terraform.tfvars, and make apply \
         ENV={environment}\n\
         \x20 2. empty each bucket, all versions and delete markers included (docs/operations.md says how)\n\
         \x20 3. make destroy ENV={environment} BUCKET=\"{}\"", buckets.join(" ")
    )]
    Protected {
        environment: String,
        buckets: Vec<String>,
    },
    #[error(
        "the environment {environment} has no bucket {}; it has {}",
        unknown.join(", "), buckets.join(", ")
    )]
    Unknown {
        environment: String,
        unknown: Vec<String>,
        buckets: Vec<String>,
    },
    #[error(
        "the bucket {bucket} is not empty: it holds {example}, among others. Terraform would destroy everything around it and \
         then fail. Stop the function and empty the bucket, all versions and delete markers included (docs/operations.md \
         says how)"
    )]
    NotEmpty { bucket: String, example: String },
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl CommandError for TeardownError {
    fn code(&self) -> Code {
        match self {
            Self::Deployment(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Protected { .. } | Self::NotEmpty { .. } => Code::Refused,
            Self::Unknown { .. } => Code::Usage,
            Self::Output(_) => Code::Failed,
        }
    }
}

pub async fn command(arguments: TeardownArguments, output: &Output) -> Result<(), TeardownError> {
    let pipelines = Environment::read(&arguments.env)?.all();
    let buckets: Vec<_> = pipelines
        .iter()
        .map(|named| named.pipeline.bucket.clone())
        .collect();
    let unknown = without(&arguments.buckets, &buckets);
    if !unknown.is_empty() {
        return Err(TeardownError::Unknown {
            environment: arguments.env,
            unknown,
            buckets,
        });
    }
    if !without(&buckets, &arguments.buckets).is_empty() {
        return Err(TeardownError::Protected {
            environment: arguments.env,
            buckets,
        });
    }
    for named in &pipelines {
        must_be_empty(named).await?;
    }
    let text = format!("Empty, and may be destroyed: {}", buckets.join(", "));
    Ok(output.show(&text, &json!({"empty": buckets}))?)
}

/// These names without those.
fn without(these: &[String], those: &[String]) -> Vec<String> {
    let mut left = these.to_vec();
    left.retain(|name| !those.contains(name));
    left
}

async fn must_be_empty(named: &Named) -> Result<(), TeardownError> {
    let bucket = &named.pipeline.bucket;
    let config = aws::config(Some(&named.pipeline.region)).await?;
    let page = Client::new(&config)
        .list_object_versions()
        .bucket(bucket)
        .max_keys(1)
        .send()
        .await
        .map_err(AwsError::of("s3:ListBucketVersions", bucket))?;
    let version = page.versions().first().and_then(|version| version.key());
    let marker = page
        .delete_markers()
        .first()
        .and_then(|marker| marker.key());
    match version.or(marker) {
        None => Ok(()),
        Some(example) => Err(TeardownError::NotEmpty {
            bucket: bucket.clone(),
            example: example.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_bucket_must_be_named_and_no_other() {
        let (there, named) = (names(&["logs", "logs-emea"]), names(&["logs", "log"]));
        assert_eq!(without(&there, &named), names(&["logs-emea"]));
        assert_eq!(without(&named, &there), names(&["log"]));
    }
}
