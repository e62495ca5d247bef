//! `zoomlogs completions`: what a shell needs to complete commands and flags.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use thiserror::Error;

use crate::arguments::Arguments;
use crate::exit::Code;
use crate::output::OutputError;

/// Prints the completion script of a shell
///
/// bash: source <(zoomlogs completions bash)
/// zsh:  zoomlogs completions zsh > "${fpath[1]}/_zoomlogs"
/// fish: zoomlogs completions fish > ~/.config/fish/completions/zoomlogs.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Error)]
pub enum CompletionsError {
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl CompletionsError {
    pub const fn code(&self) -> Code {
        Code::Failed
    }
}

pub fn command(arguments: &CompletionsArguments) -> Result<(), CompletionsError> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "zoomlogs",
        &mut script,
    );
    io::stdout().write_all(&script).map_err(OutputError::from)?;
    Ok(())
}
