//! A row as Zoom writes it, looked through once, without an allocation.
//!
//! The row is known to be JSON: serde_json has read it. So a string ends at the next quote that is not escaped, and all that
//! is looked for is where the members begin and end.

use super::compact::end_of_string;
use crate::report::Report;

/// The most fields that a report has here; one with more is read the long way.
const MOST_FIELDS: usize = 8;

/// The documented members of a row.
pub(super) struct Scanned<'a> {
    /// One for each field of the report, in the report's order.
    pub(super) values: [Option<Value<'a>>; MOST_FIELDS],
    /// Whether the row has no white space between its tokens.
    pub(super) is_compact: bool,
}

/// A member's value.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// The characters of a string without escapes.
    Plain(&'a str),
    /// Any other value's text.
    Json(&'a str),
}

/// The documented members of `row`. None where there is no such member, or a key that stands twice, or one with an escape: the
/// long way has rules for these.
pub(super) fn scan<'a>(row: &'a str, report: &Report) -> Option<Scanned<'a>> {
    let mut values = [None; MOST_FIELDS];
    let values_of_fields = values.get_mut(..report.fields.len())?;
    let mut at = Cursor {
        text: row,
        at: 0,
        spaces: false,
    };
    let mut documented = false;
    at.token(b'{')?;
    loop {
        let Value::Plain(key) = at.string()? else {
            return None;
        };
        at.token(b':')?;
        let value = at.value()?;
        if let Some(field) = report.fields.iter().position(|field| *field == key) {
            documented = true;
            if values_of_fields.get_mut(field)?.replace(value).is_some() {
                return None;
            }
        }
        match at.next()? {
            b',' => at.skip_spaces(),
            b'}' if documented && at.at == row.len() => {
                return Some(Scanned {
                    values,
                    is_compact: !at.spaces,
                });
            }
            _ => return None,
        }
    }
}

/// A place in a row, always at a token.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Whether white space was passed over.
    spaces: bool,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.spaces = true;
        }
    }

    /// Passes over one byte, which stands behind a value.
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Passes over this byte and goes to the next token.
    fn token(&mut self, expected: u8) -> Option<()> {
        if self.next()? != expected {
            return None;
        }
        self.skip_spaces();
        Some(())
    }

    fn string(&mut self) -> Option<Value<'a>> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        let bytes = self.text.as_bytes();
        let inside = bytes.get(start + 1..)?;
        let end = start + 1 + memchr::memchr2(b'"', b'\\', inside)?;
        let value = if bytes[end] == b'"' {
            self.at = end + 1;
            Value::Plain(self.text.get(start + 1..end)?)
        } else {
            self.at = end_of_string(bytes, end);
            Value::Json(self.text.get(start..self.at)?)
        };
        self.skip_spaces();
        Some(value)
    }

    fn value(&mut self) -> Option<Value<'a>> {
        if self.peek()? == b'"' {
            return self.string();
        }
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.at = end_of_string(self.text.as_bytes(), self.at + 1),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b'}' | b']' if depth == 0 => break,
                b' ' | b'\t' | b'\n' | b'\r' => self.skip_spaces(),
                _ => self.at += 1,
            }
        }
        // With the white space behind it, which hashing trims.
        self.text.get(start..self.at).map(Value::Json)
    }
}
