//! What linters find, and what they are to skip: `#checkov:skip=RULE:reason` inside the block that the finding is about.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::code::File;
use crate::problem::{Place, Problems};

/// What a linter found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) file: PathBuf,
    /// The block that it is about.
    pub(crate) lines: RangeInclusive<usize>,
    pub(crate) rule: String,
    pub(crate) what: String,
}

/// A finding that is to be skipped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Skip {
    place: Place,
    rule: String,
    reason: String,
}

/// A line's rule and reason, if it tells this linter to skip something.
pub(crate) fn in_line<'a>(line: &'a str, tool: &str) -> Option<(&'a str, &'a str)> {
    let comment = line.trim_start().strip_prefix('#')?.trim_start();
    let skip = comment.strip_prefix(tool)?.strip_prefix(":skip=")?;
    Some(skip.split_once(':').unwrap_or((skip, "")))
}

/// What the comments in these files tell a linter to skip.
pub(crate) fn read(files: &[File], tool: &str) -> Vec<Skip> {
    let mut skips = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            if let Some((rule, reason)) = in_line(line, tool) {
                skips.push(Skip {
                    place: Place {
                        file: file.path.clone(),
                        line: index + 1,
                    },
                    rule: rule.trim().to_owned(),
                    reason: reason.trim().to_owned(),
                });
            }
        }
    }
    skips
}

/// A finding that is not skipped is a problem; so is a skip without a reason, and one that skips nothing.
pub(crate) fn judge(tool: &str, findings: &[Finding], skips: &[Skip], problems: &mut Problems) {
    let covers = |skip: &Skip, finding: &Finding| {
        skip.rule == finding.rule
            && skip.place.file == finding.file
            && finding.lines.contains(&skip.place.line)
    };
    let mut told: Vec<&Finding> = Vec::new();
    for finding in findings {
        if told.contains(&finding) || skips.iter().any(|skip| covers(skip, finding)) {
            continue;
        }
        told.push(finding);
        let place = Place {
            file: finding.file.clone(),
            line: *finding.lines.start(),
        };
        problems.add(
            &place,
            format_args!(
                "{tool} {}: {}. Mend it, or write inside the block: #{tool}:skip={}:reason",
                finding.rule, finding.what, finding.rule
            ),
        );
    }
    for skip in skips {
        if skip.reason.is_empty() {
            problems.add(
                &skip.place,
                format_args!("{tool} is to skip {} without a reason.", skip.rule),
            );
        }
        if !findings.iter().any(|finding| covers(skip, finding)) {
            problems.add(
                &skip.place,
                format_args!(
                    "{tool} does not find {} here; remove the comment that skips it.",
                    skip.rule
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn problems(code: &str, rules: &[&str]) -> Vec<String> {
        let file = File::parse(Path::new("main.tf"), code.to_owned()).unwrap();
        let findings: Vec<_> = rules
            .iter()
            .map(|rule| Finding {
                file: file.path.clone(),
                lines: 1..=5,
                rule: (*rule).to_owned(),
                what: "Ensure something".to_owned(),
            })
            .collect();
        let mut problems = Problems::default();
        judge(
            "checkov",
            &findings,
            &read(&[file], "checkov"),
            &mut problems,
        );
        problems.found().to_vec()
    }

    const CODE: &str =
        "resource \"a\" \"b\" {\n  #checkov:skip=CKV_1:because\n  # checkov:skip=CKV_2:\n\n}\n";

    #[test]
    fn a_finding_is_skipped_where_it_is_and_with_a_reason() {
        assert_eq!(
            problems(CODE, &["CKV_1", "CKV_1", "CKV_2"]),
            ["main.tf:3: checkov is to skip CKV_2 without a reason."]
        );
    }

    #[test]
    fn another_finding_and_a_skip_of_nothing_are_problems() {
        let found = problems(CODE, &["CKV_2", "CKV_3"]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].starts_with("main.tf:1: checkov CKV_3: Ensure something."),
            "{}",
            found[0]
        );
        assert_eq!(
            found[1],
            "main.tf:2: checkov does not find CKV_1 here; remove the comment that skips it."
        );
    }

    #[test]
    fn a_skip_in_another_block_skips_nothing_here() {
        let elsewhere = "resource \"a\" \"b\" {\n\n\n\n}\nresource \"a\" \"c\" {\n  #checkov:skip=CKV_1:because\n}\n";
        assert_eq!(problems(elsewhere, &["CKV_1"]).len(), 2);
    }
}
