//! Which record it is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;

/// A record's second and its fingerprint, in this order.
///
/// The fingerprint alone says which record it is, and the second follows from it (`time` is among the hashed fields). The
/// second is here for the order: Zoom lists a day by time, so that the records of a page lie together in a ledger, and the
/// newest records of a day are its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    second: Second,
    fingerprint: Fingerprint,
}

/// The second of a record's time: Unix time in 32 bits, or zero for a record whose time cannot be read or is out of range.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Second(u32);

impl Second {
    /// Of a record that has no time. Earlier than any other.
    pub const UNKNOWN: Self = Self(0);

    /// A second from its number.
    #[must_use]
    pub const fn from_unix(second: u32) -> Self {
        Self(second)
    }

    /// The second of this time.
    #[must_use]
    pub fn of(time: Option<DateTime<Utc>>) -> Self {
        time.and_then(|time| u32::try_from(time.timestamp()).ok())
            .map_or(Self::UNKNOWN, Self)
    }

    /// Its number.
    #[must_use]
    pub const fn to_unix(self) -> u32 {
        self.0
    }
}

impl RecordId {
    /// The id of a record with this fingerprint and of this second.
    #[must_use]
    pub const fn new(second: Second, fingerprint: Fingerprint) -> Self {
        Self {
            second,
            fingerprint,
        }
    }

    /// The record's second.
    #[must_use]
    pub const fn second(&self) -> Second {
        self.second
    }

    /// The record's fingerprint.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}
