//! Names that say nothing of what a module is for.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use crate::tree::Tree;

const VAGUE: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "manager"];

/// A problem for each module that has such a name, or whose folder has one.
pub(crate) fn vague(tree: &Tree) -> BTreeSet<String> {
    let mut problems = BTreeSet::new();
    for module in &tree.modules {
        let file = module.file.display();
        let folder = module.file.parent().and_then(Path::file_name);
        let names = [
            Some(OsStr::new(&module.name)),
            module.file.file_stem(),
            folder,
        ];
        for name in names.into_iter().flatten().filter_map(OsStr::to_str) {
            if VAGUE.contains(&name) {
                problems.insert(format!(
                    "{file}: the name {name} does not say what is in it. Name the one idea."
                ));
            }
        }
    }
    problems
}
