//! What happened in a world, to be read, and to be compared with what happened in it another time.

use std::cell::RefCell;
use std::fmt;

use chrono::{DateTime, Utc};

/// Where the lines of a trace go.
#[derive(Debug, Default)]
pub enum Trace {
    /// Nowhere: for worlds that nobody reads.
    #[default]
    Off,
    /// Into memory.
    Kept(RefCell<String>),
    /// To standard output, as they come.
    Shown,
}

impl Trace {
    /// An empty trace in memory.
    #[must_use]
    pub fn kept() -> Self {
        Self::Kept(RefCell::default())
    }

    /// What was kept.
    #[must_use]
    pub fn into_text(self) -> String {
        match self {
            Self::Kept(text) => text.into_inner(),
            _ => String::new(),
        }
    }

    pub(crate) fn line(&self, at: DateTime<Utc>, what: fmt::Arguments<'_>) {
        match self {
            Self::Off => {}
            Self::Kept(text) => *text.borrow_mut() += &format!("{} {what}\n", stamp(at)),
            Self::Shown => println!("{} {what}", stamp(at)),
        }
    }
}

fn stamp(at: DateTime<Utc>) -> impl fmt::Display {
    at.format("%m-%d %H:%M:%S%.3f")
}
