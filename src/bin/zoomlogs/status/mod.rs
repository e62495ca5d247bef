//! `zoomlogs status`.

use clap::Args;
use thiserror::Error;

use crate::exit::Code;
use crate::output::Output;

/// Whether the pipeline is healthy, and what to do if it is not
#[derive(Debug, Args)]
pub struct StatusArguments {}

#[derive(Debug, Error)]
pub enum StatusError {
    #[error("not built yet")]
    NotBuilt,
}

impl StatusError {
    pub const fn code(&self) -> Code {
        Code::Failed
    }
}

pub async fn command(_arguments: StatusArguments, _output: &Output) -> Result<(), StatusError> {
    Err(StatusError::NotBuilt)
}
