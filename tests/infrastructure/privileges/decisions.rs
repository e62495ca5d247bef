//! What ministack decided about each action, as its log tells it (tests/local-stack/src/policies.py).

use std::{
    fs,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// One action that a principal was allowed or denied.
#[derive(Clone, Debug, Deserialize)]
pub struct Decision {
    pub action: String,
    pub resource: String,
    pub allowed: bool,
    /// The statements that allowed or denied it, of the principal's policies and of the resource's; an empty one when it was
    /// denied because nothing allows it.
    pub sids: Vec<String>,
}

/// The log, read from where it was last read to.
#[derive(Debug)]
pub struct Decisions {
    log: PathBuf,
    read: u64,
}

impl Decisions {
    pub fn of(log: &Path) -> Self {
        Self {
            log: log.to_owned(),
            read: 0,
        }
    }

    /// Those since this was last called. A decision is in the log before its request is answered.
    pub fn take(&mut self) -> Vec<Decision> {
        let mut log = fs::File::open(&self.log).unwrap();
        log.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = Vec::new();
        self.read += log.read_to_end(&mut text).unwrap() as u64;
        String::from_utf8_lossy(&text)
            .lines()
            .filter_map(|line| line.strip_prefix("decision "))
            .map(|decision| serde_json::from_str(decision).unwrap())
            .collect()
    }
}
