//! What a folder of Terraform code declares: a module or a root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use hcl_edit::structure::Block;

use crate::code::{self, File};
use crate::document::Document;
use crate::problem::Place;

/// A module or a root.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) variables: Vec<Variable>,
    pub(crate) outputs: Vec<Output>,
    /// Checks, and resources and outputs with conditions: what `expect_failures` can name besides variables.
    pub(crate) conditions: Vec<(String, Place)>,
    pub(crate) calls: Vec<Call>,
    /// What each local value refers to.
    pub(crate) locals: BTreeMap<String, BTreeSet<String>>,
    pub(crate) documents: Vec<Document>,
    /// Policies that are not made by aws_iam_policy_document.
    pub(crate) handmade_policies: Vec<Place>,
}

/// A variable, as declared.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) kind: Option<String>,
    pub(crate) default: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) validations: usize,
    /// Whether a validation lists what it takes.
    pub(crate) listed: bool,
    pub(crate) sensitive: bool,
    pub(crate) ephemeral: bool,
}

impl Variable {
    /// Whether it turns something on or off, or chooses one of a few, so that there is more than one way to go.
    pub(crate) fn is_option(&self) -> bool {
        self.listed
            || self.kind.as_deref() == Some("bool")
            || matches!(self.default.as_deref(), Some("null" | "{}" | "[]" | "\"\""))
    }
}

/// An output, as declared.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) description: Option<String>,
    pub(crate) sensitive: bool,
}

/// A module that is called: where it lies, and what each of its arguments refers to.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) source: PathBuf,
    pub(crate) arguments: BTreeMap<String, BTreeSet<String>>,
}

impl Folder {
    /// Reads the `.tf` files of a folder.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let files = File::read_all(path, ".tf")?;
        if files.is_empty() {
            bail!("{} has no Terraform code", path.display());
        }
        Ok(Self::of(path, &files))
    }

    pub(crate) fn of(path: &Path, files: &[File]) -> Self {
        let mut folder = Self {
            path: path.to_owned(),
            variables: Vec::new(),
            outputs: Vec::new(),
            conditions: Vec::new(),
            calls: Vec::new(),
            locals: BTreeMap::new(),
            documents: Vec::new(),
            handmade_policies: Vec::new(),
        };
        for file in files {
            for block in file.body.blocks() {
                folder.add(file, block);
            }
        }
        folder
    }

    fn add(&mut self, file: &File, block: &Block) {
        let body = &block.body;
        let description = || code::value(body, "description").and_then(code::text);
        match (block.ident.as_str(), code::labels(block).as_slice()) {
            ("variable", [name]) => self.variables.push(Variable {
                name: (*name).to_owned(),
                place: file.place(block),
                kind: code::value(body, "type").map(code::one_line),
                default: code::value(body, "default").map(code::one_line),
                description: description(),
                validations: body.get_blocks("validation").count(),
                listed: body
                    .get_blocks("validation")
                    .filter_map(|validation| code::value(&validation.body, "condition"))
                    .any(|condition| condition.to_string().contains("contains([")),
                sensitive: code::is_true(body, "sensitive"),
                ephemeral: code::is_true(body, "ephemeral"),
            }),
            ("output", [name]) => {
                self.outputs.push(Output {
                    name: (*name).to_owned(),
                    place: file.place(block),
                    description: description(),
                    sensitive: code::is_true(body, "sensitive"),
                });
                if body.has_blocks("precondition") {
                    self.conditions
                        .push((format!("output.{name}"), file.place(block)));
                }
            }
            ("check", [name]) => self
                .conditions
                .push((format!("check.{name}"), file.place(block))),
            ("locals", _) => {
                for attribute in body.attributes() {
                    self.locals.insert(
                        attribute.key.to_string().trim().to_owned(),
                        code::references(&attribute.value),
                    );
                }
            }
            ("module", [_]) => {
                let source = code::value(body, "source")
                    .and_then(code::text)
                    .unwrap_or_default();
                self.calls.push(Call {
                    source: self.path.join(source),
                    arguments: body
                        .attributes()
                        .map(|attribute| {
                            (
                                attribute.key.to_string().trim().to_owned(),
                                code::references(&attribute.value),
                            )
                        })
                        .collect(),
                });
            }
            ("data", ["aws_iam_policy_document", name]) => {
                self.documents.push(Document::of(name, file, block))
            }
            ("resource", [kind, name]) => self.add_resource(&format!("{kind}.{name}"), file, block),
            _ => {}
        }
    }

    fn add_resource(&mut self, address: &str, file: &File, block: &Block) {
        let has_conditions = block.body.get_blocks("lifecycle").any(|lifecycle| {
            lifecycle.body.has_blocks("precondition") || lifecycle.body.has_blocks("postcondition")
        });
        if has_conditions {
            self.conditions
                .push((address.to_owned(), file.place(block)));
        }
        for attribute in block.body.attributes() {
            let is_policy = matches!(attribute.key.as_str(), "policy" | "assume_role_policy");
            let value = attribute.value.to_string();
            if is_policy && (value.contains("jsonencode(") || value.contains("Statement")) {
                self.handmade_policies.push(file.place(attribute));
            }
        }
    }

    /// The variables that an expression depends on, given what it refers to, through local values too.
    pub(crate) fn variables_behind(&self, references: &BTreeSet<String>) -> BTreeSet<String> {
        let mut open: Vec<&String> = references.iter().collect();
        let mut seen = BTreeSet::new();
        let mut variables = BTreeSet::new();
        while let Some(reference) = open.pop() {
            if !seen.insert(reference) {
                continue;
            }
            match reference.split_once('.') {
                Some(("var", name)) => {
                    variables.insert(name.to_owned());
                }
                Some(("local", name)) => open.extend(self.locals.get(name).into_iter().flatten()),
                _ => {}
            }
        }
        variables
    }
}
