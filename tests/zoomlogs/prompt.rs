//! `zoomlogs credentials` at a terminal.

use rexpect::session::{PtySession, spawn_command};

use crate::command::command;
use crate::credentials::{HIDDEN, SECRET, Scene, object};

/// How long the next prompt may take, in milliseconds.
const PATIENCE: Option<u64> = Some(30_000);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_entered_at_the_prompts_is_stored_and_not_echoed() {
    let scene = Scene::start().await;
    let arguments = [
        "credentials",
        "--secret",
        SECRET,
        "--function",
        "zoom_operationlogs_to_s3",
    ];
    let command = command(&scene.stack, &scene.key, &arguments);
    let mut terminal = spawn_command(command, PATIENCE).unwrap();
    let mut shown = String::new();
    for (prompt, value) in ["Account ID: ", "Client ID: ", "Client secret: "]
        .iter()
        .zip(HIDDEN)
    {
        shown += &terminal.exp_string(prompt).unwrap();
        terminal.send_line(value).unwrap();
    }
    shown += &terminal.exp_eof().unwrap();
    assert_eq!(exit_code(&terminal), 0, "{shown}");
    assert!(shown.contains("Zoom takes these credentials"), "{shown}");
    assert!(!shown.contains("kX9"), "{shown}");
    assert_eq!(
        scene.stored().await,
        Some(object(HIDDEN[0], HIDDEN[1], HIDDEN[2]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_ends_it() {
    let scene = Scene::start().await;
    let arguments = ["credentials", "--secret", SECRET, "--no-check"];
    let command = command(&scene.stack, &scene.key, &arguments);
    let mut terminal = spawn_command(command, PATIENCE).unwrap();
    terminal.exp_string("Account ID: ").unwrap();
    terminal.send_line("  ").unwrap();
    let shown = terminal.exp_eof().unwrap();
    assert_eq!(exit_code(&terminal), 2, "{shown}");
    assert!(shown.contains("no account ID was entered"), "{shown}");
    assert_eq!(scene.stored().await, None);
}

/// The type that it comes in is of a crate that rexpect does not show.
fn exit_code(terminal: &PtySession) -> i32 {
    let ended = format!("{:?}", terminal.process().wait().unwrap());
    let code = ended
        .strip_prefix("Exited(")
        .and_then(|rest| rest.strip_suffix(')'));
    let code = code.and_then(|rest| rest.rsplit_once(", "));
    code.unwrap_or_else(|| panic!("{ended}")).1.parse().unwrap()
}
