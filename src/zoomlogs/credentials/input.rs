//! Credentials from whoever runs the command.

use std::io::{self, IsTerminal as _};

use secrecy::{SecretString, zeroize::Zeroizing};
use thiserror::Error;
use zoomlogs_core::secret::Credentials;

use crate::exit::Code;
use crate::output::Output;
use crate::stdin;

#[derive(Debug, Error)]
pub enum InputError {
    #[error("the credentials cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("no {0} was entered")]
    Empty(&'static str),
    #[error("standard input has more than {} kB; it takes the JSON object with the three values", stdin::LARGEST >> 10)]
    TooLong,
    #[error(
        "standard input is malformed: {problem}; it takes one JSON object whose account_id, client_id and client_secret \
         are strings that are not empty"
    )]
    Malformed {
        /// What is wrong, without any of its content.
        problem: String,
    },
}

impl InputError {
    pub const fn code(&self) -> Code {
        Code::Usage
    }
}

/// Asks at a terminal, and reads standard input where that is none.
pub fn read(output: &Output) -> Result<Credentials, InputError> {
    if io::stdin().is_terminal() {
        ask(output)
    } else {
        parse_input()
    }
}

fn ask(output: &Output) -> Result<Credentials, InputError> {
    output.remark(
        "The values are on the page \"App Credentials\" of the Server-to-Server OAuth app. What you enter is not shown.",
    );
    Ok(Credentials {
        account_id: ask_for("account ID", "Account ID: ")?,
        client_id: ask_for("client ID", "Client ID: ")?,
        client_secret: ask_for("client secret", "Client secret: ")?,
    })
}

fn ask_for(what: &'static str, prompt: &str) -> Result<SecretString, InputError> {
    let answer = Zeroizing::new(rpassword::prompt_password(prompt)?);
    // A pasted value often brings blanks along.
    match answer.trim() {
        "" => Err(InputError::Empty(what)),
        value => Ok(SecretString::from(value)),
    }
}

fn parse_input() -> Result<Credentials, InputError> {
    let text = stdin::read()?.ok_or(InputError::TooLong)?;
    Credentials::parse(&text).map_err(|problem| InputError::Malformed { problem })
}
