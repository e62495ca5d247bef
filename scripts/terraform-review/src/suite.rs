//! The tests of a folder: its `tests/*.tftest.hcl`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use hcl_edit::structure::Body;

use crate::code::{self, File};

/// All runs of a folder's tests.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) runs: Vec<Run>,
}

/// A run.
#[derive(Debug)]
pub(crate) struct Run {
    /// What it gives to the variables, with what its file gives them.
    pub(crate) variables: BTreeMap<String, String>,
    /// What is to fail.
    pub(crate) failures: Vec<String>,
}

impl Run {
    /// Whether a plan comes out: a check that fails only warns.
    pub(crate) fn plans(&self) -> bool {
        self.failures
            .iter()
            .all(|failure| failure.starts_with("check."))
    }
}

impl Suite {
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let tests = folder.join("tests");
        if !tests.is_dir() {
            return Ok(Self::default());
        }
        Ok(Self::of(&File::read_all(&tests, ".tftest.hcl")?))
    }

    pub(crate) fn of(files: &[File]) -> Self {
        let mut suite = Self::default();
        for file in files {
            let shared = variables(&file.body);
            for block in file.body.get_blocks("run") {
                // A run of another module, which prepares something.
                if block.body.has_blocks("module") {
                    continue;
                }
                let mut all = shared.clone();
                all.extend(variables(&block.body));
                suite.runs.push(Run {
                    variables: all,
                    failures: failures(&block.body),
                });
            }
        }
        suite
    }
}

fn variables(body: &Body) -> BTreeMap<String, String> {
    body.get_blocks("variables")
        .flat_map(|block| block.body.attributes())
        .map(|attribute| {
            (
                attribute.key.as_str().to_owned(),
                code::one_line(&attribute.value),
            )
        })
        .collect()
}

/// Without the index of an instance.
fn failures(body: &Body) -> Vec<String> {
    let Some(list) = code::value(body, "expect_failures").and_then(|value| value.as_array()) else {
        return Vec::new();
    };
    list.iter()
        .map(|item| {
            let address = code::one_line(item);
            address.split('[').next().unwrap_or_default().to_owned()
        })
        .collect()
}
