//! What the bucket refuses, whoever asks.

use local_stack::Call;

use super::super::{
    calls::Calls,
    place::Place,
    principals::{EVERYTHING, Principal::*},
    row::{Row, may, refused},
    tries::NEW,
};

/// What the bucket itself insists on, whoever writes: the administrator may do everything else.
pub fn what_the_bucket_insists_on(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    let Place {
        prefix,
        state_key,
        entry,
        ..
    } = place;
    let new_entry = format!("{prefix}{NEW}");
    let log = "DenyUnconditionalLogEntries";
    let checkpoint = "DenyUnconditionalCheckpoint";
    let (encryption, own_key) = ("DenyOtherEncryption", "DenyCustomerProvidedKeys");
    let because = "the feed could not read it";
    let kms = |call: Call| call.header("x-amz-server-side-encryption", "aws:kms");
    let customer =
        |call: Call| call.header("x-amz-server-side-encryption-customer-algorithm", "AES256");
    let copy = calls
        .put(&new_entry)
        .body("")
        .header("x-amz-copy-source", format!("/{}/{entry}", place.bucket));
    let upload = Call::rest(
        "s3",
        "POST",
        format!("/{}/{new_entry}?uploads", place.bucket),
    );
    // It denies no more than that.
    let mut rows = vec![
        may(Administrator, "put what is neither log nor checkpoint", EVERYTHING, calls.put(NEW)),
        may(Administrator, "put what lies beside the checkpoint", EVERYTHING, calls.put(&format!("{state_key}-copy"))),
        may(Administrator, "create the checkpoint", EVERYTHING, calls.append(state_key)).answered(412),
        may(Administrator, "replace the checkpoint", EVERYTHING, calls.replace_checkpoint()),
    ];
    for who in [place.collector, Administrator] {
        rows.extend([
            refused(who, "put an entry without If-None-Match", log, "it could replace one", calls.put(&new_entry)),
            refused(who, "replace an entry that it has read", log, "the log only grows", calls.put(entry).header("if-match", "none")),
            refused(who, "copy into the log", log, "a copy carries no condition", copy.clone()),
            refused(who, "begin an upload into the log", log, "it carries no condition", upload.clone()),
            refused(who, "put the checkpoint without a condition", checkpoint, "it could undo another run", calls.put(state_key)),
            refused(who, "encrypt an entry otherwise", encryption, because, kms(calls.append(&new_entry))),
            refused(who, "encrypt the checkpoint otherwise", encryption, because, kms(calls.replace_checkpoint())),
            refused(who, "encrypt an entry with a key of its own", own_key, because, customer(calls.append(&new_entry))),
            refused(who, "encrypt the checkpoint with a key of its own", own_key, because, customer(calls.replace_checkpoint())),
        ]);
    }
    rows
}

/// Nothing is asked in the clear.
pub fn plain_http(place: &Place) -> Vec<Row> {
    let calls = Calls(place);
    let (sid, because) = (
        "DenyPlainHttp",
        "records do not cross a network in the clear",
    );
    let mut rows = Vec::new();
    for who in [place.collector, Reader, Administrator] {
        rows.push(refused(who, "read an entry", sid, because, calls.get(&place.entry)));
        rows.push(refused(who, "list the log", sid, because, calls.list(&place.prefix)));
    }
    for who in [place.collector, Administrator] {
        rows.push(refused(who, "append an entry", sid, because, calls.append(&format!("{}{NEW}", place.prefix))));
        rows.push(refused(who, "replace the checkpoint", sid, because, calls.replace_checkpoint()));
    }
    rows.push(refused(Administrator, "read the bucket's policy", sid, because, calls.setting("GET", "policy")));
    rows.push(refused(Administrator, "read what is neither log nor checkpoint", sid, because, calls.get("elsewhere")));
    rows.into_iter().map(Row::in_the_clear).collect()
}
