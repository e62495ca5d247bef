//! What can go wrong with the stack, said so that a person knows what to do.

use std::path::PathBuf;

/// A failure of the stack itself; a failing function is an [`Outcome`](crate::Outcome), not an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The Python environment that the servers live in is not there.
    #[error("there is no Python environment at {}: run scripts/python-env", .0.display())]
    NoPythonEnvironment(PathBuf),
    /// A program of this workspace is not built.
    #[error("{0} is not built: run cargo build --workspace")]
    NoProgram(String),
    /// A file or directory of the stack could not be used.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A process could not be started, or its end not be waited for.
    #[error("cannot run {program}: {source}")]
    Process {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program ended with a failure.
    #[error("{program} failed ({status}):\n{output}")]
    Failed {
        /// The program and what it was to do.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it printed.
        output: String,
    },
    /// The certificates could not be made.
    #[error("cannot make the stack's certificates: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The client for the stack's own certificate could not be made.
    #[error("cannot trust the stack's own CA: {0}")]
    Trust(String),
    /// A server did not come up.
    #[error("{server} did not start: {reason}\nits log ends with:\n{log}")]
    NotReady {
        /// Which one.
        server: &'static str,
        /// What the first request to it got.
        reason: String,
        /// The end of its log.
        log: String,
    },
    /// The certificates could not be used.
    #[error("cannot use the stack's certificates: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// The proxy could not listen.
    #[error("cannot start the proxy: {0}")]
    Proxy(std::io::Error),
    /// The loopback server of the Lambda Runtime API could not listen.
    #[error("cannot serve the Lambda Runtime API: {0}")]
    RuntimeApi(std::io::Error),
    /// An AWS call failed.
    #[error("{operation}: {message}")]
    Aws {
        /// The call and what it was about.
        operation: String,
        /// The service's error code where it gave one.
        code: Option<String>,
        /// The whole chain of causes.
        message: String,
    },
    /// Something in the stack is not what it should be.
    #[error("{0}")]
    Unexpected(String),
    /// Something awaited did not happen in time.
    #[error("waited {waited:?} in vain for {what}")]
    Timeout {
        /// What was awaited.
        what: String,
        /// For how long.
        waited: std::time::Duration,
    },
}

/// The library's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    pub(crate) fn process(program: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let program = program.into();
        move |source| Self::Process { program, source }
    }

    /// Turns an SDK error into ours, keeping the service's code for those who ask [`Error::is_denied`].
    pub(crate) fn aws<E>(operation: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error,
    {
        let operation = operation.into();
        move |error| Self::Aws {
            operation,
            code: error.code().map(str::to_owned),
            message: chain(&error),
        }
    }

    /// Whether AWS refused the call for want of a permission.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Aws { code: Some(code), .. } if code.starts_with("AccessDenied"))
    }
}

/// The SDK's errors say little themselves ("service error"); their causes do.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
