//! The function as deployed in a stack: invoked through Lambda, run by ministack, seen through its logs.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use aws_sdk_lambda::{
    client::Waiters,
    primitives::Blob,
    types::{Environment, LogType},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    stack::Stack,
    terraform::DeployedReport,
};

/// The function that a stack has under a name.
#[derive(Debug)]
pub struct Function<'a> {
    stack: &'a Stack,
    name: String,
    log_group: String,
}

/// A direct invocation, afterwards.
#[derive(Clone, Debug)]
pub struct DirectRun {
    /// The answer, or the error's type and message.
    pub payload: Value,
    /// Lambda's word for a failed invocation.
    pub function_error: Option<String>,
    /// The last 4 KB of the log.
    pub log_tail: String,
}

/// An invocation as the log group tells of it: ministack makes a log stream for each.
#[derive(Clone, Debug)]
pub struct LoggedRun {
    /// The stream's name.
    pub stream: String,
    /// The function's lines, with Lambda's own around them.
    pub lines: Vec<String>,
}

impl Stack {
    /// The function that collects this report.
    pub fn function(&self, report: &DeployedReport) -> Function<'_> {
        Function {
            stack: self,
            name: report.function_name.clone(),
            log_group: report.log_group_name.clone(),
        }
    }
}

impl Function<'_> {
    /// Invokes the function and waits for its answer.
    pub async fn invoke(&self, event: &Value) -> Result<DirectRun> {
        let answer = self
            .stack
            .aws()
            .lambda
            .invoke()
            .function_name(&self.name)
            .log_type(LogType::Tail)
            .payload(Blob::new(event.to_string()))
            .send()
            .await
            .map_err(Error::aws(format!("Invoke {}", self.name)))?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let log = BASE64_STANDARD
            .decode(answer.log_result.unwrap_or_default())
            .unwrap_or_default();
        Ok(DirectRun {
            payload: serde_json::from_slice(&payload)
                .map_err(|error| Error::Unexpected(format!("Invoke {}: {error}", self.name)))?,
            function_error: answer.function_error,
            log_tail: String::from_utf8_lossy(&log).into_owned(),
        })
    }

    /// Sets a variable in the function's environment, or takes it away, and waits until the change is in force.
    pub async fn set_variable(&self, name: &str, value: Option<&str>) -> Result<()> {
        let lambda = &self.stack.aws().lambda;
        let configuration = lambda
            .get_function_configuration()
            .function_name(&self.name)
            .send()
            .await
            .map_err(Error::aws(format!(
                "GetFunctionConfiguration {}",
                self.name
            )))?;
        let mut variables = configuration
            .environment
            .and_then(|environment| environment.variables)
            .unwrap_or_default();
        match value {
            Some(value) => variables.insert(name.to_owned(), value.to_owned()),
            None => variables.remove(name),
        };
        lambda
            .update_function_configuration()
            .function_name(&self.name)
            .environment(
                Environment::builder()
                    .set_variables(Some(variables))
                    .build(),
            )
            .send()
            .await
            .map_err(Error::aws(format!(
                "UpdateFunctionConfiguration {}",
                self.name
            )))?;
        lambda
            .wait_until_function_updated_v2()
            .function_name(&self.name)
            .wait(Duration::from_secs(30))
            .await
            .map_err(|error| Error::Unexpected(format!("{} is not updated: {error}", self.name)))?;
        Ok(())
    }

    /// The names of the log streams: one for each invocation that has ended.
    pub async fn runs(&self) -> Result<BTreeSet<String>> {
        let operation = || format!("DescribeLogStreams {}", self.log_group);
        let mut pages = self
            .stack
            .aws()
            .logs
            .describe_log_streams()
            .log_group_name(&self.log_group)
            .into_paginator()
            .send();
        let mut streams = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(Error::aws(operation()))?;
            streams.extend(
                page.log_streams
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|stream| stream.log_stream_name),
            );
        }
        Ok(streams)
    }

    /// Waits for an invocation that is not among `known` to end: the schedule's, when nobody else invokes.
    pub async fn next_run(
        &self,
        known: &BTreeSet<String>,
        patience: Duration,
    ) -> Result<LoggedRun> {
        let begin = Instant::now();
        let mut pause = tokio::time::interval(Duration::from_millis(250));
        while begin.elapsed() < patience {
            pause.tick().await;
            if let Some(stream) = self
                .runs()
                .await?
                .into_iter()
                .find(|stream| !known.contains(stream))
            {
                return Ok(LoggedRun {
                    lines: self.lines(&stream).await?,
                    stream,
                });
            }
        }
        Err(Error::Timeout {
            what: format!("an invocation of {}", self.name),
            waited: patience,
        })
    }

    /// The lines of one invocation.
    pub async fn lines(&self, stream: &str) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self
                .stack
                .aws()
                .logs
                .get_log_events()
                .log_group_name(&self.log_group)
                .log_stream_name(stream)
                .start_from_head(true)
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(Error::aws(format!("GetLogEvents {stream}")))?;
            let events = page.events.unwrap_or_default();
            let last = events.is_empty() || page.next_forward_token == token;
            lines.extend(events.into_iter().filter_map(|event| event.message));
            if last {
                return Ok(lines);
            }
            token = page.next_forward_token;
        }
    }

    /// The processes that run the function now; warm ones wait for their next event.
    pub fn processes(&self) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").map_err(Error::file("/proc"))? {
            let entry = entry.map_err(Error::file("/proc"))?;
            let Some(pid) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            // Processes come and go while one looks.
            let read = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
            let (stat, arguments) = (read("stat"), read("cmdline"));
            // A stack has a function for each report.
            let name = format!("AWS_LAMBDA_FUNCTION_NAME={}", self.name);
            if parent(&String::from_utf8_lossy(&stat)) == Some(self.stack.ministack_pid())
                && parts(&arguments).any(|argument| argument.ends_with(b"/bootstrap"))
                && parts(&read("environ")).any(|variable| variable == name.as_bytes())
            {
                found.push(pid);
            }
        }
        Ok(found)
    }

    /// Kills the processes that run the function (SIGKILL), wherever they are, and says how many there were.
    pub fn kill(&self) -> Result<usize> {
        let processes = self.processes()?;
        processes.iter().copied().for_each(kill);
        Ok(processes.len())
    }

    /// Kills one of [`Function::processes`] (SIGKILL).
    pub fn kill_one(&self, pid: u32) {
        kill(pid);
    }
}

fn kill(pid: u32) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid.cast_signed()) {
        // One that ended by itself just now is as dead.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// What `/proc` has as one text, each part ended by a null byte.
fn parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == 0)
}

/// The parent's pid: the second field after the command's name, which stands in parentheses and may hold anything.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}
