//! Which file imports which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::contents::Mention;
use crate::scope::Found;
use crate::tree::Tree;

/// A file needs something of another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The file that needs it.
    pub(crate) from: PathBuf,
    /// The file that has it.
    pub(crate) to: PathBuf,
    /// The line that says so.
    pub(crate) line: usize,
    /// What is needed, as it is written there.
    pub(crate) what: String,
}

/// All imports of a crate's files from each other.
pub(crate) fn imports(tree: &Tree) -> BTreeSet<Import> {
    let away = methods_away_from_their_type(tree);
    let mut imports = BTreeSet::new();
    for (index, module) in tree.modules.iter().enumerate() {
        if module.test {
            continue;
        }
        let mut named = BTreeSet::from([index]);
        let mut add = |mention: &Mention, what: String, to: usize| {
            let (from, to) = (&module.file, &tree.modules[to].file);
            if from != to {
                imports.insert(Import {
                    from: from.clone(),
                    to: to.clone(),
                    line: mention.line,
                    what,
                });
            }
        };
        for used in &module.contents.uses {
            // A parent may re-export what its children have.
            if let Some(to) = tree.brought(index, &used.from.path)
                && !(used.public && tree.is_below(to, index))
            {
                named.insert(to);
                add(&used.from, used.from.path.join("::"), to);
            }
        }
        for mention in &module.contents.mentions {
            if let Found::Item(to) = tree.resolve(index, &mention.path)
                && !is_imported(tree, index, mention)
            {
                named.insert(to);
                add(mention, mention.path.join("::"), to);
            }
        }
        for call in &module.contents.calls {
            let name = call.path.join("::");
            if let Some((of, to)) = away.get(name.as_str())
                && named.contains(of)
            {
                add(call, format!(".{name}()"), *to);
            }
        }
    }
    imports
}

/// Whether a `use` of this module, which is counted already, brought the item into scope.
fn is_imported(tree: &Tree, index: usize, mention: &Mention) -> bool {
    tree.modules[index].contents.uses.iter().any(|used| {
        !used.public
            && used.name.as_ref() == mention.path.first()
            && tree.brought(index, &used.from.path).is_some()
    })
}

/// The methods whose `impl` block is in another file than their type: of each the type's module,
/// and its own. A name that the crate has twice is left out, because a call does not say which one
/// it means. A call counts only where something of the type's module is named.
fn methods_away_from_their_type(tree: &Tree) -> BTreeMap<&str, (usize, usize)> {
    let mut times = BTreeMap::new();
    for module in &tree.modules {
        for function in &module.contents.functions {
            *times.entry(function.as_str()).or_insert(0) += 1;
        }
    }
    let mut away = BTreeMap::new();
    for (index, module) in tree.modules.iter().enumerate() {
        for methods in &module.contents.methods {
            if let Found::Item(of) = tree.resolve(index, &methods.of)
                && tree.modules[of].file != module.file
            {
                let names = methods.names.iter().map(String::as_str);
                let once = names.filter(|name| times.get(name) == Some(&1));
                away.extend(once.map(|name| (name, (of, index))));
            }
        }
    }
    away
}
