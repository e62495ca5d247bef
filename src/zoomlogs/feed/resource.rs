//! A feed as the Chronicle API has it (google.cloud.chronicle.v1.Feed), as far as an Amazon S3 V2 feed needs it.
//!
//! Labels are a map, the log type is a full resource name, and the way to prove who one is is a message of its own: a page of
//! Google's shows lists and bare fields in their place, which its own published schema refuses.

use std::collections::BTreeMap;

use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access_key::AccessKey;
use super::form::{Authentication, Deletion, Form};
use super::instance::Instance;

const SOURCE_TYPE: &str = "AMAZON_S3_V2";

/// What is shown in place of a key.
const NO_KEY_ID: &str = "ACCESS KEY ID";
const NO_SECRET: &str = "SECRET ACCESS KEY";

/// A feed to be, without its secret.
#[derive(Debug)]
pub struct Body(Value);

impl Body {
    pub fn new(form: &Form, instance: &Instance) -> Self {
        let authentication = match &form.authentication {
            Authentication::AccessKey { .. } => json!({
                "accessKeySecretAuth": {"accessKeyId": NO_KEY_ID, "secretAccessKey": NO_SECRET},
            }),
            Authentication::Role { arn, subject_id } => json!({
                "awsIamRoleAuth": {"awsIamRoleArn": arn, "subjectId": subject_id},
            }),
        };
        let mut details = json!({
            "feedSourceType": SOURCE_TYPE,
            "logType": instance.log_type(),
            "amazonS3V2Settings": {
                "s3Uri": form.s3_uri,
                "sourceDeletionOption": deletion(form.deletion),
                "maxLookbackDays": form.maximum_file_age,
                "authentication": authentication,
            },
        });
        if let Some(namespace) = &form.namespace {
            details["assetNamespace"] = namespace.as_str().into();
        }
        if !form.labels.is_empty() {
            details["labels"] = json!(form.labels);
        }
        Self(json!({"displayName": form.name, "details": details}))
    }

    /// As it may be shown: what stands in for a key says so.
    pub const fn shown(&self) -> &Value {
        &self.0
    }

    /// The request that creates the feed, as far as it may be shown.
    pub fn request(&self, instance: &Instance) -> String {
        format!("POST {}\n{:#}\n", instance.feeds(), self.0)
    }

    /// As it is sent to create the feed.
    pub fn with_key(&self, key: Option<&AccessKey>) -> Value {
        let mut body = self.0.clone();
        if let Some(key) = key {
            let auth = &mut body["details"]["amazonS3V2Settings"]["authentication"];
            auth["accessKeySecretAuth"] = json!({
                "accessKeyId": key.id, "secretAccessKey": key.secret.expose_secret(),
            });
        }
        body
    }
}

/// What the API takes for each option of the form.
pub const fn deletion(deletion: Deletion) -> &'static str {
    match deletion {
        Deletion::Never => "NEVER",
        Deletion::OnSuccess => "ON_SUCCESS",
    }
}

/// A feed that is there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Feed {
    /// Its resource name.
    pub name: String,
    pub display_name: String,
    pub state: Option<String>,
    pub failure_msg: Option<String>,
    pub failure_details: Option<TransferFailure>,
    pub last_feed_initiation_time: Option<String>,
    pub details: FeedDetails,
}

/// Why its last transfer failed, and what Google advises.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, rename_all(deserialize = "camelCase"))]
pub struct TransferFailure {
    pub error_code: String,
    pub http_error_code: i64,
    pub error_cause: String,
    pub error_action: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FeedDetails {
    pub feed_source_type: String,
    pub log_type: String,
    pub asset_namespace: String,
    pub labels: BTreeMap<String, String>,
    #[serde(rename = "amazonS3V2Settings")]
    pub s3_v2: Option<S3>,
    /// Of a feed of the generation before, which Google retired but which may still run.
    #[serde(rename = "amazonS3Settings")]
    pub s3_v1: Option<S3>,
}

/// The settings of either generation, as far as both have them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct S3 {
    pub s3_uri: String,
    pub source_deletion_option: Option<String>,
    pub max_lookback_days: Option<u64>,
    pub include_prefixes: Vec<String>,
    pub authentication: Value,
}

impl Feed {
    /// Where it reads, if that is S3.
    pub fn s3(&self) -> Option<&S3> {
        self.details.s3_v2.as_ref().or(self.details.s3_v1.as_ref())
    }

    /// The last part of its log type, whose first parts name the project by its id or by its number.
    pub fn log_type(&self) -> &str {
        let log_type = &self.details.log_type;
        log_type.rsplit('/').next().unwrap_or(log_type)
    }

    /// Which key it has, where Google shows that.
    pub fn key_id(&self) -> Option<&str> {
        let id = &self.s3()?.authentication["accessKeySecretAuth"]["accessKeyId"];
        id.as_str().filter(|id| !id.is_empty())
    }

    /// Whether it is the feed of this form: by its name, or because it reads the same objects as the same kind of log.
    pub fn is_of(&self, form: &Form, instance: &Instance) -> bool {
        self.display_name == form.name
            || self.reads(form, instance, |reads, wanted| reads == wanted)
    }

    /// Whether it is another feed that reads objects of this form as the same kind of log: from a folder above, or below.
    pub fn overlaps(&self, form: &Form, instance: &Instance) -> bool {
        !self.is_of(form, instance)
            && self.reads(form, instance, |reads, wanted| {
                reads.starts_with(wanted) || wanted.starts_with(reads)
            })
    }

    /// Whether it reads the same kind of log, and from a folder that is so to the form's. Both folders end in a slash.
    fn reads(&self, form: &Form, instance: &Instance, is_so: fn(&str, &str) -> bool) -> bool {
        let folder = |uri: &str| format!("{}/", uri.trim_end_matches('/'));
        let is_log = || {
            let log_type = format!("/{}", self.log_type());
            instance.log_type().ends_with(&log_type)
        };
        self.s3()
            .is_some_and(|s3| is_so(&folder(&s3.s3_uri), &folder(&form.s3_uri)))
            && is_log()
    }
}
