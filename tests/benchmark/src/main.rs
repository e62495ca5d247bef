//! `make bench`: see the library.

use std::process::ExitCode;

use benchmark::Arguments;
use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        eprintln!("bench: cannot listen for signals");
        return ExitCode::FAILURE;
    };
    // Whichever ends first; what was started goes with the bench when it is dropped.
    let ended = tokio::select! {
        ended = benchmark::bench(&arguments) => ended,
        _ = interrupt.recv() => return ExitCode::from(130),
        _ = terminate.recv() => return ExitCode::from(143),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
