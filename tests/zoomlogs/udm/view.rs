//! How events are shown, and to whom.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::json;
use tempfile::TempDir;

use super::{SETTING, SIGN_IN, TITLE, file, lines, of_input, udm};

#[test]
fn a_table_has_a_row_for_each_and_no_control_sequence() {
    // In a value, in a parameter's key, and in a field's name.
    let hostile = SETTING
        .replace("Off", r"\u001b[31mOff")
        .replace("Waiting Room", r"Waiting \u001b]0;Room")
        .replace(r#"{"time""#, r#"{"\u001b[2Jcolour":"red","time""#);
    let said = of_input(&["--table"], &[TITLE, &hostile, SIGN_IN].join("\n")).expect(0);
    for part in [
        "EVENT TYPE",
        "bo@example.org",
        "title: Contractor",
        "nothing",
        "192.0.2.7",
        "client_type: mac",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    assert_eq!(said.stdout.matches("USER_UNCATEGORIZED").count(), 3);
    let explained = of_input(&["--explain"], &hostile).expect(0);
    for part in [
        r"\u{1b}[31mOff",
        r#"parameter "Waiting \u{1b}]0;Room""#,
        r#"field "\u{1b}[2Jcolour""#,
    ] {
        assert!(explained.stdout.contains(part), "{part}: {explained:?}");
    }
    for said in [&said, &explained] {
        assert!(!said.stdout.contains('\u{1b}'), "{said:?}");
    }
}

#[test]
fn an_explanation_says_where_each_value_came_from_and_whose_rule_it_is() {
    let said = of_input(&["--explain"], &[TITLE, SETTING, SIGN_IN].join("\n")).expect(0);
    for part in [
        "── 1 ── standard input:1",
        "target.user.title: Contractor\n    from detail's parameter \"Job Title\"; Google's mapping table, read our way (",
        "metadata.vendorName: ZOOM\n    from constant \"ZOOM\"; Google's mapping table\n",
        "In no field of its own:\n    parameter \"Waiting Room\": Off (the mapping has no row for it)",
        "additional.client_type: mac\n    from field \"client_type\"; Google's change log\n",
        "target.user.emailAddresses[0]: cy@example.org\n    from field \"email\"; OURS (",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }

    let said = of_input(&["--explain", "--json"], SETTING).expect(0);
    let explained = lines(&said).remove(0);
    assert_eq!(
        explained["record"],
        json!({"file": "standard input", "line": 1})
    );
    assert_eq!(explained["detail_understood"], "nothing");
    assert_eq!(
        explained["in_no_field"][0]["what"],
        "parameter \"Waiting Room\""
    );
    let values = explained["values"].as_array().unwrap();
    let constant = values
        .iter()
        .find(|value| value["field"] == "metadata.vendorName")
        .unwrap();
    assert_eq!(constant["rule"], "google");
    assert_eq!(constant["from"], "constant \"ZOOM\"");
}

#[test]
fn statistics_say_what_was_not_understood() {
    let input = [TITLE, SETTING, SETTING, SIGN_IN].join("\n");
    let said = of_input(&["--stats"], &input).expect(0);
    for part in [
        "Records: 4, an event for each.",
        "100.0 %         4  USER_UNCATEGORIZED",
        "25.0 %         1  target.user.title",
        "66.7 %         2  nothing: not understood",
        "66.7 %         2  no row for its parameters: Account / Update",
        "heads: Security (2)",
        "such as: Security  - Waiting Room: from On to Off",
        "66.7 %         2  parameter \"Waiting Room\"",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    let report = of_input(&["--stats", "--json"], &input).expect(0).json();
    assert_eq!(report["records"], 4);
    assert_eq!(report["details"]["records"], 3);
    assert_eq!(report["details"]["nothing"]["records"], 2);
    assert_eq!(
        report["details"]["not_understood"][0]["heads"],
        json!([["Security", 2]])
    );
    assert_eq!(
        of_input(&["--stats"], "").expect(0).stdout,
        "Records: 0, an event for each.\n"
    );
}

#[test]
fn whoever_has_read_enough_may_go() {
    let folder = TempDir::new().unwrap();
    // More than a pipe holds.
    let path = file(&folder, "many", format!("{SETTING}\n").repeat(5000));
    let mut child = udm(&[&path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.starts_with('{'));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        !String::from_utf8(output.stderr)
            .unwrap()
            .contains("zoomlogs:")
    );
}

#[test]
fn nobody_who_listens_is_no_trouble() {
    for view in [
        &[][..],
        &["--table"],
        &["--explain"],
        &["--stats"],
        &["--stats", "--json"],
    ] {
        let mut child = udm(view)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Gone before there is anything to read, and so at the first write, be it in the middle or at the end.
        drop(child.stdout.take());
        let mut input = child.stdin.take().unwrap();
        let text = format!("{SETTING}\n").repeat(3000);
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{view:?}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{view:?}: {said}");
    }
}
