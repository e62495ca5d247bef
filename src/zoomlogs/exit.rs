//! Exit codes, and every error that ends the command.

use std::process::ExitCode;

use thiserror::Error;

use crate::completions::CompletionsError;
use crate::credentials::CredentialsError;
use crate::feed::FeedError;
use crate::reader_key::ReaderKeyError;
use crate::replay::ReplayError;
use crate::run::RunError;
use crate::status::StatusError;
use crate::teardown::TeardownError;
use crate::udm::UdmError;
use crate::verify::VerifyError;

/// What a script can tell apart. The help says the same in the reader's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// AWS, Zoom, Terraform or this machine failed.
    Failed = 1,
    /// The command line, the environment or the input is wrong. The parser of the command line uses the same number.
    Usage = 2,
    /// Nothing was changed, on purpose.
    Refused = 3,
    /// The function ran and failed.
    FunctionFailed = 4,
    /// What was looked at is not as it should be.
    NotInOrder = 5,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Why the command ends without having done what it was asked for.
#[derive(Debug, Error)]
pub enum Failure {
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    #[error(transparent)]
    ReaderKey(#[from] ReaderKeyError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Status(#[from] StatusError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Udm(#[from] UdmError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Completions(#[from] CompletionsError),
    #[error(transparent)]
    Teardown(#[from] TeardownError),
}

impl Failure {
    pub fn code(&self) -> Code {
        match self {
            Self::Credentials(error) => error.code(),
            Self::ReaderKey(error) => error.code(),
            Self::Run(error) => error.code(),
            Self::Status(error) => error.code(),
            Self::Replay(error) => error.code(),
            Self::Verify(error) => error.code(),
            Self::Udm(error) => error.code(),
            Self::Feed(error) => error.code(),
            Self::Completions(error) => error.code(),
            Self::Teardown(error) => error.code(),
        }
    }
}
