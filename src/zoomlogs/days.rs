//! How the command line says a day.

use chrono::NaiveDate;
use thiserror::Error;
use zoomlogs_core::calendar::parse_day;

/// The parser of the command line names what it found instead.
#[derive(Debug, Error)]
#[error("it takes a day as YYYY-MM-DD, such as 2026-06-01")]
pub struct NotADay;

pub fn parse(text: &str) -> Result<NaiveDate, NotADay> {
    parse_day(text).ok_or(NotADay)
}
