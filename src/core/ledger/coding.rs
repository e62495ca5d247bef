//! Counts as text: base64 of each record in order. A record is its second, as the difference to the one before it, then its
//! fingerprint, then its count; both numbers as LEB128.
//!
//! Neither way needs the whole of the bytes beside the text.

use std::fmt;
use std::io::{BufReader, Read, Write as _};

use base64::engine::general_purpose::STANDARD as BASE64;
use base64::read::DecoderReader;
use base64::write::{EncoderStringWriter, StrConsumer};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::counts::Counts;
use crate::record::Fingerprint;
use crate::record::{RecordId, Second};

/// Why a text is no [`Counts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CountsError {
    /// The text is not base64.
    #[error("the counts are not base64")]
    Encoding,
    /// Records are out of order or repeated.
    #[error("the counts' records are not in ascending order")]
    Order,
    /// A second is beyond 32 bits.
    #[error("a record's second is too large")]
    Second,
    /// A count is missing, zero or beyond 32 bits.
    #[error("a count is missing, zero or too large")]
    Count,
    /// The bytes end within a record.
    #[error("the counts end within a record")]
    Length,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = EncoderStringWriter::from_consumer(Consumer(f, Ok(())), &BASE64);
        let mut before = 0;
        for (id, count) in self.iter() {
            let second = id.second().to_unix();
            let mut record = [0; 26];
            let head = write_leb128(&mut record, second - before);
            before = second;
            record[head..head + 16].copy_from_slice(id.fingerprint().as_bytes());
            let length = head + 16 + write_leb128(&mut record[head + 16..], count);
            // The consumer keeps what went wrong; writing to it does not fail.
            let _ = out.write_all(&record[..length]);
        }
        out.into_inner().1
    }
}

/// Base64 on its way into a formatter.
struct Consumer<'a, 'f>(&'a mut fmt::Formatter<'f>, fmt::Result);

impl StrConsumer for Consumer<'_, '_> {
    fn consume(&mut self, text: &str) {
        if self.1.is_ok() {
            self.1 = self.0.write_str(text);
        }
    }
}

impl std::str::FromStr for Counts {
    type Err = CountsError;

    fn from_str(text: &str) -> Result<Self, CountsError> {
        let mut bytes = BufReader::new(DecoderReader::new(text.as_bytes(), &BASE64));
        // The shortest record is 18 bytes, 24 characters.
        let mut counts = Self::with_capacity(text.len() / 24);
        let mut second = 0_u32;
        while let Some(later) = read_leb128(&mut bytes, CountsError::Second)? {
            second = second.checked_add(later).ok_or(CountsError::Second)?;
            let mut fingerprint = [0; 16];
            bytes.read_exact(&mut fingerprint).map_err(broken)?;
            let count = read_leb128(&mut bytes, CountsError::Count)?.unwrap_or(0);
            if count == 0 {
                return Err(CountsError::Count);
            }
            let id = RecordId::new(
                Second::from_unix(second),
                Fingerprint::from_bytes(fingerprint),
            );
            counts.push_last(id, count).ok_or(CountsError::Order)?;
        }
        Ok(counts)
    }
}

fn broken(error: std::io::Error) -> CountsError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => CountsError::Length,
        _ => CountsError::Encoding,
    }
}

/// Writes a number and returns how many bytes it took.
fn write_leb128(into: &mut [u8], mut number: u32) -> usize {
    let mut length = 0;
    while number >= 0x80 {
        into[length] = (number & 0x7f) as u8 | 0x80;
        number >>= 7;
        length += 1;
    }
    into[length] = number as u8;
    length + 1
}

/// Reads a number. None where the bytes end before it.
fn read_leb128(bytes: &mut impl Read, too_large: CountsError) -> Result<Option<u32>, CountsError> {
    let mut value = 0_u64;
    for index in 0..5 {
        let mut byte = [0];
        if bytes.read(&mut byte).map_err(broken)? == 0 {
            return if index == 0 {
                Ok(None)
            } else {
                Err(CountsError::Length)
            };
        }
        let [byte] = byte;
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return u32::try_from(value).map(Some).map_err(|_| too_large);
        }
    }
    Err(too_large)
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        // A visitor, because the text need not be copied first.
        impl Visitor<'_> for Base64 {
            type Value = Counts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("counts in base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Counts, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Base64)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::super::tests::counts;
    use super::*;

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
        let last = RecordId::new(
            Second::from_unix(u32::MAX),
            Fingerprint::from_bytes([255; 16]),
        );
        let counts: Counts = [(last, u32::MAX)].into_iter().collect();
        assert_eq!(counts.to_string().parse(), Ok(counts));
    }

    #[test]
    fn damaged_counts_are_refused() {
        let bytes = |pairs: &[(u8, u32)]| BASE64.decode(counts(pairs).to_string()).unwrap();
        let parse = |bytes: &[u8]| BASE64.encode(bytes).parse::<Counts>();
        let good = bytes(&[(1, 1), (2, 300)]);
        assert_eq!(good.len(), 1 + 16 + 1 + 1 + 16 + 2);
        for (length, error) in [
            (good.len() - 1, CountsError::Length),
            (good.len() - 2, CountsError::Count),
            (20, CountsError::Length),
        ] {
            assert_eq!(parse(&good[..length]), Err(error), "{length}");
        }
        // A second record with the second and the fingerprint of the first.
        let mut twice = [bytes(&[(1, 1)]), bytes(&[(1, 1)])].concat();
        twice[18] = 0;
        assert_eq!(parse(&twice), Err(CountsError::Order));
        let mut zero = bytes(&[(1, 1)]);
        zero[17] = 0;
        assert_eq!(parse(&zero), Err(CountsError::Count));
        assert_eq!(parse(&[0xff; 5]), Err(CountsError::Second));
        assert_eq!("*".parse::<Counts>(), Err(CountsError::Encoding));
        assert!(serde_json::from_str::<Counts>("\"*\"").is_err());
    }
}
