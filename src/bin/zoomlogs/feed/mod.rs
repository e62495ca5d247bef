//! `zoomlogs feed`.

use clap::Args;
use thiserror::Error;

use crate::exit::Code;
use crate::output::Output;

/// What to enter in the feed of Google SecOps, or makes the feed
#[derive(Debug, Args)]
pub struct FeedArguments {}

#[derive(Debug, Error)]
pub enum FeedError {
    #[error("not built yet")]
    NotBuilt,
}

impl FeedError {
    pub const fn code(&self) -> Code {
        Code::Failed
    }
}

pub async fn command(_arguments: FeedArguments, _output: &Output) -> Result<(), FeedError> {
    Err(FeedError::NotBuilt)
}
