//! `zoomlogs verify`.

use clap::Args;
use thiserror::Error;

use crate::exit::Code;
use crate::output::Output;

/// Compares Zoom with the bucket, record by record
#[derive(Debug, Args)]
pub struct VerifyArguments {}

#[derive(Debug, Error)]
pub enum VerifyError {
    #[error("not built yet")]
    NotBuilt,
}

impl VerifyError {
    pub const fn code(&self) -> Code {
        Code::Failed
    }
}

pub async fn command(_arguments: VerifyArguments, _output: &Output) -> Result<(), VerifyError> {
    Err(VerifyError::NotBuilt)
}
