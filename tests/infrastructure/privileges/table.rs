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

/// The rows that hold whatever is switched on, about what one report has; and what its function and schedule may not do to
/// their neighbours.
pub fn rows(place: &Place, neighbour: &Place) -> Vec<Row> {
    [
        function::rows(place),
        function::keeps_to_its_report(place.collector, neighbour),
        bucket::what_the_bucket_insists_on(place),
        scheduler::rows(place),
        scheduler::keeps_to_its_report(place.scheduler, neighbour),
        reader::rows(place),
        bucket::plain_http(place),
        outsiders::rows(place),
        outsiders::trust(place),
    ]
    .concat()
}
