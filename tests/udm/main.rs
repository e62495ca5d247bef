//! The preview of what SecOps will see: every row of the mapping, every public sample's shape, ten thousand simulated
//! records and whatever else can be a record, each held against Google's published schema.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's panic is its report"
)]

mod anything;
mod documentation;
mod golden;
mod many;
mod schema;
mod simulated;
mod validator;
