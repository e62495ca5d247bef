//! The function's zip does not grow by the tool's dependencies.

use std::process::Command;

use local_stack::project;

#[test]
fn the_function_is_built_without_what_the_tool_depends_on() {
    let packages = |features: &[&str]| {
        let tree = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--locked",
                "--offline",
                "--package",
                "zoom_operationlogs_to_s3",
            ])
            .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .args(features)
            .current_dir(project::root())
            .output()
            .unwrap();
        assert!(
            tree.status.success(),
            "{}",
            String::from_utf8_lossy(&tree.stderr)
        );
        String::from_utf8(tree.stdout).unwrap()
    };
    let has = |tree: &str, package: &str| {
        let start = format!("{package} v");
        tree.lines().any(|line| line.starts_with(&start))
    };
    // As scripts/build builds it.
    let (function, tool) = (packages(&[]), packages(&["--features", "cli"]));
    assert!(has(&function, "aws-sdk-s3"));
    for package in ["clap", "rpassword", "aws-sdk-iam", "aws-sdk-lambda"] {
        assert!(has(&tool, package), "{package}");
        assert!(!has(&function, package), "{package}");
    }
}
