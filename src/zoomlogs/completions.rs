//! `zoomlogs completions`: what a shell needs to complete commands and flags.

use std::io::{self, Write as _};

use clap::Args;
use clap_complete::Shell;

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

/// `zoomlogs` is the whole command line.
pub fn command(
    arguments: &CompletionsArguments,
    mut zoomlogs: clap::Command,
) -> Result<(), OutputError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut zoomlogs, "zoomlogs", &mut script);
    Ok(io::stdout().write_all(&script)?)
}
