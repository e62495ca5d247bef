//! The built function, run as Lambda runs it, against S3 and Secrets Manager as ministack serves them and the
//! simulated Zoom: by its answers, its logs, and what the bucket then holds.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's panic is its report"
)]

mod benchmark;
mod crashes;
mod delivery;
mod errors;
mod real_faults;
mod reports;
mod scene;
mod start;
