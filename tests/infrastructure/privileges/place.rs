//! What there is to get at: what Terraform made, and beside it things of the same kinds that are none of the pipeline's.

use aws_sdk_s3::primitives::ByteStream;
use local_stack::{DeployedReport, Deployment, Stack};

use super::principals::{Collects, Principal};

/// The names that calls are made of, as one of the reports has them: `prefix` is that of its log, `function` the one that
/// collects it, and so on.
#[derive(Clone, Debug)]
pub struct Place {
    pub report: &'static str,
    /// The function's role.
    pub collector: Principal,
    /// EventBridge Scheduler as the role of its schedule.
    pub scheduler: Principal,
    pub bucket: String,
    pub prefix: String,
    pub state_key: String,
    /// An entry of the log that is there, and its version.
    pub entry: String,
    pub entry_version: String,
    pub checkpoint_version: String,
    pub checkpoint_etag: String,
    pub secret: String,
    pub log_group: String,
    pub queue_url: String,
    pub function: String,
    pub schedule: String,
    pub topic: String,
    pub function_role: String,
    pub schedule_role: String,
    pub other_bucket: String,
    pub other_secret: String,
    pub other_log_group: String,
    pub other_queue_url: String,
}

/// What the checkpoint holds, whoever writes it: a put with If-Match can be repeated.
pub const CHECKPOINT: &str = "{}";

/// Where another pipeline has its things.
const OTHER_BUCKET: &str = "other-bucket";

impl Place {
    /// Puts an entry and a checkpoint into what a report has, and beside all of it things that are none of its own.
    /// [`furnish_what_is_shared`] comes first.
    pub async fn furnish(
        stack: &Stack,
        deployment: &Deployment,
        collects: Collects,
        schedule_role: String,
    ) -> Self {
        let aws = stack.aws();
        let DeployedReport {
            s3_prefix: prefix,
            state_key,
            log_group_name,
            failure_queue_url,
            function_name,
            schedule_name,
            function_role_arn,
            ..
        } = deployment.report(collects.report);
        let bucket = &deployment.bucket;
        let name = collects.report;
        let entry = format!("{prefix}2001/02/03/zoom-{name}-2001-02-03-000000.json.gz");
        let (entry_version, _) = put(stack, bucket, &entry, "an entry").await;
        let (checkpoint_version, checkpoint_etag) = put(stack, bucket, state_key, CHECKPOINT).await;
        let folder = prefix.trim_end_matches('/');
        for key in [format!("{folder}-old/entry"), format!("{state_key}-copy")] {
            put(stack, bucket, &key, "none of the pipeline's").await;
        }
        for key in [&entry, state_key] {
            put(stack, OTHER_BUCKET, key, "another pipeline's").await;
        }
        let stream = aws.logs.create_log_stream().log_stream_name("stream");
        let stream = stream.log_group_name(log_group_name);
        stream.send().await.unwrap();
        // Beginning like the report's own.
        let other_log_group = format!("{log_group_name}-other");
        let group = aws.logs.create_log_group().log_group_name(&other_log_group);
        group.send().await.unwrap();
        let other_queue_url = format!("{failure_queue_url}-other");
        let (_, name) = other_queue_url.rsplit_once('/').unwrap();
        super::tries::as_root(
            stack,
            &local_stack::Call::json(
                "sqs",
                "AmazonSQS.CreateQueue",
                &serde_json::json!({"QueueName": name}),
            ),
        )
        .await;
        Self {
            report: collects.report,
            collector: collects.function,
            scheduler: collects.scheduler,
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            state_key: state_key.clone(),
            entry,
            entry_version,
            checkpoint_version,
            checkpoint_etag,
            secret: deployment.secret_arn.clone(),
            log_group: log_group_name.clone(),
            queue_url: failure_queue_url.clone(),
            function: function_name.clone(),
            schedule: schedule_name.clone(),
            topic: deployment.alarm_topic_arn.clone(),
            function_role: function_role_arn.clone(),
            schedule_role,
            other_bucket: OTHER_BUCKET.to_owned(),
            other_secret: other_secret(deployment),
            other_log_group,
            other_queue_url,
        }
    }
}

/// Gives the secret a value, and puts beside what all reports share something of the same kind.
pub async fn furnish_what_is_shared(stack: &Stack, deployment: &Deployment) {
    put(
        stack,
        &deployment.bucket,
        "elsewhere",
        "none of the pipeline's",
    )
    .await;
    stack.create_bucket(OTHER_BUCKET).await.unwrap();
    for (secret, value) in [
        (&other_secret(deployment), "another"),
        (&deployment.secret_arn, "the credentials"),
    ] {
        stack.put_secret(secret, value).await.unwrap();
    }
}

/// Beginning like the pipeline's own.
fn other_secret(deployment: &Deployment) -> String {
    format!("{}-other", deployment.secret_name)
}

/// Writes an object as root, whom no policy stops, and says its version and ETag.
async fn put(stack: &Stack, bucket: &str, key: &str, body: &'static str) -> (String, String) {
    let put = stack.aws().s3.put_object().bucket(bucket).key(key);
    let put = put
        .body(ByteStream::from_static(body.as_bytes()))
        .send()
        .await
        .unwrap();
    (put.version_id.unwrap(), put.e_tag.unwrap())
}
