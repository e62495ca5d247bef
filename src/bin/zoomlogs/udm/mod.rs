//! `zoomlogs udm`.

use clap::Args;
use thiserror::Error;

use crate::exit::Code;
use crate::output::Output;

/// Shows the records as the parser of Google SecOps will see them
#[derive(Debug, Args)]
pub struct UdmArguments {}

#[derive(Debug, Error)]
pub enum UdmError {
    #[error("not built yet")]
    NotBuilt,
}

impl UdmError {
    pub const fn code(&self) -> Code {
        Code::Failed
    }
}

pub async fn command(_arguments: UdmArguments, _output: &Output) -> Result<(), UdmError> {
    Err(UdmError::NotBuilt)
}
