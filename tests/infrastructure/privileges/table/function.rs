//! What a function's role may do, and what not.

use local_stack::Call;
use serde_json::json;

use super::super::{
    calls::{Calls, absent},
    place::Place,
    principals::Principal,
    row::{Row, may, may_not},
    tries::NEW,
};

/// Whatever is switched on.
pub fn rows(place: &Place) -> Vec<Row> {
    let (calls, function) = (Calls(place), place.collector);
    let Place {
        prefix,
        state_key,
        entry,
        entry_version,
        checkpoint_version,
        ..
    } = place;
    let day = format!("{prefix}2001/02/03/");
    let new_entry = format!("{day}{NEW}");
    let beside_log = format!("{}-old/entry", prefix.trim_end_matches('/'));
    let beside_checkpoint = format!("{state_key}-copy");
    let state_folder = &state_key[..=state_key.rfind('/').unwrap_or_default()];
    let other_entry = |method| Call::rest("s3", method, format!("/{}/{entry}", place.other_bucket));
    let nothing_allows = "no statement allows it";
    vec![
        // src/aws/s3.rs: put
        may(function, "append an entry", "WriteEntriesAndCheckpoint", calls.append(&new_entry)).by_program(),
        may(function, "create the checkpoint", "WriteEntriesAndCheckpoint", calls.append(state_key)).answered(412),
        may(function, "replace the checkpoint", "WriteEntriesAndCheckpoint", calls.replace_checkpoint()).by_program(),
        // get
        may(function, "read the checkpoint", "ReadCheckpoint", calls.get(state_key)).by_program(),
        // get_version
        may(function, "read a version of an entry", "ReadVersions", calls.get_version(entry, entry_version)).by_program(),
        may(function, "read a version of the checkpoint", "ReadVersions", calls.get_version(state_key, checkpoint_version)).by_program(),
        // list_versions
        may(function, "list the versions of a day's entries", "ListVersions", calls.list_versions(&day)).by_program(),
        may(function, "list the versions of the checkpoint", "ListVersions", calls.list_versions(state_key)).by_program(),
        // get, of what is not there: S3 says so only to those who may list it.
        may(function, "be told that there is no checkpoint", "SeeWhetherThereIsACheckpoint", calls.list(state_key)).by_program(),
        // src/aws/secrets_manager.rs
        may(function, "read the credentials", "ReadZoomCredentials", calls.secret("GetSecretValue", &place.secret)).by_program(),
        // Lambda, for the function.
        may(function, "begin a log stream", "WriteOwnLogs", calls.logs("CreateLogStream", &place.log_group, NEW)),
        may(function, "write log lines", "WriteOwnLogs", calls.logs("PutLogEvents", &place.log_group, "stream")),
        may(function, "report a failed invocation", "ReportFailedInvocations", calls.send(&place.queue_url)),
        // Nothing is ever deleted.
        may_not(function, "delete an entry", "the log only grows", calls.delete(&absent(place))),
        may_not(function, "delete a version of an entry", "the log only grows", calls.delete(&format!("{entry}?versionId=none"))),
        may_not(function, "delete the checkpoint", "its versions are its history", calls.delete(&format!("{state_key}?versionId=none"))),
        may_not(function, "delete several entries at once", "the log only grows", calls.setting("POST", "delete").body(format!("<Delete><Object><Key>{}</Key></Object></Delete>", absent(place)))),
        // Nor anything but bytes changed.
        may_not(function, "tag an entry", nothing_allows, calls.put(&format!("{entry}?tagging"))),
        may_not(function, "share an entry", nothing_allows, calls.put(&format!("{entry}?acl"))),
        may_not(function, "hold an entry", nothing_allows, calls.put(&format!("{entry}?legal-hold")).body("<none/>")),
        may_not(function, "abandon an upload", nothing_allows, calls.delete(&format!("{entry}?uploadId=none"))),
        may_not(function, "read what an entry is now", "a deleted one counts as well, so it reads versions", calls.get(entry)),
        // Beside its two places.
        may_not(function, "write beside the log", "not below the prefix", calls.append(&beside_log)),
        may_not(function, "write beside the checkpoint", "another key", calls.append(&beside_checkpoint)),
        may_not(function, "write anywhere else", "neither log nor checkpoint", calls.append("elsewhere")),
        may_not(function, "write to another bucket", "not its bucket", other_entry("PUT").header("if-none-match", "*")),
        may_not(function, "read beside the log", "not below the prefix", calls.get(&beside_log)),
        may_not(function, "read beside the checkpoint", "another key", calls.get(&beside_checkpoint)),
        may_not(function, "read a version beside the log", "not below the prefix", calls.get_version(&beside_log, "none")),
        may_not(function, "read a version beside the checkpoint", "another key", calls.get_version(&beside_checkpoint, "none")),
        may_not(function, "read a version of anything else", "neither log nor checkpoint", calls.get_version("elsewhere", "none")),
        may_not(function, "read anything else", "neither log nor checkpoint", calls.get("elsewhere")),
        may_not(function, "read from another bucket", "not its bucket", other_entry("GET")),
        may_not(function, "be told that something else is not there", "it may not list it", calls.get("never")),
        may_not(function, "list what is in the log now", "it counts versions", calls.list(prefix)),
        may_not(function, "list the whole bucket", "no prefix", Call::rest("s3", "GET", format!("/{}?list-type=2", place.bucket))),
        may_not(function, "list all versions", "no prefix", Call::rest("s3", "GET", format!("/{}?versions", place.bucket))),
        may_not(function, "list beside the log", "not below the prefix", calls.list(&beside_log)),
        may_not(function, "list the versions beside the log", "not below the prefix", calls.list_versions(&beside_log)),
        may_not(function, "list beside the checkpoint", "another key", calls.list(&beside_checkpoint)),
        may_not(function, "list the checkpoint's folder", "it needs the one key", calls.list(state_folder)),
        may_not(function, "list another bucket", "not its bucket", calls.listing_of(&place.other_bucket, "list-type=2", state_key)),
        may_not(function, "list the versions in another bucket", "not its bucket", calls.listing_of(&place.other_bucket, "versions", prefix)),
        may_not(function, "list the buckets", nothing_allows, Call::rest("s3", "GET", "/")),
        // The bucket itself.
        may_not(function, "read the bucket's policy", nothing_allows, calls.setting("GET", "policy")),
        may_not(function, "change the bucket's policy", nothing_allows, calls.setting("PUT", "policy")),
        may_not(function, "stop versioning", nothing_allows, calls.setting("PUT", "versioning")),
        may_not(function, "let entries expire", nothing_allows, calls.setting("PUT", "lifecycle")),
        may_not(function, "open the bucket to the public", nothing_allows, calls.setting("PUT", "publicAccessBlock")),
        may_not(function, "change the encryption", nothing_allows, calls.setting("PUT", "encryption")),
        may_not(function, "lock the bucket", nothing_allows, calls.setting("PUT", "object-lock")),
        // Other services.
        may_not(function, "read another secret", "not its secret", calls.secret("GetSecretValue", &place.other_secret)),
        may_not(function, "describe its secret", "it needs the value alone", calls.secret("DescribeSecret", &place.secret)),
        may_not(function, "change its secret", "it only reads it", calls.secret("PutSecretValue", &place.secret)),
        may_not(function, "list secrets", nothing_allows, Call::json("secretsmanager", "secretsmanager.ListSecrets", &json!({}))),
        may_not(function, "begin a stream in another log group", "not its group", calls.logs("CreateLogStream", &place.other_log_group, NEW)),
        may_not(function, "write lines to another log group", "not its group", calls.logs("PutLogEvents", &place.other_log_group, "stream")),
        may_not(function, "read its log", "it only writes it", calls.logs("GetLogEvents", &place.log_group, "stream")),
        may_not(function, "delete a stream of its log", "it only writes it", calls.logs("DeleteLogStream", &place.log_group, "never")),
        may_not(function, "create a log group", "Terraform made it", Call::json("logs", "Logs_20140328.CreateLogGroup", &json!({"logGroupName": place.log_group}))),
        may_not(function, "send to another queue", "not its queue", calls.send(&place.other_queue_url)),
        may_not(function, "read its failure queue", "it only sends", calls.queue("ReceiveMessage", &place.queue_url)),
        may_not(function, "empty its failure queue", "it only sends", calls.queue("GetQueueAttributes", &place.queue_url)),
        may_not(function, "invoke itself", "the schedule does that", calls.invoke(&place.function)),
        may_not(function, "change its own code", nothing_allows, calls.function("PUT", &place.function, "/code").body("{}")),
        may_not(function, "change its own settings", nothing_allows, calls.function("PUT", &place.function, "/configuration").body("{}")),
        may_not(function, "assume the schedule's role", nothing_allows, calls.assume(&place.schedule_role)),
        may_not(function, "assume its own role", nothing_allows, calls.assume(&place.function_role)),
        may_not(function, "make itself a key", nothing_allows, calls.iam("CreateAccessKey", &[("UserName", "nobody")])),
        may_not(function, "list roles", nothing_allows, calls.iam("ListRoles", &[])),
        may_not(function, "give itself rights", nothing_allows, calls.iam("PutRolePolicy", &[ ("RoleName", "nobody"), ("PolicyName", "none"), ("PolicyDocument", "none"), ])),
        may_not(function, "see its schedule", nothing_allows, Call::rest("scheduler", "GET", format!("/schedules/{}", place.schedule))),
        may_not(function, "ring an alarm", nothing_allows, calls.publish()),
        may_not(function, "list keys", nothing_allows, Call::json("kms", "TrentService.ListKeys", &json!({}))),
    ]
}

/// What another report has is none of a function's business.
pub fn keeps_to_its_report(function: Principal, neighbour: &Place) -> Vec<Row> {
    let calls = Calls(neighbour);
    let Place {
        prefix,
        state_key,
        entry,
        entry_version,
        checkpoint_version,
        ..
    } = neighbour;
    let because = "it is another report's";
    vec![
        may_not(function, "append an entry to another log", because, calls.append(&format!("{prefix}2001/02/03/{NEW}"))),
        may_not(function, "create another checkpoint", because, calls.append(state_key)),
        may_not(function, "replace another checkpoint", because, calls.replace_checkpoint()),
        may_not(function, "read another checkpoint", because, calls.get(state_key)),
        may_not(function, "read an entry of another log", because, calls.get(entry)),
        may_not(function, "read a version of another log's entry", because, calls.get_version(entry, entry_version)),
        may_not(function, "read a version of another checkpoint", because, calls.get_version(state_key, checkpoint_version)),
        may_not(function, "list the versions in another log", because, calls.list_versions(prefix)),
        may_not(function, "list the versions of a day in another log", because, calls.list_versions(&format!("{prefix}2001/02/03/"))),
        may_not(function, "list the versions of another checkpoint", because, calls.list_versions(state_key)),
        may_not(function, "list another log", because, calls.list(prefix)),
        may_not(function, "list another checkpoint", because, calls.list(state_key)),
        may_not(function, "delete an entry of another log", because, calls.delete(&absent(neighbour))),
        may_not(function, "set the retention of another log's entry", because, calls.put(&format!("{entry}?retention")).body("<none/>")),
        may_not(function, "begin a stream in another function's log", because, calls.logs("CreateLogStream", &neighbour.log_group, NEW)),
        may_not(function, "write lines to another function's log", because, calls.logs("PutLogEvents", &neighbour.log_group, "stream")),
        may_not(function, "report to another function's failure queue", because, calls.send(&neighbour.queue_url)),
        may_not(function, "invoke another function", because, calls.invoke(&neighbour.function)),
        may_not(function, "change another function's settings", because, calls.function("PUT", &neighbour.function, "/configuration").body("{}")),
        may_not(function, "assume another function's role", because, calls.assume(&neighbour.function_role)),
    ]
}

/// Without `object_lock`.
pub fn locks_nothing(place: &Place) -> Vec<Row> {
    let set = Calls(place)
        .put(&format!("{}?retention", place.entry))
        .body("<none/>");
    vec![may_not(place.collector, "set an entry's retention", "no statement allows it", set)]
}

/// With `object_lock`.
pub fn locks_entries(place: &Place) -> Vec<Row> {
    let (calls, function) = (Calls(place), place.collector);
    let locked = |call: Call| {
        call.header("x-amz-object-lock-mode", "GOVERNANCE").header(
            "x-amz-object-lock-retain-until-date",
            "2100-01-01T00:00:00Z",
        )
    };
    vec![
        may(function, "append an entry that stays", "LockEntries", locked(calls.append(&format!("{}{NEW}", place.prefix)))).by_program(),
        may_not(function, "lock the checkpoint", "it is replaced", locked(calls.replace_checkpoint())),
        may_not(function, "lift a lock", "nothing is deleted", calls.delete(&format!("{}?versionId=none", place.entry)).header("x-amz-bypass-governance-retention", "true")),
        may_not(function, "shorten a lock", "nothing is deleted earlier", calls.put(&format!("{}?retention", place.entry)).body("<none/>").header("x-amz-bypass-governance-retention", "true")),
    ]
}
