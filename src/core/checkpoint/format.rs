//! The checkpoint as bytes.
//!
//! ```json
//! {"version": 2, "digest": "<SHA-256 of the state's text, hex>", "state": {…}}
//! ```
//!
//! The digest tells a checkpoint that was cut, edited or mixed up from a whole one; only a whole one is believed.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Checkpoint, DayState};
use crate::record::FINGERPRINT_VERSION;

/// The version of the format that this program writes, and the only one that it reads: nothing is released yet.
pub const FORMAT_VERSION: u32 = 2;

/// Why bytes are no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// A newer program wrote it. Going on with an older one could undo what the newer knows.
    #[error(
        "it has format {found}, and this program reads format {FORMAT_VERSION}: deploy the newer program again, or go back as docs/operations.md says"
    )]
    Newer {
        /// The format's version.
        found: u32,
    },
    /// It is not whole.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    digest: String,
    #[serde(borrow)]
    state: &'a RawValue,
}

impl Checkpoint {
    /// The checkpoint as bytes.
    ///
    /// # Errors
    /// Serialization of these types has no way to fail; if it did, the run must stop.
    pub fn to_bytes(&self) -> Result<Bytes, serde_json::Error> {
        // The state is written where it stays, and the digest into the gap before it: what is large is not copied.
        let gap = "0".repeat(DIGEST_LENGTH);
        let mut bytes =
            format!(r#"{{"version":{FORMAT_VERSION},"digest":"{gap}","state":"#).into_bytes();
        let state = bytes.len();
        serde_json::to_writer(&mut bytes, self)?;
        let digest = digest(&bytes[state..]);
        let gap = state - r#"","state":"#.len() - DIGEST_LENGTH;
        bytes[gap..gap + DIGEST_LENGTH].copy_from_slice(digest.as_bytes());
        bytes.push(b'}');
        Ok(Bytes::from(bytes))
    }

    /// Reads a checkpoint. Fields that this program does not know are passed over.
    ///
    /// # Errors
    /// When it is of a newer format, or not whole.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let damaged = |error: serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            FormatError::Damaged(format!(
                "not a checkpoint's JSON at line {line}, column {column}"
            ))
        };
        let Version { version } = serde_json::from_slice(bytes).map_err(damaged)?;
        if version > FORMAT_VERSION {
            return Err(FormatError::Newer { found: version });
        }
        if version < FORMAT_VERSION {
            let problem = format!("it has format {version}, which no release has written");
            return Err(FormatError::Damaged(problem));
        }
        let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(damaged)?;
        if digest(envelope.state.get().as_bytes()) != envelope.digest {
            return Err(FormatError::Damaged(
                "its digest is another one than its content's".to_owned(),
            ));
        }
        let mut checkpoint: Self = serde_json::from_str(envelope.state.get()).map_err(damaged)?;
        if checkpoint.fingerprint_version != FINGERPRINT_VERSION {
            checkpoint.forget_counts();
        }
        Ok(checkpoint)
    }

    /// Counts under another fingerprint are of no use; the log has the records, and they are counted anew.
    fn forget_counts(&mut self) {
        self.fingerprint_version = FINGERPRINT_VERSION;
        for day in self.days.values_mut() {
            *day = DayState::default();
        }
    }
}

/// The length of a SHA-256 in hex.
const DIGEST_LENGTH: usize = 64;

fn digest(state: &[u8]) -> String {
    Sha256::digest(state)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::report::OPERATION_LOGS;

    fn checkpoint() -> Checkpoint {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", "2026-11-20".parse().unwrap());
        let mut state = DayState::default();
        state
            .ledger
            .add_records(&[Record::parse(r#"{"action":"a"}"#, &OPERATION_LOGS).unwrap()]);
        checkpoint.put_day("2026-11-20".parse().unwrap(), state);
        checkpoint.settle("2026-11-21".parse().unwrap(), 3);
        checkpoint
    }

    /// A checkpoint's bytes with this text for its state.
    fn with_state(version: u32, state: &str) -> Vec<u8> {
        let digest = digest(state.as_bytes());
        format!(r#"{{"version":{version},"digest":"{digest}","state":{state}}}"#).into_bytes()
    }

    #[test]
    fn a_checkpoint_survives_its_bytes() {
        let bytes = checkpoint().to_bytes().unwrap();
        assert_eq!(Checkpoint::from_bytes(&bytes), Ok(checkpoint()));
    }

    #[test]
    fn unknown_fields_are_passed_over_and_missing_new_ones_have_a_default() {
        let text = serde_json::to_string(&checkpoint()).unwrap();
        let extended = text.replacen('{', r#"{"added_later":[1],"#, 1);
        let older = text.replace(r#","ask_tomorrow":false"#, "");
        assert_ne!(older, text);
        for state in [extended, older] {
            assert_eq!(
                Checkpoint::from_bytes(&with_state(FORMAT_VERSION, &state)),
                Ok(checkpoint())
            );
        }
    }

    #[test]
    fn no_byte_can_change_unnoticed() {
        let bytes = checkpoint().to_bytes().unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[index] ^= 1;
            let read = Checkpoint::from_bytes(&changed);
            assert!(
                read.as_ref().is_err() || read == Ok(checkpoint()),
                "byte {index}"
            );
            assert!(Checkpoint::from_bytes(&bytes[..index]).is_err());
        }
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let newer = Checkpoint::from_bytes(br#"{"version":3,"state":"of another shape"}"#);
        assert_eq!(newer, Err(FormatError::Newer { found: 3 }));
    }

    #[test]
    fn counts_under_another_fingerprint_are_counted_anew() {
        let mut other = checkpoint();
        other.fingerprint_version = 0;
        let bytes = with_state(FORMAT_VERSION, &serde_json::to_string(&other).unwrap());
        let read = Checkpoint::from_bytes(&bytes).unwrap();
        let day = &read.days[&"2026-11-20".parse().unwrap()];
        assert_eq!((day.ledger.next_seq, day.ledger.delivered.total()), (0, 0));
        assert_eq!(read.settled, checkpoint().settled);
    }

    #[test]
    fn a_format_that_no_release_wrote_is_damage() {
        let state = serde_json::to_string(&checkpoint()).unwrap();
        let read = Checkpoint::from_bytes(&with_state(FORMAT_VERSION - 1, &state));
        assert!(matches!(read, Err(FormatError::Damaged(_))), "{read:?}");
    }
}
