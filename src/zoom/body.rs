//! A body as it comes in.

use bytes::Bytes;

use super::transport::{LARGEST_BODY, TransportError};

/// Memory that is asked for on the word of a header alone: more than a page has.
const RESERVED: u64 = 1 << 20;

/// The pieces of a body that have come, as one. A body of one piece is not copied.
#[derive(Debug)]
pub(super) struct Body {
    pieces: Pieces,
    length: u64,
}

#[derive(Debug)]
enum Pieces {
    One(Bytes),
    Several(Vec<u8>),
}

impl Body {
    /// A body of which nothing has come yet, and of which a header may say how long it is.
    pub(super) fn begin(length: Option<u64>) -> Self {
        Self {
            pieces: Pieces::One(Bytes::new()),
            length: length.unwrap_or_default(),
        }
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: Bytes) -> Result<(), TransportError> {
        if self.as_slice().len() + piece.len() > LARGEST_BODY {
            return Err(TransportError::TooLarge);
        }
        match &mut self.pieces {
            Pieces::One(first) if first.is_empty() => *first = piece,
            Pieces::One(first) => {
                let mut all = Vec::with_capacity(self.length.min(RESERVED) as usize);
                all.extend_from_slice(first);
                all.extend_from_slice(&piece);
                self.pieces = Pieces::Several(all);
            }
            Pieces::Several(all) => all.extend_from_slice(&piece),
        }
        Ok(())
    }

    fn as_slice(&self) -> &[u8] {
        match &self.pieces {
            Pieces::One(only) => only,
            Pieces::Several(all) => all,
        }
    }

    /// All of it.
    pub(super) fn finish(self) -> Bytes {
        match self.pieces {
            Pieces::One(only) => only,
            Pieces::Several(all) => all.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(length: Option<u64>, pieces: &[&Bytes]) -> Result<Bytes, TransportError> {
        let mut body = Body::begin(length);
        for &piece in pieces {
            body.push(piece.clone())?;
        }
        Ok(body.finish())
    }

    #[test]
    fn a_body_is_its_pieces_whatever_the_header_says() {
        let pieces = [
            &Bytes::from_static(b"ab"),
            &Bytes::new(),
            &Bytes::from_static(b"c"),
        ];
        for length in [None, Some(0), Some(3), Some(7), Some(u64::MAX)] {
            assert_eq!(of(length, &pieces), Ok(Bytes::from_static(b"abc")));
            assert_eq!(of(length, &[]), Ok(Bytes::new()));
        }
    }

    #[test]
    fn a_body_of_one_piece_is_that_piece() {
        let piece = Bytes::from(vec![1, 2, 3]);
        for pieces in [&[&piece][..], &[&Bytes::new(), &piece]] {
            assert_eq!(of(Some(3), pieces).unwrap().as_ptr(), piece.as_ptr());
        }
    }

    #[test]
    fn what_is_no_page_is_not_read_to_its_end() {
        let half = Bytes::from(vec![b' '; LARGEST_BODY / 2]);
        let one = Bytes::from_static(b" ");
        assert_eq!(of(None, &[&half, &half]).unwrap().len(), LARGEST_BODY);
        assert_eq!(
            of(None, &[&half, &half, &one]),
            Err(TransportError::TooLarge)
        );
    }
}
