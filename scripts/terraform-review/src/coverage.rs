//! Whether the tests of a folder try what its interface can do: every validation, every condition, every option on and off.

use anyhow::Result;

use crate::folder::Folder;
use crate::problem::{Place, Problems};
use crate::suite::{Run, Suite};

/// Looks at a folder's tests.
pub(crate) fn look(folder: &Folder, problems: &mut Problems) -> Result<()> {
    judge(folder, &Suite::read(&folder.path)?, problems);
    Ok(())
}

fn judge(folder: &Folder, suite: &Suite, problems: &mut Problems) {
    if suite.runs.is_empty() {
        problems.add(
            &Place::start(&folder.path),
            "there is no test. Write tests/NAME.tftest.hcl with a run for everything that it promises.",
        );
        return;
    }
    let expecting = |address: &str| {
        suite
            .runs
            .iter()
            .filter(|run| run.failures.iter().any(|failure| failure == address))
            .count()
    };

    for variable in &folder.variables {
        let name = &variable.name;
        let (needed, found) = (variable.validations, expecting(&format!("var.{name}")));
        // A run tells only that one of them failed.
        if found < needed {
            problems.add(
                &variable.place,
                format_args!(
                    "variable \"{name}\" has {needed} validations, and {found} runs with var.{name} in expect_failures: one is \
                     needed for each."
                ),
            );
        }
        let Some(default) = variable.default.as_ref().filter(|_| variable.is_option()) else {
            continue;
        };
        // Null asks for the default.
        let given = |run: &Run| {
            run.variables
                .get(name)
                .is_some_and(|value| value != default && value != "null")
        };
        if !suite.runs.iter().any(|run| run.plans() && given(run)) {
            problems.add(
                &variable.place,
                format_args!("no run gives variable \"{name}\" anything but its default, {default}, and succeeds."),
            );
        }
        if !suite.runs.iter().any(|run| run.plans() && !given(run)) {
            problems.add(
                &variable.place,
                format_args!(
                    "no run leaves variable \"{name}\" at its default, {default}, and succeeds."
                ),
            );
        }
    }

    for (address, place) in &folder.conditions {
        if expecting(address) == 0 {
            problems.add(
                place,
                format_args!("{address} has a condition, and no run has it in expect_failures."),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::code::File;

    const CODE: &str = r#"variable "days" {
  type    = number
  default = null
  validation {
    condition     = var.days > 0
    error_message = "."
  }
  validation {
    condition     = var.days < 366
    error_message = "."
  }
}
check "cost" {
  assert {
    condition     = var.days < 100
    error_message = "."
  }
}
"#;

    fn problems(tests: &str) -> Vec<String> {
        let code = File::parse(Path::new("main.tf"), CODE.to_owned()).unwrap();
        let tests = File::parse(Path::new("a.tftest.hcl"), tests.to_owned()).unwrap();
        let mut problems = Problems::default();
        judge(
            &Folder::of(Path::new("."), &[code]),
            &Suite::of(&[tests]),
            &mut problems,
        );
        problems.found().to_vec()
    }

    const ALL: &str = r#"
run "default" {}
run "zero" {
  variables { days = 0 }
  expect_failures = [var.days]
}
run "more_than_a_year" {
  variables { days = 366 }
  expect_failures = [var.days]
}
run "costly" {
  variables { days = 300 }
  expect_failures = [check.cost]
}
"#;

    #[test]
    fn all_is_covered() {
        assert_eq!(problems(ALL), [""; 0]);
    }

    #[test]
    fn each_thing_left_out_is_named() {
        let found = problems(
            "run \"zero\" {\n  variables { days = 0 }\n  expect_failures = [var.days]\n}\n",
        );
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(
            found[0].contains("has 2 validations, and 1 runs"),
            "{}",
            found[0]
        );
        assert!(
            found[1].contains("anything but its default, null"),
            "{}",
            found[1]
        );
        assert!(
            found[2].contains("leaves variable \"days\" at its default"),
            "{}",
            found[2]
        );
        assert!(
            found[3].starts_with("main.tf:13: check.cost"),
            "{}",
            found[3]
        );
    }

    #[test]
    fn a_value_that_is_the_default_tries_nothing() {
        let found = problems(&ALL.replace("days = 300", "days = null"));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn an_option_is_a_switch_or_a_choice_and_a_number_is_none() {
        let is_option = |rest: &str| {
            let code = format!("variable \"a\" {{\n{rest}\n}}\n");
            let file = File::parse(Path::new("main.tf"), code).unwrap();
            Folder::of(Path::new("."), &[file]).variables[0].is_option()
        };
        assert!(is_option("type = bool\ndefault = true"));
        assert!(is_option("default = []"));
        assert!(is_option(
            "default = \"a\"\nvalidation {\ncondition = contains([\"a\", \"b\"], var.a)\n}"
        ));
        assert!(!is_option("type = number\ndefault = 30"));
    }

    #[test]
    fn no_test_at_all_is_one_problem() {
        assert_eq!(problems("").len(), 1);
    }
}
