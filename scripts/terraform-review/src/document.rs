//! A policy in the code: a `data "aws_iam_policy_document"` and its statements.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use hcl_edit::Decorate as _;
use hcl_edit::structure::{Block, Body};

use crate::code::{self, File};
use crate::problem::Place;

/// A `data "aws_iam_policy_document"`.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) lines: RangeInclusive<usize>,
    pub(crate) statements: Vec<Statement>,
}

/// One of its statements.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) place: Place,
    pub(crate) sid: Option<String>,
    /// Whether a comment says what needs it.
    pub(crate) commented: bool,
}

impl Document {
    pub(crate) fn of(name: &str, file: &File, block: &Block) -> Self {
        Self {
            name: name.to_owned(),
            file: file.path.clone(),
            lines: file.lines(block),
            statements: block
                .body
                .blocks()
                .filter_map(|inner| Some((inner, content(inner)?)))
                .map(|(inner, content)| Statement {
                    place: file.place(inner),
                    sid: code::value(content, "sid")
                        .and_then(|sid| sid.as_str().map(str::to_owned)),
                    commented: is_commented(file, inner),
                })
                .collect(),
        }
    }
}

/// What a statement consists of, be it always there or only under a condition.
fn content(block: &Block) -> Option<&Body> {
    match (block.ident.as_str(), code::labels(block).as_slice()) {
        ("statement", _) => Some(&block.body),
        ("dynamic", ["statement"]) => block
            .body
            .get_blocks("content")
            .next()
            .map(|content| &content.body),
        _ => None,
    }
}

/// Whether there is a comment above it or inside it. That a linter is to skip something is none.
fn is_commented(file: &File, block: &Block) -> bool {
    let above = block
        .decor()
        .prefix()
        .map(|prefix| prefix.to_string())
        .unwrap_or_default();
    let lines = file.lines(block);
    let inside = file
        .text
        .lines()
        .skip(lines.start() - 1)
        .take(lines.count());
    above
        .lines()
        .chain(inside)
        .any(|line| line.trim_start().starts_with('#') && !line.contains(":skip="))
}
