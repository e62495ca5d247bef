//! What came of one invocation.

use std::{process::ExitStatus, time::Duration};

use serde_json::Value;

use crate::error::{Error, Result};

/// How one invocation ended.
#[derive(Debug)]
pub enum Outcome {
    /// The function answered.
    Answer(Value),
    /// The function reported an error: a failed invocation.
    Error {
        /// The error's type.
        kind: String,
        /// What it said.
        message: String,
    },
    /// The process ended without an answer: killed, panicked, or stopped at start.
    Exited(ExitStatus),
    /// The deadline passed; the process was killed, as Lambda does it.
    TimedOut,
}

/// One invocation, afterwards.
#[derive(Debug)]
pub struct Invocation {
    /// How it ended.
    pub outcome: Outcome,
    /// The request id that the function was given.
    pub request_id: String,
    /// What the process printed meanwhile, both streams, including its start when there was one.
    pub log: String,
    /// How long it took.
    pub duration: Duration,
}

impl Invocation {
    /// The answer; an error that shows how the invocation ended instead, with its log.
    pub fn answer(&self) -> Result<&Value> {
        match &self.outcome {
            Outcome::Answer(answer) => Ok(answer),
            other => Err(Error::Unexpected(format!(
                "no answer but {other:?}; log:\n{}",
                self.log
            ))),
        }
    }

    /// The message of the error that the function reported; an error that shows how the invocation ended instead.
    pub fn error(&self) -> Result<&str> {
        match &self.outcome {
            Outcome::Error { message, .. } => Ok(message),
            other => Err(Error::Unexpected(format!(
                "no reported error but {other:?}; log:\n{}",
                self.log
            ))),
        }
    }

    /// The log's lines that are JSON objects: the function's events and its EMF metrics.
    pub fn log_events(&self) -> Vec<Value> {
        self.log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(Value::is_object)
            .collect()
    }
}
