//! What tells a record from others.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use super::compact::compact;
use super::members::Members;
use super::message::Message;

/// The version of the fingerprint's algorithm, and of how a record's time is read, by which counts are ordered. It is part
/// of the checkpoint: counts under another algorithm must never be compared. Whoever teaches the program to read one more
/// form of time must raise it.
pub const FINGERPRINT_VERSION: u32 = 1;

/// How deep a value is looked into for its canonical form; below that its text counts as it stands.
/// The parser reads any depth, a recursion must not.
const CANONICAL_DEPTH: usize = 64;

/// The first 128 bits of SHA-256 over a record's documented fields.
///
/// Nothing weaker: two records with one fingerprint are one record here, and whoever could choose such a pair could keep an
/// action from being delivered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// A fingerprint from its bytes, as a checkpoint holds them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The fingerprint of a message.
    pub(super) fn of(message: Message) -> Self {
        let digest = message.digest();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }

    /// The fingerprint's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Hashes the characters of a string.
pub(super) fn hash_string(message: &mut Message, string: &str) {
    hash_bytes(message, b's', string.as_bytes());
}

/// Hashes a value so that equal values hash equally however they are spelled, and different ones differently:
/// strings by their characters, objects with their keys sorted, numbers by their text (an `f64` would make
/// different large numbers equal).
pub(super) fn hash_value(message: &mut Message, text: &str) {
    hash_nested(message, text, CANONICAL_DEPTH);
}

fn hash_nested(message: &mut Message, text: &str, depth: usize) {
    let text = text.trim();
    match text.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Cow<'_, str>>(text) {
            Ok(string) => hash_string(message, &string),
            // A lone surrogate has no characters to hash; its text is as good.
            Err(_) => hash_bytes(message, b'r', text.as_bytes()),
        },
        Some(b'{') if depth > 0 => {
            if let Ok(Members(mut members)) = serde_json::from_str::<Members<'_>>(text) {
                // Stable, so that repeated keys keep their order.
                members.sort_by(|a, b| a.0.cmp(&b.0));
                hash_length(message, b'o', members.len());
                for (key, value) in members {
                    hash_bytes(message, b'k', key.as_bytes());
                    hash_nested(message, value.get(), depth - 1);
                }
            } else {
                hash_bytes(message, b'r', compact(text).as_bytes());
            }
        }
        Some(b'[') if depth > 0 => {
            if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
                hash_length(message, b'a', items.len());
                for item in items {
                    hash_nested(message, item.get(), depth - 1);
                }
            } else {
                hash_bytes(message, b'r', compact(text).as_bytes());
            }
        }
        _ => hash_bytes(message, b'r', compact(text).as_bytes()),
    }
}

fn hash_length(message: &mut Message, kind: u8, length: usize) {
    let [a, b, c, d, e, f, g, h] = (length as u64).to_le_bytes();
    message.push(&[kind, a, b, c, d, e, f, g, h]);
}

fn hash_bytes(message: &mut Message, kind: u8, bytes: &[u8]) {
    hash_length(message, kind, bytes.len());
    message.push(bytes);
}
