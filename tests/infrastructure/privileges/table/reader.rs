//! What the feed may do, and what not.

use local_stack::Call;

use super::super::{
    calls::{Calls, absent},
    place::Place,
    principals::{Principal::*, web_identity},
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
        ..
    } = place;
    let beside_log = format!("{}-old/entry", prefix.trim_end_matches('/'));
    let nothing_allows = "no statement allows it";
    let of_other_bucket =
        |path: &str| Call::rest("s3", "GET", format!("/{}{path}", place.other_bucket));
    vec![
        may(Reader, "list the log", "ListDeliveredObjects", calls.list(prefix)),
        may(Reader, "list a day of it", "ListDeliveredObjects", calls.list(&format!("{prefix}2001/"))),
        may(Reader, "ask where the bucket is", "LocateBucket", calls.setting("GET", "location")),
        may(Reader, "read an entry", "ReadDeliveredObjects", calls.get(entry)),
        may_not(Reader, "read an earlier version", "it ingests what is there", calls.get_version(entry, entry_version)),
        may_not(Reader, "list versions", "it ingests what is there", calls.list_versions(prefix)),
        may_not(Reader, "read the checkpoint", "it is no log", calls.get(state_key)),
        may_not(Reader, "list the checkpoint", "it is no log", calls.list(state_key)),
        may_not(Reader, "read beside the log", "not below the prefix", calls.get(&beside_log)),
        may_not(Reader, "list beside the log", "not below the prefix", calls.list(&beside_log)),
        may_not(Reader, "list the whole bucket", "no prefix", Call::rest("s3", "GET", format!("/{}?list-type=2", place.bucket))),
        may_not(Reader, "list the buckets", nothing_allows, Call::rest("s3", "GET", "/")),
        may_not(Reader, "ask where another bucket is", "not its bucket", of_other_bucket("?location")),
        may_not(Reader, "list another bucket", "not its bucket", of_other_bucket(&format!("?list-type=2&prefix={}", prefix.replace('/', "%2F")))),
        may_not(Reader, "read from another bucket", "not its bucket", of_other_bucket(&format!("/{entry}"))),
        may_not(Reader, "write an entry", "it only reads", calls.append(&format!("{prefix}{NEW}"))),
        may_not(Reader, "write the checkpoint", "it only reads", calls.replace_checkpoint()),
        may_not(Reader, "delete a version of an entry", "it could not be replayed", calls.delete(&format!("{entry}?versionId=none"))),
        may_not(Reader, "delete the checkpoint", "it only reads", calls.delete(&format!("{state_key}?versionId=none"))),
        may_not(Reader, "delete beside the log", "it only reads", calls.delete(&beside_log.replace("entry", "never"))),
        may_not(Reader, "read an entry's tags", nothing_allows, calls.get(&format!("{entry}?tagging"))),
        may_not(Reader, "tag an entry", nothing_allows, calls.put(&format!("{entry}?tagging"))),
        may_not(Reader, "share an entry", nothing_allows, calls.put(&format!("{entry}?acl"))),
        may_not(Reader, "read the bucket's policy", nothing_allows, calls.setting("GET", "policy")),
        may_not(Reader, "read the bucket's versioning", nothing_allows, calls.setting("GET", "versioning")),
        may_not(Reader, "change the bucket's policy", nothing_allows, calls.setting("PUT", "policy")),
        may_not(Reader, "stop versioning", nothing_allows, calls.setting("PUT", "versioning")),
        may_not(Reader, "read the credentials", nothing_allows, calls.secret("GetSecretValue", &place.secret)),
        may_not(Reader, "invoke the function", nothing_allows, calls.invoke(&place.function)),
        may_not(Reader, "read the function's log", nothing_allows, calls.logs("GetLogEvents", &place.log_group, "stream")),
        may_not(Reader, "read the failure queue", nothing_allows, calls.queue("ReceiveMessage", &place.queue_url)),
        may_not(Reader, "make itself another key", nothing_allows, calls.iam("CreateAccessKey", &[("UserName", "nobody")])),
        may_not(Reader, "assume the function's role", nothing_allows, calls.assume(&place.function_role)),
    ]
}

/// Without `allow_delete_after_transfer`.
pub fn deletes_nothing(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    vec![
        may_not(Reader, "delete an entry", "the log only grows", calls.delete(&absent(place))),
        may_not(Reader, "delete several entries at once", "the log only grows", calls.setting("POST", "delete").body(format!("<Delete><Object><Key>{}</Key></Object></Delete>", absent(place)))),
    ]
}

/// With `allow_delete_after_transfer`.
pub fn deletes_entries(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    vec![
        may(Reader, "delete an entry", "DeleteTransferredObjects", calls.delete(&absent(place))).answered(204),
    ]
}

/// With a feed that reads by web identity: who gets a session of its role.
pub fn is_known_by_its_subject(role: &str, subject: &str) -> Vec<Row> {
    let with = |issuer: &str, subject: &str| web_identity(role, issuer, subject);
    vec![
        may(Nobody, "read as the feed with its token", "FeedAssumesTheRole", with("https://accounts.google.com", subject)),
        may_not(Nobody, "read as the feed with another account's token", "not its subject", with("https://accounts.google.com", "9")),
        may_not(Nobody, "read as the feed with another issuer's token", "not Google's", with("https://issuer.example", subject)),
    ]
}
