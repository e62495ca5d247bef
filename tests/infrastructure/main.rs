//! The Terraform code as it stands once applied: who may do what, what a change does, and what is watched, tried against
//! ministack with IAM enforced.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's panic is its report"
)]

mod lifecycle;
mod monitoring;
mod privileges;
mod reports;
