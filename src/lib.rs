//! Delivers every record of a Zoom report, such as its operation logs, to S3 exactly once, for Google SecOps to ingest.
//!
//! Data flows one way; the modules in its order:
//!
//! | module | what it is |
//! |---|---|
//! | `config` | environment variables, checked once |
//! | [`event`] | what an invocation asks for: a run, a replay, a dry run |
//! | [`secret`] | Zoom's credentials, from Secrets Manager |
//! | [`zoom`] | tokens, pages, retries, limits: Zoom's report, page by page |
//! | [`report`] | Zoom's reports, and all that differs between them |
//! | [`record`] | a record as Zoom sent it, and the fingerprint that tells it from others |
//! | [`ledger`] | how many of each record a day's log holds |
//! | [`delivery_log`] | the log of a day: numbered objects that are put only if absent |
//! | [`checkpoint`] | a lower bound of what the log holds, and of how far Zoom has been read |
//! | [`collector`] | one run, from the checkpoint through Zoom to the log and back |
//! | [`store`] | the few calls to the bucket, as a trait: S3, or memory |
//! | `https`, `aws`, `aws_http` | the one HTTP client, and AWS's SDK over it |
//! | [`metrics`] | what a run did, for CloudWatch |
//! | `log_lines` | what it says on the way |
//! | [`clock`] | time, waiting and chance, as a trait |
//! | [`udm`] | how SecOps's parser will see a record: for `zoomlogs`, the function does not use it |
//!
//! The core, from [`record`] to [`collector`], knows no AWS type and reaches the world only through [`clock::Clock`],
//! [`store::Store`] and [`zoom::Zoom`]. `docs/architecture.md` explains the protocol.
//!
//! The feature `function` (on by default) is what the Lambda function adds to the core: S3, Secrets Manager, HTTP and the
//! configuration from the environment. Without it the crate builds in a fraction of the time, which is how the simulation
//! and the fuzz targets use it.

#[cfg(feature = "function")]
pub mod aws;
#[cfg(feature = "function")]
pub mod aws_http;
#[cfg(feature = "function")]
pub mod causes;
pub mod checkpoint;
pub mod clock;
pub mod collector;
#[cfg(feature = "function")]
pub mod config;
pub mod delivery_log;
pub mod event;
#[cfg(feature = "function")]
pub mod https;
pub mod ledger;
#[cfg(feature = "function")]
pub mod log_lines;
pub mod metrics;
pub mod record;
pub mod report;
pub mod secret;
mod side_by_side;
pub mod store;
pub mod udm;
pub mod zoom;
