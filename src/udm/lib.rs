//! How SecOps's parser will see a record: a preview.
//!
//! Google's parser for the log type `ZOOM_OPERATION_LOGS` is closed; its mapping table is published. [`rules`] is that table
//! as data, with what had to be decided where it is silent marked as ours; [`Event::of`] takes a record through it. Google's
//! parser may do otherwise, and the events say of each value whose rule it is. `docs/udm.md` is about the rules.
//!
//! | module | what it is |
//! |---|---|
//! | `rule`, `table`, `sign_in` | the mapping, as data |
//! | `fields` | a record's fields, as texts |
//! | `detail`, `array`, `address` | what `operation_detail` says |
//! | `facts` | a record by the names that the rows use |
//! | `mapping` | a record through all rows |
//! | `event`, `timestamp`, `event_type` | what comes out, in the forms that Google's schema takes |
//! | `statistics` | what share of many records got which fields, and what was not understood |
//!
//! The function does not use any of this: it delivers records as Zoom sent them.

mod address;
mod array;
mod detail;
mod event;
mod event_type;
mod facts;
mod fields;
mod mapping;
mod rule;
mod sign_in;
mod statistics;
mod table;
mod timestamp;

pub use event::{Event, Extent, Left, Understanding, Value, Why};
pub use event_type::EVENT_TYPES;
pub use rule::{Authority, Form, Published, Rule, Source};
pub use statistics::{Details, NotUnderstood, Statistics};
pub use table::rules;
