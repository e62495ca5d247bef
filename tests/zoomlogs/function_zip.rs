//! The function's zip does not grow: not by the tool's dependencies, and not unnoticed.

use std::fs;
use std::process::Command;

use local_stack::project;

/// What `make build` made for x86_64 when this was last looked at, with Rust 1.95.
const RECORDED: u64 = 3_187_494;

/// By what share it may differ from that: another version of Rust or of a dependency makes another zip.
const TOLERANCE: f64 = 0.02;

/// The most that it may ever have.
const LIMIT: u64 = 3_500_000;

#[tokio::test]
async fn the_zip_is_as_small_as_it_was() {
    let zip = project::package().await.unwrap();
    let size = fs::metadata(&zip).unwrap().len();
    assert!(
        size <= LIMIT,
        "the zip has {size} bytes, more than {LIMIT}: see what a dependency or its features brought \
         (cargo tree, and docs/decisions.md on the zip's size)"
    );
    // Another processor's code has another size.
    if project::architecture() != "x86_64" {
        return;
    }
    let ratio = size as f64 / RECORDED as f64;
    assert!(
        (ratio - 1.0).abs() <= TOLERANCE,
        "the zip has {size} bytes, {:+.1} % against the {RECORDED} that are recorded: if that is meant, write {size} for \
         RECORDED in {}, and why in the commit",
        (ratio - 1.0) * 100.0,
        file!()
    );
}

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
