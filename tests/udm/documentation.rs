//! The table in `docs/udm.md` is the mapping.

use std::fmt::Write as _;
use std::{env, fs};

use local_stack::project;
use zoomlogs_udm::{Form, Rule, rules};

const FILE: &str = "docs/udm.md";
const BEGIN: &str = "<!-- The table is src/udm/table.rs and sign_in.rs; WRITE_DOCS=1 cargo nextest run --test udm writes it. -->\n";
const END: &str = "<!-- end of the table -->\n";

fn table() -> String {
    let mut table = "| from the record | to the event | whose rule | where Google says so | what of it is ours |\n".to_owned();
    table.push_str("|---|---|---|---|---|\n");
    for rule in rules() {
        let Rule {
            source,
            target,
            google,
            ours,
            ..
        } = rule;
        let label = match rule.form {
            Form::Label => format!(" `{{key: \"{}\", value}}`", source.name()),
            _ => String::new(),
        };
        let google = google.map(|google| google.to_string()).unwrap_or_default();
        writeln!(
            table,
            "| {source} | `{target}`{label} | {} | {google} | {} |",
            rule.authority(),
            ours.unwrap_or_default()
        )
        .unwrap();
    }
    table
}

#[test]
fn the_table_is_the_mapping() {
    let text = fs::read_to_string(project::root().join(FILE)).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("where the table begins");
    let (written, after) = rest.split_once(END).expect("where the table ends");
    let table = table();
    if env::var_os("WRITE_DOCS").is_some() {
        fs::write(
            project::root().join(FILE),
            [before, BEGIN, &table, END, after].concat(),
        )
        .unwrap();
    } else {
        for (written, expected) in written.lines().zip(table.lines()) {
            assert_eq!(written, expected, "WRITE_DOCS=1 writes the table");
        }
        assert_eq!(written.len(), table.len(), "WRITE_DOCS=1 writes the table");
    }
}
