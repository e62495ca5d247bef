//! The simulated Zoom as its users see it: the world in-process, and the server over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod account;
mod control;
mod faults;
mod http;
mod pages;
mod refusals;
mod report_faults;
mod reports;
