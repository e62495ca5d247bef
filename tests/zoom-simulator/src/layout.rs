//! White space between JSON's tokens: taken out of records that are handed in, put into answers that shall have it.

/// `json` without white space outside its strings; everything else stays as it is, the order of keys and the way
/// numbers are written included.
pub(crate) fn compact(json: &str) -> String {
    rewrite(json, |out, token| {
        if !matches!(token, ' ' | '\n' | '\r' | '\t') {
            out.push(token);
        }
    })
}

/// `json` with a line for every member, as a pretty printer would send it.
pub(crate) fn spread(json: &str) -> String {
    rewrite(json, |out, token| match token {
        '{' | '[' | ',' => {
            out.push(token);
            out.push_str("\n  ");
        }
        ':' => out.push_str(": "),
        _ => out.push(token),
    })
}

/// Copies `json`, giving each character outside a string to `outside`.
fn rewrite(json: &str, outside: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    for character in json.chars() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character == '"' {
            out.push(character);
            in_string = true;
        } else {
            outside(&mut out, character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compacting_leaves_strings_keys_and_numbers_alone() {
        let spaced = "{ \"b\" : 1.0e2,\n\t\"a\": \" two  spaces, a \\\" quote and a \\\\\" }";
        assert_eq!(
            compact(spaced),
            "{\"b\":1.0e2,\"a\":\" two  spaces, a \\\" quote and a \\\\\"}"
        );
    }

    #[test]
    fn spreading_puts_a_line_break_into_every_object_and_compacting_takes_it_out() {
        let json = r#"{"a":["x, {y}",{"b":null}]}"#;
        let spread = spread(json);
        assert!(spread.contains("{\n  \"a\": [\n"));
        assert!(spread.contains("\"x, {y}\""));
        assert_eq!(compact(&spread), json);
    }
}
