//! This project keeps both rules.

#![allow(clippy::unwrap_used, reason = "a test: its panic is its report")]

use std::path::Path;

use structure::problems;

#[test]
fn the_project_keeps_both_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let mut found = problems(&root.join("Cargo.toml")).unwrap();
    found.extend(problems(&root.join("tests/fuzz/Cargo.toml")).unwrap());
    let list: Vec<_> = found.into_iter().collect();
    let text = list
        .join("\n\n")
        .replace(&format!("{}/", root.display()), "");
    assert!(text.is_empty(), "{} problems:\n\n{text}\n", list.len());
}
