//! What there is to get at: what Terraform made, and beside it things of the same kinds that are none of the pipeline's.

use aws_sdk_s3::primitives::ByteStream;
use local_stack::{Deployment, Stack};

/// The names that calls are made of.
#[derive(Clone, Debug)]
pub struct Place {
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

impl Place {
    /// Puts the other things beside the pipeline, and an entry and a checkpoint into it.
    pub async fn furnish(stack: &Stack, deployment: &Deployment, schedule_role: String) -> Self {
        let aws = stack.aws();
        let (bucket, prefix) = (&deployment.bucket, &deployment.s3_prefix);
        let entry = format!("{prefix}2001/02/03/zoom-operationlogs-2001-02-03-000000.json.gz");
        let (entry_version, _) = put(stack, bucket, &entry, "an entry").await;
        let (checkpoint_version, checkpoint_etag) =
            put(stack, bucket, &deployment.state_key, CHECKPOINT).await;
        let folder = prefix.trim_end_matches('/');
        for key in [
            format!("{folder}-old/entry"),
            "elsewhere".to_owned(),
            format!("{}-copy", deployment.state_key),
        ] {
            put(stack, bucket, &key, "none of the pipeline's").await;
        }
        let other_bucket = "other-bucket";
        stack.create_bucket(other_bucket).await.unwrap();
        for key in [&entry, &deployment.state_key] {
            put(stack, other_bucket, key, "another pipeline's").await;
        }
        // Beginning like the pipeline's own.
        let other_secret = format!("{}-other", deployment.secret_name);
        stack.put_secret(&other_secret, "another").await.unwrap();
        stack
            .put_secret(&deployment.secret_arn, "the credentials")
            .await
            .unwrap();
        let stream = aws.logs.create_log_stream().log_stream_name("stream");
        let stream = stream.log_group_name(&deployment.log_group_name);
        stream.send().await.unwrap();
        let other_log_group = format!("{}-other", deployment.log_group_name);
        let group = aws.logs.create_log_group().log_group_name(&other_log_group);
        group.send().await.unwrap();
        let other_queue_url = format!("{}-other", deployment.failure_queue_url);
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
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            state_key: deployment.state_key.clone(),
            entry,
            entry_version,
            checkpoint_version,
            checkpoint_etag,
            secret: deployment.secret_arn.clone(),
            log_group: deployment.log_group_name.clone(),
            queue_url: deployment.failure_queue_url.clone(),
            function: deployment.function_name.clone(),
            schedule: deployment.schedule_name.clone(),
            topic: deployment.alarm_topic_arn.clone(),
            function_role: deployment.function_role_arn.clone(),
            schedule_role,
            other_bucket: other_bucket.to_owned(),
            other_secret,
            other_log_group,
            other_queue_url,
        }
    }
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
