//! Mutations of the core, each of which breaks one rule of the protocol, and what must notice.
//!
//! A simulation that passes proves little unless it is known to fail. Each entry of [`LIST`] is applied to a copy of the
//! tree, which is built and tried; `make sabotage` does that and writes down what caught which.

mod list;

pub use list::LIST;

/// One rule, broken.
#[derive(Debug, Clone, Copy)]
pub struct Sabotage {
    /// A short name.
    pub name: &'static str,
    /// The rule that it breaks.
    pub rule: &'static str,
    /// What must notice.
    pub noticed_by: Notice,
    /// How the rule is broken.
    pub edits: &'static [Edit],
}

/// One place of the source, replaced.
#[derive(Debug, Clone, Copy)]
pub struct Edit {
    /// The file, from the top of the tree.
    pub file: &'static str,
    /// What stands there. It must stand there once.
    pub find: &'static str,
    /// What shall.
    pub replace: &'static str,
}

/// What must notice a sabotage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The simulation, by a broken promise.
    Simulation,
    /// Tests of this name, by failing: of what the simulation does not run.
    Tests {
        /// The package that has them.
        package: &'static str,
        /// The test target.
        target: &'static str,
        /// A part of the tests' names.
        name: &'static str,
    },
}

impl Edit {
    /// The file's text with the edit made.
    ///
    /// # Errors
    /// When what is looked for does not stand in it exactly once: then the code has moved on, and the list must follow.
    pub fn apply(&self, text: &str) -> Result<String, String> {
        match text.matches(self.find).count() {
            1 => Ok(text.replacen(self.find, self.replace, 1)),
            count => Err(format!(
                "{} has {count} times, not once:\n{}",
                self.file, self.find
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_edit_still_finds_its_place() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for sabotage in LIST {
            for edit in sabotage.edits {
                let text = std::fs::read_to_string(root.join(edit.file)).unwrap();
                let edited = edit
                    .apply(&text)
                    .unwrap_or_else(|problem| panic!("{}: {problem}", sabotage.name));
                assert_ne!(edited, text, "{}", sabotage.name);
            }
        }
    }

    #[test]
    fn no_two_have_one_name() {
        let names: BTreeSet<_> = LIST.iter().map(|sabotage| sabotage.name).collect();
        assert_eq!(names.len(), LIST.len());
    }
}
