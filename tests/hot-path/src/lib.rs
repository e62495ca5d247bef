//! What a record costs on its way from Zoom's answer to the log and into the checkpoint.
//!
//! Each [`Step`] of that way is prepared once and then done again and again, on the same input every time: the benchmarks
//! measure it in records per second, and the guard in instructions.

mod input;
mod step;

pub use step::{Prepared, Step};
