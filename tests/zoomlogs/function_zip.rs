//! The function's zip does not grow by the tool's dependencies.

use std::fs;
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
    let packages = of_the_tool();
    assert!(packages.iter().any(|package| package == "clap"));
    for package in packages {
        assert!(has(&tool, &package), "{package}");
        // For the function too: aws-config takes roles on with the one, and TLS is the other.
        if !["aws-sdk-sts", "aws-lc-rs"].contains(&package.as_str()) {
            assert!(!has(&function, &package), "{package}");
        }
    }
}

/// The dependencies that the feature `cli` switches on.
fn of_the_tool() -> Vec<String> {
    let manifest = fs::read_to_string(project::root().join("Cargo.toml")).unwrap();
    let (_, feature) = manifest.split_once("\ncli = [").unwrap();
    let (feature, _) = feature.split_once(']').unwrap();
    let dependencies = feature
        .split('"')
        .filter_map(|word| word.strip_prefix("dep:"));
    dependencies.map(str::to_owned).collect()
}
