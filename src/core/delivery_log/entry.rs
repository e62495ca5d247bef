//! One entry as bytes: gzip NDJSON.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::ledger::Counts;
use crate::record::Record;
use crate::report::Report;

/// The longest line that SecOps takes is 4 MB; a longer one fails the whole object it stands in
/// (feed error `MaxLogLineSize4MBExceeded`).
const LONGEST_LINE: usize = 4_000_000;

/// How hard an entry is compressed: `docs/performance.md` has what each level takes and gives.
const LEVEL: u32 = 5;

/// The longest line that is read: no answer of Zoom's is longer, so no record is. Gzip makes a gigabyte of a megabyte
/// where there is no limit.
pub(super) const LONGEST_READ: usize = 64 << 20;

/// How much text is handed to the compressor at once. Line by line it takes longer: each call has its price, and the checksum
/// of a few bytes is worked out byte by byte.
const GATHERED: usize = 32 << 10;

/// Whether a record's line is longer than SecOps takes. It is delivered all the same, in an object of its own, so
/// that it fails no other record.
#[must_use]
pub fn is_oversized(record: &Record) -> bool {
    record.line().len() >= LONGEST_LINE
}

/// Records as gzip NDJSON. The time goes into the gzip header, for people.
pub(super) fn encode(records: &[&Record], written_at: DateTime<Utc>) -> io::Result<Bytes> {
    let mtime = u32::try_from(written_at.timestamp()).unwrap_or(0);
    let gzip = flate2::GzBuilder::new().mtime(mtime);
    let encoder: GzEncoder<Vec<u8>> = gzip.write(Vec::new(), Compression::new(LEVEL));
    let mut lines = BufWriter::with_capacity(GATHERED, encoder);
    for record in records {
        lines.write_all(record.line().as_bytes())?;
        lines.write_all(b"\n")?;
    }
    let encoder = lines.into_inner().map_err(io::IntoInnerError::into_error)?;
    encoder.finish().map(Bytes::from)
}

/// Counts the records of an entry, one line after the other: an entry can be larger than memory once it is unpacked.
/// An error names a line, never its content; one of `longest` bytes or more is an error.
pub(super) fn decode(body: &[u8], report: &Report, longest: usize) -> Result<Counts, String> {
    let mut records = Counts::default();
    let mut lines = BufReader::new(MultiGzDecoder::new(body));
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let length = Read::by_ref(&mut lines)
            .take(longest as u64)
            .read_until(b'\n', &mut line)
            .map_err(|error| format!("line {number}: {}", error.kind()))?;
        if length == 0 {
            break;
        }
        if length == longest {
            return Err(format!("line {number} is longer than any record"));
        }
        let record = std::str::from_utf8(&line)
            .ok()
            .and_then(|line| Record::identify(line, report).ok())
            .ok_or_else(|| format!("line {number} is not JSON"))?;
        records.add(record);
    }
    if records.is_empty() {
        return Err("it holds no record".to_owned());
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::OPERATION_LOGS;

    #[test]
    fn an_entry_that_unpacks_without_end_is_refused_before_memory_is() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"{}\n").unwrap();
        encoder.write_all(&[b'0'; 100_000]).unwrap();
        let bomb = encoder.finish().unwrap();
        let problem = decode(&bomb, &OPERATION_LOGS, 1000).unwrap_err();
        assert_eq!(problem, "line 2 is longer than any record");
    }
}
