//! Every variable of an environment: to what it is changed, and what Terraform does about it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// A change of one variable.
pub struct Change {
    pub what: &'static str,
    /// Whose variable: the environment's, or the Zoom account's.
    of: Of,
    /// Its new value, and those that belong to it.
    to: fn(boundary: &str) -> Value,
    /// What is done, and nothing else. Never `replace`, but where the reason stands beside it.
    does: &'static [&'static str],
    /// Whether it is applied, together with the others; or the reason why not.
    applied: Applied,
}

enum Of {
    Account,
    Environment,
}

enum Applied {
    WithTheOthers,
    #[expect(dead_code, reason = "read by whoever reads the table")]
    Not(&'static str),
}

use Applied::{Not, WithTheOthers};
use Of::{Account, Environment};

macro_rules! change {
    ($of:ident $to:tt => $does:expr, $applied:expr) => {
        Change {
            what: stringify!($to),
            of: $of,
            to: |_boundary| json!($to),
            does: &$does,
            applied: $applied,
        }
    };
    ($of:ident $to:tt => $does:expr) => {
        change!($of $to => $does, WithTheOthers)
    };
}

pub const CLIENT_SECRET: &str = "a-client-secret-that-no-state-may-hold";
const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab";

pub const CHANGES: &[Change] = &[
    change!(Environment {"architecture": "arm64"} => ["update collector[operationlogs].aws_lambda_function.main"]),
    change!(Environment {"package_path": "../../../target/lambda/zoom_operationlogs_to_s3/newer.zip"} => ["update collector[operationlogs].aws_lambda_function.main"]),
    Change {
        what: "permissions_boundary_arn",
        of: Environment,
        to: |boundary| json!({"permissions_boundary_arn": boundary}),
        does: &[
            "update collector[operationlogs].aws_iam_role.function",
            "update schedule[operationlogs].aws_iam_role.schedule",
            "update secops_reader.aws_iam_user.main[0]",
        ],
        applied: WithTheOthers,
    },
    change!(Environment {"alarm_emails": ["soc@example.com"]} => ["create monitoring.aws_sns_topic_subscription.email[soc@example.com]"],
        Not("the account's own, below, are applied")),
    // Those that the function alone takes.
    change!(Account {"settings": {
        "page_size": 100, "request_timeout_seconds": 20, "start_date": "2026-06-01", "full_sweep_minutes": 60,
        "max_records_per_object": 1000, "zoom_max_requests_per_second": 10,
        "zoom_oauth_url": "https://zoomgov.com/oauth/token", "zoom_api_url": "https://api.zoomgov.com/v2",
    }} => ["update collector[operationlogs].aws_lambda_function.main"]),
    change!(Account {"settings": {"late_arrival_hours": 72}} => [
        "update collector[operationlogs].aws_lambda_function.main",
        "update monitoring.aws_cloudwatch_dashboard.main[0]",
        "update monitoring.aws_cloudwatch_metric_alarm.day_cannot_settle[operationlogs]",
    ]),
    change!(Account {"settings": {"zoom_daily_request_budget": 5000}} => [
        "update collector[operationlogs].aws_lambda_function.main",
        "update monitoring.aws_cloudwatch_dashboard.main[0]",
        "update monitoring.aws_cloudwatch_metric_alarm.quota_nearly_spent[operationlogs]",
    ]),
    // The name is what a bucket is: there is no other way. Production's guard stops here.
    change!(Account {"bucket_name": "zoom-operation-logs-by-another-name"} => [
        "replace log_bucket.aws_s3_bucket.main",
        "replace log_bucket.aws_s3_bucket_lifecycle_configuration.main[0]",
        "replace log_bucket.aws_s3_bucket_ownership_controls.main",
        "replace log_bucket.aws_s3_bucket_policy.main",
        "replace log_bucket.aws_s3_bucket_public_access_block.main",
        "replace log_bucket.aws_s3_bucket_server_side_encryption_configuration.main",
        "replace log_bucket.aws_s3_bucket_versioning.main",
        "update collector[operationlogs].aws_iam_role_policy.function",
        "update collector[operationlogs].aws_lambda_function.main",
        "update secops_reader.aws_iam_policy.read",
    ], Not("it cannot be made in place")),
    change!(Account {"reports": {"operationlogs": {"s3_prefix": "audit/zoom/"}}} => [
        "update collector[operationlogs].aws_iam_role_policy.function",
        "update collector[operationlogs].aws_lambda_function.main",
        "update log_bucket.aws_s3_bucket_lifecycle_configuration.main[0]",
        "update log_bucket.aws_s3_bucket_policy.main",
        "update secops_reader.aws_iam_policy.read",
    ]),
    change!(Account {"reports": {"operationlogs": {"state_key": "audit/state.json"}}} => [
        "update collector[operationlogs].aws_iam_role_policy.function",
        "update collector[operationlogs].aws_lambda_function.main",
        "update log_bucket.aws_s3_bucket_lifecycle_configuration.main[0]",
        "update log_bucket.aws_s3_bucket_policy.main",
    ]),
    // The first report gives half of the budget away, and else stays as it is.
    change!(Account {"reports": {"operationlogs": {}, "activities": {}}} => [
        "create collector[activities].aws_cloudwatch_log_group.function",
        "create collector[activities].aws_iam_role.function",
        "create collector[activities].aws_iam_role_policy.function",
        "create collector[activities].aws_lambda_function.main",
        "create collector[activities].aws_lambda_function_event_invoke_config.main",
        "create collector[activities].aws_sqs_queue.failures",
        "create monitoring.aws_cloudwatch_metric_alarm.credentials_refused[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.day_cannot_settle[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.failure_queue_not_empty[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.function_errors[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.lost_days[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.newest_record_stale[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.no_complete_run[activities]",
        "create monitoring.aws_cloudwatch_metric_alarm.quota_nearly_spent[activities]",
        "create schedule[activities].aws_iam_role.schedule",
        "create schedule[activities].aws_iam_role_policy.schedule",
        "create schedule[activities].aws_scheduler_schedule.main",
        "update collector[operationlogs].aws_lambda_function.main",
        "update log_bucket.aws_s3_bucket_lifecycle_configuration.main[0]",
        "update log_bucket.aws_s3_bucket_policy.main",
        "update monitoring.aws_cloudwatch_dashboard.main[0]",
        "update monitoring.aws_cloudwatch_metric_alarm.quota_nearly_spent[operationlogs]",
        "update secops_reader.aws_iam_policy.read",
    ]),
    change!(Account {"log_retention_days": 500} => ["update log_bucket.aws_s3_bucket_lifecycle_configuration.main[0]"]),
    change!(Account {"noncurrent_retention_days": 300} => ["update log_bucket.aws_s3_bucket_lifecycle_configuration.main[0]"]),
    change!(Account {"object_lock": {"mode": "GOVERNANCE", "days": 30}} => [
        "create log_bucket.aws_s3_bucket_object_lock_configuration.main[0]",
        "update collector[operationlogs].aws_iam_role_policy.function",
        "update collector[operationlogs].aws_lambda_function.main",
    ]),
    change!(Account {"create_kms_key": true} => [
        "create encryption_key[0].aws_kms_alias.main",
        "create encryption_key[0].aws_kms_key.main",
        "update collector[operationlogs].aws_cloudwatch_log_group.function",
        "update collector[operationlogs].aws_iam_role_policy.function",
        "update log_bucket.aws_s3_bucket_server_side_encryption_configuration.main",
        "update secops_reader.aws_iam_policy.read",
    ]),
    Change {
        what: "kms_key_arn",
        of: Account,
        to: |_| json!({"kms_key_arn": KEY}),
        does: &[
            "update collector[operationlogs].aws_iam_role_policy.function",
            "update log_bucket.aws_s3_bucket_server_side_encryption_configuration.main",
            "update secops_reader.aws_iam_policy.read",
        ],
        applied: Not("create_kms_key takes its place"),
    },
    Change {
        what: "function_log_kms_key_arn",
        of: Account,
        to: |_| json!({"function_log_kms_key_arn": KEY}),
        does: &["update collector[operationlogs].aws_cloudwatch_log_group.function"],
        applied: Not("create_kms_key takes its place"),
    },
    change!(Account {"secret_replica_region": "eu-central-1"} => ["update zoom_credentials.aws_secretsmanager_secret.main"]),
    Change {
        what: "zoom_credentials_version",
        of: Account,
        to: |_| json!({"zoom_credentials_version": 1}),
        does: &["create zoom_credentials.aws_secretsmanager_secret_version.main[0]"],
        applied: WithTheOthers,
    },
    change!(Account {"schedule_expression": "rate(30 minutes)"} => ["update schedule[operationlogs].aws_scheduler_schedule.main"]),
    change!(Account {"schedule_enabled": false} => ["update schedule[operationlogs].aws_scheduler_schedule.main"]),
    change!(Account {"memory_mb": 512} => ["update collector[operationlogs].aws_lambda_function.main"]),
    change!(Account {"timeout_seconds": 600} => ["update collector[operationlogs].aws_lambda_function.main"]),
    change!(Account {"reserved_concurrency": 1} => ["update collector[operationlogs].aws_lambda_function.main"]),
    change!(Account {"function_log_retention_days": 30} => ["update collector[operationlogs].aws_cloudwatch_log_group.function"]),
    change!(Account {"reader_access": "web_identity", "feed_subject_id": "123456789012345678901"} => [
        "create secops_reader.aws_iam_role.main[0]",
        "create secops_reader.aws_iam_role_policy_attachment.read[0]",
        "delete secops_reader.aws_iam_user.main[0]",
        "delete secops_reader.aws_iam_user_policy_attachment.read[0]",
    ]),
    change!(Account {"feed_namespace": "zoom"} => []),
    change!(Account {"feed_labels": {"team": "it"}} => []),
    change!(Account {"allow_delete_after_transfer": true} => ["update secops_reader.aws_iam_policy.read"],
        Not("object_lock keeps what the feed would delete")),
    change!(Account {"alarm_emails": ["zoom@example.com"]} => ["create monitoring.aws_sns_topic_subscription.email[zoom@example.com]"]),
    change!(Account {"reports": {"operationlogs": {"newest_record_max_age_hours": 24}}} => [
        "update monitoring.aws_cloudwatch_dashboard.main[0]",
        "update monitoring.aws_cloudwatch_metric_alarm.newest_record_stale[operationlogs]",
    ]),
    change!(Account {"dashboard_enabled": false} => ["delete monitoring.aws_cloudwatch_dashboard.main[0]"]),
];

impl Change {
    /// The environment's variables with this change alone.
    pub fn variables(&self, boundary: &str) -> Value {
        let mut variables = Variables::default();
        variables.add(self, boundary);
        variables.whole()
    }

    /// A version goes with credentials, which come another way.
    pub fn needs_credentials(&self) -> bool {
        self.what == "zoom_credentials_version"
    }

    pub fn expected(&self) -> BTreeSet<String> {
        self.does.iter().map(|done| (*done).to_owned()).collect()
    }
}

/// The variables with all changes that are applied.
pub fn all(boundary: &str) -> Value {
    let mut variables = Variables::default();
    for change in CHANGES {
        if matches!(change.applied, WithTheOthers) {
            variables.add(change, boundary);
        }
    }
    variables.whole()
}

/// The same without the sign-ins again.
pub fn all_but_sign_ins(boundary: &str) -> Value {
    let mut variables = all(boundary);
    let reports = variables
        .pointer_mut("/zoom_accounts/main/reports")
        .unwrap();
    let sign_ins = reports.as_object_mut().unwrap().remove("activities");
    assert!(sign_ins.is_some(), "they were never switched on");
    variables
}

/// All that there is of the sign-ins alone, as a plan says that it goes.
pub fn sign_ins_go() -> BTreeSet<String> {
    CHANGES
        .iter()
        .flat_map(|change| change.does)
        .filter(|done| done.contains("[activities]"))
        .map(|done| done.replace("create ", "delete "))
        .collect()
}

/// What goes with a zoom_credentials_version, for TF_VAR_zoom_credentials.
pub fn credentials() -> String {
    json!({"main": {"account_id": "account", "client_id": "client", "client_secret": CLIENT_SECRET}})
        .to_string()
}

#[derive(Default)]
struct Variables {
    environment: Map<String, Value>,
    account: Map<String, Value>,
}

impl Variables {
    fn add(&mut self, change: &Change, boundary: &str) {
        let Value::Object(to) = (change.to)(boundary) else {
            panic!("{} is no object", change.what)
        };
        let variables = match change.of {
            Of::Account => &mut self.account,
            Of::Environment => &mut self.environment,
        };
        merge(variables, to);
    }

    fn whole(mut self) -> Value {
        self.environment
            .insert("zoom_accounts".to_owned(), json!({"main": self.account}));
        Value::Object(self.environment)
    }
}

/// Several changes may be about parts of one variable, such as the settings or a report.
fn merge(variables: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        match (variables.get_mut(&name), value) {
            (Some(Value::Object(there)), Value::Object(more)) => merge(there, more),
            (_, value) => {
                variables.insert(name, value);
            }
        }
    }
}
