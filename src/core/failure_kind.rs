//! The kinds of failure: the function answers with their names, the tool gives advice by them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)+) => {
        /// What kind of failure ended a run, or a day of it. Its name is the `errorType` of a failed invocation and the
        /// field `kind` of a log line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FailureKind {
            $($(#[$doc])* $kind,)+
        }

        impl FailureKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)+
                }
            }
        }
    };
}

kinds! {
    /// The event asks for nothing that the function does.
    EventNotUnderstood,
    /// The secret does not exist, or has no value yet.
    SecretMissing,
    /// The role may not read the secret.
    SecretDenied,
    /// The secret's value is not the object that it must be.
    SecretMalformed,
    /// Secrets Manager could not be reached.
    SecretUnavailable,
    /// The token endpoint does not know the credentials.
    ZoomBadCredentials,
    /// A fresh token was refused as well.
    ZoomUnauthorized,
    /// The app lacks a scope.
    ZoomMissingScope,
    /// The app's role may not see the report.
    ZoomNoPermission,
    /// The run's own daily budget is spent.
    ZoomBudgetSpent,
    /// Zoom asks for a pause that is longer than the run.
    ZoomThrottled,
    /// The invocation's time is nearly over.
    OutOfTime,
    /// The page token is not valid any more.
    ZoomPageTokenExpired,
    /// The day is beyond the six months that Zoom keeps.
    ZoomBeyondHistory,
    /// An answer's body is beyond what is read.
    ZoomAnswerTooLarge,
    /// Zoom could not be reached or made no sense, in spite of retries.
    ZoomUnavailable,
    /// Zoom refused the request for a reason of its own.
    ZoomRefused,
    /// Zoom gave a page token that it had given before.
    ZoomRepeatedToken,
    /// Page follows page without a row that was not seen before.
    ZoomEndlessPages,
    /// A policy does not allow a call to the bucket.
    BucketDenied,
    /// There is no such bucket.
    BucketMissing,
    /// The bucket could not be reached.
    BucketUnavailable,
    /// The bucket keeps no versions.
    BucketUnversioned,
    /// The log of a day has a gap.
    LogGap,
    /// The log of a day has fewer entries than it once had.
    LogShort,
    /// An entry of the log cannot be read.
    LogDamaged,
    /// The log of a day has no number left.
    LogFull,
    /// Records could not be packed.
    LogEncoding,
    /// The checkpoint is of a newer version of the function.
    CheckpointNewer,
    /// The checkpoint is that of another log.
    CheckpointOfOtherLog,
    /// The checkpoint could not be written as text.
    CheckpointSerialize,
}

impl FailureKind {
    /// Whether every other day would meet the same failure.
    #[must_use]
    pub const fn concerns_every_day(self) -> bool {
        match self {
            Self::EventNotUnderstood
            | Self::SecretMissing
            | Self::SecretDenied
            | Self::SecretMalformed
            | Self::SecretUnavailable
            | Self::ZoomBadCredentials
            | Self::ZoomUnauthorized
            | Self::ZoomMissingScope
            | Self::ZoomNoPermission
            | Self::BucketDenied
            | Self::BucketMissing
            | Self::BucketUnversioned
            | Self::CheckpointNewer
            | Self::CheckpointOfOtherLog
            | Self::CheckpointSerialize => true,
            Self::ZoomBudgetSpent
            | Self::ZoomThrottled
            | Self::OutOfTime
            | Self::ZoomPageTokenExpired
            | Self::ZoomBeyondHistory
            | Self::ZoomAnswerTooLarge
            | Self::ZoomUnavailable
            | Self::ZoomRefused
            | Self::ZoomRepeatedToken
            | Self::ZoomEndlessPages
            | Self::BucketUnavailable
            | Self::LogGap
            | Self::LogShort
            | Self::LogDamaged
            | Self::LogFull
            | Self::LogEncoding => false,
        }
    }

    /// Whether Zoom or Secrets Manager refused the credentials, or there are none: no later run fares better until
    /// somebody changes the app, its scopes or the secret.
    #[must_use]
    pub const fn concerns_credentials(self) -> bool {
        matches!(
            self,
            Self::SecretMissing
                | Self::SecretDenied
                | Self::SecretMalformed
                | Self::ZoomBadCredentials
                | Self::ZoomUnauthorized
                | Self::ZoomMissingScope
                | Self::ZoomNoPermission
        )
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is not a [`FailureKind`]'s: Lambda's own, or that of another version of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no kind of failure of this version has this name")]
pub struct UnknownKind;

impl FromStr for FailureKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.as_str() == name).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back() {
        for &kind in FailureKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("Runtime.ExitError".parse::<FailureKind>(), Err(UnknownKind));
        assert_eq!("zoomrefused".parse::<FailureKind>(), Err(UnknownKind));
    }

    #[test]
    fn what_concerns_the_credentials_concerns_every_day() {
        for kind in FailureKind::ALL {
            assert!(
                !kind.concerns_credentials() || kind.concerns_every_day(),
                "{kind}"
            );
        }
    }
}
