//! White space between the tokens of JSON.

use std::borrow::Cow;

use memchr::memchr2;

/// Removes the white space between the tokens of valid JSON. What stands in strings stays.
pub fn compact(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut out: Option<String> = None;
    // What was copied ends here; what is left begins here.
    let mut from = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at + 1),
            b' ' | b'\t' | b'\n' | b'\r' => {
                let out = out.get_or_insert_with(|| String::with_capacity(json.len()));
                out.push_str(&json[from..at]);
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    match out {
        None => Cow::Borrowed(json),
        Some(mut out) => {
            out.push_str(&json[from..]);
            Cow::Owned(out)
        }
    }
}

/// Where what follows the string begins, of which `at` is the first byte behind the opening quote.
pub(super) fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        // What is escaped does not end the string.
        at += 2;
    }
    bytes.len()
}
