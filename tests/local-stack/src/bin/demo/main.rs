//! `make demo`: the whole pipeline on this machine, told as it happens.
//!
//! A simulated Zoom account, AWS by ministack, Terraform's `environments/local`, the function's real zip under the role of each
//! report, the feeds' reader, and the operator's tool. Every promise that is kept gets a tick; one that is not makes the exit code 1.
//!
//! `KEEP=1` leaves everything running until Ctrl-C. `PACKAGE=zip` runs that zip instead of building one.

mod account;
mod kept;
mod scene;
mod search;
mod setting;
mod story;
mod telling;
mod tool;

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        eprintln!("demo: cannot listen for signals");
        return ExitCode::FAILURE;
    };
    // Whichever ends first; what the story had started goes with it when it is dropped.
    let told = tokio::select! {
        told = story::tell() => told,
        _ = interrupt.recv() => return stopped(130),
        _ = terminate.recv() => return stopped(143),
    };
    match told {
        Ok(0) => ExitCode::SUCCESS,
        Ok(broken) => {
            eprintln!("\ndemo: {broken} of the promises above were not kept.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("\ndemo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn stopped(code: u8) -> ExitCode {
    println!("\nStopped; everything is cleaned up.");
    ExitCode::from(code)
}
