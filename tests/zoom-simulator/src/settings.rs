//! What differs from account to account, and what Zoom does not document and might do either way.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::report::Report;

/// How the simulated account and API behave. The defaults are a Pro account on a good day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The scopes of the app: those of all reports unless set. A token carries those of the moment it was issued.
    pub scopes: Vec<String>,
    /// Whether the app has classic scopes: decides between the codes 4700 and 4711 when one is missing.
    pub classic_scopes: bool,
    /// Whether the app's owner may see reports at all; if not, code 200.
    pub permission: bool,
    /// The `api_url` that comes with a token. A [`Server`](crate::Server) puts its own address in place of Zoom's, so that
    /// a client that follows it stays here.
    pub api_url: String,
    /// How long an access token lives, in seconds.
    pub access_token_seconds: u32,
    /// The status of an answer to wrong client credentials; Zoom has been seen with 400 and 401.
    pub invalid_client_status: u16,
    /// How long a page token lives, in seconds. It is dead once it is that old.
    pub page_token_seconds: u32,
    /// What a page token stands for.
    pub paging: Paging,
    /// What the last page has for a `next_page_token`.
    pub last_page_token: LastPageToken,
    /// The order of rows in one second.
    pub order_in_second: OrderInSecond,
    /// Requests in any one second, for all reports together.
    pub per_second: u32,
    /// Requests in a day (UTC), for all reports together.
    pub per_day: u32,
    /// The form of `Retry-After` when the day's quota is used up.
    pub daily_retry_after: RetryAfter,
    /// The form of `Retry-After` when the second's quota is used up.
    pub per_second_retry_after: RetryAfter,
    /// How many months back the reports go.
    pub history_months: u32,
    /// Fields that every record carries from some moment on.
    pub extra_fields: Option<ExtraFields>,
    /// The white space in the report.
    pub layout: Layout,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scopes: Report::ALL.map(|report| report.scope().to_owned()).to_vec(),
            classic_scopes: false,
            permission: true,
            api_url: Self::ZOOM_API_URL.to_owned(),
            access_token_seconds: 3600,
            invalid_client_status: 401,
            page_token_seconds: 15 * 60,
            paging: Paging::Live,
            last_page_token: LastPageToken::Empty,
            order_in_second: OrderInSecond::Stable,
            per_second: 10,
            per_day: 30_000,
            daily_retry_after: RetryAfter::Rfc3339,
            per_second_retry_after: RetryAfter::Absent,
            history_months: 6,
            extra_fields: None,
            layout: Layout::Compact,
        }
    }
}

impl Settings {
    /// Where Zoom's API is.
    pub(crate) const ZOOM_API_URL: &str = "https://api.zoom.us";
}

/// What a page token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// An offset into the list as it is when the page is read: a row that arrives at the head in between shifts all
    /// others, so that one of them is on two pages.
    Live,
    /// A place in the list as it was when the first page was read.
    Snapshot,
}

/// How the last page says that it is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastPageToken {
    /// `"next_page_token":""`, as on live pages.
    Empty,
    /// `"next_page_token":null`.
    Null,
    /// No `next_page_token`.
    Absent,
}

/// In which order rows of one second are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderInSecond {
    /// Always the same.
    Stable,
    /// Another one in each sweep: a page token remembers it, a new first page draws it anew.
    ShuffledPerSweep,
    /// Another one in each request: a row of a second that lies on two pages can be on both of them or on none.
    ShuffledPerRequest,
}

/// The form of a `Retry-After` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// No header.
    Absent,
    /// `120`.
    Seconds,
    /// `Tue, 24 Nov 2026 00:00:00 GMT`.
    HttpDate,
    /// `2026-11-24T00:00:00Z`, which no RFC allows and Zoom documents.
    Rfc3339,
}

/// The white space in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// None.
    Compact,
    /// Line breaks within every record: a collector that copies a record's bytes to a line breaks the line. The
    /// [`Truth`](crate::Truth) keeps them without.
    Pretty,
}

/// Undocumented fields, as Zoom might add them any day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraFields {
    /// From this moment every record that is sent carries them, also one that was sent without them before. The
    /// [`Truth`](crate::Truth) keeps them without.
    pub since: DateTime<Utc>,
    /// The fields.
    pub fields: Map<String, Value>,
}
