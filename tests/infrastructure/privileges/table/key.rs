//! Who may use the key.

use local_stack::Call;
use serde_json::json;

use super::super::{
    calls::Calls,
    place::Place,
    principals::Principal::*,
    row::{Row, may, may_not},
    tries::NEW,
};

/// With a KMS key. S3 uses it in the name of whoever puts or gets; nobody uses it otherwise.
pub fn is_used_by_s3(place: &Place, key: &str) -> Vec<Row> {
    let calls = Calls(place);
    let Place {
        bucket,
        state_key,
        entry,
        entry_version,
        checkpoint_version,
        ..
    } = place;
    let context = json!({"aws:s3:arn": format!("arn:aws:s3:::{bucket}")});
    let generate = Call::json(
        "kms",
        "TrentService.GenerateDataKey",
        &json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context}),
    );
    let decrypt = Call::json(
        "kms",
        "TrentService.Decrypt",
        &json!({"KeyId": key, "CiphertextBlob": "bm9uZQ==", "EncryptionContext": context}),
    );
    let describe = Call::json("kms", "TrentService.DescribeKey", &json!({"KeyId": key}));
    let disable = Call::json(
        "kms",
        "TrentService.UpdateKeyDescription",
        &json!({"KeyId": key}),
    );
    let mut rows = vec![
        may(place.collector, "have an entry encrypted", "EncryptEntriesAndCheckpoint", calls.append(&format!("{}{NEW}", place.prefix))).by_program(),
        may(place.collector, "have the checkpoint encrypted", "EncryptEntriesAndCheckpoint", calls.replace_checkpoint()).by_program(),
        may(place.collector, "have the checkpoint decrypted", "DecryptEntriesAndCheckpoint", calls.get(state_key)).by_program(),
        may(place.collector, "have a version of an entry decrypted", "DecryptEntriesAndCheckpoint", calls.get_version(entry, entry_version)).by_program(),
        may(place.collector, "have a version of the checkpoint decrypted", "DecryptEntriesAndCheckpoint", calls.get_version(state_key, checkpoint_version)).by_program(),
        may(Reader, "have an entry decrypted", "DecryptDeliveredObjects", calls.get(entry)),
        may(Administrator, "look at the key", "IamPoliciesOfTheAccountDecide", describe.clone()),
    ];
    for who in [place.collector, Reader, place.scheduler, Colleague, Nobody] {
        rows.extend([
            may_not(who, "encrypt with the key", "S3 alone uses it", generate.clone()),
            may_not(who, "decrypt with the key", "S3 alone uses it", decrypt.clone()),
            may_not(who, "look at the key", "S3 alone uses it", describe.clone()),
            may_not(who, "change the key", "S3 alone uses it", disable.clone()),
        ]);
    }
    rows
}
