//! What the simulated Zoom was asked, for tests to count.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::fault::Fault;
use crate::report::Report;
use crate::request::Endpoint;

/// A request that was made. It holds no `Authorization` header, no body and no value of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    /// When.
    pub time: DateTime<Utc>,
    /// For what.
    pub endpoint: Endpoint,
    /// For which report, if for one.
    pub report: Option<Report>,
    /// The endpoint's how-manieth request it is, counted from 1 since the world began.
    pub number: u64,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, with anything that might be secret masked.
    pub query: String,
    /// Which page it asked for, counted from 1, if it could be told.
    pub page: Option<usize>,
    /// The status of the answer; none if there was none.
    pub status: Option<u16>,
    /// How many bytes of the body were sent.
    pub bytes: u64,
    /// The faults that happened to it.
    pub faults: Vec<Fault>,
}
