//! The records in a text, however they are written: a line for each, an array of them, or pretty-printed one after the
//! other. What is none takes no other with it.

use std::collections::VecDeque;

use serde_json::Deserializer;
use serde_json::value::RawValue;
use thiserror::Error;

/// What a line has.
#[derive(Debug)]
pub struct Line<'a> {
    /// Where it begins; the first line is 1.
    pub number: usize,
    pub content: Result<&'a RawValue, NoRecord>,
}

/// Why something is no record.
#[derive(Debug, Error)]
pub enum NoRecord {
    #[error("this is no JSON ({0}); it is left out")]
    NoJson(String),
    #[error("this is JSON, but no record: a record is an object; it is left out")]
    NoObject,
}

/// The records of a text, in order.
#[derive(Debug)]
pub struct Records<'a> {
    text: &'a [u8],
    at: usize,
    /// The line of `counted`.
    line: usize,
    counted: usize,
    /// What is left of an array.
    items: VecDeque<&'a RawValue>,
}

impl<'a> Records<'a> {
    pub fn of(text: &'a [u8]) -> Self {
        // Some editors begin a file with it.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self {
            text,
            at: 0,
            line: 1,
            counted: 0,
            items: VecDeque::new(),
        }
    }

    /// The number of the line that a place is in. Places are asked for in order.
    fn line_of(&mut self, place: usize) -> usize {
        let passed = self.text.get(self.counted..place).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = self.counted.max(place);
        self.line
    }

    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == b'\n');
        self.at += end.map_or(rest.len(), |end| end + 1);
    }

    fn record(&mut self, json: &'a RawValue) -> Line<'a> {
        let place = json.get().as_ptr().addr() - self.text.as_ptr().addr();
        Line {
            number: self.line_of(place),
            content: if json.get().starts_with('{') {
                Ok(json)
            } else {
                Err(NoRecord::NoObject)
            },
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Some(self.record(item));
            }
            let rest = self.text.get(self.at..)?;
            self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
            let rest = self.text.get(self.at..)?;
            let mut values = Deserializer::from_slice(rest).into_iter::<&'a RawValue>();
            match values.next()? {
                Ok(json) => {
                    self.at += values.byte_offset();
                    if let Ok(items) = serde_json::from_str::<Vec<&'a RawValue>>(json.get()) {
                        self.items = items.into();
                        continue;
                    }
                    let line = self.record(json);
                    if line.content.is_err() {
                        self.skip_line();
                    }
                    return Some(line);
                }
                Err(error) => {
                    let number = self.line_of(self.at);
                    self.skip_line();
                    // Where in the value it is would be counted from another beginning.
                    let said = error.to_string();
                    let said = said.split(" at line ").next().unwrap_or_default();
                    return Some(Line {
                        number,
                        content: Err(NoRecord::NoJson(said.to_owned())),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Option<String>)> {
        Records::of(text.as_bytes())
            .map(|line| {
                (
                    line.number,
                    line.content.ok().map(|json| json.get().to_owned()),
                )
            })
            .collect()
    }

    fn record(line: usize, json: &str) -> (usize, Option<String>) {
        (line, Some(json.to_owned()))
    }

    #[test]
    fn lines_arrays_and_pretty_ones_are_records() {
        assert_eq!(
            read("{\"a\":1}\r\n\n{\"b\":2}\n"),
            [record(1, "{\"a\":1}"), record(3, "{\"b\":2}")]
        );
        assert_eq!(
            read("\u{feff}[\n{\"a\":1},\n{\"b\":[{}]}]\n"),
            [record(2, "{\"a\":1}"), record(3, "{\"b\":[{}]}")]
        );
        assert_eq!(
            read("{\n \"a\": 1\n}\n{\n \"b\": 2\n}"),
            [record(1, "{\n \"a\": 1\n}"), record(4, "{\n \"b\": 2\n}")]
        );
        assert_eq!(read(" \n []"), []);
    }

    #[test]
    fn what_is_no_record_takes_no_other_with_it() {
        assert_eq!(
            read(
                "{\"a\":1\n{\"b\":2}\nfoo {\"x\":1}\n7 8\n[{\"c\":3},\n9]\n{\"d\":4} rest\n{\"e\":\"\n{\"f\":6}"
            ),
            [
                (1, None),
                record(2, "{\"b\":2}"),
                (3, None),
                (4, None),
                record(5, "{\"c\":3}"),
                (6, None),
                record(7, "{\"d\":4}"),
                (7, None),
                (8, None),
                record(9, "{\"f\":6}"),
            ]
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_one_bad_line() {
        let lines: Vec<_> = Records::of(b"{\"a\":\"\xff\"}\n{\"b\":2}")
            .map(|line| line.content.is_ok())
            .collect();
        assert_eq!(lines, [false, true]);
    }
}
