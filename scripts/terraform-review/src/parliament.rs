//! What parliament says of the policies, as the tests rendered them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::code::File;
use crate::document::Document;
use crate::folder::Folder;
use crate::problem::Problems;
use crate::skips::{self, Finding};

/// A line of its report.
#[derive(Debug, Deserialize)]
struct Issue {
    issue: String,
    title: String,
    #[serde(default)]
    detail: Value,
    location: Location,
}

#[derive(Debug, Deserialize)]
struct Location {
    filepath: PathBuf,
}

/// Looks at the policies of these folders.
pub(crate) fn look(tools: &Path, policies: &Path, folders: &[Folder]) -> Result<Problems> {
    let mut problems = Problems::default();
    let mut files = Vec::new();
    let mut rendered = Vec::new();
    for folder in folders {
        for document in &folder.documents {
            let paths = renderings(&policies.join(&folder.path), document)?;
            unrendered(document, &paths, &mut problems)?;
            rendered.extend(paths.into_iter().map(|path| (path, document)));
        }
        files.extend(File::read_all(&folder.path, ".tf")?);
    }

    let findings = run(tools, &rendered)?;
    let skips = skips::read(&files, "parliament");
    skips::judge("parliament", &findings, &skips, &mut problems);
    problems.say_if_none(format!(
        "parliament: {} policies, as rendered in {} ways; {} findings are skipped, each with its reason",
        folders.iter().map(|folder| folder.documents.len()).sum::<usize>(),
        rendered.len(),
        skips.len()
    ));
    Ok(problems)
}

/// The files with what the tests made of a policy.
fn renderings(folder: &Path, document: &Document) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)
        .with_context(|| format!("no test has rendered anything to {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name
            .split_once('.')
            .is_some_and(|(name, _)| name == document.name)
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A statement that no test renders is one that nobody has looked at.
fn unrendered(document: &Document, paths: &[PathBuf], problems: &mut Problems) -> Result<()> {
    let mut rendered = BTreeSet::new();
    for path in paths {
        let policy: Value = serde_json::from_slice(&fs::read(path)?)?;
        let statements = policy["Statement"].as_array().into_iter().flatten();
        rendered.extend(
            statements.filter_map(|statement| statement["Sid"].as_str().map(str::to_owned)),
        );
    }
    for statement in &document.statements {
        if let Some(sid) = statement
            .sid
            .as_ref()
            .filter(|sid| !rendered.contains(*sid))
        {
            problems.add(
                &statement.place,
                format_args!(
                    "statement \"{sid}\" of policy \"{}\" is in no run of this folder's tests that applies with the provider's own \
                     policy documents. Add one; override the resources, so that nothing is created.",
                    document.name
                ),
            );
        }
    }
    Ok(())
}

fn run(tools: &Path, rendered: &[(PathBuf, &Document)]) -> Result<Vec<Finding>> {
    if rendered.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<_> = rendered
        .iter()
        .map(|(path, _)| path.to_string_lossy())
        .collect();
    let output = Command::new(tools.join("parliament"))
        .args([
            "--json",
            "--include-community-auditors",
            "--files",
            &paths.join(","),
        ])
        .output()
        .with_context(|| {
            format!(
                "cannot run parliament in {}; scripts/python-env puts it there",
                tools.display()
            )
        })?;
    let report = String::from_utf8_lossy(&output.stdout);
    let mut findings = Vec::new();
    for line in report.lines() {
        let issue: Issue =
            serde_json::from_str(line).with_context(|| format!("parliament said: {report}"))?;
        findings.push(finding(&issue, rendered)?);
    }
    // It ends with one when it found something, and also when it broke off.
    if findings.is_empty() && !output.status.success() {
        bail!(
            "parliament broke off: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(findings)
}

fn finding(issue: &Issue, rendered: &[(PathBuf, &Document)]) -> Result<Finding> {
    let path = &issue.location.filepath;
    let (_, document) = rendered
        .iter()
        .find(|(rendered, _)| rendered == path)
        .with_context(|| {
            format!(
                "parliament found something in {}, which it was not given",
                path.display()
            )
        })?;
    Ok(Finding {
        file: document.file.clone(),
        lines: document.lines.clone(),
        rule: issue.issue.clone(),
        what: format!(
            "{} in policy \"{}\": {}",
            issue.title, document.name, issue.detail
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"data "aws_iam_policy_document" "read" {
  statement {
    sid = "Read"
  }
  dynamic "statement" {
    for_each = []
    content {
      sid = "Delete"
    }
  }
}
"#;

    fn folder() -> Folder {
        let file = File::parse(Path::new("m/main.tf"), CODE.to_owned()).unwrap();
        Folder::of(Path::new("m"), &[file])
    }

    #[test]
    fn a_statement_that_no_test_renders_is_named() {
        let policies = tempfile::tempdir().unwrap();
        fs::write(
            policies.path().join("read.0.json"),
            r#"{"Statement": [{"Sid": "Read"}]}"#,
        )
        .unwrap();
        fs::write(
            policies.path().join("reader.1.json"),
            r#"{"Statement": [{"Sid": "Delete"}]}"#,
        )
        .unwrap();
        let folder = folder();
        let document = &folder.documents[0];
        let mut problems = Problems::default();
        let paths = renderings(policies.path(), document).unwrap();
        unrendered(document, &paths, &mut problems).unwrap();
        assert_eq!(problems.found().len(), 1, "{:?}", problems.found());
        assert!(
            problems.found()[0].starts_with("m/main.tf:5: statement \"Delete\""),
            "{:?}",
            problems.found()
        );
    }

    #[test]
    fn an_issue_is_a_finding_in_the_block_that_it_was_rendered_from() {
        let folder = folder();
        let rendered = [(PathBuf::from("p/read.0.json"), &folder.documents[0])];
        let issue = r#"{"issue": "UNKNOWN_ACTION", "title": "Unknown action", "severity": "LOW",
            "detail": "Unknown action s3:GetObjekt", "location": {"line": 1, "filepath": "p/read.0.json"}}"#;
        let finding = finding(&serde_json::from_str(issue).unwrap(), &rendered).unwrap();
        assert_eq!(
            (finding.file, finding.lines),
            (PathBuf::from("m/main.tf"), 1..=11)
        );
        assert_eq!(finding.rule, "UNKNOWN_ACTION");
        assert!(finding.what.contains("s3:GetObjekt"), "{}", finding.what);
    }
}
