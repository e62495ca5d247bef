//! The world's edge: what the core's traits are on AWS and on this machine.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | the environment variables, checked once |
//! | [`https`] | the one HTTP client of a process |
//! | [`zoom_http`] | requests to Zoom over it |
//! | [`sdk`], [`sdk_http`] | AWS's SDK, configured as Lambda configures a function, over the same client |
//! | [`s3`] | the bucket |
//! | [`secrets_manager`] | Zoom's credentials |
//! | [`system_clock`] | the machine's clock |
//! | [`error_chain`] | an error with its causes, as one line |

pub mod config;
pub mod error_chain;
pub mod https;
pub mod s3;
pub mod sdk;
pub mod sdk_http;
pub mod secrets_manager;
pub mod system_clock;
pub mod zoom_http;
