//! How a command ends: its exit code, and the error that has one.

use std::error::Error;
use std::process::ExitCode;

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

/// Why a command ends without having done what it was asked for.
pub trait CommandError: Error {
    fn code(&self) -> Code;
}

impl<E: CommandError + 'static> From<E> for Box<dyn CommandError> {
    fn from(error: E) -> Self {
        Box::new(error)
    }
}
