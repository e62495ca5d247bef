//! The function's zip does not grow unnoticed.

use std::fs;

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
