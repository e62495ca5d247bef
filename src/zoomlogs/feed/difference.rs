//! What a feed that is there has otherwise than its form says.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::access_key::AccessKey;
use super::form::{Authentication, Form, LOG_TYPE, MAXIMUM_FILE_AGE, SOURCE_TYPE};
use super::instance::Instance;
use super::resource::{self, Feed, S3};

/// One field that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// As the form words it.
    pub field: &'static str,
    pub present: String,
    pub wanted: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            present,
            wanted,
        } = self;
        write!(f, "{field}: is {present}, should be {wanted}")
    }
}

impl Difference {
    /// Whether Google lets nobody change that of a feed that is there.
    pub fn is_fixed(&self) -> bool {
        matches!(self.field, "Source type" | "Log type")
    }

    /// Whether it is the name for people.
    pub fn is_name(&self) -> bool {
        self.field == "Feed name"
    }

    /// Whether it is which key the feed has.
    pub fn is_key(&self) -> bool {
        self.field == "Access Key ID"
    }
}

/// The feed's name and then what it reads, in the order of the form. The secret of a key is not among it: the API takes it and
/// shows it to nobody.
pub fn between(
    feed: &Feed,
    form: &Form,
    instance: &Instance,
    key: Option<&AccessKey>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut compare = |field, present: &str, wanted: &str, is_same: bool| {
        if !is_same {
            let show = |value: &str| match value {
                "" => "none".to_owned(),
                value => value.to_owned(),
            };
            differences.push(Difference {
                field,
                present: show(present),
                wanted: show(wanted),
            });
        }
    };
    let details = &feed.details;
    let (s3, is_v2) = match (&details.s3_v2, &details.s3_v1) {
        (Some(s3), _) => (s3.clone(), true),
        (None, other) => (other.clone().unwrap_or_default(), false),
    };

    let name = &feed.display_name;
    compare("Feed name", name, &form.name, *name == form.name);
    let source_type = &details.feed_source_type;
    let is_source = is_v2 && source_type == "AMAZON_S3_V2";
    compare("Source type", source_type, SOURCE_TYPE, is_source);
    let log_type = feed.log_type();
    let is_log = instance.log_type().ends_with(&format!("/{log_type}"));
    compare("Log type", log_type, LOG_TYPE, is_log);
    compare("S3 URI", &s3.s3_uri, &form.s3_uri, s3.s3_uri == form.s3_uri);
    let deletion = s3.deletion();
    let wanted = resource::deletion(form.deletion);
    compare(
        "Source deletion option",
        deletion,
        wanted,
        deletion == wanted,
    );
    let age = s3.max_lookback_days.filter(|days| *days > 0);
    let age = age.unwrap_or(MAXIMUM_FILE_AGE);
    compare(
        "Maximum File Age",
        &age.to_string(),
        &form.maximum_file_age.to_string(),
        age == form.maximum_file_age,
    );
    for (field, present, wanted) in authentication(&s3.authentication, &form.authentication, key) {
        compare(field, &present, &wanted, present == wanted);
    }
    let namespace = form.namespace.as_deref().unwrap_or_default();
    let present = &details.asset_namespace;
    compare("Asset namespace", present, namespace, present == namespace);
    let labels = |labels: &std::collections::BTreeMap<String, String>| {
        let labels: Vec<_> = labels.iter().map(|(k, v)| format!("{k} = {v}")).collect();
        labels.join(", ")
    };
    let is_same = details.labels == form.labels;
    compare(
        "Ingestion labels",
        &labels(&details.labels),
        &labels(&form.labels),
        is_same,
    );
    let prefixes = s3.include_prefixes.join(", ");
    compare("Prefixes to include", &prefixes, "", prefixes.is_empty());
    differences
}

/// What can be seen of how the feed proves who it is. Nothing, if the answer leaves it out.
fn authentication(
    present: &Value,
    wanted: &Authentication,
    key: Option<&AccessKey>,
) -> Vec<(&'static str, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let key_auth = present.get("accessKeySecretAuth");
    let role_auth = present.get("awsIamRoleAuth");
    match (wanted, key_auth, role_auth) {
        (Authentication::AccessKey { .. }, _, Some(_)) => {
            vec![(
                "Authentication",
                "a role".to_owned(),
                "an access key".to_owned(),
            )]
        }
        (Authentication::Role { .. }, Some(_), _) => {
            vec![(
                "Authentication",
                "an access key".to_owned(),
                "a role".to_owned(),
            )]
        }
        (Authentication::AccessKey { .. }, Some(auth), None) => {
            let present = text(&auth["accessKeyId"]);
            match key {
                Some(key) if !present.is_empty() => {
                    vec![("Access Key ID", present, key.id.clone())]
                }
                _ => Vec::new(),
            }
        }
        (Authentication::Role { arn, subject_id }, None, Some(auth)) => vec![
            (
                "AWS IAM role ARN",
                text(&auth["awsIamRoleArn"]),
                arn.clone(),
            ),
            ("Subject ID", text(&auth["subjectId"]), subject_id.clone()),
        ],
        (_, None, None) => Vec::new(),
    }
}

impl S3 {
    /// What it does with what it has read. The option that nobody set is to delete nothing.
    fn deletion(&self) -> &str {
        match self.source_deletion_option.as_deref() {
            None | Some("" | "SOURCE_DELETION_OPTION_V2_UNSPECIFIED" | "SOURCE_DELETION_NEVER") => {
                "NEVER"
            }
            Some(option) => option,
        }
    }
}
