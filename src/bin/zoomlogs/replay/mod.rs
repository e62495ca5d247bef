//! `zoomlogs replay`.

use clap::Args;
use thiserror::Error;

use crate::exit::Code;
use crate::output::Output;

/// Delivers what the bucket lacks of past days
#[derive(Debug, Args)]
pub struct ReplayArguments {}

#[derive(Debug, Error)]
pub enum ReplayError {
    #[error("not built yet")]
    NotBuilt,
}

impl ReplayError {
    pub const fn code(&self) -> Code {
        Code::Failed
    }
}

pub async fn command(_arguments: ReplayArguments, _output: &Output) -> Result<(), ReplayError> {
    Err(ReplayError::NotBuilt)
}
