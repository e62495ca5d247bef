//! Two rules for the Rust code of this project, and the check that it keeps them.
//!
//! - No two files of a crate import each other, directly or through other files. A file imports
//!   another one if it names an item that is defined there. It also does if it calls a method whose
//!   `impl` block is there, while the type is in a third file, or in the file that calls. Behind a
//!   re-export the defining file counts. A parent may declare and re-export its children.
//! - No file, folder or module has a name that says nothing, such as `util`.
//!
//! The first rule does not apply below `#[cfg(test)]`.
//!
//! The modules, from the ground up:
//!
//! - `error`: what keeps the check from being made
//! - `contents`: what one module defines, imports and names
//! - `tree`: the modules of a crate; `scope`: what a path means in one of them
//! - `import`: which file imports which; `circle`: files that import each other
//! - `name`: names that say nothing
//! - `target`: the crates, as cargo knows them

mod circle;
mod contents;
mod error;
mod import;
mod name;
mod scope;
mod target;
mod tree;

use std::collections::BTreeSet;
use std::path::Path;

pub use error::StructureError;

/// What breaks the rules in the crates of a workspace, given its `Cargo.toml`.
///
/// # Errors
/// When cargo, or a file, cannot be read.
pub fn problems(manifest: &Path) -> Result<BTreeSet<String>, StructureError> {
    let mut problems = BTreeSet::new();
    for root in target::crate_roots(manifest)? {
        problems.extend(problems_of_crate(&root)?);
    }
    Ok(problems)
}

/// What breaks the rules in one crate, given its first file.
///
/// # Errors
/// When a file cannot be read, is not Rust, or is not there.
pub fn problems_of_crate(root: &Path) -> Result<BTreeSet<String>, StructureError> {
    let tree = tree::Tree::read(root)?;
    let mut problems = name::vague(&tree);
    problems.extend(circle::circles(&import::imports(&tree)));
    Ok(problems)
}
