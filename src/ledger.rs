//! What is known of a day: how many of each record, and up to which entry of the log that was counted.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::record::{Fingerprint, Record};

/// A multiset of records: how often each fingerprint occurs.
///
/// Ordered, so that the same counts have the same bytes and a run does the same things in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_fingerprint: BTreeMap<Fingerprint, u32>,
    total: u64,
}

impl Counts {
    /// How often `fingerprint` occurs.
    #[must_use]
    pub fn get(&self, fingerprint: Fingerprint) -> u32 {
        self.by_fingerprint.get(&fingerprint).copied().unwrap_or(0)
    }

    /// Counts one more of `fingerprint` and returns how often it occurs now.
    pub fn add(&mut self, fingerprint: Fingerprint) -> u32 {
        let count = self.by_fingerprint.entry(fingerprint).or_default();
        *count += 1;
        self.total += 1;
        *count
    }

    /// Makes the count of `fingerprint` at least `count`.
    pub fn raise(&mut self, fingerprint: Fingerprint, count: u32) {
        let old = self.get(fingerprint);
        if count > old {
            self.by_fingerprint.insert(fingerprint, count);
            self.total += u64::from(count - old);
        }
    }

    /// Makes every count at least what it is in `other`.
    pub fn raise_all(&mut self, other: &Self) {
        for (fingerprint, count) in other.iter() {
            self.raise(fingerprint, count);
        }
    }

    /// Counts all the records of `other` too.
    pub fn add_all(&mut self, other: &Self) {
        for (fingerprint, count) in other.iter() {
            self.raise(fingerprint, self.get(fingerprint).saturating_add(count));
        }
    }

    /// Keeps only the fingerprints for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(Fingerprint, u32) -> bool) {
        self.by_fingerprint
            .retain(|&fingerprint, &mut count| keep(fingerprint, count));
        self.total = self
            .by_fingerprint
            .values()
            .map(|&count| u64::from(count))
            .sum();
    }

    /// The number of records, equal ones counted each.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_fingerprint.is_empty()
    }

    /// The fingerprints in order, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Fingerprint, u32)> + '_ {
        self.by_fingerprint
            .iter()
            .map(|(&fingerprint, &count)| (fingerprint, count))
    }

    /// A digest that two multisets share only if they are equal.
    #[must_use]
    pub fn digest(&self) -> CountsDigest {
        let mut hasher = Sha256::new();
        for (fingerprint, count) in self.iter() {
            hasher.update(fingerprint.as_bytes());
            hasher.update(count.to_le_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        CountsDigest(bytes)
    }

    /// The counts as bytes: each fingerprint in order, 16 bytes, and its count as a LEB128 number.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.by_fingerprint.len() * 17);
        for (fingerprint, mut count) in self.iter() {
            bytes.extend_from_slice(fingerprint.as_bytes());
            while count >= 0x80 {
                bytes.push((count & 0x7f) as u8 | 0x80);
                count >>= 7;
            }
            bytes.push(count as u8);
        }
        bytes
    }

    fn from_bytes(mut bytes: &[u8]) -> Result<Self, CountsError> {
        let mut counts = Self::default();
        let mut last = None;
        while let Some((head, rest)) = bytes.split_first_chunk::<16>() {
            let fingerprint = Fingerprint::from_bytes(*head);
            if last >= Some(fingerprint) {
                return Err(CountsError::Order);
            }
            last = Some(fingerprint);
            let (count, length) = read_leb128(rest).ok_or(CountsError::Count)?;
            if count == 0 {
                return Err(CountsError::Count);
            }
            counts.raise(fingerprint, count);
            bytes = &rest[length..];
        }
        if bytes.is_empty() {
            Ok(counts)
        } else {
            Err(CountsError::Length)
        }
    }
}

impl FromIterator<Fingerprint> for Counts {
    fn from_iter<I: IntoIterator<Item = Fingerprint>>(fingerprints: I) -> Self {
        let mut counts = Self::default();
        for fingerprint in fingerprints {
            counts.add(fingerprint);
        }
        counts
    }
}

fn read_leb128(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(value).ok()?, index + 1));
        }
    }
    None
}

/// Why bytes are no [`Counts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CountsError {
    /// The text is not base64.
    #[error("the counts are not base64")]
    Encoding,
    /// Fingerprints are out of order or repeated.
    #[error("the counts' fingerprints are not in ascending order")]
    Order,
    /// A count is missing, zero or beyond 32 bits.
    #[error("a count is missing, zero or too large")]
    Count,
    /// The bytes end within a fingerprint.
    #[error("the counts end within a fingerprint")]
    Length,
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(self.to_bytes()))
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        // A visitor, because a day of a million records has 22 MB of text that need not be copied first.
        impl Visitor<'_> for Base64 {
            type Value = Counts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("counts in base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Counts, E> {
                let bytes = BASE64
                    .decode(text)
                    .map_err(|_| E::custom(CountsError::Encoding))?;
                Counts::from_bytes(&bytes).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Base64)
    }
}

/// See [`Counts::digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountsDigest([u8; 16]);

impl Serialize for CountsDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for CountsDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64
            .decode(&text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a digest is 16 bytes in base64"))
    }
}

/// What one day's log is known to hold: the records of its entries `0..next_seq`.
///
/// A ledger is a lower bound: the log may have gone on. It never claims what is not in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The number of the first entry that is not counted in.
    pub next_seq: u64,
    /// The records of all entries before it.
    #[serde(rename = "counts")]
    pub delivered: Counts,
}

impl Ledger {
    /// Counts one more entry, which holds `records`.
    pub fn record<'a>(&mut self, records: impl IntoIterator<Item = &'a Record>) {
        self.count(&records.into_iter().map(Record::fingerprint).collect());
    }

    /// Counts one more entry, of which these are the records.
    pub fn count(&mut self, entry: &Counts) {
        self.delivered.add_all(entry);
        self.next_seq += 1;
    }

    /// The better informed of two ledgers of the same day. Entries never change, so the one that has read
    /// further knows all that the other knows.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if other.next_seq > self.next_seq {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(n: u8) -> Fingerprint {
        Fingerprint::from_bytes([n; 16])
    }

    fn counts(pairs: &[(u8, u32)]) -> Counts {
        let mut counts = Counts::default();
        for &(n, count) in pairs {
            counts.raise(fingerprint(n), count);
        }
        counts
    }

    #[test]
    fn counts_survive_their_encoding() {
        for pairs in [
            &[][..],
            &[(1, 1)],
            &[(9, 127), (3, 128), (0, 16_384), (255, u32::MAX)],
        ] {
            let counts = counts(pairs);
            let text = serde_json::to_string(&counts).unwrap();
            assert_eq!(serde_json::from_str::<Counts>(&text).unwrap(), counts);
        }
    }

    #[test]
    fn damaged_counts_are_refused() {
        let good = counts(&[(1, 1), (2, 300)]).to_bytes();
        assert_eq!(
            Counts::from_bytes(&good[..good.len() - 1]),
            Err(CountsError::Count)
        );
        assert_eq!(Counts::from_bytes(&good[..20]), Err(CountsError::Length));
        let twice = [counts(&[(1, 1)]).to_bytes(), counts(&[(1, 1)]).to_bytes()].concat();
        assert_eq!(Counts::from_bytes(&twice), Err(CountsError::Order));
        let mut zero = counts(&[(1, 1)]).to_bytes();
        zero[16] = 0;
        assert_eq!(Counts::from_bytes(&zero), Err(CountsError::Count));
        assert!(serde_json::from_str::<Counts>("\"*\"").is_err());
    }

    #[test]
    fn the_digest_tells_multisets_apart_but_not_orders() {
        let forwards: Counts = [1, 2, 2].map(fingerprint).into_iter().collect();
        let backwards: Counts = [2, 2, 1].map(fingerprint).into_iter().collect();
        assert_eq!(forwards.digest(), backwards.digest());
        assert_ne!(forwards.digest(), counts(&[(1, 1), (2, 1)]).digest());
        assert_ne!(forwards.digest(), counts(&[(1, 2), (2, 1)]).digest());
    }

    #[test]
    fn the_total_counts_equal_records_each() {
        let mut counts = counts(&[(1, 3), (2, 1)]);
        assert_eq!(counts.add(fingerprint(2)), 2);
        assert_eq!(counts.total(), 5);
        counts.raise(fingerprint(1), 2);
        assert_eq!(counts.total(), 5, "raise never lowers");
        counts.retain(|_, count| count > 2);
        assert_eq!((counts.total(), counts.get(fingerprint(2))), (3, 0));
    }

    #[test]
    fn the_ledger_that_read_further_wins() {
        let short = Ledger {
            next_seq: 1,
            delivered: counts(&[(1, 1)]),
        };
        let long = Ledger {
            next_seq: 2,
            delivered: counts(&[(1, 1), (2, 1)]),
        };
        assert_eq!(short.clone().merge(long.clone()), long);
        assert_eq!(long.clone().merge(short), long);
    }
}
