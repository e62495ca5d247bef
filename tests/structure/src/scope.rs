//! What a path means in a module.

use crate::tree::Tree;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A module.
    Module(usize),
    /// An item, or a part of one, that is defined in this module.
    Item(usize),
    /// Something of another crate, or of a function's own.
    Foreign,
}

/// How many re-exports are followed: some lead back to where they begin, such as `use a::a` of
/// another crate `a`.
const DEEPEST: usize = 20;

impl Tree {
    /// What a path leads to that is written in this module.
    pub(crate) fn resolve(&self, module: usize, path: &[String]) -> Found {
        self.walk(module, path, false, 0)
    }

    /// The module of the item that a `use` brings into scope; none if it brings a module, be it
    /// beside an item of the same name.
    pub(crate) fn brought(&self, module: usize, path: &[String]) -> Option<usize> {
        match [false, true].map(|to_module| self.walk(module, path, to_module, 0)) {
            [_, Found::Module(_)] => None,
            [Found::Item(of), _] => Some(of),
            _ => None,
        }
    }

    /// Walks along a path. An item and a module can have one name: `to_module` says which of
    /// them is asked for.
    fn walk(&self, module: usize, path: &[String], to_module: bool, depth: usize) -> Found {
        let mut here = module;
        for (index, name) in path.iter().enumerate() {
            here = match name.as_str() {
                "crate" => 0,
                "self" => here,
                "super" => self.modules[here].parent.unwrap_or(here),
                name => {
                    let to_module = to_module || index + 1 < path.len();
                    match self.look_up(here, name, to_module, depth) {
                        Some(Found::Module(next)) => next,
                        Some(found) => return found,
                        // The first name can be a crate's. A later one that is not found was
                        // made by a macro.
                        None if index == 0 => return Found::Foreign,
                        None => return Found::Item(here),
                    }
                }
            };
        }
        Found::Module(here)
    }

    /// What a name means in a module; none if it is not known there.
    fn look_up(&self, index: usize, name: &str, to_module: bool, depth: usize) -> Option<Found> {
        if depth > DEEPEST {
            return None;
        }
        let module = &self.modules[index];
        let contents = &module.contents;
        let child = module.children.get(name).map(|&child| Found::Module(child));
        let item = contents.items.contains(name).then_some(Found::Item(index));
        let (first, last) = if to_module {
            (child, item)
        } else {
            (item, child)
        };
        let deeper = |path: &[String], to_module| self.walk(index, path, to_module, depth + 1);
        let used = || {
            let mut uses = contents.uses.iter();
            let used = uses.find(|used| used.name.as_deref() == Some(name))?;
            Some(deeper(&used.from.path, to_module))
        };
        let used_with_all = || {
            let mut all = contents.uses.iter().filter(|used| used.all);
            all.find_map(|used| match deeper(&used.from.path, true) {
                Found::Module(from) => self.look_up(from, name, to_module, depth + 1),
                _ => None,
            })
        };
        first.or_else(used).or(last).or_else(used_with_all)
    }

    /// Whether a module is a child of another one, or a child of a child.
    pub(crate) fn is_below(&self, module: usize, above: usize) -> bool {
        let mut parent = self.modules[module].parent;
        while let Some(index) = parent {
            if index == above {
                return true;
            }
            parent = self.modules[index].parent;
        }
        false
    }
}
