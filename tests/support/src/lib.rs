//! The doubles of the core's traits.

mod memory_store;

pub use memory_store::{Call, MemoryStore, PutFault};
