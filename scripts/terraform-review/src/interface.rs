//! Whether variables are typed, described and validated, and outputs described.

use anyhow::Result;

use crate::folder::{Folder, Variable};
use crate::problem::Problems;

/// Looks at a folder's variables and outputs.
pub(crate) fn look(folder: &Folder, problems: &mut Problems) -> Result<()> {
    for variable in &folder.variables {
        let name = &variable.name;
        if variable.kind.is_none() {
            problems.add(
                &variable.place,
                format_args!("variable \"{name}\" has no type."),
            );
        }
        if is_blank(variable.description.as_deref()) {
            problems.add(
                &variable.place,
                format_args!("variable \"{name}\" has no description."),
            );
        }
        if !is_validated(folder, variable)? {
            problems.add(
                &variable.place,
                format_args!(
                    "variable \"{name}\" is not validated. Add a validation block, or pass it on to a module's variable that has \
                     one; only a bool needs none."
                ),
            );
        }
    }
    for output in &folder.outputs {
        if is_blank(output.description.as_deref()) {
            problems.add(
                &output.place,
                format_args!("output \"{}\" has no description.", output.name),
            );
        }
    }
    Ok(())
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

/// Here, or where it is passed on to. A bool has no wrong value.
fn is_validated(folder: &Folder, variable: &Variable) -> Result<bool> {
    if variable.validations > 0 || variable.kind.as_deref() == Some("bool") {
        return Ok(true);
    }
    for call in &folder.calls {
        let called = Folder::read(&call.source)?;
        for (argument, references) in &call.arguments {
            if !folder.variables_behind(references).contains(&variable.name) {
                continue;
            }
            let target = called
                .variables
                .iter()
                .find(|target| target.name == *argument);
            if let Some(target) = target
                && is_validated(&called, target)?
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folder = Folder::read(&root.path().join("root")).unwrap();
        let mut problems = Problems::default();
        look(&folder, &mut problems).unwrap();
        problems
            .found()
            .iter()
            .map(|problem| problem.rsplit('/').next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn names_what_a_variable_and_an_output_lack() {
        let code = "variable \"a\" {}\n\noutput \"b\" {\n  value = 1\n}\n";
        let found = problems(&[("root/main.tf", code)]);
        assert_eq!(found[0], "main.tf:1: variable \"a\" has no type.");
        assert_eq!(found[1], "main.tf:1: variable \"a\" has no description.");
        assert!(
            found[2].starts_with("main.tf:1: variable \"a\" is not validated."),
            "{}",
            found[2]
        );
        assert_eq!(found[3], "main.tf:3: output \"b\" has no description.");
    }

    const MODULE: &str = r#"
variable "name" {
  type        = string
  description = "Name."
  validation {
    condition     = var.name != ""
    error_message = "name must not be empty."
  }
}
"#;

    #[test]
    fn a_validation_of_the_called_module_counts_also_through_a_local_value() {
        let root = r#"
variable "suffix" {
  type        = string
  description = "Suffix."
}
locals {
  name = "logs${var.suffix}"
}
module "logs" {
  source = "../module"
  name   = local.name
}
"#;
        assert_eq!(
            problems(&[("root/main.tf", root), ("module/main.tf", MODULE)]),
            [""; 0]
        );
    }

    #[test]
    fn a_module_that_does_not_look_at_it_does_not_count() {
        let root = r#"
variable "suffix" {
  type        = string
  description = "Suffix."
}
module "logs" {
  source = "../module"
  name   = "logs"
  count  = length(var.suffix)
}
"#;
        let found = problems(&[("root/main.tf", root), ("module/main.tf", MODULE)]);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
