//! A form from the command line, for a bucket that is not of an environment.

use std::collections::BTreeMap;

use clap::Args;
use zoomlogs_core::report::{self, Report};

use super::error::FeedError;
use super::form::{Authentication, Deletion, Form, MAXIMUM_FILE_AGE, feed_name};

/// What Terraform's outputs say otherwise.
#[derive(Debug, Args)]
pub struct Direct {
    /// Where in the bucket the report is (default: zoom/REPORT/)
    #[arg(long, requires = "bucket")]
    prefix: Option<String>,

    /// The user whose key the feed has
    #[arg(
        long,
        value_name = "NAME",
        requires = "bucket",
        conflicts_with = "role_arn"
    )]
    user: Option<String>,

    /// The role that the feed assumes, in place of a key
    #[arg(long, value_name = "ARN", requires_all = ["bucket", "role_subject"])]
    role_arn: Option<String>,

    /// The subject id that the role trusts
    #[arg(long, value_name = "ID", requires = "role_arn")]
    role_subject: Option<String>,

    /// The asset namespace
    #[arg(long, requires = "bucket")]
    namespace: Option<String>,

    /// An ingestion label; may be repeated
    #[arg(long, value_name = "KEY=VALUE", requires = "bucket")]
    label: Vec<String>,

    /// Lets the feed delete what it has read; a record may then arrive twice
    #[arg(long, requires = "bucket")]
    delete_after_transfer: bool,
}

impl Direct {
    /// The user whose key the feed has.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The form for a report in this bucket.
    pub fn form(&self, bucket: &str, report: Option<&str>) -> Result<Form, FeedError> {
        let name = report.unwrap_or(report::OPERATION_LOGS.name);
        let report =
            Report::named(name).map_err(|error| FeedError::Arguments(error.to_string()))?;
        let prefix = self.prefix.clone().unwrap_or_else(|| report.prefix());
        if !prefix.ends_with('/') || prefix.starts_with('/') {
            return Err(FeedError::Arguments(format!(
                "--prefix is {prefix:?}; it takes a prefix that ends in / and does not begin with it: without the / at its end \
                 the feed would also read what only begins alike"
            )));
        }
        let authentication = match (&self.role_arn, &self.role_subject) {
            (Some(arn), Some(subject_id)) => Authentication::Role {
                arn: arn.clone(),
                subject_id: subject_id.clone(),
            },
            _ => Authentication::AccessKey {
                user: self.user.clone(),
                issue: format!(
                    "zoomlogs reader-key issue --user {}",
                    self.user().unwrap_or("USER")
                ),
            },
        };
        Ok(Form {
            whose: format!("bucket {bucket}"),
            report: report.name.to_owned(),
            name: feed_name(report.name, &[]),
            s3_uri: format!("s3://{bucket}/{prefix}"),
            deletion: if self.delete_after_transfer {
                Deletion::OnSuccess
            } else {
                Deletion::Never
            },
            maximum_file_age: MAXIMUM_FILE_AGE,
            authentication,
            namespace: self
                .namespace
                .clone()
                .filter(|namespace| !namespace.is_empty()),
            labels: labels(&self.label)?,
        })
    }
}

fn labels(given: &[String]) -> Result<BTreeMap<String, String>, FeedError> {
    let pair = |label: &String| match label.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err(FeedError::Arguments(format!(
            "--label is {label:?}; it takes KEY=VALUE, neither of them empty"
        ))),
    };
    given.iter().map(pair).collect()
}
