//! Where the core looks for Zoom, when a double stands in front of it.

use std::time::Duration;

use zoomlogs_core::zoom::Endpoints;

/// Addresses that nobody serves, and the limit that a client is to keep.
#[must_use]
pub fn endpoints(requests_per_second: u32) -> Endpoints {
    Endpoints {
        oauth_url: "http://127.0.0.1/oauth/token".to_owned(),
        api_url: "http://127.0.0.1/v2".to_owned(),
        timeout: Duration::from_secs(30),
        requests_per_second,
    }
}
