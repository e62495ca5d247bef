//! A replay that an earlier command began, and what several functions leave of one.

use chrono::{DateTime, Months, NaiveDate, Utc};
use local_stack::{AccessKey, REGION, Stack};
use serde_json::{Value, json};

use super::{answer, asked, by_day, done, function, told};
use crate::command::{command, run};
use crate::environment::{Project, pipeline};
use crate::lambda::Function;
use crate::pipeline::{FUNCTION, days_ago, variables};

/// The state of a replay as a command left it.
fn state(from: NaiveDate, to: NaiveDate, days: &Value) -> String {
    let begun: DateTime<Utc> = Utc::now() - chrono::TimeDelta::days(1);
    let function = format!("arn:aws:lambda:{REGION}:000000000000:function:{FUNCTION}");
    json!({"version": 1, "function": function, "from": from, "to": to, "begun": begun, "days": days}).to_string()
}

/// A day in it, which was tried so often.
fn tried(invocations: u64) -> Value {
    json!({
        "in_zoom": null, "written": 0, "pages": 0, "invocations": invocations, "done": false, "asking": false, "unheard": false,
    })
}

#[tokio::test]
async fn a_day_that_zoom_forgot_meanwhile_fails_and_the_others_go_on() {
    let earliest = Utc::now().date_naive() - Months::new(6);
    let [from, to] = [earliest.pred_opt().unwrap(), earliest.succ_opt().unwrap()];
    let days = |day: NaiveDate| (Utc::now().date_naive() - day).num_days().unsigned_abs();
    let pipeline = told(&by_day(&[
        (days(earliest), &[done(days(earliest), 3, 3)]),
        (days(to), &[done(days(to), 4, 4)]),
    ]))
    .await;
    let file = pipeline.stack.directory().join("state");
    let path = file.display().to_string();
    let [first, last] = [from, to].map(|day| day.to_string());
    let arguments = ["replay", "--from", &first, "--to", &last, "--state", &path];
    // Nobody began it, so that it is refused, and nothing is kept of it.
    pipeline
        .zoomlogs(&arguments)
        .expect(2)
        .explains(&[&format!("the first day it has is {earliest}")]);
    assert!(!file.exists());

    std::fs::write(&file, state(from, to, &json!({}))).unwrap();
    let said = pipeline.zoomlogs(&arguments).expect(4).explains(&[
        &format!("failed on {from} (ZoomBeyondHistory)"),
        &format!("Zoom does not keep {from} any more"),
    ]);
    assert_eq!(
        asked(&function(&pipeline)),
        [earliest, to].map(|day| day.to_string())
    );
    // There is nothing left to go on with.
    assert!(!said.stderr.contains("The same command"), "{said:?}");
    assert!(!file.exists());
}

#[tokio::test]
async fn invocations_of_earlier_commands_do_not_count_against_a_day() {
    let answers = [answer(2, false, 5, 0, None), done(2, 8, 3)];
    let pipeline = told(&by_day(&[(2, &answers)])).await;
    let day = days_ago(2);
    let file = pipeline.stack.directory().join("state");
    let kept = state(day, day, &json!({day.to_string(): tried(100)}));
    std::fs::write(&file, kept).unwrap();
    let (day, path) = (day.to_string(), file.display().to_string());
    let arguments = ["replay", "--from", &day, "--to", &day, "--state", &path];
    pipeline.zoomlogs(&arguments).expect(0);
}

#[tokio::test]
async fn a_function_that_is_not_there_takes_nothing_from_another() {
    let stack = Stack::start().await.unwrap();
    let there = Function::create(&stack, "there", &variables()).await;
    there.answer(&by_day(&[(1, &[done(1, 5, 5)])]));
    let project = Project::with(&json!({"a": pipeline("there"), "b": pipeline("gone")}));
    let day = days_ago(1).to_string();
    let states = stack.directory().join("states");
    let replay = || {
        let arguments = ["replay", "--env", "dev", "--from", &day, "--to", &day];
        let mut command = command(&stack, &AccessKey::root(), &arguments);
        command
            .current_dir(project.inside())
            .env("XDG_STATE_HOME", &states);
        run(&mut command, "")
    };
    let said = replay().expect(1).explains(&["gone", "does not exist"]);
    assert!(
        said.stdout.contains("there, operationlogs") && said.stdout.contains("total"),
        "{said:?}"
    );

    // The same command does not begin again with the one that is through.
    Function::create(&stack, "gone", &variables())
        .await
        .answer(&by_day(&[(1, &[done(1, 2, 2)])]));
    let said = replay().expect(0);
    assert!(said.stdout.contains("gone, operationlogs"), "{said:?}");
    assert_eq!(there.events().len(), 1);
    let left = std::fs::read_dir(states.join("zoomlogs/replay")).unwrap();
    assert_eq!(left.count(), 0);
}
