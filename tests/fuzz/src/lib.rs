//! What the fuzz targets share.
//!
//! Each target reads bytes that a stranger could send or store, and asserts what the product promises about them; that
//! nothing panics is the least. `tests/fuzz/seeds` has a few valid inputs for each.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use zoomlogs_core::record::Record;
use zoomlogs_core::report::Report;

/// The bytes as gzip, which no fuzzer can guess the checksums of.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Asserts what holds for every record of `report`, wherever it was read.
pub fn check_record(record: &Record, report: &Report) {
    let line = record.line();
    assert!(!line.contains(['\n', '\r']), "a record is one line");
    let again = Record::parse(line, report).expect("a record's line is JSON");
    assert_eq!(&again, record, "a line read again is the same record");
    assert_eq!(
        format!("{record:?}").len(),
        "Record()".len() + 32,
        "only its fingerprint is shown"
    );
}
