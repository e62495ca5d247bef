//! The function's answer, as the function writes it and the tool reads it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a run answers. Its first three fields are those of Google's guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Always true: a failed run is a failed invocation.
    pub ok: bool,
    /// Records delivered, of all days. Of a dry run: those that a run would deliver.
    pub written: u64,
    /// The UTC day on which the run began.
    pub date: NaiveDate,
    /// Whether all that was due was done.
    pub complete: bool,
    /// The days that were read, in order.
    pub days: Vec<DayAnswer>,
    /// Requests to Zoom's report, retries included.
    pub requests: u64,
    /// The keys of the objects written, in the order of writing.
    pub objects: Vec<String>,
    /// The last of the days that are all settled.
    pub settled_through: Option<NaiveDate>,
    /// Whether the run only read. Left out of the answer unless true.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// What a run did to one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAnswer {
    /// The day.
    pub date: NaiveDate,
    /// What was done.
    #[serde(flatten)]
    pub counts: DayCounts,
}

/// The numbers of one day of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCounts {
    /// Records delivered.
    pub written: u64,
    /// Rows that were in the log already, as often as they were read.
    pub already_delivered: u64,
    /// Rows that Zoom has of the day, by the last sweep that reached its end: over all its pages, those of earlier runs
    /// included. A row that moved from one page to the next meanwhile is counted as often as it was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_zoom: Option<u64>,
    /// Pages read.
    pub pages: u64,
    /// Whether a sweep reached the day's end.
    pub swept: bool,
    /// Whether the day was settled.
    pub settled: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_as_promised_and_read_back() {
        let counts = DayCounts {
            written: 12,
            already_delivered: 300,
            in_zoom: Some(312),
            pages: 2,
            swept: true,
            settled: false,
        };
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let mut answer = Answer {
            ok: true,
            written: 12,
            date: day,
            complete: true,
            days: vec![DayAnswer { date: day, counts }],
            requests: 3,
            objects: vec!["p/o.json.gz".to_owned()],
            settled_through: day.pred_opt(),
            dry_run: false,
        };
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            text,
            r#"{"ok":true,"written":12,"date":"2026-11-22","complete":true,"days":[{"date":"2026-11-22","written":12,"already_delivered":300,"in_zoom":312,"pages":2,"swept":true,"settled":false}],"requests":3,"objects":["p/o.json.gz"],"settled_through":"2026-11-21"}"#
        );
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
        answer.dry_run = true;
        let text = serde_json::to_string(&answer).unwrap();
        assert!(text.ends_with(r#","dry_run":true}"#), "{text}");
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
    }
}
