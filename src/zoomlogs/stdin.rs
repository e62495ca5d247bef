//! A secret from standard input.

use std::io::{self, Read as _};

use secrecy::zeroize::Zeroizing;

/// Far more than any secret needs. Secrets Manager takes at most as much.
pub const LARGEST: u64 = 64 << 10;

/// Reads standard input to its end. None if it is longer than a secret can be.
pub fn read() -> io::Result<Option<Zeroizing<String>>> {
    let mut text = Zeroizing::new(String::new());
    let read = io::stdin().take(LARGEST + 1).read_to_string(&mut text)?;
    Ok((read as u64 <= LARGEST).then_some(text))
}
