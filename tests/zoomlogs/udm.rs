//! `zoomlogs udm`: what it takes, what it shows, and that nothing is lost on the way.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use flate2::{Compression, write::GzEncoder};
use local_stack::Stack;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{self, Said, ZOOMLOGS, run};
use crate::operator;

const TITLE: &str = r#"{"time":"2026-11-22 09:00:00","operator":"ada@example.org","category_type":"User","action":"Update","operation_detail":"Update User bo@example.org  - Job Title: set to Contractor"}"#;
const SETTING: &str = r#"{"time":"2026-11-22T09:00:01Z","operator":"ada@example.org","category_type":"Account","action":"Update","operation_detail":"Security  - Waiting Room: from On to Off"}"#;
const SIGN_IN: &str = r#"{"time":"2026-11-22T09:00:02Z","email":"cy@example.org","type":"Sign in","ip_address":"192.0.2.7","client_type":"mac","version":"6.2"}"#;

/// A command that has no way to AWS.
fn udm(arguments: &[&str]) -> Command {
    let mut command = Command::new(ZOOMLOGS);
    command
        .arg("udm")
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn of_input(arguments: &[&str], input: &str) -> Said {
    run(&mut udm(arguments), input)
}

fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

fn lines(said: &Said) -> Vec<Value> {
    let lines = said.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn titles(said: &Said) -> Vec<Value> {
    lines(said)
        .iter()
        .map(|event| event["target"]["user"]["title"].clone())
        .collect()
}

#[test]
fn records_become_lines_of_json() {
    let said = of_input(&[], &[TITLE, SETTING, SIGN_IN].join("\n")).expect(0);
    let events = lines(&said);
    assert_eq!(
        events[0],
        json!({
            "metadata": {
                "eventTimestamp": "2026-11-22T09:00:00Z",
                "eventType": "USER_UNCATEGORIZED",
                "productEventType": "Update",
                "description": "Update User bo@example.org  - Job Title: set to Contractor",
                "logType": "ZOOM_OPERATION_LOGS",
                "productName": "ZOOM_OPERATION_LOGS",
                "vendorName": "ZOOM",
            },
            "additional": {"category_type": "User"},
            "principal": {"user": {"emailAddresses": ["ada@example.org"]}},
            "target": {"user": {"emailAddresses": ["bo@example.org"], "title": "Contractor"}},
        })
    );
    assert_eq!(events[1]["target"], Value::Null);
    assert_eq!(events[2]["principal"]["ip"], json!(["192.0.2.7"]));
    assert_eq!(events.len(), 3);
    said.explains(&["A preview", "Ours, not Google's", "--explain"]);
}

#[test]
fn whatever_form_records_have_they_are_the_same_events() {
    let folder = TempDir::new().unwrap();
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<Value>(TITLE).unwrap()).unwrap();
    // One gzip after the other is one file, and its name says nothing.
    let members = [gzip(&format!("{TITLE}\n")), gzip(TITLE)].concat();
    for (name, bytes) in [
        (
            "lines.ndjson",
            format!("{TITLE}\r\n\r\n{TITLE}\r\n").into_bytes(),
        ),
        ("array.json", format!("[{TITLE},\n{TITLE}]").into_bytes()),
        ("pretty.json", format!("{pretty}\n{pretty}\n").into_bytes()),
        ("plain.json.gz", format!("{TITLE}\n{TITLE}\n").into_bytes()),
        ("gzip.txt", members),
    ] {
        let path = file(&folder, name, bytes);
        let said = run(&mut udm(&[&path]), "").expect(0);
        assert_eq!(titles(&said), ["Contractor", "Contractor"], "{name}");
    }
}

#[test]
fn several_files_come_in_their_order_and_a_limit_ends_them() {
    let folder = TempDir::new().unwrap();
    let first = file(&folder, "1", [TITLE, SETTING].join("\n"));
    let second = file(&folder, "2", gzip(SIGN_IN));
    let said = run(&mut udm(&[&first, &second]), "").expect(0);
    let times: Vec<_> = lines(&said)
        .iter()
        .map(|event| {
            event["metadata"]["eventTimestamp"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let expected = [
        "2026-11-22T09:00:00Z",
        "2026-11-22T09:00:01Z",
        "2026-11-22T09:00:02Z",
    ];
    assert_eq!(times, expected);
    for (limit, count) in [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("9", 3)] {
        let said = run(&mut udm(&[&first, &second, "--limit", limit]), "").expect(0);
        assert_eq!(said.stdout.lines().count(), count, "{limit}");
    }
}

#[test]
fn a_line_that_is_no_record_is_named_and_takes_no_other_with_it() {
    let folder = TempDir::new().unwrap();
    let text = format!("{TITLE}\n{{\"time\":\n{TITLE}\nnonsense\n17\n{TITLE}");
    let path = file(&folder, "bad.ndjson", text);
    let said = run(&mut udm(&[&path]), "").expect(1);
    assert_eq!(titles(&said).len(), 3);
    said.explains(&[
        &format!("{path}:2: this is no JSON"),
        &format!("{path}:4: this is no JSON"),
        &format!("{path}:5: this is JSON, but no record"),
        "3 lines are no record and left out",
    ]);
    // Thousands of them are not thousands of lines.
    let said = of_input(
        &["--stats"],
        &format!("{}{TITLE}", "nonsense\n".repeat(2000)),
    )
    .expect(1);
    assert!(said.stdout.contains("Records: 1,"), "{said:?}");
    assert!(said.stderr.lines().count() < 20, "{said:?}");
    said.explains(&[
        "standard input:10: ",
        "… and more",
        "2000 lines are no record",
    ]);
}

#[test]
fn of_a_damaged_gzip_all_that_can_be_read_is_shown() {
    let folder = TempDir::new().unwrap();
    let whole = gzip(&format!("{TITLE}\n"));
    let cut = &gzip(SETTING)[..12];
    let path = file(&folder, "cut.gz", [&whole, cut].concat());
    let said = run(&mut udm(&[&path]), "").expect(1);
    assert_eq!(titles(&said), ["Contractor"]);
    said.explains(&[&format!("{path}: this is gzip and damaged")]);
}

#[test]
fn what_cannot_be_found_is_said() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing").display().to_string();
    run(&mut udm(&[&missing]), "")
        .expect(2)
        .explains(&[&missing, "cannot be read"]);
    run(&mut udm(&["s3:///key"]), "")
        .expect(2)
        .explains(&["names no bucket"]);
    run(&mut udm(&["--table", "--stats"]), "").expect(2);
}

#[test]
fn a_table_has_a_row_for_each_and_no_control_sequence() {
    let hostile = SETTING.replace("Off", r"\u001b[31mOff");
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
    assert!(explained.stdout.contains(r"\u{1b}[31mOff"), "{explained:?}");
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

#[tokio::test]
async fn what_is_in_s3_is_read_object_by_object() {
    let stack = Stack::start().await.unwrap();
    let bucket = stack.create_bucket("logs").await.unwrap();
    let prefix = "zoom/operationlogs/2026/11/22/";
    for (key, text) in [("b-000001.json.gz", SETTING), ("a-000000.json.gz", TITLE)] {
        bucket
            .write(&format!("{prefix}{key}"), gzip(text))
            .await
            .unwrap();
    }
    bucket
        .write("zoom/operationlogs/2026/11/23/c.json", SIGN_IN)
        .await
        .unwrap();
    let key = operator::hire(&stack, &["s3:GetObject", "s3:ListBucket"]).await;
    let ask = |arguments: &[&str]| {
        let arguments = [&["udm"], arguments].concat();
        run(&mut command::command(&stack, &key, &arguments), "")
    };

    let below = format!("s3://logs/{prefix}");
    let said = ask(&[&below]).expect(0);
    assert_eq!(titles(&said), [json!("Contractor"), Value::Null]);
    assert_eq!(ask(&["s3://logs"]).expect(0).stdout.lines().count(), 3);
    assert_eq!(
        ask(&["s3://logs/", "--limit", "1"])
            .expect(0)
            .stdout
            .lines()
            .count(),
        1
    );
    let one = format!("{below}b-000001.json.gz");
    let said = ask(&[&one, "--explain"]).expect(0);
    assert!(
        said.stdout.contains(&format!("── 1 ── {one}:1")),
        "{said:?}"
    );

    ask(&["s3://logs/zoom/nothing/"])
        .expect(2)
        .explains(&["no object below s3://logs/zoom/nothing/"]);
    ask(&["s3://logs/zoom/nothing"])
        .expect(1)
        .explains(&["s3://logs/zoom/nothing does not exist"]);
    ask(&["s3://nowhere/zoom/"])
        .expect(1)
        .explains(&["s3://nowhere/zoom/", "s3:ListBucket"]);
    operator::entitle(&stack, &["s3:ListBucket"]).await;
    ask(&[&below])
        .expect(1)
        .explains(&["AWS refuses s3:GetObject"]);
}
