//! Something that was asked for, and perhaps not learned.

use serde::{Serialize, Serializer};
use zoomlogs_core::store::{StoreError, StoreErrorKind};

use crate::aws::AwsError;

/// An answer, or why there is none. An operator who lacks one right still learns the rest.
#[derive(Debug, Clone)]
pub enum Learned<T> {
    Known(T),
    /// Why not: mostly the right that is missing.
    NotKnown(String),
}

impl<T> Learned<T> {
    /// Takes a refused or failed call for something not learned. What every other call would meet as well is an error.
    pub fn of(answer: Result<T, AwsError>) -> Result<Self, AwsError> {
        match answer {
            Ok(value) => Ok(Self::Known(value)),
            Err(AwsError::Denied { call, .. }) => Ok(Self::NotKnown(format!("needs {call}"))),
            Err(
                problem @ (AwsError::NoRegion
                | AwsError::BadCredentials { .. }
                | AwsError::NoCredentials { .. }),
            ) => Err(problem),
            Err(problem) => Ok(Self::NotKnown(problem.to_string())),
        }
    }

    /// The same for a call to the bucket.
    pub fn of_store(answer: Result<T, StoreError>) -> Self {
        match answer {
            Ok(value) => Self::Known(value),
            Err(error) if error.kind == StoreErrorKind::Denied => Self::NotKnown(format!(
                "needs {} on {}, and s3:ListBucket to be told of its absence",
                error.action, error.resource
            )),
            Err(error) => Self::NotKnown(error.to_string()),
        }
    }

    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotKnown(_) => None,
        }
    }

    /// What is known in these words, or that it is not.
    pub fn say(&self, say: impl FnOnce(&T) -> String) -> String {
        match self {
            Self::Known(value) => say(value),
            Self::NotKnown(why) => format!("not known ({why})"),
        }
    }
}

impl<T: Serialize> Serialize for Learned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct NotKnown<'a> {
            not_known: &'a str,
        }
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::NotKnown(not_known) => NotKnown { not_known }.serialize(serializer),
        }
    }
}
