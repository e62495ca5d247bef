//! Breaks the core's rules, one at a time, in a copy of the tree, and looks whether that is noticed.
//!
//! The result is a table in Markdown, on standard output or in the file that `--write` names.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use simulation::sabotage::{LIST, Notice, Sabotage};

/// Breaks the core's rules, one at a time, and looks whether the simulation, or a test, notices.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many worlds each sabotage may survive. `make sabotage` says here how many CI lets happen.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,

    /// Only those whose name has this in it.
    #[arg(long, default_value = "")]
    only: String,

    /// Where the table goes.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// A sabotage, tried.
struct Tried {
    sabotage: &'static Sabotage,
    /// What noticed it; none if nothing did.
    noticed: Option<String>,
}

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let commit = commit(&root)?;
    let workshop = Workshop::set_up(&root)?;
    let mut tried = Vec::new();
    for sabotage in LIST
        .iter()
        .filter(|sabotage| sabotage.name.contains(&arguments.only))
    {
        let noticed = workshop.try_out(sabotage, arguments.seeds)?;
        let word = noticed.as_deref().unwrap_or("NOT NOTICED");
        println!("{}: {word}", sabotage.name);
        tried.push(Tried { sabotage, noticed });
    }
    let table = table(&tried, arguments.seeds, &commit);
    match &arguments.write {
        Some(file) => fs::write(file, table)?,
        None => println!("\n{table}"),
    }
    let all = tried.iter().all(|tried| tried.noticed.is_some());
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A copy of the tree, to be broken.
struct Workshop {
    root: PathBuf,
    tree: PathBuf,
    target: PathBuf,
}

impl Workshop {
    fn set_up(root: &Path) -> io::Result<Self> {
        let place = root.join("target/sabotage");
        let workshop = Self {
            root: root.to_owned(),
            tree: place.join("tree"),
            target: place.join("target"),
        };
        if workshop.tree.exists() {
            fs::remove_dir_all(&workshop.tree)?;
        }
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()?;
        for file in String::from_utf8_lossy(&listed.stdout).lines() {
            let copy = workshop.tree.join(file);
            fs::create_dir_all(copy.parent().unwrap_or(root))?;
            // One that is deleted and not yet committed is listed all the same.
            if root.join(file).is_file() {
                fs::copy(root.join(file), copy)?;
            }
        }
        Ok(workshop)
    }

    /// Breaks the rule, looks whether that is noticed, and mends it.
    fn try_out(&self, sabotage: &Sabotage, seeds: u64) -> io::Result<Option<String>> {
        if let Notice::Tests {
            package,
            target,
            name,
        } = sabotage.noticed_by
        {
            self.check_unbroken(package, target, name)?;
        }
        let mut unbroken = Vec::new();
        for edit in sabotage.edits {
            let file = self.tree.join(edit.file);
            let text = fs::read_to_string(&file)?;
            let broken = edit.apply(&text).map_err(io::Error::other)?;
            unbroken.push((file.clone(), text));
            fs::write(&file, broken)?;
        }
        let noticed = match sabotage.noticed_by {
            Notice::Simulation => self.simulate(seeds),
            Notice::Tests {
                package,
                target,
                name,
            } => self.test(package, target, name),
        };
        // Backwards: a file that was edited twice ends as it was before the first edit.
        for (file, text) in unbroken.into_iter().rev() {
            fs::write(file, text)?;
        }
        noticed
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .args(arguments)
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            // Only the core is built anew each time.
            .env("CARGO_PROFILE_SIMULATION_INCREMENTAL", "true")
            .stdin(Stdio::null());
        cargo
    }

    /// The first seed whose world shows it, and how.
    fn simulate(&self, seeds: u64) -> io::Result<Option<String>> {
        let build = [
            "build",
            "--locked",
            "--quiet",
            "--profile",
            "simulation",
            "--workspace",
            "--bin",
            "simulation",
        ];
        let built = self.cargo(&build).output()?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr).into_owned();
            return Err(io::Error::other(format!(
                "the sabotage does not compile:\n{said}"
            )));
        }
        let run = Command::new(self.target.join("simulation/simulation"))
            .args(["--until-broken", "--seeds", &seeds.to_string()])
            .stdin(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&run.stdout);
        Ok(said
            .lines()
            .find(|line| line.starts_with("seed "))
            .map(str::to_owned))
    }

    /// Tests that fail anyway notice nothing.
    fn check_unbroken(&self, package: &str, target: &str, name: &str) -> io::Result<()> {
        match self.test(package, target, name)? {
            None => Ok(()),
            Some(failed) => Err(io::Error::other(format!(
                "nothing is broken yet, and there are failures already; mend these first: {failed}"
            ))),
        }
    }

    /// The tests that fail.
    fn test(&self, package: &str, target: &str, name: &str) -> io::Result<Option<String>> {
        let run = self
            .cargo(&[
                "nextest",
                "run",
                "--locked",
                "--no-fail-fast",
                "--package",
                package,
                "--test",
                target,
                name,
            ])
            // The Python tools need not be installed once more.
            .env("PYTHON_ENV", self.root.join(".venv"))
            .output()?;
        let said = String::from_utf8_lossy(&run.stderr);
        let mut failed: Vec<_> = said
            .lines()
            .filter(|line| line.trim_start().starts_with("FAIL"))
            .filter_map(|line| line.split_whitespace().last())
            .collect();
        failed.sort_unstable();
        failed.dedup();
        if failed.is_empty() && !run.status.success() {
            return Err(io::Error::other(format!("the tests do not run:\n{said}")));
        }
        Ok((!failed.is_empty()).then(|| format!("tests {target}: {}", failed.join(", "))))
    }
}

fn table(tried: &[Tried], seeds: u64, commit: &str) -> String {
    let noticed = tried.iter().filter(|tried| tried.noticed.is_some()).count();
    let mut table = format!(
        "# Sabotage\n\n\
         Written by `make sabotage`, in one run at commit {commit}. Each rule of the protocol is broken in a copy of the tree, which\n\
         is built and tried: the simulation proves something only because it is known to fail. A sabotage that nothing notices\n\
         stays on the list.\n\n\
         {noticed} of {} were noticed within {seeds} seeds. What is quoted is the first seed that shows the sabotage, and what the\n\
         oracle says there; or the tests that fail.\n\n\
         | broken | the rule | noticed by | commit |\n|---|---|---|---|\n",
        tried.len(),
    );
    for Tried { sabotage, noticed } in tried {
        let Sabotage { name, rule, .. } = sabotage;
        let noticed = noticed.as_deref().unwrap_or("**nothing**");
        let noticed = in_a_cell(noticed);
        let _ = writeln!(table, "| {name} | {rule} | {noticed} | {commit} |");
    }
    table
}

/// The commit that is tried, with a plus where the tree has changed since.
fn commit(root: &Path) -> io::Result<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(root)
            .output()?;
        io::Result::Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let mut commit = git(&["rev-parse", "--short", "HEAD"])?;
    if !git(&["status", "--porcelain"])?.is_empty() {
        commit.push('+');
    }
    Ok(commit)
}

/// Short, and without what a table's cell cannot have.
fn in_a_cell(text: &str) -> String {
    let text = text
        .split(", such as")
        .next()
        .unwrap_or(text)
        .split(": {\"")
        .next()
        .unwrap_or(text);
    let short: String = text.chars().take(140).collect();
    short.replace('|', "\\|")
}
