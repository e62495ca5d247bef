//! One object of the log: what its key says, and what is in it.

use std::io::{BufRead as _, BufReader, Read as _};

use chrono::NaiveDate;
use flate2::bufread::MultiGzDecoder;
use serde_json::value::RawValue;
use zoomlogs_core::report::Report;

use super::identity::Identity;

/// The longest line that is read: no answer of Zoom's is longer. Gzip makes a gigabyte of a megabyte where nobody stops it.
const LONGEST_LINE: u64 = 64 << 20;

/// What is read of one object. The function writes 50,000 records to an object, a million if somebody says so; each is about
/// half a kilobyte, and packs to about 20 bytes.
#[derive(Debug, Clone, Copy)]
struct Limits {
    line: u64,
    unpacked: u64,
    lines: u32,
}

const LIMITS: Limits = Limits {
    line: LONGEST_LINE,
    unpacked: 2 << 30,
    lines: 1_000_000,
};

/// The largest object that is fetched, in bytes as it is stored.
pub const LARGEST: u64 = 256 << 20;

/// The folder of a day.
pub fn folder(prefix: &str, day: NaiveDate) -> String {
    format!("{prefix}{}/", day.format("%Y/%m/%d"))
}

/// The day in whose folder a key lies.
pub fn day_of(prefix: &str, key: &str) -> Option<NaiveDate> {
    let path = key.strip_prefix(prefix)?.get(..11)?;
    let day = NaiveDate::parse_from_str(path, "%Y/%m/%d/").ok()?;
    key.starts_with(&folder(prefix, day)).then_some(day)
}

/// The number of the entry that this is the key of, such as 7 of
/// `zoom/operationlogs/2026/11/22/zoom-operationlogs-2026-11-22-000007.json.gz`.
pub fn number_of(prefix: &str, report: &Report, day: NaiveDate, key: &str) -> Option<u32> {
    let name = format!("{}zoom-{}-{day}-", folder(prefix, day), report.name);
    let digits = key.strip_prefix(&name)?.strip_suffix(".json.gz")?;
    (digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

/// Reads the records of an object, and shows each with the number of its line.
///
/// # Errors
/// What is wrong with it, without any of its content.
pub fn records(
    body: &[u8],
    report: &Report,
    show: impl FnMut(u32, Identity, &str),
) -> Result<u64, String> {
    records_of(body, report, LIMITS, show)
}

fn records_of(
    body: &[u8],
    report: &Report,
    limits: Limits,
    mut show: impl FnMut(u32, Identity, &str),
) -> Result<u64, String> {
    if body.is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut lines = BufReader::new(MultiGzDecoder::new(body));
    let mut line = Vec::new();
    let mut number = 0;
    let mut unpacked = 0;
    loop {
        line.clear();
        let read = lines
            .by_ref()
            .take(limits.line + 1)
            .read_until(b'\n', &mut line)
            .map_err(|error| format!("damaged gzip after line {number}: {error}"))?;
        if read == 0 {
            break;
        }
        number += 1;
        unpacked += read as u64;
        if read as u64 > limits.line {
            return Err(format!("line {number} is longer than any record"));
        }
        if number > limits.lines {
            return Err(format!("it has more than {} lines", limits.lines));
        }
        if unpacked > limits.unpacked {
            return Err(format!(
                "it unpacks to more than {} MB",
                limits.unpacked >> 20
            ));
        }
        let text = std::str::from_utf8(&line)
            .ok()
            .map(str::trim_end)
            .filter(|text| serde_json::from_str::<&RawValue>(text).is_ok());
        let Some(text) = text else {
            return Err(format!("line {number} is not JSON"));
        };
        show(number, Identity::of(text, report), text);
    }
    match number {
        0 => Err("it holds no record".to_owned()),
        number => Ok(number.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zoomlogs_core::report::{ACTIVITIES, OPERATION_LOGS};

    use super::*;

    fn day() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    #[test]
    fn a_key_has_one_spelling() {
        let of = |key: &str| number_of("p/", &OPERATION_LOGS, day(), key);
        let folder = "p/2026/11/22/";
        assert_eq!(
            of("p/2026/11/22/zoom-operationlogs-2026-11-22-000007.json.gz"),
            Some(7)
        );
        for name in [
            "zoom-operationlogs-2026-11-22-7.json.gz",
            "zoom-operationlogs-2026-11-22-+00007.json.gz",
            "zoom-operationlogs-2026-11-22-0000007.json.gz",
            "zoom-operationlogs-2026-11-21-000007.json.gz",
            "zoom-operationlogs-2026-11-22-000007.json",
            "zoom-activities-2026-11-22-000007.json.gz",
            "",
        ] {
            assert_eq!(of(&format!("{folder}{name}")), None, "{name}");
        }
        let activities = "p/2026/11/22/zoom-activities-2026-11-22-000007.json.gz";
        assert_eq!(number_of("p/", &ACTIVITIES, day(), activities), Some(7));
    }

    #[test]
    fn a_key_lies_in_the_folder_of_a_day_or_is_astray() {
        assert_eq!(day_of("p/", "p/2026/11/22/anything"), Some(day()));
        for astray in [
            "p/notes",
            "p/2026/11/22",
            "p/2026/13/22/x",
            "p/2026/1/22/xxx",
            "q/2026/11/22/x",
            "p/20é6/11/22/x",
        ] {
            assert_eq!(day_of("p/", astray), None, "{astray}");
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn records_are_counted_by_line() {
        let mut lines = Vec::new();
        let read = records(
            &gzip(b"{\"action\":\"a\"}\n7\n"),
            &OPERATION_LOGS,
            |line, _, text| {
                lines.push(format!("{line} {text}"));
            },
        );
        assert_eq!(read, Ok(2));
        assert_eq!(lines, ["1 {\"action\":\"a\"}", "2 7"]);
    }

    #[test]
    fn what_is_no_entry_is_explained_without_quoting_it() {
        let whole = gzip(b"{\"action\":\"secret\"}\n");
        for (body, part) in [
            (&b""[..], "empty"),
            (b"secret", "damaged gzip"),
            (&whole[..whole.len() - 9], "damaged gzip after line"),
            (&gzip(b"{}\n{\"secret\"\n"), "line 2 is not JSON"),
            (&gzip(b"{}\n\n{}\n"), "line 2 is not JSON"),
            (&gzip(b"{}{}\n"), "line 1 is not JSON"),
            (&gzip(b"\"\xff\"\n"), "line 1 is not JSON"),
            (&gzip(b""), "no record"),
        ] {
            let problem = records(body, &OPERATION_LOGS, |_, _, _| ()).unwrap_err();
            assert!(problem.contains(part), "{problem}");
            assert!(!problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn an_object_that_unpacks_without_end_is_refused_before_memory_is() {
        let limits = Limits {
            line: 1_000,
            unpacked: 3 << 20,
            lines: 9_000,
        };
        let many_lines = b"0\n".repeat(9_001);
        let long_lines = [&[b'1'; 999][..], b"\n"].concat();
        for (bomb, expected) in [
            (
                &[&b"{}\n"[..], &[b'0'; 100_000]].concat(),
                "line 2 is longer than any record",
            ),
            (&many_lines, "it has more than 9000 lines"),
            (&long_lines.repeat(5_000), "it unpacks to more than 3 MB"),
        ] {
            let mut shown = 0;
            let read = records_of(&gzip(bomb), &OPERATION_LOGS, limits, |_, _, _| shown += 1);
            assert_eq!(read, Err(expected.to_owned()));
            assert!(shown <= limits.lines);
        }
        let whole = gzip(&many_lines[2..]);
        let read = records_of(&whole, &OPERATION_LOGS, limits, |_, _, _| ());
        assert_eq!(read, Ok(9_000));
    }
}
