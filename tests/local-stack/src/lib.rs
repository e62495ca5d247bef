//! AWS on this machine, for the demo and the end-to-end tests.
//!
//! Two things do the work, and a test mostly needs both:
//!
//! - [`Stack`]: ministack (S3, Secrets Manager, Lambda, IAM, …) as a child process on a free loopback port, with TLS, its own
//!   CA, and IAM enforced. It is up in about half a second, so every test has its own; it dies with the test, whatever kills it.
//! - [`RuntimeApi`]: runs the function's native binary as Lambda would and gives it events: fast, observable, killable.
//!
//! ```no_run
//! # async fn example() -> local_stack::Result<()> {
//! use local_stack::{AccessKey, RuntimeApi, Stack};
//! use serde_json::json;
//!
//! let stack = Stack::start().await?;
//! let bucket = stack.create_bucket("logs").await?; // versioned
//! stack.put_secret("zoom", r#"{"account_id":"a","client_id":"c","client_secret":"s"}"#).await?;
//!
//! let mut environment = stack.environment(&AccessKey::root()); // endpoint, CA, credentials
//! environment.extend([
//!     ("S3_BUCKET".into(), "logs".into()),
//!     ("ZOOM_SECRET_ID".into(), "zoom".into()),
//!     // ZOOM_OAUTH_URL, ZOOM_API_URL: the simulator's
//! ]);
//! // In a test of the root package: env!("CARGO_BIN_EXE_zoom_operationlogs_to_s3").
//! let function = RuntimeApi::new("target/debug/zoom_operationlogs_to_s3", environment)?;
//!
//! let run = function.invoke(json!({})).await?;
//! assert_eq!(run.answer()?["ok"], true); // or run.error()?, run.outcome, run.log, run.log_events()
//! let delivered: Vec<String> = bucket.records("zoom/operationlogs/").await?; // one JSON text per record
//!
//! // SIGKILL in the middle; the next invocation starts a new process:
//! let (run, ()) = tokio::join!(function.invoke(json!({})), async { function.kill() });
//! # let _ = (run, delivered);
//! # Ok(())
//! # }
//! ```
//!
//! The whole pipeline, as the demo has it: [`Stack::apply`] runs Terraform and [`Stack::function`] is what it deployed.
//!
//! Beside them, [`Moto`] is a second S3, to compare, and a [`Proxy`] in front of either loses answers.
//!
//! Modules, in the order of the stack: `certificate`, `kept` and `ministack` start it, `aws`, `wire` and `bucket` talk to it,
//! `runtime_api` runs a binary next to it in an `environment` and returns an `invocation`, `terraform` and `function` do it
//! through Lambda; `moto` is the other S3; `proxy` loses what a `loss` says, over `tls`; `project` knows where things are,
//! and `command` runs other programs.

mod aws;
mod bucket;
mod certificate;
pub mod command;
mod environment;
mod error;
mod function;
mod invocation;
mod kept;
mod loss;
mod ministack;
mod moto;
pub mod project;
mod proxy;
mod runtime_api;
mod stack;
mod terraform;
mod tls;
mod wire;

pub use aws::{AccessKey, Aws, REGION};
pub use bucket::{Bucket, Version};
pub use error::{Error, Result};
pub use function::{DirectRun, Function, LoggedRun};
pub use invocation::{Invocation, Outcome};
pub use loss::Loss;
pub use moto::Moto;
pub use proxy::{Proxy, Traffic};
pub use runtime_api::RuntimeApi;
pub use stack::Stack;
pub use terraform::{Applied, DeployedReport, Deployment, Variables};
pub use wire::{Call, Reply, Transport, Wire};
