//! What checkov says of the code.
//!
//! It is given a copy without the comments that tell it to skip something, and these are applied here: that is the only way
//! to notice one that skips nothing any more.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::code::File;
use crate::problem::{Place, Problems};
use crate::skips::{self, Finding};

#[derive(Debug, Deserialize)]
struct Report {
    results: Results,
}

#[derive(Debug, Deserialize)]
struct Results {
    passed_checks: Vec<Check>,
    failed_checks: Vec<Check>,
    parsing_errors: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Check {
    check_id: String,
    check_name: String,
    file_path: String,
    file_line_range: (usize, usize),
}

/// Looks at all the code below a folder.
pub(crate) fn look(tools: &Path, tree: &Path) -> Result<Problems> {
    let files = read_tree(tree)?;
    let copy = tempfile::tempdir()?;
    for file in &files {
        let target = copy.path().join(file.path.strip_prefix(tree)?);
        fs::create_dir_all(target.parent().context("a file is in a folder")?)?;
        fs::write(&target, without_skips(&file.text))?;
    }
    let report = run(tools, copy.path())?;
    Ok(judge(tree, &files, &report.results))
}

/// The code as Terraform reads it: neither what it keeps beside it nor the tests.
fn read_tree(folder: &Path) -> Result<Vec<File>> {
    let mut files = File::read_all(folder, ".tf")?;
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            files.extend(read_tree(&path)?);
        }
    }
    Ok(files)
}

/// Line for line the same, so that what is found is found at the right one.
fn without_skips(code: &str) -> String {
    code.lines()
        .map(|line| {
            if skips::in_line(line, "checkov").is_some() {
                "#"
            } else {
                line
            }
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

fn run(tools: &Path, folder: &Path) -> Result<Report> {
    let output = Command::new(tools.join("checkov"))
        .args(["--framework", "terraform", "--output", "json"])
        // Nothing is fetched: neither modules nor policies.
        .args(["--download-external-modules", "false", "--skip-download"])
        .arg("--directory")
        .arg(folder)
        .output()
        .with_context(|| {
            format!(
                "cannot run checkov in {}; scripts/python-env puts it there",
                tools.display()
            )
        })?;
    serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "checkov ({}) said something else than a report:\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

fn judge(tree: &Path, files: &[File], results: &Results) -> Problems {
    let mut problems = Problems::default();
    let place = |check: &Check| tree.join(check.file_path.trim_start_matches('/'));
    for error in &results.parsing_errors {
        problems.add(&Place::start(Path::new(error)), "checkov cannot read it.");
    }

    let seen: BTreeSet<PathBuf> = results
        .passed_checks
        .iter()
        .chain(&results.failed_checks)
        .filter_map(|check| place(check).parent().map(Path::to_owned))
        .collect();
    for file in files {
        let folder = file.path.parent().unwrap_or(tree);
        let has_resources = file.body.get_blocks("resource").any(is_of_aws);
        if has_resources && !seen.contains(folder) {
            problems.add(
                &Place::start(&file.path),
                "checkov passed it over; nothing was checked in this folder.",
            );
        }
    }

    let findings: Vec<_> = results
        .failed_checks
        .iter()
        .map(|check| Finding {
            file: place(check),
            lines: check.file_line_range.0..=check.file_line_range.1,
            rule: check.check_id.clone(),
            what: check.check_name.clone(),
        })
        .collect();
    let skips = skips::read(files, "checkov");
    skips::judge("checkov", &findings, &skips, &mut problems);
    problems.say_if_none(format!(
        "checkov: {} rules held, {} are skipped, each with its reason",
        results.passed_checks.len(),
        skips.len()
    ));
    problems
}

fn is_of_aws(block: &hcl_edit::structure::Block) -> bool {
    crate::code::labels(block)
        .first()
        .is_some_and(|kind| kind.starts_with("aws_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "resource \"aws_a\" \"b\" {\n  #checkov:skip=CKV_1:because\n  c = 1\n}\n";

    fn problems(results: &str) -> Vec<String> {
        let files =
            [File::parse(Path::new("terraform/modules/m/main.tf"), CODE.to_owned()).unwrap()];
        let results = serde_json::from_str(results).unwrap();
        judge(Path::new("terraform"), &files, &results)
            .found()
            .to_vec()
    }

    #[test]
    fn the_copy_has_the_same_lines_and_no_skips() {
        assert_eq!(
            without_skips(CODE),
            "resource \"aws_a\" \"b\" {\n#\n  c = 1\n}\n"
        );
    }

    #[test]
    fn what_is_found_is_matched_with_the_file_it_is_in() {
        let failed = r#"{"passed_checks": [], "parsing_errors": [], "failed_checks": [
            {"check_id": "CKV_1", "check_name": "Ensure", "file_path": "/modules/m/main.tf", "file_line_range": [1, 4]}]}"#;
        assert_eq!(problems(failed), [""; 0]);
    }

    #[test]
    fn a_folder_that_was_passed_over_is_noticed() {
        let nothing =
            r#"{"passed_checks": [], "parsing_errors": ["/x/main.tf"], "failed_checks": []}"#;
        let found = problems(nothing);
        assert_eq!(found[0], "/x/main.tf:1: checkov cannot read it.");
        assert!(
            found[1].starts_with("terraform/modules/m/main.tf:1: checkov passed it over"),
            "{}",
            found[1]
        );
        assert!(
            found[2].contains("does not find CKV_1 here"),
            "{}",
            found[2]
        );
    }
}
