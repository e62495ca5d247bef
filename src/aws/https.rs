//! The one HTTP client of a process.

use std::time::Duration;

/// A client with its own connections, kept between the invocations of a warm function. Zoom and AWS are called by the same
/// one ([`crate::sdk_http`]): a second one would read the machine's root certificates once more at every start, and bring
/// another configuration of TLS.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        .connect_timeout(Duration::from_secs(5))
        // A redirect would carry the token to an address that nobody configured.
        .redirect(reqwest::redirect::Policy::none())
        .build()
}
