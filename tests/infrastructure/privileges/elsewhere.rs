//! What ministack cannot judge, each with the reason. The exact policies in the modules' own tests must notice these; that
//! they do, `source` shows.

use super::mutations::Mutation;

/// Statements that no row can be about.
pub const STATEMENTS: &[&str] = &[
    "SchedulerInvokesTheFunction",
    "CloudWatchLogsEncryptsTheseGroups",
];

const NOBODY_PLAYS_THE_SCHEDULER: &str =
    "ministack's scheduler assumes no role, and nobody else can say for which schedule he asks";
const LOGS_ARE_NOT_ENCRYPTED: &str = "ministack keeps logs as they are";
const S3_ASKS_FOR_NOTHING_ELSE: &str = "through S3 nothing else can be asked of the key";
const S3_USES_ONE_KEY: &str = "through S3 no other key can be reached";
const ALLOWED_ANYWAY: &str =
    "of all actions only the two listings know a prefix, and ListVersions allows the other one";
const ONLY_PUTS_SAY_IT: &str = "no action but a put has these headers";
const NOTHING_ELSE_BY_TOKEN: &str = "with a token nothing else can be asked of STS";
const NO_OTHER_ISSUER: &str = "no other issuer's token has a subject of Google's";
const NO_OTHER_BUCKET: &str = "the principal may get at no other bucket that the key is used for";

/// The statement, how the change begins, and why no row notices it.
const MUTATIONS: &[(&str, &str, &str)] = &[
    (
        "SchedulerInvokesTheFunction",
        "",
        NOBODY_PLAYS_THE_SCHEDULER,
    ),
    (
        "CloudWatchLogsEncryptsTheseGroups",
        "",
        LOGS_ARE_NOT_ENCRYPTED,
    ),
    (
        "SeeWhetherThereIsACheckpoint",
        "Action: s3:*",
        ALLOWED_ANYWAY,
    ),
    ("DenyOtherEncryption", "Action: s3:*", ONLY_PUTS_SAY_IT),
    ("DenyCustomerProvidedKeys", "Action: s3:*", ONLY_PUTS_SAY_IT),
    (
        "EncryptEntriesAndCheckpoint",
        "Action: kms:*",
        S3_ASKS_FOR_NOTHING_ELSE,
    ),
    (
        "EncryptEntriesAndCheckpoint",
        "Resource: *",
        S3_USES_ONE_KEY,
    ),
    (
        "EncryptEntriesAndCheckpoint",
        "Condition: without kms:EncryptionContext",
        NO_OTHER_BUCKET,
    ),
    (
        "DecryptEntriesAndCheckpoint",
        "Action: kms:*",
        S3_ASKS_FOR_NOTHING_ELSE,
    ),
    (
        "DecryptEntriesAndCheckpoint",
        "Resource: *",
        S3_USES_ONE_KEY,
    ),
    (
        "DecryptEntriesAndCheckpoint",
        "Condition: without kms:EncryptionContext",
        NO_OTHER_BUCKET,
    ),
    (
        "DecryptDeliveredObjects",
        "Action: kms:*",
        S3_ASKS_FOR_NOTHING_ELSE,
    ),
    ("DecryptDeliveredObjects", "Resource: *", S3_USES_ONE_KEY),
    (
        "DecryptDeliveredObjects",
        "Condition: without kms:EncryptionContext",
        NO_OTHER_BUCKET,
    ),
    ("FeedAssumesTheRole", "Action: sts:*", NOTHING_ELSE_BY_TOKEN),
    ("FeedAssumesTheRole", "Principal: *", NO_OTHER_ISSUER),
];

/// Why no row notices a mutation; nothing where one must.
pub fn why(mutation: &Mutation) -> Option<&'static str> {
    MUTATIONS
        .iter()
        .find(|(sid, change, _)| mutation.sid == *sid && mutation.change.starts_with(change))
        .map(|(_, _, why)| *why)
}
