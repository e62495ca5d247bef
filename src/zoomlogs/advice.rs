//! What to do about a failure of the function.

use zoomlogs_core::failure_kind::{FailureKind, UnknownKind};

use crate::deployment::Named;

/// What to do about a failure whose kind has this name. `named` is the pipeline, if it was named.
pub fn on(kind: &str, named: Option<&Named>, log_group: &str) -> String {
    match kind.parse() {
        Ok(kind) => on_kind(kind, named, log_group),
        // Lambda's own, such as Runtime.ExitError, or one of another version of the function.
        Err(UnknownKind) => look_at_log(log_group),
    }
}

/// What to do where nothing else is known.
pub fn look_at_log(log_group: &str) -> String {
    format!("Its log says more: aws logs tail {log_group} --since 15m")
}

fn on_kind(kind: FailureKind, named: Option<&Named>, log_group: &str) -> String {
    let make = |target, otherwise: &str| {
        named.map_or_else(|| otherwise.to_owned(), |named| named.make(target))
    };
    let store = || make("zoom-credentials", "zoomlogs credentials --secret ID");
    match kind {
        FailureKind::SecretMissing => format!("There are no credentials yet: {}", store()),
        FailureKind::SecretMalformed
        | FailureKind::ZoomBadCredentials
        | FailureKind::ZoomUnauthorized => format!("To store other credentials: {}", store()),
        FailureKind::ZoomMissingScope | FailureKind::ZoomNoPermission => {
            "That is set in the Zoom App Marketplace and in Zoom's roles; nothing has to be stored again.".to_owned()
        }
        FailureKind::SecretDenied | FailureKind::BucketDenied | FailureKind::BucketMissing => {
            let deploy = make("build-and-deploy", "terraform apply");
            format!("Something was changed beside Terraform. To see what, and to mend it: {deploy}")
        }
        FailureKind::EventNotUnderstood
        | FailureKind::SecretUnavailable
        | FailureKind::ZoomBudgetSpent
        | FailureKind::ZoomThrottled
        | FailureKind::OutOfTime
        | FailureKind::ZoomPageTokenExpired
        | FailureKind::ZoomBeyondHistory
        | FailureKind::ZoomAnswerTooLarge
        | FailureKind::ZoomUnavailable
        | FailureKind::ZoomRefused
        | FailureKind::ZoomRepeatedToken
        | FailureKind::ZoomEndlessPages
        | FailureKind::BucketUnavailable
        | FailureKind::BucketUnversioned
        | FailureKind::LogGap
        | FailureKind::LogShort
        | FailureKind::LogDamaged
        | FailureKind::LogFull
        | FailureKind::LogEncoding
        | FailureKind::CheckpointNewer
        | FailureKind::CheckpointOfOtherLog
        | FailureKind::CheckpointSerialize => look_at_log(log_group),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_ours_points_at_the_log() {
        for name in ["Runtime.ExitError", "Timeout", "ZoomAbolished", ""] {
            assert!(on(name, None, "/g").contains("aws logs tail /g"), "{name}");
        }
        let ours = on("SecretMissing", None, "/g");
        assert!(ours.contains("zoomlogs credentials"), "{ours}");
    }
}
