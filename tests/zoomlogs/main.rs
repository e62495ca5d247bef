//! The built `zoomlogs`, run as an operator runs it, against AWS as ministack serves it and the simulated Zoom: by what it
//! says, by its exit code, and by what AWS then holds.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's panic is its report"
)]

mod command;
mod completions;
mod credentials;
mod environment;
mod feed;
mod function_zip;
mod lambda;
mod operator;
mod pipeline;
mod prompt;
mod reader_key;
mod replay;
mod run;
mod status;
mod udm;
mod verify;
