//! What the function's role may do, and what not.

use local_stack::Call;
use serde_json::json;

use super::super::{
    calls::{Calls, absent},
    place::Place,
    principals::Principal::*,
    row::{Row, may, may_not},
    tries::NEW,
};

/// Whatever is switched on.
pub fn rows(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
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
        // src/store/s3.rs: put
        may(Function, "append an entry", "WriteEntriesAndCheckpoint", calls.append(&new_entry)).by_program(),
        may(Function, "create the checkpoint", "WriteEntriesAndCheckpoint", calls.append(state_key)).answered(412),
        may(Function, "replace the checkpoint", "WriteEntriesAndCheckpoint", calls.replace_checkpoint()).by_program(),
        // get
        may(Function, "read the checkpoint", "ReadCheckpoint", calls.get(state_key)).by_program(),
        // get_version
        may(Function, "read a version of an entry", "ReadVersions", calls.get_version(entry, entry_version)).by_program(),
        may(Function, "read a version of the checkpoint", "ReadVersions", calls.get_version(state_key, checkpoint_version)).by_program(),
        // list_versions
        may(Function, "list the versions of a day's entries", "ListVersions", calls.list_versions(&day)).by_program(),
        may(Function, "list the versions of the checkpoint", "ListVersions", calls.list_versions(state_key)).by_program(),
        // get, of what is not there: S3 says so only to those who may list it.
        may(Function, "be told that there is no checkpoint", "SeeWhetherThereIsACheckpoint", calls.list(state_key)).by_program(),
        // src/secret
        may(Function, "read the credentials", "ReadZoomCredentials", calls.secret("GetSecretValue", &place.secret)).by_program(),
        // Lambda, for the function.
        may(Function, "begin a log stream", "WriteOwnLogs", calls.logs("CreateLogStream", &place.log_group, NEW)),
        may(Function, "write log lines", "WriteOwnLogs", calls.logs("PutLogEvents", &place.log_group, "stream")),
        may(Function, "report a failed invocation", "ReportFailedInvocations", calls.send(&place.queue_url)),
        // Nothing is ever deleted.
        may_not(Function, "delete an entry", "the log only grows", calls.delete(&absent(place))),
        may_not(Function, "delete a version of an entry", "the log only grows", calls.delete(&format!("{entry}?versionId=none"))),
        may_not(Function, "delete the checkpoint", "its versions are its history", calls.delete(&format!("{state_key}?versionId=none"))),
        may_not(Function, "delete several entries at once", "the log only grows", calls.setting("POST", "delete").body(format!("<Delete><Object><Key>{}</Key></Object></Delete>", absent(place)))),
        // Nor anything but bytes changed.
        may_not(Function, "tag an entry", nothing_allows, calls.put(&format!("{entry}?tagging"))),
        may_not(Function, "share an entry", nothing_allows, calls.put(&format!("{entry}?acl"))),
        may_not(Function, "hold an entry", nothing_allows, calls.put(&format!("{entry}?legal-hold")).body("<none/>")),
        may_not(Function, "abandon an upload", nothing_allows, calls.delete(&format!("{entry}?uploadId=none"))),
        may_not(Function, "read what an entry is now", "a deleted one counts as well, so it reads versions", calls.get(entry)),
        // Beside its two places.
        may_not(Function, "write beside the log", "not below the prefix", calls.append(&beside_log)),
        may_not(Function, "write beside the checkpoint", "another key", calls.append(&beside_checkpoint)),
        may_not(Function, "write anywhere else", "neither log nor checkpoint", calls.append("elsewhere")),
        may_not(Function, "write to another bucket", "not its bucket", other_entry("PUT").header("if-none-match", "*")),
        may_not(Function, "read beside the log", "not below the prefix", calls.get(&beside_log)),
        may_not(Function, "read beside the checkpoint", "another key", calls.get(&beside_checkpoint)),
        may_not(Function, "read a version beside the log", "not below the prefix", calls.get_version(&beside_log, "none")),
        may_not(Function, "read a version beside the checkpoint", "another key", calls.get_version(&beside_checkpoint, "none")),
        may_not(Function, "read a version of anything else", "neither log nor checkpoint", calls.get_version("elsewhere", "none")),
        may_not(Function, "read anything else", "neither log nor checkpoint", calls.get("elsewhere")),
        may_not(Function, "read from another bucket", "not its bucket", other_entry("GET")),
        may_not(Function, "be told that something else is not there", "it may not list it", calls.get("never")),
        may_not(Function, "list what is in the log now", "it counts versions", calls.list(prefix)),
        may_not(Function, "list the whole bucket", "no prefix", Call::rest("s3", "GET", format!("/{}?list-type=2", place.bucket))),
        may_not(Function, "list all versions", "no prefix", Call::rest("s3", "GET", format!("/{}?versions", place.bucket))),
        may_not(Function, "list beside the log", "not below the prefix", calls.list(&beside_log)),
        may_not(Function, "list the versions beside the log", "not below the prefix", calls.list_versions(&beside_log)),
        may_not(Function, "list beside the checkpoint", "another key", calls.list(&beside_checkpoint)),
        may_not(Function, "list the checkpoint's folder", "it needs the one key", calls.list(state_folder)),
        may_not(Function, "list another bucket", "not its bucket", calls.listing_of(&place.other_bucket, "list-type=2", state_key)),
        may_not(Function, "list the versions in another bucket", "not its bucket", calls.listing_of(&place.other_bucket, "versions", prefix)),
        may_not(Function, "list the buckets", nothing_allows, Call::rest("s3", "GET", "/")),
        // The bucket itself.
        may_not(Function, "read the bucket's policy", nothing_allows, calls.setting("GET", "policy")),
        may_not(Function, "change the bucket's policy", nothing_allows, calls.setting("PUT", "policy")),
        may_not(Function, "stop versioning", nothing_allows, calls.setting("PUT", "versioning")),
        may_not(Function, "let entries expire", nothing_allows, calls.setting("PUT", "lifecycle")),
        may_not(Function, "open the bucket to the public", nothing_allows, calls.setting("PUT", "publicAccessBlock")),
        may_not(Function, "change the encryption", nothing_allows, calls.setting("PUT", "encryption")),
        may_not(Function, "lock the bucket", nothing_allows, calls.setting("PUT", "object-lock")),
        // Other services.
        may_not(Function, "read another secret", "not its secret", calls.secret("GetSecretValue", &place.other_secret)),
        may_not(Function, "describe its secret", "it needs the value alone", calls.secret("DescribeSecret", &place.secret)),
        may_not(Function, "change its secret", "it only reads it", calls.secret("PutSecretValue", &place.secret)),
        may_not(Function, "list secrets", nothing_allows, Call::json("secretsmanager", "secretsmanager.ListSecrets", &json!({}))),
        may_not(Function, "begin a stream in another log group", "not its group", calls.logs("CreateLogStream", &place.other_log_group, NEW)),
        may_not(Function, "write lines to another log group", "not its group", calls.logs("PutLogEvents", &place.other_log_group, "stream")),
        may_not(Function, "read its log", "it only writes it", calls.logs("GetLogEvents", &place.log_group, "stream")),
        may_not(Function, "delete a stream of its log", "it only writes it", calls.logs("DeleteLogStream", &place.log_group, "never")),
        may_not(Function, "create a log group", "Terraform made it", Call::json("logs", "Logs_20140328.CreateLogGroup", &json!({"logGroupName": place.log_group}))),
        may_not(Function, "send to another queue", "not its queue", calls.send(&place.other_queue_url)),
        may_not(Function, "read its failure queue", "it only sends", calls.queue("ReceiveMessage", &place.queue_url)),
        may_not(Function, "empty its failure queue", "it only sends", calls.queue("GetQueueAttributes", &place.queue_url)),
        may_not(Function, "invoke itself", "the schedule does that", calls.invoke(&place.function)),
        may_not(Function, "change its own code", nothing_allows, calls.function("PUT", &place.function, "/code").body("{}")),
        may_not(Function, "change its own settings", nothing_allows, calls.function("PUT", &place.function, "/configuration").body("{}")),
        may_not(Function, "assume the schedule's role", nothing_allows, calls.assume(&place.schedule_role)),
        may_not(Function, "assume its own role", nothing_allows, calls.assume(&place.function_role)),
        may_not(Function, "make itself a key", nothing_allows, calls.iam("CreateAccessKey", &[("UserName", "nobody")])),
        may_not(Function, "list roles", nothing_allows, calls.iam("ListRoles", &[])),
        may_not(Function, "give itself rights", nothing_allows, calls.iam("PutRolePolicy", &[ ("RoleName", "nobody"), ("PolicyName", "none"), ("PolicyDocument", "none"), ])),
        may_not(Function, "see its schedule", nothing_allows, Call::rest("scheduler", "GET", format!("/schedules/{}", place.schedule))),
        may_not(Function, "ring an alarm", nothing_allows, calls.publish()),
        may_not(Function, "list keys", nothing_allows, Call::json("kms", "TrentService.ListKeys", &json!({}))),
    ]
}

/// Without `object_lock`.
pub fn locks_nothing(place: &Place) -> Vec<Row> {
    let set = Calls(place)
        .put(&format!("{}?retention", place.entry))
        .body("<none/>");
    vec![may_not(Function, "set an entry's retention", "no statement allows it", set)]
}

/// With `object_lock`.
pub fn locks_entries(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    let locked = |call: Call| {
        call.header("x-amz-object-lock-mode", "GOVERNANCE").header(
            "x-amz-object-lock-retain-until-date",
            "2100-01-01T00:00:00Z",
        )
    };
    vec![
        may(Function, "append an entry that stays", "LockEntries", locked(calls.append(&format!("{}{NEW}", place.prefix)))).by_program(),
        may_not(Function, "lock the checkpoint", "it is replaced", locked(calls.replace_checkpoint())),
        may_not(Function, "lift a lock", "nothing is deleted", calls.delete(&format!("{}?versionId=none", place.entry)).header("x-amz-bypass-governance-retention", "true")),
        may_not(Function, "shorten a lock", "nothing is deleted earlier", calls.put(&format!("{}?retention", place.entry)).body("<none/>").header("x-amz-bypass-governance-retention", "true")),
    ]
}
