//! `zoomlogs`: one command for the people who run the pipeline.
//!
//! Data flows one way; the modules in its order:
//!
//! | module | what it is |
//! |---|---|
//! | `exit` | exit codes, and the error that has one |
//! | `output` | what a command shows: a text, or JSON |
//! | `stdin` | a secret from standard input |
//! | `wording` | how a moment, an age and a number are said |
//! | `days` | how the command line says a day |
//! | `deployment` | what Terraform made: names of functions, secrets and users |
//! | `place` | which of it the command line names |
//! | `aws` | the way to AWS, and what its refusals mean |
//! | `target` | which functions a command is about, and how they are configured |
//! | `checkpoint` | a function's checkpoint, as it lies in the bucket |
//! | `advice` | what to do about a function's failure |
//! | `invocation` | one invocation of a function |
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
mod aws;
mod checkpoint;
mod completions;
mod credentials;
mod days;
mod deployment;
mod exit;
mod feed;
mod invocation;
mod output;
mod place;
mod reader_key;
mod replay;
mod run;
mod status;
mod stdin;
mod target;
mod teardown;
mod udm;
mod verify;
mod wording;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use self::exit::CommandError;
use self::output::Output;

const WHERE_AND_EXIT_CODES: &str = "\
Where things are: --env asks Terraform for the names that it gave to what it made, from anywhere inside the project and with \
the AWS credentials that Terraform has. Without it, name the function, the secret or the user. AWS credentials and the region \
come from where the AWS CLI has them: AWS_PROFILE, AWS_REGION, an SSO session, a role.

Exit codes:
  0  done
  1  AWS, Zoom, Terraform or this machine failed; the message says what is left
  2  the command line, the environment or the input is wrong; nothing was done
  3  refused, and nothing changed: by Zoom, or by the state that things are in
  4  the function ran and failed
  5  looked, and something is wrong: the pipeline is not healthy, or Zoom and the bucket do not match";

/// Operates the pipeline that brings Zoom's operation logs to S3 for Google SecOps.
#[derive(Debug, Parser)]
#[command(
    name = "zoomlogs",
    version,
    after_long_help = WHERE_AND_EXIT_CODES
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// Reports as JSON on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Credentials(credentials::CredentialsArguments),
    ReaderKey(reader_key::ReaderKeyArguments),
    Run(run::RunArguments),
    Status(status::StatusArguments),
    Replay(replay::ReplayArguments),
    Verify(verify::VerifyArguments),
    Udm(udm::UdmArguments),
    Feed(Box<feed::FeedArguments>),
    Completions(completions::CompletionsArguments),
    Teardown(teardown::TeardownArguments),
}

impl Command {
    async fn run(self, output: &Output) -> Result<(), Box<dyn CommandError>> {
        match self {
            Self::Credentials(arguments) => credentials::command(arguments, output).await?,
            Self::ReaderKey(arguments) => reader_key::command(arguments, output).await?,
            Self::Run(arguments) => run::command(arguments, output).await?,
            Self::Status(arguments) => status::command(arguments, output).await?,
            Self::Replay(arguments) => replay::command(arguments, output).await?,
            Self::Verify(arguments) => verify::command(arguments, output).await?,
            Self::Udm(arguments) => udm::command(arguments, output).await?,
            Self::Feed(arguments) => feed::command(*arguments, output).await?,
            Self::Completions(arguments) => {
                completions::command(&arguments, Arguments::command())?;
            }
            Self::Teardown(arguments) => teardown::command(arguments, output).await?,
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { command, json } = Arguments::parse();
    match command.run(&Output::new(json)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr(), "zoomlogs: {error}");
            error.code().into()
        }
    }
}
