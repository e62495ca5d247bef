//! Zoom's side: credentials become a token, a token reads pages of the report.
//!
//! [`Zoom`] is what the core sees: one page of one day. [`Client`] is that over a [`Transport`]: it knows the
//! tokens, the retries, the limits and what Zoom's errors mean.

mod answer;
mod auth;
mod client;
mod error;
mod meter;
mod pace;
mod page;
mod retry;
mod transport;

use chrono::NaiveDate;

pub use client::{Client, Endpoints};
pub use error::ZoomError;
pub use meter::{Meter, Usage};
pub use page::Page;
pub use transport::{LARGEST_BODY, Request, Response, Transport, TransportError};

/// Asks for one page of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// The day, by Zoom's dates. Every client takes them for UTC.
    pub day: NaiveDate,
    /// How many rows to a page, 1 to 300.
    pub page_size: u16,
    /// Where to go on: the token of the page before. It lives 15 minutes and belongs to this day and page size.
    pub token: Option<String>,
}

/// The report, page by page.
pub trait Zoom {
    /// Makes ready for a run: what is kept from an earlier one may have been rotated since.
    async fn begin(&self) {}

    /// Reads one page, with whatever retries it takes within the time and the budget that `meter` has left.
    ///
    /// # Errors
    /// See [`ZoomError`]; its predicates say whether to stop the day, the run, or to come back later.
    async fn page(&self, query: &PageQuery, meter: &Meter) -> Result<Page, ZoomError>;
}
