//! Runs a function's native binary as Lambda runs it, without Lambda.
//!
//! Events go in one at a time, the deadline is the caller's, what the process prints is the log, and the process can be
//! killed in the middle. A process that died is started anew by the next event, as Lambda does it.

use std::{
    fs,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    process::ExitStatus,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    sync::Mutex as AsyncMutex,
    time::{Instant, timeout_at},
};

use crate::{
    environment::{Environment, Process, lock},
    error::{Error, Result},
    invocation::{Invocation, Outcome},
};

/// A native function and the host that it talks to. Dropping it kills the process.
#[derive(Debug)]
pub struct RuntimeApi {
    binary: PathBuf,
    variables: Vec<(String, String)>,
    deadline: Duration,
    /// One event at a time, as Lambda gives them to one environment.
    turn: AsyncMutex<()>,
    environment: Mutex<Option<Environment>>,
    directory: TempDir,
}

impl RuntimeApi {
    /// A host for `binary`, which will get `variables` and Lambda's own as its environment, and nothing else. The process
    /// starts with the first event.
    pub fn new<N, V>(
        binary: impl Into<PathBuf>,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self>
    where
        N: Into<String>,
        V: Into<String>,
    {
        Ok(Self {
            binary: binary.into(),
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            deadline: Duration::from_secs(60),
            turn: AsyncMutex::default(),
            environment: Mutex::default(),
            directory: TempDir::with_prefix("runtime-api-")
                .map_err(Error::file(std::env::temp_dir()))?,
        })
    }

    /// Sets the deadline of invocations that do not bring their own (60 seconds unless set).
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets a variable for the processes to come; with [`RuntimeApi::restart`] for the next invocation.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.variables.push((name.into(), value.into()));
    }

    /// Invokes the function and waits for the end of it.
    pub async fn invoke(&self, event: Value) -> Result<Invocation> {
        self.invoke_within(self.deadline, event).await
    }

    /// Invokes the function with a deadline of its own, at which it is killed. To kill it earlier, run this along with
    /// whatever finds the moment and then calls [`RuntimeApi::kill`].
    pub async fn invoke_within(&self, deadline: Duration, event: Value) -> Result<Invocation> {
        let _turn = self.turn.lock().await;
        let log_start = fs::metadata(self.log_file()).map_or(0, |file| file.len());
        let begin = Instant::now();
        let until = SystemTime::now() + deadline;
        let mut process = self.process().await?;
        let request_id = request_id();
        let given = lock(&self.environment).as_mut().map(|environment| {
            (
                environment.give(&request_id, event, until),
                environment.settled(),
            )
        });
        let Some((mut answer, settled)) = given else {
            return Err(Error::Unexpected(
                "the function's process is gone before its event".to_owned(),
            ));
        };

        let ended = timeout_at(begin + deadline, async {
            tokio::select! {
                // The answer first: a process may send it and end at once.
                biased;
                Ok(outcome) = &mut answer => Some(outcome),
                _ = process.gone() => None,
            }
        })
        .await;
        let outcome = match ended {
            Ok(Some(outcome)) => {
                settled.await;
                outcome
            }
            // Its answer may have come in and its end been seen before that.
            Ok(None) => match answer.try_recv() {
                Ok(outcome) => outcome,
                Err(_) => Outcome::Exited(status(&mut process).await?),
            },
            Err(_) => {
                process.kill();
                status(&mut process).await?;
                Outcome::TimedOut
            }
        };
        Ok(Invocation {
            outcome,
            request_id,
            log: self.log_from(log_start)?,
            duration: begin.elapsed(),
        })
    }

    /// Kills the process (SIGKILL) where it stands. The invocation in flight ends as [`Outcome::Exited`]; the next one starts
    /// a new process.
    ///
    /// ```no_run
    /// # async fn example(function: local_stack::RuntimeApi) -> local_stack::Result<()> {
    /// let (invocation, ()) = tokio::join!(function.invoke(serde_json::json!({})), async {
    ///     // … wait for the moment, for example until the simulator has seen a request …
    ///     function.kill();
    /// });
    /// # invocation?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn kill(&self) {
        let mut environment = lock(&self.environment);
        if let Some(environment) = environment.as_ref() {
            environment.process().kill();
        }
        // Without an invocation to see its end, nobody may be given what is left of it.
        if self.turn.try_lock().is_ok() {
            environment.take();
        }
    }

    /// Ends the process, so that the next invocation is a cold start.
    pub async fn restart(&self) {
        let _turn = self.turn.lock().await;
        lock(&self.environment).take();
    }

    /// The id of the process while there is one.
    pub fn pid(&self) -> Option<u32> {
        let environment = lock(&self.environment);
        environment
            .as_ref()
            .map(Environment::process)
            .filter(|process| !process.is_gone())
            .map(|process| process.pid())
    }

    /// Everything that the function's processes have printed so far.
    pub fn log(&self) -> Result<String> {
        self.log_from(0)
    }

    /// The process, which is started when there is none.
    async fn process(&self) -> Result<Process> {
        let running = lock(&self.environment).as_ref().map(Environment::process);
        if let Some(process) = running
            && !process.is_gone()
        {
            return Ok(process);
        }
        let environment =
            Environment::start(&self.binary, &self.variables, &self.log_file()).await?;
        let process = environment.process();
        *lock(&self.environment) = Some(environment);
        Ok(process)
    }

    fn log_file(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn log_from(&self, start: u64) -> Result<String> {
        let path = self.log_file();
        let mut bytes = Vec::new();
        if path.exists() {
            fs::File::open(&path)
                .and_then(|mut file| {
                    file.seek(SeekFrom::Start(start))
                        .and_then(|_| file.read_to_end(&mut bytes))
                })
                .map_err(Error::file(&path))?;
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

async fn status(process: &mut Process) -> Result<ExitStatus> {
    let status = process.gone().await;
    status.ok_or_else(|| {
        Error::Unexpected("the end of the function's process was not seen".to_owned())
    })
}

/// Unique in this process, in the form that Lambda gives them.
fn request_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!(
        "00000000-0000-4000-8000-{:012x}",
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}
