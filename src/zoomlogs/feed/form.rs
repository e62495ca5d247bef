//! What to enter in the form for a feed, from Terraform's outputs or the command line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use zoomlogs_core::report::{ACTIVITIES, OPERATION_LOGS, Report};

use super::access_key::FeedKey;

pub const SOURCE_TYPE: &str = "Amazon S3 V2";
pub const LOG_TYPE: &str = "Zoom Operation Logs";

/// The most that SecOps takes, and its default.
pub const MAXIMUM_FILE_AGE: u64 = 180;

/// One feed, as its form wants it.
#[derive(Debug, Clone)]
pub struct Form {
    /// Whose feed it is, for people.
    pub whose: String,
    pub report: String,
    pub name: String,
    pub s3_uri: String,
    pub deletion: Deletion,
    pub maximum_file_age: u64,
    pub authentication: Authentication,
    pub namespace: Option<String>,
    pub labels: BTreeMap<String, String>,
}

/// A form, and the key that goes with it.
#[derive(Debug)]
pub struct Sheet {
    pub form: Form,
    pub key: FeedKey,
}

/// What the feed does with an object that it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Deletion {
    #[serde(rename = "Never delete files")]
    Never,
    #[serde(rename = "Delete transferred files and empty directories")]
    OnSuccess,
}

/// How the feed proves to AWS who it is.
#[derive(Debug, Clone)]
pub enum Authentication {
    AccessKey {
        /// Whose key it is, where that is known.
        user: Option<String>,
        /// How to make one.
        issue: String,
    },
    Role {
        arn: String,
        subject_id: String,
    },
}

/// One line of the form.
#[derive(Debug, Serialize)]
pub struct Field {
    pub field: &'static str,
    /// What to enter; null where that is known to nobody but whoever has it.
    pub value: Value,
    /// Where that value comes from, or why it is as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

#[derive(Debug, Error)]
pub enum FormError {
    #[error(
        "the output reports.{report}.feed of {whose} is not as this version knows it ({problem}): apply the environment again \
         with the Terraform code of the same version"
    )]
    Output {
        whose: String,
        report: String,
        problem: String,
    },
}

/// Terraform's output, worded as the form.
#[derive(Debug, Deserialize)]
struct FeedOutput {
    #[serde(rename = "Source type")]
    source_type: String,
    #[serde(rename = "Log type")]
    log_type: String,
    #[serde(rename = "S3 URI")]
    s3_uri: String,
    #[serde(rename = "Source deletion option")]
    deletion: Deletion,
    #[serde(rename = "Maximum File Age")]
    maximum_file_age: u64,
    #[serde(rename = "Asset namespace")]
    namespace: Option<String>,
    #[serde(rename = "Ingestion labels")]
    labels: Option<BTreeMap<String, String>>,
    #[serde(rename = "AWS IAM role ARN")]
    role_arn: Option<String>,
    #[serde(rename = "Subject ID")]
    subject_id: Option<String>,
}

/// What a form does not have of Terraform's `feed`.
#[derive(Debug)]
pub struct Origin<'a> {
    /// For people.
    pub whose: String,
    pub report: &'a str,
    /// What tells this feed's name from others.
    pub distinctions: Vec<&'a str>,
    /// The user that the feed reads as, if it is a user.
    pub user: Option<&'a str>,
    /// How to make its key.
    pub issue: String,
}

impl Form {
    /// The form that Terraform's output describes.
    pub fn parse(feed: &Value, origin: Origin<'_>) -> Result<Self, FormError> {
        let wrong = |problem: String| FormError::Output {
            whose: origin.whose.clone(),
            report: origin.report.to_owned(),
            problem,
        };
        let output = FeedOutput::deserialize(feed).map_err(|problem| wrong(problem.to_string()))?;
        for (field, found, known) in [
            ("Source type", &output.source_type, SOURCE_TYPE),
            ("Log type", &output.log_type, LOG_TYPE),
        ] {
            if found != known {
                return Err(wrong(format!("{field} is {found:?} and not {known:?}")));
            }
        }
        let authentication = match (output.role_arn, output.subject_id) {
            (Some(arn), Some(subject_id)) => Authentication::Role { arn, subject_id },
            (None, None) => Authentication::AccessKey {
                user: origin.user.map(str::to_owned),
                issue: origin.issue,
            },
            _ => {
                return Err(wrong(
                    "it has only one of AWS IAM role ARN and Subject ID".to_owned(),
                ));
            }
        };
        Ok(Self {
            whose: origin.whose,
            name: feed_name(origin.report, &origin.distinctions),
            report: origin.report.to_owned(),
            s3_uri: output.s3_uri,
            deletion: output.deletion,
            maximum_file_age: output.maximum_file_age,
            authentication,
            namespace: output.namespace.filter(|namespace| !namespace.is_empty()),
            labels: output.labels.unwrap_or_default(),
        })
    }

    /// Its fields, in the order of the form.
    pub fn fields(&self) -> Vec<Field> {
        let plain = |field, value: &str| Field {
            field,
            value: value.into(),
            remark: None,
        };
        let mut fields = vec![
            plain("Feed name", &self.name),
            plain("Source type", SOURCE_TYPE),
            plain("Log type", LOG_TYPE),
            plain("S3 URI", &self.s3_uri),
            Field {
                field: "Source deletion option",
                value: self.deletion.words().into(),
                remark: Some(self.deletion.remark().to_owned()),
            },
            Field {
                field: "Maximum File Age",
                value: self.maximum_file_age.into(),
                remark: Some("days since an object was written; the most that there is".to_owned())
                    .filter(|_| self.maximum_file_age == MAXIMUM_FILE_AGE),
            },
        ];
        fields.extend(self.authentication.fields());
        fields.push(Field {
            field: "Asset namespace",
            value: self.namespace.as_deref().map_or(Value::Null, Value::from),
            remark: None,
        });
        fields.push(Field {
            field: "Ingestion labels",
            value: serde_json::json!(self.labels),
            remark: None,
        });
        fields
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!("Feed of the report {}, {}\n\n", self.report, self.whose);
        for Field {
            field,
            value,
            remark,
        } in self.fields()
        {
            let value = match &value {
                Value::String(value) => value.clone(),
                Value::Object(labels) if !labels.is_empty() => labels
                    .iter()
                    .map(|(key, value)| format!("{key} = {}", value.as_str().unwrap_or_default()))
                    .collect::<Vec<_>>()
                    .join(", "),
                Value::Object(_) => "none".to_owned(),
                Value::Null if remark.is_none() => "none".to_owned(),
                Value::Null => String::new(),
                value => value.to_string(),
            };
            let remark = match remark {
                Some(remark) if value.is_empty() => format!("({remark})"),
                Some(remark) => format!("  ({remark})"),
                None => String::new(),
            };
            // Writing to a String does not fail.
            let _ = writeln!(text, "  {field:24}{value}{remark}");
        }
        text
    }
}

impl Deletion {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Never => "Never delete files",
            Self::OnSuccess => "Delete transferred files and empty directories",
        }
    }

    /// The one choice not to change, and why.
    const fn remark(self) -> &'static str {
        match self {
            Self::Never => {
                "leave it: if the feed deletes while the same key is being written, a record arrives twice"
            }
            Self::OnSuccess => {
                "allow_delete_after_transfer is on: if the feed deletes while the same key is being written, a record \
                 arrives twice"
            }
        }
    }
}

impl Authentication {
    fn fields(&self) -> Vec<Field> {
        match self {
            Self::AccessKey { user, issue } => {
                let whose = user.as_deref().unwrap_or("the user that may read the bucket");
                vec![
                    Field {
                        field: "Access Key ID",
                        value: Value::Null,
                        remark: Some(format!("of {whose}: {issue}")),
                    },
                    Field {
                        field: "Secret Access Key",
                        value: Value::Null,
                        remark: Some("shown once, by the same command".to_owned()),
                    },
                ]
            }
            Self::Role { arn, subject_id } => vec![
                Field {
                    field: "AWS IAM role ARN",
                    value: arn.as_str().into(),
                    remark: None,
                },
                Field {
                    field: "Subject ID",
                    value: subject_id.as_str().into(),
                    remark: Some(
                        "of your SecOps instance, as zoomlogs feed --subject-id prints it; the role trusts no other"
                            .to_owned(),
                    ),
                },
            ],
        }
    }
}

/// What the feeds of these reports are called, where that is not the report's own name.
static TITLES: [(&Report, &str); 2] = [
    (&OPERATION_LOGS, "Zoom Operation Logs"),
    (&ACTIVITIES, "Zoom Sign-ins"),
];

/// The feed's name: the report's, and what tells it from those of other environments and accounts.
pub fn feed_name(report: &str, distinctions: &[&str]) -> String {
    let known = TITLES.iter().find(|(known, _)| known.name == report);
    let title = known.map_or_else(|| title(report), |(_, title)| (*title).to_owned());
    let parts: Vec<_> = std::iter::once(title.as_str())
        .chain(distinctions.iter().copied())
        .collect();
    parts.join(" - ")
}

/// The words of a report's name, as those of a title.
fn title(report: &str) -> String {
    let mut title = "Zoom".to_owned();
    for word in report.split(['_', '-']).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        title += &format!(" {}{rest}", first.to_uppercase());
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_has_no_title_gets_one_of_its_name() {
        assert_eq!(feed_name("operationlogs", &[]), "Zoom Operation Logs");
        assert_eq!(feed_name("activities", &["dev"]), "Zoom Sign-ins - dev");
        assert_eq!(
            feed_name("phone_call-logs", &["dev", "emea"]),
            "Zoom Phone Call Logs - dev - emea"
        );
    }
}
