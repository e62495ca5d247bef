//! `zoomlogs`: one command for the people who run the pipeline.
//!
//! | module | what it is |
//! |---|---|
//! | `arguments` | the command line, and its help |
//! | `deployment` | what Terraform made: names of functions, secrets and users |
//! | `aws` | the way to AWS, and what its refusals mean |
//! | `output` | what a command reports: a text, or JSON |
//! | `exit` | exit codes, and every error that ends the command |
//! | `credentials` | Zoom's credentials into their secret |
//! | `reader_key` | access keys of the feed's user |
//! | `run` | one invocation of the function |
//! | `teardown` | whether an environment may be destroyed |

#![allow(unreachable_pub, reason = "a binary has no outside")]

mod arguments;
mod aws;
mod credentials;
mod deployment;
mod exit;
mod output;
mod reader_key;
mod run;
mod teardown;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use self::arguments::{Arguments, Command};
use self::exit::Failure;
use self::output::Output;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { command, json } = Arguments::parse();
    let output = Output::new(json);
    let done: Result<(), Failure> = match command {
        Command::Credentials(arguments) => credentials::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::ReaderKey(arguments) => reader_key::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Run(arguments) => run::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Teardown(arguments) => teardown::command(arguments, &output)
            .await
            .map_err(Failure::from),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr(), "zoomlogs: {failure}");
            failure.code().into()
        }
    }
}
