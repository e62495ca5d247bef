//! What keeps the check from being made.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// What keeps the check from being made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StructureError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not Rust.
    #[error("{}:{}: {source}", path.display(), source.span().start().line)]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why, and where.
        source: syn::Error,
    },
    /// A module is declared, and no file has it.
    #[error("{}: there is no file for module {module}", path.display())]
    NoFile {
        /// The file that declares it.
        path: PathBuf,
        /// The module's name.
        module: String,
    },
    /// Cargo cannot be run.
    #[error("cannot run cargo metadata: {0}")]
    Cargo(#[source] io::Error),
    /// Cargo does not know the workspace.
    #[error("cargo metadata failed: {0}")]
    Metadata(String),
    /// Cargo says something that is not understood.
    #[error("cannot read what cargo metadata says: {0}")]
    Unreadable(#[from] serde_json::Error),
}
