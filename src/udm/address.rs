//! What an e-mail address is: one `@` with something on both sides and no white space. Not stricter than that, because
//! Zoom shows what people entered (`admin-test%12+3@example.org`).

/// What may stand around an address in a text without being part of it.
const AROUND: [char; 21] = [
    '(', ')', '[', ']', '{', '}', '<', '>', '"', '\'', '`', ',', ';', ':', '.', '!', '?', '“', '”',
    '‘', '’',
];

/// The address that a text is once brackets and punctuation around it are dropped; None if it is none.
#[must_use]
pub(super) fn address(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches(AROUND);
    let (name, domain) = text.split_once('@')?;
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace());
    (plain(name) && plain(domain)).then_some(text)
}

/// The first address among the words of a text.
#[must_use]
pub(super) fn first_address(text: &str) -> Option<&str> {
    text.split_whitespace().find_map(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_among_brackets_and_punctuation() {
        for text in [
            "ada@example.org",
            " <ada@example.org>, ",
            "(ada@example.org).",
            "“ada@example.org”",
        ] {
            assert_eq!(address(text), Some("ada@example.org"), "{text}");
        }
        let odd = "admin-test%12+3@lists.example.org";
        assert_eq!(address(odd), Some(odd));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.org",
            "a@b@c",
            "ada lovelace@example.org",
            "<>@<>",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_of_several_counts() {
        assert_eq!(
            first_address("Merge bo@example.org into cy@example.org"),
            Some("bo@example.org")
        );
        assert_eq!(first_address("Add Group Engineers"), None);
    }
}
