//! The command line, and its help.

use clap::{Args, Parser, Subcommand};

use crate::completions::CompletionsArguments;
use crate::credentials::CredentialsArguments;
use crate::feed::FeedArguments;
use crate::reader_key::ReaderKeyArguments;
use crate::replay::ReplayArguments;
use crate::run::RunArguments;
use crate::status::StatusArguments;
use crate::teardown::TeardownArguments;
use crate::udm::UdmArguments;
use crate::verify::VerifyArguments;

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
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Reports as JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Credentials(CredentialsArguments),
    ReaderKey(ReaderKeyArguments),
    Run(RunArguments),
    Status(StatusArguments),
    Replay(ReplayArguments),
    Verify(VerifyArguments),
    Udm(UdmArguments),
    Feed(Box<FeedArguments>),
    Completions(CompletionsArguments),
    Teardown(TeardownArguments),
}

/// Which of the pipelines that Terraform made.
#[derive(Debug, Args)]
pub struct Place {
    /// The environment, a folder in terraform/environments
    #[arg(long, value_name = "ENV")]
    pub env: Option<String>,

    /// The Zoom account, where the environment has several
    #[arg(long, requires = "env")]
    pub account: Option<String>,
}
