//! `make bench`: see the library.
#![allow(clippy::disallowed_macros, reason = "it prints for a person")]

use std::process::ExitCode;

use benchmark::Arguments;
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    match benchmark::bench(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
