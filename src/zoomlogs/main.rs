//! `zoomlogs`: one command for the people who run the pipeline.
//!
//! | module | what it is |
//! |---|---|
//! | `arguments` | the command line, and its help |
//! | `deployment` | what Terraform made: names of functions, secrets and users |
//! | `aws` | the way to AWS, and what its refusals mean |
//! | `target` | which functions a command is about, and how they are configured |
//! | `state` | a function's checkpoint, as it lies in the bucket |
//! | `invocation` | one invocation of a function |
//! | `advice` | what to do about a function's failure |
//! | `timestamp` | how a moment and an age are said |
//! | `output` | what a command reports: a text, or JSON |
//! | `exit` | exit codes, and every error that ends the command |
//! | `credentials` | Zoom's credentials into their secret |
//! | `reader_key` | access keys of the feed's user |
//! | `run` | one invocation of the function |
//! | `status` | whether the pipeline is healthy |
//! | `replay` | past days once more |
//! | `verify` | Zoom against the bucket, record by record |
//! | `udm` | records as the parser of Google SecOps will see them |
//! | `feed` | the feed of Google SecOps: its form, its API |
//! | `completions` | what a shell needs to complete all this |
//! | `teardown` | whether an environment may be destroyed |

#![allow(unreachable_pub, reason = "a binary has no outside")]

mod advice;
mod arguments;
mod aws;
mod completions;
mod credentials;
mod deployment;
mod exit;
mod feed;
mod invocation;
mod output;
mod reader_key;
mod replay;
mod run;
mod state;
mod status;
mod target;
mod teardown;
mod timestamp;
mod udm;
mod verify;

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
        Command::Status(arguments) => status::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Replay(arguments) => replay::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Verify(arguments) => verify::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Udm(arguments) => udm::command(arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Feed(arguments) => feed::command(*arguments, &output)
            .await
            .map_err(Failure::from),
        Command::Completions(arguments) => completions::command(&arguments).map_err(Failure::from),
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
