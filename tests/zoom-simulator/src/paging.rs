//! The third desk: which page of which query.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::record::Record;
use crate::report::Report;
use crate::request::Request;
use crate::settings::Settings;

/// What is asked for. A page token belongs to exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) report: Report,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) page_size: usize,
    /// In snake case; none for all of them. Only operation logs have any.
    pub(crate) category: Option<String>,
}

/// Why Zoom does not take a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryError {
    #[error(
        "The value that you entered for the From field is invalid. Enter a valid value and try again."
    )]
    From,
    #[error(
        "The value that you entered for the To field is invalid. Enter a valid value and try again."
    )]
    To,
    #[error("The start date cannot be later than the end date.")]
    Backwards,
    #[error("The date range cannot be longer than one month.")]
    LongerThanAMonth,
    #[error("Only provide report in recent {0} months.")]
    TooOld(u32),
    #[error(
        "The value that you entered for the page_size field is invalid. Enter a value from 1 to 300 and try again."
    )]
    PageSize,
}

const DEFAULT_PAGE_SIZE: usize = 30;
const LARGEST_PAGE_SIZE: usize = 300;

impl Query {
    /// The query of a request, if Zoom takes it.
    pub(crate) fn of(
        request: &Request,
        report: Report,
        now: DateTime<Utc>,
        settings: &Settings,
    ) -> Result<Self, QueryError> {
        let query = Self::read(request, report)?;
        if query.from > query.to {
            return Err(QueryError::Backwards);
        }
        if query
            .from
            .checked_add_months(Months::new(1))
            .is_some_and(|limit| query.to > limit)
        {
            return Err(QueryError::LongerThanAMonth);
        }
        let oldest = now
            .date_naive()
            .checked_sub_months(Months::new(settings.history_months));
        if oldest.is_some_and(|oldest| query.from < oldest) {
            return Err(QueryError::TooOld(settings.history_months));
        }
        Ok(query)
    }

    /// The query of a request, as far as it can be read at all.
    pub(crate) fn read(request: &Request, report: Report) -> Result<Self, QueryError> {
        let page_size = match request.parameter("page_size") {
            None => DEFAULT_PAGE_SIZE,
            Some(size) => size
                .parse()
                .ok()
                .filter(|size| (1..=LARGEST_PAGE_SIZE).contains(size))
                .ok_or(QueryError::PageSize)?,
        };
        Ok(Self {
            report,
            from: date(request, "from").ok_or(QueryError::From)?,
            to: date(request, "to").ok_or(QueryError::To)?,
            page_size,
            category: request.parameter("category_type").filter(|category| {
                report == Report::OperationLogs && !matches!(category.as_str(), "" | "all")
            }),
        })
    }
}

/// A date in the one form Zoom documents.
fn date(request: &Request, name: &str) -> Option<NaiveDate> {
    let text = request.parameter(name)?;
    let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
    (date.to_string() == text).then_some(date)
}

/// Where a sweep over the report's pages stands.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    /// How many rows lie before the page.
    pub(crate) offset: usize,
    /// The number of the request that began the sweep.
    pub(crate) sweep: u64,
    /// The list, if it was pinned when the sweep began.
    pub(crate) snapshot: Option<Arc<[Record]>>,
}

/// The page tokens that are out.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageTokens {
    issued: BTreeMap<String, (Query, DateTime<Utc>, Position)>,
}

impl PageTokens {
    pub(crate) fn forget_all(&mut self) {
        self.issued.clear();
    }

    pub(crate) fn issue(
        &mut self,
        now: DateTime<Utc>,
        query: &Query,
        position: Position,
        settings: &Settings,
        rng: &mut ChaCha8Rng,
    ) -> String {
        let lifetime = TimeDelta::seconds(settings.page_token_seconds.into());
        // Now and then, for looking at all of them each time would make a long sweep slow.
        if self.issued.len().is_power_of_two() {
            self.issued
                .retain(|_, (_, issued, _)| now - *issued < lifetime);
        }
        let mut bytes = [0; 22];
        rng.fill_bytes(&mut bytes);
        // With characters that mean something in a URL: a client that does not encode the token loses it.
        let token = format!("{}+/", STANDARD.encode(bytes));
        self.issued
            .insert(token.clone(), (query.clone(), now, position));
        token
    }

    /// Where `token` points, if it lives and belongs to `query`.
    pub(crate) fn find(
        &self,
        now: DateTime<Utc>,
        token: &str,
        query: &Query,
        settings: &Settings,
    ) -> Option<&Position> {
        let lifetime = TimeDelta::seconds(settings.page_token_seconds.into());
        let (own_query, issued, position) = self.issued.get(token)?;
        (own_query == query && now - *issued < lifetime).then_some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn read(query: &str) -> Result<Query, QueryError> {
        let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
        Query::of(
            &Request {
                query: query.to_owned(),
                ..Request::default()
            },
            Report::OperationLogs,
            now,
            &Settings::default(),
        )
    }

    #[test]
    fn dates_are_required_and_have_one_form() {
        for (query, error) in [
            ("to=2026-11-22", QueryError::From),
            ("from=2026-11-22", QueryError::To),
            ("from=2026-11-22T00:00:00Z&to=2026-11-22", QueryError::From),
            ("from=2026-11-22&to=2026-11-31", QueryError::To),
            ("from=2026-11-2&to=2026-11-02", QueryError::From),
            ("from=2026-11-22&to=2026-11-21", QueryError::Backwards),
        ] {
            assert_eq!(read(query), Err(error), "{query}");
        }
    }

    #[test]
    fn a_query_spans_at_most_a_month() {
        assert!(read("from=2026-10-22&to=2026-11-22").is_ok());
        assert_eq!(
            read("from=2026-10-21&to=2026-11-22"),
            Err(QueryError::LongerThanAMonth)
        );
    }

    #[test]
    fn the_report_goes_back_six_months() {
        assert!(read("from=2026-05-22&to=2026-05-22").is_ok());
        let refused = read("from=2026-05-21&to=2026-05-22").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Only provide report in recent 6 months."
        );
    }

    #[test]
    fn a_page_has_1_to_300_rows_and_30_if_not_said() {
        assert_eq!(read("from=2026-11-22&to=2026-11-22").unwrap().page_size, 30);
        for size in [1, 299, 300] {
            assert_eq!(
                read(&format!("from=2026-11-22&to=2026-11-22&page_size={size}"))
                    .unwrap()
                    .page_size,
                size
            );
        }
        for size in ["0", "301", "-1", "many", ""] {
            assert_eq!(
                read(&format!("from=2026-11-22&to=2026-11-22&page_size={size}")),
                Err(QueryError::PageSize)
            );
        }
    }
}
