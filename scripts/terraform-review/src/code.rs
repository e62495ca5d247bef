//! A file of HCL: its blocks, where they stand, and their expressions as text.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::visit::{Visit, visit_traversal};

use crate::problem::Place;

/// A file, parsed.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) body: Body,
}

impl File {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(path, text)
    }

    pub(crate) fn parse(path: &Path, text: String) -> Result<Self> {
        let body = hcl_edit::parser::parse_body(&text)
            .with_context(|| format!("{} is not HCL", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            text,
            body,
        })
    }

    /// The files of a folder whose names end so, by name. A link to a file is one: Terraform follows it, too.
    pub(crate) fn read_all(folder: &Path, ending: &str) -> Result<Vec<Self>> {
        let mut paths = Vec::new();
        for entry in
            fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_file() && path.to_string_lossy().ends_with(ending) {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Where something of this file begins.
    pub(crate) fn place(&self, what: &impl Span) -> Place {
        Place {
            file: self.path.clone(),
            line: *self.lines(what).start(),
        }
    }

    /// The lines, counted from one, that something of this file takes up.
    pub(crate) fn lines(&self, what: &impl Span) -> RangeInclusive<usize> {
        let line = |offset: usize| 1 + self.text[..offset].matches('\n').count();
        let span = what.span().unwrap_or(0..0);
        line(span.start)..=line(span.end.saturating_sub(1).max(span.start))
    }
}

/// A block's labels, as in `resource "aws_s3_bucket" "main"`.
pub(crate) fn labels(block: &Block) -> Vec<&str> {
    block
        .labels
        .iter()
        .map(hcl_edit::structure::BlockLabel::as_str)
        .collect()
}

/// An attribute's value.
pub(crate) fn value<'a>(body: &'a Body, key: &str) -> Option<&'a Expression> {
    body.get_attribute(key).map(|attribute| &attribute.value)
}

/// Whether a switch is on that is off unless said.
pub(crate) fn is_true(body: &Body, key: &str) -> bool {
    value(body, key)
        .and_then(Expression::as_bool)
        .unwrap_or(false)
}

/// A plain text, or one in a heredoc, without what surrounds it.
pub(crate) fn text(expression: &Expression) -> Option<String> {
    match expression {
        Expression::HeredocTemplate(heredoc) => {
            Some(heredoc.template.to_string().trim().to_owned())
        }
        other => other.as_str().map(|text| text.trim().to_owned()),
    }
}

/// An expression on one line, without comments.
pub(crate) fn one_line(expression: &Expression) -> String {
    match expression {
        Expression::Array(array) => {
            let items: Vec<_> = array.iter().map(one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Expression::Object(object) if object.is_empty() => "{}".to_owned(),
        Expression::Object(object) => {
            let items: Vec<_> = object
                .iter()
                .map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => name.to_string().trim().to_owned(),
                        ObjectKey::Expression(expression) => one_line(expression),
                    };
                    format!("{key} = {}", one_line(value.expr()))
                })
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
        Expression::FuncCall(call) => {
            let arguments: Vec<_> = call.args.iter().map(one_line).collect();
            format!("{}({})", call.name.name.as_str(), arguments.join(", "))
        }
        other => other
            .to_string()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// What an expression refers to, to the depth of one name: `var.bucket_name`, `local.suffix`, `data.aws_region`.
pub(crate) fn references(expression: &Expression) -> BTreeSet<String> {
    struct References(BTreeSet<String>);

    impl Visit for References {
        fn visit_traversal(&mut self, node: &Traversal) {
            if let (Some(root), Some(TraversalOperator::GetAttr(name))) = (
                node.expr.as_variable(),
                node.operators.first().map(|first| first.value()),
            ) {
                self.0
                    .insert(format!("{}.{}", root.as_str(), name.as_str()));
            }
            visit_traversal(self, node);
        }
    }

    let mut references = References(BTreeSet::new());
    references.visit_expr(expression);
    references.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> Expression {
        hcl_edit::parser::parse_expr(text).unwrap()
    }

    #[test]
    fn a_link_is_read_under_its_own_name() {
        let tree = tempfile::tempdir().unwrap();
        let (shared, root) = (tree.path().join("shared"), tree.path().join("root"));
        for folder in [&shared, &root] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(shared.join("all.tf"), "locals {}\n").unwrap();
        std::os::unix::fs::symlink("../shared/all.tf", root.join("all.tf")).unwrap();
        let files = File::read_all(&root, ".tf").unwrap();
        let read: Vec<_> = files.iter().map(|file| (&file.path, &*file.text)).collect();
        assert_eq!(read, [(&root.join("all.tf"), "locals {}\n")]);
    }

    #[test]
    fn a_type_becomes_one_line_without_its_comments() {
        let written = "object({\n  # Days.\n  days = optional(number, 30) # at least one\n  mode = string\n})";
        assert_eq!(
            one_line(&expression(written)),
            "object({ days = optional(number, 30), mode = string })"
        );
        assert_eq!(one_line(&expression("set(string)")), "set(string)");
        assert_eq!(
            one_line(&expression("[\n  \"a\",\n  \"b\",\n]")),
            "[\"a\", \"b\"]"
        );
        assert_eq!(one_line(&expression("{}")), "{}");
    }

    #[test]
    fn references_are_found_inside_templates_and_calls() {
        let found = references(&expression(
            "coalesce(var.name, \"logs-${local.suffix}\", data.aws_region.current.name)",
        ));
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["data.aws_region", "local.suffix", "var.name"]
        );
    }
}
