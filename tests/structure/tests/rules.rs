//! This project keeps both rules.

#![allow(clippy::unwrap_used, reason = "a test: its panic is its report")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use structure::problems;

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../..").canonicalize().unwrap()
}

/// The crates that a build with these arguments takes, in this format, a line each.
fn tree(arguments: &[&str], format: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "--format",
            format,
        ])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tree.stderr);
    assert!(tree.status.success(), "{said}");
    let lines = String::from_utf8(tree.stdout).unwrap();
    let lines = lines.lines().map(|line| line.trim_end_matches(" (*)"));
    lines.map(str::to_owned).collect()
}

/// Or what `make demo` has built would be compiled once more for `make test`.
#[test]
fn tests_are_built_with_the_features_of_the_programs() {
    let programs = ["zoomlogs", "local-stack", "simulation", "terraform-review"];
    let packages: Vec<_> = programs
        .iter()
        .flat_map(|name| ["--package", name])
        .collect();
    let needed = tree(
        &[&packages[..], &["--edges", "normal,build"]].concat(),
        "{p}",
    );
    let alone = tree(&["--workspace", "--edges", "normal,build"], "{p} {f}");
    let beside_tests = tree(&["--workspace", "--edges", "normal,build,dev"], "{p} {f}");
    let others: Vec<_> = alone
        .difference(&beside_tests)
        .filter(|line| {
            needed
                .iter()
                .any(|package| line.starts_with(&format!("{package} ")))
        })
        .collect();
    assert!(
        others.is_empty(),
        "a dev-dependency adds features to these; ask for the features in [dependencies] of a crate of tests/ too:\n{others:#?}"
    );
    assert!(needed.len() > 200 && beside_tests.len() > alone.len());
}

#[test]
fn the_project_keeps_both_rules() {
    let root = root();
    let mut found = problems(&root.join("Cargo.toml")).unwrap();
    found.extend(problems(&root.join("tests/fuzz/Cargo.toml")).unwrap());
    let list: Vec<_> = found.into_iter().collect();
    let text = list
        .join("\n\n")
        .replace(&format!("{}/", root.display()), "");
    assert!(text.is_empty(), "{} problems:\n\n{text}\n", list.len());
}
