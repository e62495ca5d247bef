//! `zoomlogs verify`: what it finds in buckets that the real function filled, and in buckets that somebody tampered with.

mod findings;
mod moving;
mod reports;
mod scene;
mod sealed;
mod signing;
mod stray;
mod trouble;
