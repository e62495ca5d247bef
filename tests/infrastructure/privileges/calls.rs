//! The calls that the rows are made of.
//!
//! One that must be denied does no harm when it is not: it is about something that is not there, or says nothing that could
//! be done.

use local_stack::Call;
use serde_json::json;

use super::place::{CHECKPOINT, Place};

/// Calls about the things of a place.
pub struct Calls<'a>(pub &'a Place);

impl Calls<'_> {
    pub fn get(&self, key: &str) -> Call {
        Call::rest("s3", "GET", format!("/{}/{key}", self.0.bucket))
    }

    pub fn get_version(&self, key: &str, version: &str) -> Call {
        self.get(&format!("{key}?versionId={version}"))
    }

    /// A put without a condition.
    pub fn put(&self, key: &str) -> Call {
        Call::rest("s3", "PUT", format!("/{}/{key}", self.0.bucket)).body(CHECKPOINT)
    }

    /// A put that replaces nothing.
    pub fn append(&self, key: &str) -> Call {
        self.put(key).header("if-none-match", "*")
    }

    /// A put of the same thing in the place of the checkpoint that is there.
    pub fn replace_checkpoint(&self) -> Call {
        let Place {
            state_key,
            checkpoint_etag,
            ..
        } = self.0;
        self.put(state_key).header("if-match", checkpoint_etag)
    }

    pub fn delete(&self, key: &str) -> Call {
        Call::rest("s3", "DELETE", format!("/{}/{key}", self.0.bucket))
    }

    pub fn list(&self, prefix: &str) -> Call {
        self.listing("list-type=2", prefix)
    }

    pub fn list_versions(&self, prefix: &str) -> Call {
        self.listing("versions", prefix)
    }

    pub fn listing(&self, what: &str, prefix: &str) -> Call {
        self.listing_of(&self.0.bucket, what, prefix)
    }

    pub fn listing_of(&self, bucket: &str, what: &str, prefix: &str) -> Call {
        let prefix = prefix.replace('/', "%2F");
        Call::rest("s3", "GET", format!("/{bucket}?{what}&prefix={prefix}"))
    }

    /// A setting of the bucket.
    pub fn setting(&self, method: &'static str, setting: &str) -> Call {
        Call::rest("s3", method, format!("/{}?{setting}", self.0.bucket)).body(match method {
            // No setting: whoever may make one is told that this is none.
            "PUT" => "<none/>",
            _ => "",
        })
    }

    pub fn secret(&self, operation: &str, id: &str) -> Call {
        let target = format!("secretsmanager.{operation}");
        Call::json("secretsmanager", &target, &json!({"SecretId": id}))
    }

    pub fn logs(&self, operation: &str, group: &str, stream: &str) -> Call {
        let mut body = json!({"logGroupName": group, "logStreamName": stream});
        if operation == "PutLogEvents" {
            // Ministack asks for the time of the events, and takes any.
            body["logEvents"] = json!([{"timestamp": 1_700_000_000_000_u64, "message": "a line"}]);
        }
        Call::json("logs", &format!("Logs_20140328.{operation}"), &body)
    }

    pub fn send(&self, queue_url: &str) -> Call {
        let message = json!({"QueueUrl": queue_url, "MessageBody": "an invocation that failed"});
        Call::json("sqs", "AmazonSQS.SendMessage", &message)
    }

    pub fn queue(&self, operation: &str, queue_url: &str) -> Call {
        let target = format!("AmazonSQS.{operation}");
        Call::json("sqs", &target, &json!({"QueueUrl": queue_url}))
    }

    /// An invocation that stops where the function would begin.
    pub fn invoke(&self, function: &str) -> Call {
        Call::rest(
            "lambda",
            "POST",
            format!("/2015-03-31/functions/{function}/invocations"),
        )
        .header("x-amz-invocation-type", "DryRun")
        .body("{}")
    }

    pub fn function(&self, method: &'static str, function: &str, of_it: &str) -> Call {
        Call::rest(
            "lambda",
            method,
            format!("/2015-03-31/functions/{function}{of_it}"),
        )
    }

    pub fn iam(&self, action: &str, fields: &[(&str, &str)]) -> Call {
        Call::form("iam", "2010-05-08", action, fields)
    }

    pub fn assume(&self, role: &str) -> Call {
        let fields = [("RoleArn", role), ("RoleSessionName", "tests")];
        Call::form("sts", "2011-06-15", "AssumeRole", &fields)
    }

    pub fn publish(&self) -> Call {
        let fields = [("TopicArn", self.0.topic.as_str()), ("Message", "nothing")];
        Call::form("sns", "2010-03-31", "Publish", &fields)
    }
}

/// A key in the log at which nothing ever is.
pub fn absent(place: &Place) -> String {
    format!("{}2001/02/03/never", place.prefix)
}
