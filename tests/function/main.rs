//! The built function.
