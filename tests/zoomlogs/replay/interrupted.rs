//! A replay that is killed, that meets another run, or that is watched at a terminal.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use local_stack::AccessKey;
use rexpect::session::spawn_command;
use serde_json::json;

use super::{arguments, by_day, done, function, replay, told};
use crate::pipeline::{Pipeline, days_ago};

#[tokio::test]
async fn a_replay_that_was_killed_goes_on_and_its_table_has_all_days() {
    let pipeline = Pipeline::start(5, 400).await;
    // Slow enough to be killed in the middle of a day.
    let rate = ("ZOOM_MAX_REQUESTS_PER_SECOND", "5".to_owned());
    pipeline.deploy_with(&[rate]).await.limit(1).await;
    let arguments = arguments(4, 1);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut command = pipeline.command(&AccessKey::root(), &arguments);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let asked_for = |days| {
        let zoom = pipeline.zoom.world();
        let day = days_ago(days).to_string();
        let mut requests = zoom.requests().iter().map(|request| format!("{request:?}"));
        requests.any(|request| request.contains(&day))
    };
    let begun = std::time::Instant::now();
    while !asked_for(2) {
        assert!(
            begun.elapsed().as_secs() < 60,
            "the third day was never read"
        );
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    pipeline.zoom.world().clear_requests();

    let said = replay(&pipeline, 4, 1, &["--json"]).expect(0);
    said.clone()
        .explains(&["going on with the replay", "--anew begins again"]);
    let report = &said.json()[0];
    let days = report["days"].as_array().unwrap();
    assert_eq!(days.len(), 4);
    for (row, ago) in days.iter().zip([4, 3, 2, 1]) {
        let in_zoom = pipeline.in_zoom(days_ago(ago));
        assert_eq!(
            (&row["in_zoom"], &row["done"]),
            (&json!(in_zoom), &json!(true)),
            "{row}"
        );
        assert_eq!(pipeline.delivered(days_ago(ago)).await, in_zoom);
        // What the function went on to do after the command was killed, nobody was told.
        assert_eq!(row["answer_lost"], ago == 2, "{row}");
        if ago != 2 {
            assert_eq!(row["delivered_now"], in_zoom, "{row}");
        }
    }
    assert!(
        !asked_for(4) && !asked_for(3),
        "the days that were done were read again"
    );
}

#[tokio::test]
async fn a_busy_function_is_waited_for() {
    let pipeline = told(&by_day(&[(1, &[done(1, 3, 3)])])).await;
    function(&pipeline).limit(0).await;
    let arguments = arguments(1, 1);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut command = pipeline.command(&AccessKey::root(), &arguments);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let waits = lines
        .by_ref()
        .map(Result::unwrap)
        .any(|line| line.contains("running just now; waiting"));
    assert!(waits);
    assert!(function(&pipeline).events().is_empty());
    function(&pipeline).limit(1).await;
    let mut stdout = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut stdout)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(stdout.contains("total"), "{stdout}");
    assert_eq!(function(&pipeline).events().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_a_bar_and_the_table() {
    let pipeline = told(&by_day(&[(2, &[done(2, 3, 3)]), (1, &[done(1, 5, 1)])])).await;
    let arguments = arguments(2, 1);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut command = pipeline.command(&AccessKey::root(), &arguments);
    command.env("TERM", "xterm-256color");
    let mut terminal = spawn_command(command, Some(30_000)).unwrap();
    let shown = terminal.exp_eof().unwrap();
    for part in [
        "0/2 days",
        "1/2 days",
        "left  operationlogs",
        "DELIVERED NOW",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(
        !shown.contains("(2 of 2)"),
        "no lines beside the bar: {shown}"
    );
}
