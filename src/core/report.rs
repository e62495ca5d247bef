//! Zoom's reports: what is asked for, what tells the records of each apart, and where they go.
//!
//! Everything that differs between two reports stands here; the rest of the function treats them alike. (What SecOps makes of
//! their records is in [`udm`](crate::udm).) One function collects one report, so a further one is an entry in this table and a
//! further function. `docs/reports.md` shows how to add one.

use thiserror::Error;

/// One of Zoom's reports: rows of a day, newest first, in pages.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name: the last part of its address at Zoom, the value of `ZOOM_REPORT`, and a part of every key in the bucket.
    pub name: &'static str,
    /// The member of an answer that holds the rows.
    pub rows: &'static str,
    /// The fields that Zoom documents for a row, in the order in which they are hashed. Only these make the fingerprint: a
    /// field that Zoom adds later must not deliver every open day again. Their order and number never change.
    pub fields: &'static [&'static str],
    /// The granular scope that the app needs.
    pub scope: &'static str,
    /// The classic scope that does as well.
    pub classic_scope: &'static str,
    /// The view rights that the role of the app's owner needs, for people.
    pub rights: &'static str,
}

/// What administrators did: `GET /report/operationlogs`.
///
/// Source: "Get operation logs report", Zoom API reference; "Using Admin Activity Logs", Zoom support.
pub static OPERATION_LOGS: Report = Report {
    name: "operationlogs",
    rows: "operation_logs",
    fields: &[
        "time",
        "operator",
        "category_type",
        "action",
        "operation_detail",
    ],
    scope: "report:read:operation_logs:admin",
    classic_scope: "report:read:admin",
    rights: "\"Admin Activity Logs\" and \"Usage Reports\"",
};

/// Who signed in and out: `GET /report/activities`.
///
/// Source: "Get sign In / sign out activity report", Zoom API reference; for the rights, what collectors of it ask for.
pub static ACTIVITIES: Report = Report {
    name: "activities",
    rows: "activity_logs",
    fields: &[
        "time",
        "email",
        "type",
        "ip_address",
        "client_type",
        "version",
    ],
    scope: "report:read:user_activities:admin",
    classic_scope: "report:read:admin",
    rights: "\"Usage Reports\", \"User activity reports\" and \"Sign In/Sign Out\"",
};

/// All reports that this program collects.
pub static ALL: [&Report; 2] = [&OPERATION_LOGS, &ACTIVITIES];

/// A name that is no report's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no report {name:?}; there are {}", names())]
pub struct UnknownReport {
    name: String,
}

/// The names of all reports, for people.
#[must_use]
pub fn names() -> String {
    ALL.map(|report| report.name).join(", ")
}

impl Report {
    /// The report of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<&'static Self, UnknownReport> {
        let found = ALL.into_iter().find(|report| report.name == name);
        found.ok_or_else(|| UnknownReport {
            name: name.to_owned(),
        })
    }

    /// Where its log lies unless that is configured otherwise, such as `zoom/operationlogs/`.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("zoom/{}/", self.name)
    }

    /// The key of its checkpoint unless that is configured otherwise, such as `zoom/state/operationlogs.json`.
    #[must_use]
    pub fn state_key(&self) -> String {
        format!("zoom/state/{}.json", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_reports_meet() {
        for report in ALL {
            assert_eq!(Report::named(report.name), Ok(report));
            let fields: BTreeSet<_> = report.fields.iter().collect();
            assert_eq!(fields.len(), report.fields.len(), "{}", report.name);
            for other in ALL.into_iter().filter(|other| *other != report) {
                assert_ne!(report.rows, other.rows);
                assert!(!report.prefix().starts_with(&other.prefix()));
                assert!(!report.state_key().starts_with(&other.prefix()));
            }
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let problem = Report::named("meetings").unwrap_err().to_string();
        assert_eq!(
            problem,
            "there is no report \"meetings\"; there are operationlogs, activities"
        );
    }
}
