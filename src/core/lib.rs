//! Delivers every record of a Zoom report, such as its operation logs, to S3 exactly once, for Google SecOps to ingest.
//!
//! Data flows one way; the modules in its order:
//!
//! | module | what it is |
//! |---|---|
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
//! | [`metrics`] | what a run did, for CloudWatch |
//! | [`clock`] | time, waiting and chance, as a trait |
//!
//! The core knows no AWS type and no HTTP library, and reaches the world only through [`clock::Clock`], [`store::Store`],
//! [`zoom::Transport`] and [`secret::CredentialSource`]. `docs/architecture.md` explains the protocol.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod answer;
pub mod calendar;
pub mod checkpoint;
pub mod clock;
pub mod collector;
mod concurrency;
pub mod delivery_log;
pub mod event;
pub mod failure_kind;
pub mod ledger;
pub mod log_event;
pub mod metrics;
pub mod record;
pub mod report;
pub mod secret;
pub mod store;
pub mod zoom;

// The unit tests of the core use the same double of a bucket as everything else, which is written against this crate's name.
#[cfg(test)]
extern crate self as zoomlogs_core;
#[cfg(test)]
#[path = "../../tests/support/src/memory_store.rs"]
pub mod memory_store;
