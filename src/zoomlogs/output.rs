//! What a command shows: a text for people, or JSON for scripts, on standard output. Remarks go to standard error, so
//! that they never mix with either.

use std::io::{self, Write as _};

use serde::Serialize;
use thiserror::Error;

use crate::exit::{Code, CommandError};

/// What was to be shown did not get out.
#[derive(Debug, Error)]
#[error("standard output cannot be written: {0}")]
pub struct OutputError(#[from] pub io::Error);

impl CommandError for OutputError {
    fn code(&self) -> Code {
        Code::Failed
    }
}

#[derive(Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether scripts read it.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Shows the result. It has been written when this returns, so that what is shown once is known to have been shown.
    pub fn show(&self, text: &str, json: &impl Serialize) -> Result<(), OutputError> {
        let mut stdout = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut stdout, json).map_err(io::Error::from)?;
            writeln!(stdout)?;
        } else if !text.is_empty() {
            writeln!(stdout, "{}", text.trim_end())?;
        }
        Ok(stdout.flush()?)
    }

    /// Says something on the way.
    pub fn remark(&self, text: &str) {
        // A remark is worth no failure.
        let _ = writeln!(io::stderr(), "{text}");
    }
}
