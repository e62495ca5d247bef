//! An error with its causes, as one line.

/// What an error says, and what each of its causes says. Only their `Display`: the `Debug` of a failed call may hold
/// the answer's body, and with it a secret.
#[must_use]
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
