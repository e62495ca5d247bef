//! `make bench` still works.

#[tokio::test]
async fn the_benchmark_measures_both_sides() {
    let binary = env!("CARGO_BIN_EXE_zoom_operationlogs_to_s3");
    let tables = benchmark::try_out(binary.into()).await.unwrap();
    let row = |begin: &str| {
        let row = tables.lines().find(|line| line.starts_with(begin));
        row.unwrap_or_else(|| panic!("no {begin} in {tables}"))
    };
    let delivered = row("| busy day: records in the bucket for each one at Zoom");
    assert!(delivered.contains("| 1.000 |"), "{delivered}");
    // A quiet run is one request to Zoom, on both sides' first page.
    let requests = row("| this function, same process");
    assert!(
        requests.starts_with("| this function, same process | 1 |"),
        "{requests}"
    );
}
