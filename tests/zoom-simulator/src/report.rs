//! The reports of the account: what each one is called, and who may read it.

use serde::{Deserialize, Serialize};

/// One of the reports that are simulated. Another one is a name here, a row in [`description`](Report) and a few lines
/// in the generator.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// `GET /v2/report/operationlogs`: what administrators and users changed.
    #[default]
    OperationLogs,
    /// `GET /v2/report/activities`: who signed in and out.
    Activities,
}

/// What is said of a report in one place.
struct Description {
    name: &'static str,
    rows: &'static str,
    scopes: [&'static str; 2],
}

/// The classic scopes open every report.
const CLASSIC_SCOPES: [&str; 2] = ["report:read:admin", "report:master"];
/// Where the reports are.
const PREFIX: &str = "/v2/report/";

impl Report {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::OperationLogs, Self::Activities];

    const fn description(self) -> Description {
        match self {
            Self::OperationLogs => Description {
                name: "operationlogs",
                rows: "operation_logs",
                scopes: [
                    "report:read:operation_logs:admin",
                    "report:read:operation_logs:master",
                ],
            },
            Self::Activities => Description {
                name: "activities",
                rows: "activity_logs",
                scopes: [
                    "report:read:user_activities:admin",
                    "report:read:user_activities:master",
                ],
            },
        }
    }

    /// Its name in the path, in scripts and at the control endpoints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.description().name
    }

    /// The name of the answer's array.
    #[must_use]
    pub const fn rows(self) -> &'static str {
        self.description().rows
    }

    /// The granular scope that opens it, and the one that Zoom names when it is missing.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        self.description().scopes[0]
    }

    /// Where it is, without the host.
    #[must_use]
    pub fn path(self) -> String {
        format!("{PREFIX}{}", self.name())
    }

    /// The report of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name() == name)
    }

    /// The report at `path`.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::named(path.strip_prefix(PREFIX)?)
    }

    /// Whether one of `scopes` opens it.
    pub(crate) fn opens_to(self, scopes: &[String]) -> bool {
        let own = self.description().scopes;
        scopes
            .iter()
            .any(|scope| own.contains(&scope.as_str()) || CLASSIC_SCOPES.contains(&scope.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_is_found_by_its_name_and_its_path_and_in_json() {
        for report in Report::ALL {
            assert_eq!(Report::named(report.name()), Some(report));
            assert_eq!(Report::at(&report.path()), Some(report));
            assert_eq!(
                serde_json::to_value(report).unwrap(),
                serde_json::json!(report.name())
            );
        }
        assert_eq!(Report::at("/v2/report/users"), None);
        assert_eq!(Report::at("/v2/report/activities/"), None);
        assert_eq!(Report::at("activities"), None);
    }

    #[test]
    fn a_scope_opens_its_own_report_and_a_classic_one_opens_all() {
        for report in Report::ALL {
            let opened = |scope: &str| report.opens_to(&[scope.to_owned()]);
            for other in Report::ALL {
                assert_eq!(opened(other.scope()), report == other);
            }
            assert!(opened("report:read:admin"));
            assert!(opened("report:master"));
            assert!(!opened("user:read:admin"));
            assert!(!report.opens_to(&[]));
        }
    }
}
