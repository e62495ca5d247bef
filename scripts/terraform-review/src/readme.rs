//! The tables of inputs and outputs in a folder's README.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::folder::{Folder, Output, Variable};
use crate::problem::{Place, Problems};

const BEGIN: &str = "<!-- BEGIN GENERATED -->";
const END: &str = "<!-- END GENERATED -->";

/// Says so when the README is not what `write` would make of it.
pub(crate) fn compare(folder: &Folder, problems: &mut Problems) -> Result<()> {
    let path = path(folder);
    if !path.exists() {
        problems.add(
            &Place::start(&path),
            "there is none. Say what the folder is for; make docs adds the tables.",
        );
        return Ok(());
    }
    let written = read(&path)?;
    if with_tables(&written, folder) != written {
        problems.add(
            &Place::start(&path),
            "the tables of inputs and outputs are not those of the code. Run: make docs",
        );
    }
    Ok(())
}

/// Puts the tables between the markers, or at the end if there are none.
pub(crate) fn write(folder: &Folder) -> Result<()> {
    let path = path(folder);
    let written = read(&path)?;
    let wanted = with_tables(&written, folder);
    if wanted != written {
        fs::write(&path, wanted).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn path(folder: &Folder) -> PathBuf {
    folder.path.join("README.md")
}

fn read(path: &PathBuf) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn with_tables(readme: &str, folder: &Folder) -> String {
    let tables = format!(
        "{BEGIN}\n<!-- By `make docs`, from the code. -->\n{}{END}",
        tables(folder)
    );
    match (readme.find(BEGIN), readme.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            format!("{}{tables}{}", &readme[..begin], &readme[end + END.len()..])
        }
        _ => format!("{}\n\n{tables}\n", readme.trim_end()),
    }
}

fn tables(folder: &Folder) -> String {
    let mut text = String::new();
    text.push_str("\n## Inputs\n\n");
    if folder.variables.is_empty() {
        text.push_str("None.\n");
    } else {
        text.push_str("| Name | Type | Default | Description |\n|---|---|---|---|\n");
        // Whoever calls the module must give these.
        let (required, optional): (Vec<_>, Vec<_>) = folder
            .variables
            .iter()
            .partition(|variable| variable.default.is_none());
        for variable in required.into_iter().chain(optional) {
            input(variable, &mut text);
        }
    }
    text.push_str("\n## Outputs\n\n");
    if folder.outputs.is_empty() {
        text.push_str("None.\n");
    } else {
        text.push_str("| Name | Description |\n|---|---|\n");
        for output in &folder.outputs {
            self::output(output, &mut text);
        }
    }
    text.push('\n');
    text
}

fn input(variable: &Variable, text: &mut String) {
    let kind = cell(variable.kind.as_deref().unwrap_or("any"));
    let default = match &variable.default {
        None => "required".to_owned(),
        Some(default) => format!("`{}`", cell(default)),
    };
    let mut traits = String::new();
    for (has, word) in [
        (variable.sensitive, "sensitive"),
        (variable.ephemeral, "ephemeral"),
    ] {
        if has {
            let _ = write!(traits, ", {word}");
        }
    }
    let _ = writeln!(
        text,
        "| `{}` | `{kind}`{traits} | {default} | {} |",
        variable.name,
        cell(variable.description.as_deref().unwrap_or_default())
    );
}

fn output(output: &Output, text: &mut String) {
    let traits = if output.sensitive { " (sensitive)" } else { "" };
    let _ = writeln!(
        text,
        "| `{}`{traits} | {} |",
        output.name,
        cell(output.description.as_deref().unwrap_or_default())
    );
}

/// A text that fits a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::code::File;

    const CODE: &str = r#"
variable "days" {
  description = "Days | months."
  type        = number
  default     = 30
}
variable "secret" {
  description = "The secret."
  type        = string
  sensitive   = true
  ephemeral   = true
}
output "name" {
  description = "Name."
  value       = 1
}
"#;

    const TABLES: &str = "<!-- BEGIN GENERATED -->
<!-- By `make docs`, from the code. -->

## Inputs

| Name | Type | Default | Description |
|---|---|---|---|
| `secret` | `string`, sensitive, ephemeral | required | The secret. |
| `days` | `number` | `30` | Days \\| months. |

## Outputs

| Name | Description |
|---|---|
| `name` | Name. |

<!-- END GENERATED -->";

    fn folder(code: &str) -> Folder {
        let file = File::parse(Path::new("main.tf"), code.to_owned()).unwrap();
        Folder::of(Path::new("."), &[file])
    }

    #[test]
    fn the_tables_go_between_the_markers_and_nothing_else_changes() {
        let readme = format!("# logs\n\nProse.\n\n{BEGIN}\nold\n{END}\n\nMore prose.\n");
        let wanted = format!("# logs\n\nProse.\n\n{TABLES}\n\nMore prose.\n");
        assert_eq!(with_tables(&readme, &folder(CODE)), wanted);
        assert_eq!(
            with_tables(&wanted, &folder(CODE)),
            wanted,
            "again changes nothing"
        );
    }

    #[test]
    fn without_markers_they_go_to_the_end() {
        let wanted = format!("# logs\n\n{TABLES}\n");
        assert_eq!(with_tables("# logs\n", &folder(CODE)), wanted);
    }

    #[test]
    fn any_change_of_the_code_shows() {
        let readme = with_tables("# logs\n", &folder(CODE));
        for (from, to) in [
            ("30", "31"),
            ("Name.", "Names."),
            ("number", "string"),
            ("\"days\"", "\"weeks\""),
        ] {
            assert_ne!(
                with_tables(&readme, &folder(&CODE.replace(from, to))),
                readme,
                "{from}"
            );
        }
    }
}
