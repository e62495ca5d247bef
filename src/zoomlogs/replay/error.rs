//! Why a replay did not do what it was asked for.

use thiserror::Error;
use zoomlogs_core::calendar::RangeError;

use super::state_file::StateFileError;
use crate::exit::{Code, CommandError};
use crate::output::OutputError;
use crate::target::TargetError;

#[derive(Debug, Error)]
pub enum ReplayError {
    #[error(transparent)]
    Range(#[from] RangeError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    #[error(
        "--state names one file, and these are several functions: {}. Name one, with --report and --account", .0.join(", ")
    )]
    SeveralFunctions(Vec<String>),
    #[error("{}", .0.join("\n"))]
    Failed(Vec<String>),
    #[error("{}", .0.join("\n"))]
    Stopped(Vec<String>),
    /// Of several functions, some could not be replayed at all.
    #[error("{}", said.join("\n"))]
    Several { said: Vec<String>, code: Code },
    #[error("the days were replayed, but {0}")]
    Output(#[from] OutputError),
}

impl CommandError for ReplayError {
    fn code(&self) -> Code {
        match self {
            Self::Range(_) | Self::SeveralFunctions(_) => Code::Usage,
            Self::Target(error) => error.code(),
            Self::StateFile(error) => error.code(),
            Self::Failed(_) => Code::FunctionFailed,
            Self::Stopped(_) | Self::Output(_) => Code::Failed,
            Self::Several { code, .. } => *code,
        }
    }
}
