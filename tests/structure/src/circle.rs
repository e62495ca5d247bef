//! Files that import each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::import::Import;

/// For each file the files that it needs.
type Needs<'a> = BTreeMap<&'a Path, BTreeSet<&'a Path>>;

/// The circles, each with the imports that tie it. A file is in one of them at most.
pub(crate) fn circles(imports: &BTreeSet<Import>) -> BTreeSet<String> {
    let mut direct = Needs::new();
    for import in imports {
        direct.entry(&import.from).or_default().insert(&import.to);
    }
    let all: Needs = direct
        .keys()
        .map(|file| (*file, reachable(&direct, file)))
        .collect();
    let mut circles = BTreeSet::new();
    for (file, reached) in &all {
        let back = |other: &&Path| all.get(other).is_some_and(|reached| reached.contains(file));
        let circle: BTreeSet<&Path> = reached.iter().copied().filter(back).collect();
        if !circle.is_empty() {
            circles.insert(circle);
        }
    }
    circles
        .iter()
        .map(|files| describe(files, imports))
        .collect()
}

/// The files that a file needs, directly or through others.
fn reachable<'a>(direct: &Needs<'a>, file: &'a Path) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        let needed = direct.get(file).into_iter().flatten();
        open.extend(needed.filter(|needed| reached.insert(**needed)));
    }
    reached
}

fn describe(files: &BTreeSet<&Path>, imports: &BTreeSet<Import>) -> String {
    let mut text = format!("{} files import each other:", files.len());
    for import in imports {
        let (from, to) = (import.from.as_path(), import.to.as_path());
        if files.contains(from) && files.contains(to) {
            let (line, what) = (import.line, &import.what);
            let (from, to) = (from.display(), to.display());
            text += &format!("\n  {from}:{line} needs {what} of {to}");
        }
    }
    text
}
