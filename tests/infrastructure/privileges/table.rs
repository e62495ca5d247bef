//! The table: who needs what, by which statement, and what nobody must be able to do. A row is a line.

#[rustfmt::skip]
pub mod bucket;
#[rustfmt::skip]
pub mod function;
#[rustfmt::skip]
pub mod key;
#[rustfmt::skip]
pub mod outsiders;
#[rustfmt::skip]
pub mod reader;
#[rustfmt::skip]
pub mod scheduler;

use super::{place::Place, row::Row};

/// The rows that hold whatever is switched on.
pub fn rows(place: &Place) -> Vec<Row> {
    [
        function::rows(place),
        bucket::what_the_bucket_insists_on(place),
        scheduler::rows(place),
        reader::rows(place),
        bucket::plain_http(place),
        outsiders::rows(place),
        outsiders::trust(place),
    ]
    .concat()
}
