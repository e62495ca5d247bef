//! The completion scripts are ones that their shells take.

use std::process::Command;

use crate::command::{ZOOMLOGS, run};

#[test]
fn bash_completes_commands_and_flags() {
    let script = run(Command::new(ZOOMLOGS).args(["completions", "bash"]), "").expect(0);
    // As a shell that has read the script, after `zoomlogs verify --fr<Tab>`.
    let asked = format!(
        "{}\nCOMP_WORDS=(zoomlogs \"$1\" \"$2\"); COMP_CWORD=2; _zoomlogs zoomlogs \"$2\" \"$1\"\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.stdout
    );
    let completed = |command: &str, begun: &str| {
        let mut bash = Command::new("bash");
        bash.args(["-c", &asked, "bash", command, begun]);
        run(&mut bash, "").expect(0).stdout
    };
    assert_eq!(completed("run", "--acc").trim(), "--account");
    assert!(completed("reader-key", "ro").contains("rotate"));
}

#[test]
fn other_shells_get_theirs_and_an_unknown_one_is_named() {
    for (shell, mark) in [
        ("zsh", "#compdef zoomlogs"),
        ("fish", "complete -c zoomlogs"),
    ] {
        let said = run(Command::new(ZOOMLOGS).args(["completions", shell]), "").expect(0);
        assert!(said.stdout.contains(mark), "{said:?}");
        for command in ["status", "replay", "verify", "udm", "feed"] {
            assert!(said.stdout.contains(command), "{shell}: {command}");
        }
    }
    run(Command::new(ZOOMLOGS).args(["completions", "tcsh"]), "")
        .expect(2)
        .explains(&["tcsh", "bash"]);
}
