//! How the demo speaks: headings with the time, facts, and promises that were kept or not.

use std::time::Instant;

pub(crate) struct Telling {
    begin: Instant,
    steps: u32,
    broken: u32,
}

impl Telling {
    pub(crate) fn new() -> Self {
        Self {
            begin: Instant::now(),
            steps: 0,
            broken: 0,
        }
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.steps += 1;
        println!(
            "\n[{:>3} s]  {}. {text}",
            self.begin.elapsed().as_secs(),
            self.steps
        );
    }

    pub(crate) fn say(&self, text: impl AsRef<str>) {
        println!("          {}", text.as_ref());
    }

    /// Something that was promised.
    pub(crate) fn check(&mut self, kept: bool, promise: impl AsRef<str>) {
        if !kept {
            self.broken += 1;
        }
        println!(
            "        {} {}",
            if kept { '✓' } else { '✗' },
            promise.as_ref()
        );
    }

    pub(crate) fn broken(&self) -> u32 {
        self.broken
    }

    pub(crate) fn end(&self) {
        let seconds = self.begin.elapsed().as_secs();
        let verdict = if self.broken == 0 {
            "Everything as promised."
        } else {
            "Not as promised."
        };
        println!("\n[{seconds:>3} s]  {verdict}");
    }
}

/// 12345 as 12,345.
pub(crate) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// At most so many characters of a text.
pub(crate) fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        text.to_owned()
    } else {
        text.chars().take(length - 1).chain(['…']).collect()
    }
}
