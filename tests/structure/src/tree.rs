//! The modules of a crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Expr, ExprLit, Item, ItemMod, Lit, Meta};

use crate::contents::{Contents, is_test};
use crate::error::StructureError;

/// A module: a file, or a part of one in braces.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    /// Whether it is below `#[cfg(test)]`, itself or a module around it.
    pub(crate) test: bool,
    pub(crate) contents: Contents,
}

/// All modules of a crate; the first is its root.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
}

impl Tree {
    /// Reads a crate, from its first file on.
    pub(crate) fn read(root: &Path) -> Result<Self, StructureError> {
        let mut tree = Self::default();
        let file = root.to_owned();
        let module = Module {
            file,
            ..Module::default()
        };
        tree.add_file(module, root.parent().unwrap_or(root))?;
        Ok(tree)
    }

    /// Adds a module that is a file. The files of the modules that it declares lie in `folder`.
    fn add_file(&mut self, mut module: Module, folder: &Path) -> Result<usize, StructureError> {
        let path = module.file.clone();
        let read = fs::canonicalize(&path).and_then(|file| Ok((fs::read_to_string(&file)?, file)));
        let text;
        (text, module.file) = match read {
            Ok(read) => read,
            Err(source) => return Err(StructureError::Read { path, source }),
        };
        let parsed =
            syn::parse_file(&text).map_err(|source| StructureError::Parse { path, source })?;
        self.add(module, folder, &parsed.items)
    }

    fn add(
        &mut self,
        module: Module,
        folder: &Path,
        items: &[Item],
    ) -> Result<usize, StructureError> {
        let index = self.modules.len();
        self.modules.push(module);
        for item in items {
            let outer = &mut self.modules[index];
            let Item::Mod(inner) = item else {
                outer.contents.add(item);
                continue;
            };
            let name = inner.ident.to_string();
            let folder = folder.join(&name);
            let mut child = Module {
                name: name.clone(),
                file: outer.file.clone(),
                parent: Some(index),
                test: outer.test || is_test(&inner.attrs),
                ..Module::default()
            };
            let child = match &inner.content {
                Some((_, items)) => self.add(child, &folder, items)?,
                None => {
                    let (file, folder) = find(inner, &child.file, &folder)?;
                    child.file = file;
                    self.add_file(child, &folder)?
                }
            };
            self.modules[index].children.insert(name, child);
        }
        Ok(index)
    }
}

/// The file of a module, and the folder in which the files of its own modules lie.
fn find(
    module: &ItemMod,
    declared_in: &Path,
    folder: &Path,
) -> Result<(PathBuf, PathBuf), StructureError> {
    let given = module
        .attrs
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    if let (Some(given), Some(here)) = (given, declared_in.parent()) {
        let file = here.join(given);
        let folder = file.parent().unwrap_or(here).to_owned();
        return Ok((file, folder));
    }
    [folder.with_extension("rs"), folder.join("mod.rs")]
        .into_iter()
        .find(|file| file.is_file())
        .map(|file| (file, folder.to_owned()))
        .ok_or_else(|| StructureError::NoFile {
            path: declared_in.to_owned(),
            module: module.ident.to_string(),
        })
}
