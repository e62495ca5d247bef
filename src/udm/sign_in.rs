//! The rows for sign-in records, Zoom's `report/activities`: the same parser takes them, by its change log of 2025-01-20.
//!
//! `time` is mapped as in operation logs, and so are the constants. The change log names no other event type, so a sign-in
//! is a `USER_UNCATEGORIZED` and not a `USER_LOGIN`.

use super::rule::{Form, Published, Rule, Source};

const ONLY_AN_ADDRESS: Option<&str> =
    Some("taken only if it is an IP address: SecOps takes no other");

const fn row(
    field: &'static str,
    target: &'static str,
    form: Form,
    ours: Option<&'static str>,
) -> Rule {
    Rule {
        source: Source::Field(field),
        target,
        form,
        google: Some(Published::ChangeLog),
        ours,
    }
}

/// What the change log says of sign-in records, and who signed in, of which it says nothing.
pub(super) static SIGN_INS: [Rule; 6] = [
    Rule {
        source: Source::Field("email"),
        target: "target.user.emailAddresses[]",
        form: Form::Text,
        google: None,
        ours: Some(
            "the change log does not say where a sign-in's email goes; the mapping table has an email that goes here",
        ),
    },
    row(
        "ip_address",
        "principal.ip[]",
        Form::IpAddress,
        ONLY_AN_ADDRESS,
    ),
    row(
        "ip_address",
        "principal.asset.ip[]",
        Form::IpAddress,
        ONLY_AN_ADDRESS,
    ),
    row("client_type", "additional.client_type", Form::Text, None),
    row("type", "additional.type", Form::Text, None),
    row("version", "metadata.productVersion", Form::Text, None),
];
