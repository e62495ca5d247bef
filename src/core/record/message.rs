//! What is hashed, piece by piece.

use sha2::{Digest, Sha256};

/// Room for what most records have to hash, so that it is hashed at once.
const ROOM: usize = 512;

/// A message to SHA-256. Its pieces are gathered first: a record has some twenty, most of a few bytes, and the hash takes one
/// long piece sooner than many short ones.
pub(super) struct Message {
    hasher: Sha256,
    gathered: [u8; ROOM],
    length: usize,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            hasher: Sha256::new(),
            gathered: [0; ROOM],
            length: 0,
        }
    }
}

impl Message {
    /// Appends a piece.
    #[inline]
    pub(super) fn push(&mut self, piece: &[u8]) {
        if piece.len() > ROOM - self.length {
            self.hasher.update(&self.gathered[..self.length]);
            self.length = 0;
        }
        if let Some(room) = self.gathered[self.length..].get_mut(..piece.len()) {
            room.copy_from_slice(piece);
            self.length += piece.len();
        } else {
            self.hasher.update(piece);
        }
    }

    /// The digest of all pieces.
    pub(super) fn digest(mut self) -> [u8; 32] {
        self.hasher.update(&self.gathered[..self.length]);
        self.hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_matter_how_a_message_is_cut() {
        let whole: Vec<u8> = (0..3 * ROOM).map(|n| n as u8).collect();
        let expected: [u8; 32] = Sha256::digest(&whole).into();
        for piece in [1, 2, 63, 64, 511, 512, 513, 1000, whole.len()] {
            let mut message = Message::default();
            for piece in whole.chunks(piece) {
                message.push(piece);
                message.push(b"");
            }
            assert_eq!(message.digest(), expected, "{piece}");
        }
        let empty: [u8; 32] = Sha256::digest(b"").into();
        assert_eq!(Message::default().digest(), empty);
    }
}
