//! Looks at the Terraform code as a reviewer would. `scripts/check-terraform` calls it; `make docs` calls `interface --write`.

mod checkov;
mod code;
mod coverage;
mod document;
mod folder;
mod interface;
mod parliament;
mod policies;
mod problem;
mod readme;
mod skips;
mod suite;
mod test_report;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::folder::Folder;
use crate::problem::Problems;

/// Looks at the Terraform code as a reviewer would.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    look: Look,
}

#[derive(Debug, Subcommand)]
enum Look {
    /// What each folder takes and gives: typed, described, validated, documented in its README and covered by its tests.
    Interface {
        /// Writes the READMEs in place of comparing them, and looks at nothing else.
        #[arg(long)]
        write: bool,

        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },

    /// Reads what `terraform test -json -verbose` says, prints what failed, and keeps the policies that it rendered.
    Tests {
        /// Where the rendered policies go.
        #[arg(long)]
        policies: PathBuf,

        /// The folder whose tests they are.
        folder: PathBuf,
    },

    /// Whether every statement was rendered by a test, and what parliament says of the rendered policies.
    Policies {
        /// Where `tests` put them.
        #[arg(long)]
        policies: PathBuf,

        /// The folder of the program.
        #[arg(long)]
        tools: PathBuf,

        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },

    /// What checkov says of the code.
    Checkov {
        /// The folder of the program.
        #[arg(long)]
        tools: PathBuf,

        /// The folder with all the code.
        tree: PathBuf,
    },
}

fn main() -> Result<ExitCode> {
    let problems = match Arguments::parse().look {
        Look::Interface { write, folders } => interface(&read(&folders)?, write)?,
        Look::Tests { policies, folder } => {
            test_report::read(std::io::stdin().lock(), &folder, &policies)?
        }
        Look::Policies {
            policies,
            tools,
            folders,
        } => parliament::look(&tools, &policies, &read(&folders)?)?,
        Look::Checkov { tools, tree } => checkov::look(&tools, &tree)?,
    };
    Ok(problems.print())
}

fn read(folders: &[PathBuf]) -> Result<Vec<Folder>> {
    folders.iter().map(|folder| Folder::read(folder)).collect()
}

fn interface(folders: &[Folder], write: bool) -> Result<Problems> {
    let mut problems = Problems::default();
    for folder in folders {
        if write {
            readme::write(folder)?;
            continue;
        }
        interface::look(folder, &mut problems)?;
        policies::look(folder, &mut problems);
        coverage::look(folder, &mut problems)?;
        readme::compare(folder, &mut problems)?;
    }
    if !write {
        problems.say_if_none(format!(
            "{} folders: documented, validated, covered",
            folders.len()
        ));
    }
    Ok(problems)
}
