//! What can go wrong.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::record::Record;
use crate::request::Endpoint;
use crate::settings::RetryAfter;
use crate::truth::Place;

/// One thing that goes wrong with one request. A [`Script`](crate::Script) says with which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    // Instead of Zoom's answer. The request costs nothing of the quota.
    /// A JSON answer with this status, as 500, 502, 503, 504 or 404.
    Status(u16),
    /// An HTML page with this status, 200 included.
    Html(u16),
    /// 429 for too many requests in a second.
    PerSecondLimit {
        /// The form of `Retry-After`.
        retry_after: RetryAfter,
        /// How long it says to wait.
        seconds: u32,
    },
    /// 429 for too many requests in a day.
    DailyLimit {
        /// The form of `Retry-After`, which is 00:00 UTC.
        retry_after: RetryAfter,
        /// Whether there are any `X-RateLimit` and `Retry-After` headers; Zoom has been seen without.
        headers: bool,
    },
    /// 401, code 124, "Invalid access token."
    InvalidAccessToken,
    /// 401, code 124, "Access token is expired."
    AccessTokenExpired,
    /// 400, code 300: the page token is invalid or expired.
    PageTokenInvalid,
    /// 400, code 4711: the token lacks the granular scope of the report that was asked for.
    MissingScope,
    /// 400, code 4700: the token lacks the classic scope.
    MissingClassicScope,
    /// 400, code 200: the app's owner may not see the report.
    NoPermission,
    /// `invalid_client`, from the token endpoint.
    InvalidClient,
    /// Any answer at all, with `application/json` for a type.
    Answer {
        /// The status.
        status: u16,
        /// Headers, their names in lower case.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },

    // Damage to Zoom's answer.
    /// The body ends in its middle, although the answer is complete by HTTP's measure.
    TruncatedJson,
    /// The body is not JSON.
    NotJson,
    /// No array of rows: no `operation_logs`, no `activity_logs`.
    LogsMissing,
    /// `null` in its place.
    LogsNull,
    /// `{}` in its place.
    LogsNotAnArray,
    /// The body is followed by white space (which JSON allows) until it has this many bytes.
    Oversized(u64),
    /// The answer's `next_page_token` is the request's, if that has one.
    RepeatedPageToken,
    /// No rows, and a new token for the same place. Scripted for always: pages without end.
    EmptyPage,
    /// The right rows, and a new token for the same place. Scripted for always: pages without end.
    RepeatedPage,
    /// The next page begins so many rows early: these are on both pages.
    NextPageEarly(usize),
    /// The next page begins so many rows late: these are on no page.
    NextPageLate(usize),

    // Damage to the connection.
    /// The answer takes so many milliseconds longer.
    Latency(u64),
    /// The connection is closed without an answer.
    CutBeforeAnswer,
    /// The connection is closed after so many bytes of the body; the `Content-Length` promises all of them.
    CutInBody(usize),
    /// The connection stays open without an answer.
    Hang,

    // Changes in the account, just before the request is answered. Records arrive in and vanish from the report that
    // was asked for; the operation logs, if it was none.
    /// Records arrive.
    Arrival {
        /// The day whose list they arrive in.
        date: NaiveDate,
        /// Where in the list; each in turn.
        #[serde(default)]
        place: Place,
        /// The records.
        records: Vec<Record>,
    },
    /// Records vanish.
    Vanishing {
        /// The day whose list they vanish from.
        date: NaiveDate,
        /// The position of the first one, counted from the head and from 0.
        position: usize,
        /// How many.
        count: usize,
    },
    /// All access tokens are revoked.
    AccessTokensRevoked,
    /// All page tokens are forgotten.
    PageTokensForgotten,
}

/// How a fault combines with others of the same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It changes the account first; any number of these may come together.
    Change,
    /// It adds time; so may these.
    Latency,
    /// It decides what the client meets; there is one.
    Outcome,
}

impl Fault {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Arrival { .. }
            | Self::Vanishing { .. }
            | Self::AccessTokensRevoked
            | Self::PageTokensForgotten => Kind::Change,
            Self::Latency(_) => Kind::Latency,
            _ => Kind::Outcome,
        }
    }

    /// The endpoint it is scripted for unless another is named.
    pub(crate) fn endpoint(&self) -> Endpoint {
        if *self == Self::InvalidClient {
            Endpoint::OAuth
        } else {
            Endpoint::Report
        }
    }
}
