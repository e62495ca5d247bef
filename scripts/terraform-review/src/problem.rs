//! What is wrong, and where.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
}

impl Place {
    /// The file as a whole.
    pub(crate) fn start(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
        }
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.line)
    }
}

/// What was found; nothing, if all is well.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<String>,
    praise: Vec<String>,
}

impl Problems {
    pub(crate) fn add(&mut self, place: &Place, what: impl Display) {
        self.found.push(format!("{place}: {what}"));
    }

    /// What to print if there is no problem.
    pub(crate) fn say_if_none(&mut self, praise: String) {
        self.praise.push(praise);
    }

    /// Prints them; a failure if there is one.
    pub(crate) fn print(&self) -> ExitCode {
        for problem in &self.found {
            println!("{problem}");
        }
        if !self.found.is_empty() {
            return ExitCode::FAILURE;
        }
        for praise in &self.praise {
            println!("ok      {praise}");
        }
        ExitCode::SUCCESS
    }

    #[cfg(test)]
    pub(crate) fn found(&self) -> &[String] {
        &self.found
    }
}
