//! What `terraform test -json -verbose` says: what failed, and the policies as the provider rendered them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::problem::{Place, Problems};

/// A line of it. Terraform says more; this is what matters.
#[derive(Debug, Deserialize)]
struct Line {
    diagnostic: Option<Diagnostic>,
    test_state: Option<State>,
    test_summary: Option<Summary>,
}

#[derive(Debug, Deserialize)]
struct Diagnostic {
    severity: String,
    summary: String,
    #[serde(default)]
    detail: String,
    range: Option<Range>,
}

#[derive(Debug, Deserialize)]
struct Range {
    filename: PathBuf,
    start: Position,
}

#[derive(Debug, Deserialize)]
struct Position {
    line: usize,
}

/// What there is after a run that applied. The modules that it calls are left to their own tests.
#[derive(Debug, Deserialize)]
struct State {
    root_module: Option<Module>,
}

#[derive(Debug, Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    values: Option<Values>,
}

#[derive(Debug, Deserialize)]
struct Values {
    json: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    status: String,
    passed: usize,
    failed: usize,
    errored: usize,
    skipped: usize,
}

/// Reads it to its end. Below `policies` there is then a folder of the same name with all that was rendered.
pub(crate) fn read(report: impl BufRead, folder: &Path, policies: &Path) -> Result<Problems> {
    let mut problems = Problems::default();
    let mut summary = None;
    let mut noise = String::new();
    let mut rendered = BTreeSet::new();
    for line in report.lines() {
        let line = line?;
        let Ok(line) = serde_json::from_str::<Line>(&line) else {
            noise += &line;
            noise.push('\n');
            continue;
        };
        if let Some(diagnostic) = line
            .diagnostic
            .filter(|diagnostic| diagnostic.severity == "error")
        {
            let place = match diagnostic.range {
                None => Place::start(folder),
                Some(range) => Place {
                    file: folder.join(range.filename),
                    line: range.start.line,
                },
            };
            problems.add(
                &place,
                format_args!("{}\n{}", diagnostic.summary, diagnostic.detail),
            );
        }
        let resources = line
            .test_state
            .and_then(|state| state.root_module)
            .map(|module| module.resources);
        for resource in resources.into_iter().flatten() {
            if resource.kind == "aws_iam_policy_document"
                && let Some(json) = resource.values.and_then(|values| values.json)
            {
                rendered.insert((resource.name, json));
            }
        }
        summary = line.test_summary.or(summary);
    }

    let place = Place::start(folder);
    match summary {
        Some(summary) if summary.status == "pass" && summary.passed > 0 => {
            problems.say_if_none(format!("{}  {} passed", folder.display(), summary.passed));
        }
        Some(Summary {
            passed,
            failed,
            errored,
            skipped,
            ..
        }) => problems.add(
            &place,
            format_args!("terraform test: {passed} passed, {failed} failed, {errored} broke off, {skipped} skipped.\n{noise}"),
        ),
        None => problems.add(&place, format_args!("terraform test broke off.\n{noise}")),
    }
    keep(&policies.join(folder), &rendered)?;
    Ok(problems)
}

/// Each policy in a file of its own; what an earlier test left there goes.
fn keep(folder: &Path, rendered: &BTreeSet<(String, String)>) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => fs::create_dir_all(folder)?,
    }
    for (number, (name, policy)) in rendered.iter().enumerate() {
        let policy = serde_json::from_str(policy)
            .with_context(|| format!("policy \"{name}\" is not JSON: {policy}"))?;
        let policy = serde_json::to_string_pretty(&with_resources(policy))?;
        fs::write(folder.join(format!("{name}.{number}.json")), policy)?;
    }
    Ok(())
}

/// A trust policy names no resource: it is the role's own. Parliament wants one all the same.
fn with_resources(mut policy: Value) -> Value {
    let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) else {
        return policy;
    };
    for statement in statements {
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            action => vec![action.clone()],
        };
        let is_trust = actions.iter().all(|action| {
            action
                .as_str()
                .is_some_and(|action| action.starts_with("sts:AssumeRole"))
        });
        if is_trust && statement.get("Resource").is_none() && statement.get("Principal").is_some() {
            statement["Resource"] = json!("arn:aws:iam::123456789012:role/trusting");
        }
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = r#"{"type": "test_state", "test_state": {"root_module": {"resources": [
        {"type": "aws_iam_policy_document", "name": "trust", "values": {"json":
          "{\"Statement\": [{\"Action\": \"sts:AssumeRole\", \"Principal\": \"*\", \"Sid\": \"Trust\"}]}"}},
        {"type": "aws_s3_bucket", "name": "main", "values": {}}]}, "provider_schemas": {"much": ["more"]}}}"#;
    const PASS: &str = r#"{"type": "test_summary", "test_summary": {"status": "pass", "passed": 2, "failed": 0, "errored": 0, "skipped": 0}}"#;
    const FAIL: &str = r#"{"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "Test assertion failed",
        "detail": "The bucket is open.", "range": {"filename": "tests/a.tftest.hcl", "start": {"line": 7, "column": 1}}}}"#;

    fn read_lines(lines: &[&str], policies: &Path) -> Vec<String> {
        let report: String = lines
            .iter()
            .map(|line| line.replace('\n', " ") + "\n")
            .collect();
        read(
            report.as_bytes(),
            Path::new("terraform/modules/m"),
            policies,
        )
        .unwrap()
        .found()
        .to_vec()
    }

    #[test]
    fn keeps_each_policy_once_and_nothing_of_the_last_time() {
        let policies = tempfile::tempdir().unwrap();
        let folder = policies.path().join("terraform/modules/m");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("old.json"), "{}").unwrap();

        assert_eq!(read_lines(&[STATE, STATE, PASS], policies.path()), [""; 0]);

        let kept: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(kept, [folder.join("trust.0.json")]);
        let policy: Value = serde_json::from_slice(&fs::read(&kept[0]).unwrap()).unwrap();
        assert_eq!(
            policy["Statement"][0]["Resource"],
            "arn:aws:iam::123456789012:role/trusting"
        );
    }

    #[test]
    fn says_what_failed_and_where() {
        let policies = tempfile::tempdir().unwrap();
        let found = read_lines(
            &[FAIL, &PASS.replace("\"pass\"", "\"fail\"")],
            policies.path(),
        );
        assert_eq!(
            found[0],
            "terraform/modules/m/tests/a.tftest.hcl:7: Test assertion failed\nThe bucket is open."
        );
        assert!(
            found[1].starts_with("terraform/modules/m:1: terraform test: 2 passed"),
            "{}",
            found[1]
        );
    }

    #[test]
    fn a_report_without_an_end_is_a_failure() {
        let policies = tempfile::tempdir().unwrap();
        let found = read_lines(&[STATE, "Error: no such folder"], policies.path());
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("Error: no such folder"), "{}", found[0]);
    }
}
