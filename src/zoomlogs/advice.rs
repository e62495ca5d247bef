//! What to do about a failure of the function, by its kind.

use crate::deployment::Named;

/// What to do about a failure of this kind; the kinds are the function's. `named` is the pipeline, if it was named.
pub fn on(kind: &str, named: Option<&Named>, log_group: &str) -> String {
    let store = match named {
        Some(named) => named.make("zoom-credentials"),
        None => "zoomlogs credentials --secret ID".to_owned(),
    };
    let deploy = match named {
        Some(named) => named.make("build-and-deploy"),
        None => "terraform apply".to_owned(),
    };
    match kind {
        "SecretMissing" => format!("There are no credentials yet: {store}"),
        "SecretMalformed" | "ZoomBadCredentials" | "ZoomUnauthorized" => {
            format!("To store other credentials: {store}")
        }
        "ZoomMissingScope" | "ZoomNoPermission" => {
            "That is set in the Zoom App Marketplace and in Zoom's roles; nothing has to be stored again.".to_owned()
        }
        "SecretDenied" | "BucketDenied" | "BucketMissing" => {
            format!("Something was changed beside Terraform. To see what, and to mend it: {deploy}")
        }
        _ => format!("Its log says more: aws logs tail {log_group} --since 15m"),
    }
}

/// Whether a failure of this kind would meet every other day as well.
pub fn concerns_every_day(kind: &str) -> bool {
    kind.starts_with("Secret")
        || kind.starts_with("Checkpoint")
        || matches!(
            kind,
            "ZoomBadCredentials"
                | "ZoomUnauthorized"
                | "ZoomMissingScope"
                | "ZoomNoPermission"
                | "BucketDenied"
                | "BucketMissing"
                | "BucketUnversioned"
                | "EventNotUnderstood"
        )
}
