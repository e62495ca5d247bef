//! One run after another against a simulated Zoom and a bucket in memory, by a clock that the test sets: what is
//! delivered, whatever happens on the way.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's panic is its report"
)]

mod busy;
mod checkpoint;
mod crashes;
mod days;
mod delivery;
mod limits;
mod metrics;
mod replay;
mod reports;
mod speed;
mod world;
