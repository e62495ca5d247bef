//! Where records come from and in which form, and what is said of what is none.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use local_stack::Stack;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{SETTING, SIGN_IN, TITLE, file, lines, of_input, udm};
use crate::command::{self, Said, run};
use crate::operator;

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
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
    // What comes after the end is not even opened.
    let missing = folder.path().join("missing").display().to_string();
    run(&mut udm(&[&first, &missing, "--limit", "2"]), "").expect(0);
    run(&mut udm(&[&first, &missing, "--limit", "3"]), "").expect(2);
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
fn a_files_name_is_no_control_sequence() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "\u{1b}[31m.ndjson", "nonsense");
    run(&mut udm(&[&path]), "")
        .expect(1)
        .explains(&[r"\u{1b}[31m.ndjson:1: this is no JSON"])
        .hides(&["\u{1b}"]);
    let missing = folder.path().join("\u{1b}[31m").display().to_string();
    run(&mut udm(&[&missing]), "")
        .expect(2)
        .explains(&[r"\u{1b}[31m cannot be read"])
        .hides(&["\u{1b}"]);
}

#[test]
fn of_a_damaged_gzip_all_that_can_be_read_is_shown() {
    let folder = TempDir::new().unwrap();
    let whole = gzip(&format!("{TITLE}\n"));
    let cut = &gzip(SETTING)[..12];
    let path = file(&folder, "cut.gz", [&whole, cut].concat());
    let said = run(&mut udm(&[&path]), "").expect(1);
    assert_eq!(titles(&said), ["Contractor"]);
    said.explains(&[
        &format!("{path}: this is gzip and damaged"),
        "one file or object is damaged, and what comes after the damage is not shown",
    ])
    .hides(&["no record", "all others were shown"]);

    // Lines that are no records do not hide it.
    let bad = "nonsense\n".repeat(20);
    let worse = file(&folder, "worse.gz", [&gzip(&bad), cut].concat());
    run(&mut udm(&[&worse]), "").expect(1).explains(&[
        &format!("{worse}: this is gzip and damaged"),
        "20 lines are no record and left out, and one file or object is damaged",
    ]);

    // What was asked for is whole.
    let said = run(&mut udm(&[&path, "--limit", "1"]), "").expect(0);
    assert_eq!(titles(&said), ["Contractor"]);
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

#[tokio::test]
async fn an_access_key_that_s3_does_not_know_is_said_to_be_one() {
    let stack = Stack::start().await.unwrap();
    stack.create_bucket("logs").await.unwrap();
    let mut stranger = operator::hire(&stack, &["s3:GetObject"]).await;
    stranger.id = "AKIAUNKNOWNUNKNOWN00".to_owned();
    let mut asked = command::command(&stack, &stranger, &["udm", "s3://logs/one.json"]);
    run(&mut asked, "")
        .expect(1)
        .explains(&["AWS does not accept these credentials", "s3:GetObject"]);
}
