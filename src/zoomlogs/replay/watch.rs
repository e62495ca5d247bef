//! What is seen while days are replayed: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// See the [module](self).
#[derive(Debug)]
pub struct Watch<'a> {
    output: &'a Output,
    bar: Option<ProgressBar>,
    days: u64,
}

impl<'a> Watch<'a> {
    /// Watches so many days, of which some are done.
    pub fn new(output: &'a Output, days: u64, done: u64) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(days).with_position(done);
            let style = "{bar:32} {pos}/{len} days, {elapsed} spent, {eta} left  {msg}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            bar.reset_eta();
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { output, bar, days }
    }

    /// Names what is being done.
    pub fn begin(&self, what: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(what);
        }
    }

    /// Says something that stays to be read.
    pub fn say(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.println(what),
            None => self.output.remark(what),
        }
    }

    /// Another day is through, as the `nth`.
    pub fn day_is_through(&self, nth: usize, what: &str) {
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => self
                .output
                .remark(&format!("{what} ({nth} of {})", self.days)),
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
