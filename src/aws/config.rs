//! The configuration: environment variables, checked once, at start.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use thiserror::Error;

use crate::s3::{ObjectLock, ObjectLockMode};
use zoomlogs_core::calendar::parse_day;
use zoomlogs_core::collector::{Limits, Settings};
use zoomlogs_core::report::{self, Report};
use zoomlogs_core::zoom::Endpoints;

/// The configuration of the function.
#[derive(Debug, Clone)]
pub struct Config {
    /// `S3_BUCKET`.
    pub bucket: String,
    /// `OBJECT_LOCK_MODE` and `OBJECT_LOCK_DAYS`: how entries are locked, if they are.
    pub object_lock: Option<ObjectLock>,
    /// `ZOOM_SECRET_ID`.
    pub secret_id: String,
    /// Where Zoom is, and how it may be asked.
    pub endpoints: Endpoints,
    /// What to collect, and how.
    pub settings: Settings,
}

/// A variable that is missing or does not parse. Names it, what it has and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("environment variable {name} {found}; it takes {takes}")]
pub struct ConfigError {
    name: &'static str,
    found: String,
    takes: String,
}

impl Config {
    /// Reads the configuration through `lookup`, which gives a variable's value.
    ///
    /// An empty value counts as not set: that is how Terraform and shells pass on what nobody gave.
    ///
    /// # Errors
    /// For the first variable that is missing or wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name| Variable::get(&lookup, name);
        let report = Self::report(&lookup)?;
        let s3_prefix = get("S3_PREFIX").or(&report.prefix()).check(
            |prefix| {
                prefix.ends_with('/') && !prefix.starts_with('/') && !has_dot_segment(prefix)
            },
            "a prefix that ends in / and does not begin with it, and has no part . or .., such as zoom/operationlogs/",
        )?;
        let state_key = get("STATE_KEY").or(&report.state_key()).check(
            |key| {
                !key.starts_with(&s3_prefix)
                    && !key.starts_with('/')
                    && !key.ends_with('/')
                    && !has_dot_segment(key)
            },
            &format!(
                "the key, without a part . or .., of an object outside S3_PREFIX ({s3_prefix}): what lies under that prefix the SecOps feed \
                 ingests as a log, and may delete"
            ),
        )?;
        Ok(Self {
            bucket: get("S3_BUCKET").required("the name of the bucket")?,
            object_lock: object_lock(get("OBJECT_LOCK_MODE"), get("OBJECT_LOCK_DAYS"), &s3_prefix)?,
            secret_id: get("ZOOM_SECRET_ID").check(
                |id| !id.contains('{'),
                "the ARN or name of the secret with the Zoom credentials",
            )?,
            endpoints: Self::endpoints(&lookup)?,
            settings: Settings {
                report,
                page_size: get("PAGE_SIZE").number(300, 1..=300, "rows")?,
                start_date: get("START_DATE").date()?,
                late_arrival: TimeDelta::hours(get("LATE_ARRIVAL_HOURS").number(
                    48,
                    0..=4320,
                    "hours",
                )?),
                full_sweep: TimeDelta::minutes(get("FULL_SWEEP_MINUTES").number(
                    360,
                    0..=10_080,
                    "minutes",
                )?),
                max_records_per_object: get("MAX_RECORDS_PER_OBJECT").number(
                    50_000,
                    1..=1_000_000,
                    "records",
                )?,
                daily_request_budget: get("ZOOM_DAILY_REQUEST_BUDGET").number(
                    10_000,
                    1..=1_000_000,
                    "requests",
                )?,
                limits: Limits::default(),
                s3_prefix,
                state_key,
            },
        })
    }

    /// Reads which report is collected.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn report(lookup: impl Fn(&str) -> Option<String>) -> Result<&'static Report, ConfigError> {
        Variable::get(&lookup, "ZOOM_REPORT")
            .or(report::OPERATION_LOGS.name)
            .report()
    }

    /// Reads the part that says where Zoom is and how it may be asked, for whoever else asks it with the function's
    /// configuration.
    ///
    /// # Errors
    /// For the first variable that is wrong; none is required.
    pub fn endpoints(lookup: impl Fn(&str) -> Option<String>) -> Result<Endpoints, ConfigError> {
        let get = |name| Variable::get(&lookup, name);
        Ok(Endpoints {
            oauth_url: get("ZOOM_OAUTH_URL").url("https://zoom.us/oauth/token")?,
            api_url: get("ZOOM_API_URL").url("https://api.zoom.us/v2")?,
            timeout: Duration::from_secs(get("TIMEOUT").number(30, 1..=300, "seconds")?),
            requests_per_second: get("ZOOM_MAX_REQUESTS_PER_SECOND").number(
                5,
                1..=100,
                "requests",
            )?,
        })
    }
}

/// Whether a key has a part that no URL can have: it means this folder, or the one above.
fn has_dot_segment(key: &str) -> bool {
    key.split('/').any(|part| matches!(part, "." | ".."))
}

/// A lock has a mode and a length; one without the other is a mistake.
fn object_lock(
    mode: Variable,
    days: Variable,
    s3_prefix: &str,
) -> Result<Option<ObjectLock>, ConfigError> {
    if mode.value.is_none() && days.value.is_none() {
        return Ok(None);
    }
    Ok(Some(ObjectLock {
        mode: mode.object_lock_mode()?,
        // A hundred years are the most that S3 takes.
        days: days.number_within(&(1..=36_500)).ok_or_else(|| {
            days.wrong("a whole number of days from 1 to 36500, together with OBJECT_LOCK_MODE")
        })?,
        prefix: s3_prefix.to_owned(),
    }))
}

struct Variable {
    name: &'static str,
    value: Option<String>,
}

impl Variable {
    fn get(lookup: impl Fn(&str) -> Option<String>, name: &'static str) -> Self {
        let value = lookup(name).filter(|value| !value.trim().is_empty());
        Self { name, value }
    }

    fn wrong(&self, takes: impl Display) -> ConfigError {
        let found = match &self.value {
            // What does not belong there may be a secret: a password in an address, the secret itself for its name.
            Some(value) if value.contains(['@', '?', '{']) => {
                "holds a user name, a query, or JSON, and is not shown".to_owned()
            }
            Some(value) => format!("is {value:?}"),
            None => "is not set".to_owned(),
        };
        ConfigError {
            name: self.name,
            found,
            takes: takes.to_string(),
        }
    }

    fn or(self, default: &str) -> Self {
        Self {
            value: Some(self.value.unwrap_or_else(|| default.to_owned())),
            ..self
        }
    }

    fn required(self, takes: &str) -> Result<String, ConfigError> {
        self.check(|_| true, takes)
    }

    fn check(self, is_good: impl Fn(&str) -> bool, takes: &str) -> Result<String, ConfigError> {
        match &self.value {
            Some(value) if is_good(value) => Ok(value.clone()),
            _ => Err(self.wrong(takes)),
        }
    }

    fn number<N>(self, default: N, range: RangeInclusive<N>, unit: &str) -> Result<N, ConfigError>
    where
        N: FromStr + PartialOrd + Display,
    {
        if self.value.is_none() {
            return Ok(default);
        }
        self.number_within(&range).ok_or_else(|| {
            self.wrong(format!(
                "a whole number of {unit} from {} to {}",
                range.start(),
                range.end()
            ))
        })
    }

    fn number_within<N: FromStr + PartialOrd>(&self, range: &RangeInclusive<N>) -> Option<N> {
        let number = self.value.as_ref()?.trim().parse().ok()?;
        range.contains(&number).then_some(number)
    }

    fn object_lock_mode(&self) -> Result<ObjectLockMode, ConfigError> {
        let value = self.value.as_deref().unwrap_or_default();
        ObjectLockMode::try_parse(value.trim())
            .map_err(|_| self.wrong("GOVERNANCE or COMPLIANCE, together with OBJECT_LOCK_DAYS"))
    }

    fn report(&self) -> Result<&'static Report, ConfigError> {
        let value = self.value.as_deref().unwrap_or_default();
        Report::named(value.trim()).map_err(|_| self.wrong(format!("one of {}", report::names())))
    }

    fn date(self) -> Result<Option<NaiveDate>, ConfigError> {
        let Some(value) = &self.value else {
            return Ok(None);
        };
        let date = parse_day(value.trim());
        date.map(Some)
            .ok_or_else(|| self.wrong("a date YYYY-MM-DD"))
    }

    /// Credentials and records cross this connection: it is encrypted, unless it never leaves the machine.
    fn url(self, default: &str) -> Result<String, ConfigError> {
        let is_safe = |value: &str| match reqwest::Url::parse(value) {
            Ok(url)
                if !url.username().is_empty()
                    || url.password().is_some()
                    || url.query().is_some() =>
            {
                false
            }
            Ok(url) if url.scheme() == "https" => url.has_host(),
            Ok(url) if url.scheme() == "http" => url.host_str().is_some_and(is_loopback),
            _ => false,
        };
        let takes =
            "an https:// address without user or query (http:// only for a loopback address)";
        self.or(default).check(is_safe, takes)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let required = [("S3_BUCKET", "logs"), ("ZOOM_SECRET_ID", "zoom")];
        let lookup = |name: &str| {
            let given = variables.iter().rev().find(|(other, _)| *other == name);
            let value = given.or_else(|| required.iter().find(|(other, _)| *other == name));
            value.map(|(_, value)| (*value).to_owned())
        };
        Config::from_lookup(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_the_contracts() {
        let config = read(&[("START_DATE", "")]).unwrap();
        assert_eq!(
            config.settings,
            Settings {
                report: &report::OPERATION_LOGS,
                s3_prefix: "zoom/operationlogs/".to_owned(),
                state_key: "zoom/state/operationlogs.json".to_owned(),
                page_size: 300,
                start_date: None,
                late_arrival: TimeDelta::hours(48),
                full_sweep: TimeDelta::hours(6),
                max_records_per_object: 50_000,
                daily_request_budget: 10_000,
                limits: Limits::default(),
            }
        );
        assert_eq!(config.object_lock, None);
        let Endpoints {
            oauth_url,
            api_url,
            timeout,
            requests_per_second,
        } = config.endpoints;
        assert_eq!(
            (oauth_url.as_str(), api_url.as_str()),
            ("https://zoom.us/oauth/token", "https://api.zoom.us/v2")
        );
        assert_eq!((timeout, requests_per_second), (Duration::from_secs(30), 5));
    }

    #[test]
    fn the_report_says_where_its_log_goes() {
        let settings = read(&[("ZOOM_REPORT", "activities")]).unwrap().settings;
        assert_eq!(settings.report, &report::ACTIVITIES);
        assert_eq!(
            (settings.s3_prefix.as_str(), settings.state_key.as_str()),
            ("zoom/activities/", "zoom/state/activities.json")
        );
        let problem = read(&[("ZOOM_REPORT", "meetings")]).unwrap_err();
        assert_eq!(
            problem,
            "environment variable ZOOM_REPORT is \"meetings\"; it takes one of operationlogs, activities"
        );
    }

    #[test]
    fn the_edges_of_each_range_are_taken_and_what_lies_beyond_is_named() {
        for (name, low, high) in [
            ("PAGE_SIZE", 1, 300),
            ("TIMEOUT", 1, 300),
            ("LATE_ARRIVAL_HOURS", 0, 4320),
            ("FULL_SWEEP_MINUTES", 0, 10_080),
            ("MAX_RECORDS_PER_OBJECT", 1, 1_000_000),
            ("ZOOM_MAX_REQUESTS_PER_SECOND", 1, 100),
            ("ZOOM_DAILY_REQUEST_BUDGET", 1, 1_000_000),
        ] {
            for good in [low, high] {
                assert!(read(&[(name, &good.to_string())]).is_ok(), "{name}={good}");
            }
            for bad in [
                (low - 1).to_string(),
                (high + 1).to_string(),
                "1.5".to_owned(),
                "many".to_owned(),
            ] {
                let error = read(&[(name, &bad)]).unwrap_err();
                for part in [name, &format!("{bad:?}"), &format!("from {low} to {high}")] {
                    assert!(error.contains(part), "{error}");
                }
            }
        }
    }

    #[test]
    fn an_object_lock_has_a_mode_and_a_length() {
        for (mode, days, prefix, expected) in [
            ("GOVERNANCE", "1", "logs/", (ObjectLockMode::Governance, 1)),
            (
                " COMPLIANCE ",
                " 36500 ",
                "",
                (ObjectLockMode::Compliance, 36_500),
            ),
        ] {
            let config = read(&[
                ("OBJECT_LOCK_MODE", mode),
                ("OBJECT_LOCK_DAYS", days),
                ("S3_PREFIX", prefix),
            ])
            .unwrap();
            let lock = config.object_lock.unwrap();
            assert_eq!((lock.mode, lock.days), expected);
            assert_eq!(lock.prefix, config.settings.s3_prefix);
        }

        let takes_mode = "it takes GOVERNANCE or COMPLIANCE, together with OBJECT_LOCK_DAYS";
        let takes_days =
            "it takes a whole number of days from 1 to 36500, together with OBJECT_LOCK_MODE";
        for (mode, days, name, found, takes) in [
            ("", "1", "OBJECT_LOCK_MODE", "is not set", takes_mode),
            (
                "COMPLIANCE",
                "",
                "OBJECT_LOCK_DAYS",
                "is not set",
                takes_days,
            ),
            (
                "governance",
                "1",
                "OBJECT_LOCK_MODE",
                "is \"governance\"",
                takes_mode,
            ),
            ("OFF", "0", "OBJECT_LOCK_MODE", "is \"OFF\"", takes_mode),
            (
                "GOVERNANCE",
                "0",
                "OBJECT_LOCK_DAYS",
                "is \"0\"",
                takes_days,
            ),
            (
                "GOVERNANCE",
                "36501",
                "OBJECT_LOCK_DAYS",
                "is \"36501\"",
                takes_days,
            ),
            (
                "GOVERNANCE",
                "1.5",
                "OBJECT_LOCK_DAYS",
                "is \"1.5\"",
                takes_days,
            ),
        ] {
            let variables = [("OBJECT_LOCK_MODE", mode), ("OBJECT_LOCK_DAYS", days)];
            let error = read(&variables).unwrap_err();
            let expected = format!("environment variable {name} {found}; {takes}");
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        for (variables, expected) in [
            (
                &[("S3_BUCKET", "")],
                "S3_BUCKET is not set; it takes the name of the bucket",
            ),
            (&[("ZOOM_SECRET_ID", " ")], "ZOOM_SECRET_ID is not set"),
            (
                &[("S3_PREFIX", "zoom")],
                "S3_PREFIX is \"zoom\"; it takes a prefix that ends in /",
            ),
            (
                &[("STATE_KEY", "zoom/operationlogs/state.json")],
                "may delete",
            ),
            (&[("S3_PREFIX", "zoom/../logs/")], "no part . or .."),
            (&[("STATE_KEY", "./state.json")], "without a part . or .."),
            (
                &[("START_DATE", "2026-13-01")],
                "START_DATE is \"2026-13-01\"; it takes a date",
            ),
            (&[("START_DATE", "26-1-1")], "a date YYYY-MM-DD"),
            (
                &[("ZOOM_API_URL", "http://api.zoom.us/v2")],
                "ZOOM_API_URL is \"http://api.zoom.us/v2\"",
            ),
            (&[("ZOOM_OAUTH_URL", "zoom.us")], "ZOOM_OAUTH_URL"),
            (
                &[("ZOOM_OAUTH_URL", "http://127.0.0.1.example.com/")],
                "loopback",
            ),
            (
                &[("ZOOM_OAUTH_URL", "https://id:secret@zoom.us/")],
                "without user",
            ),
        ] {
            let error = read(variables).unwrap_err();
            assert!(error.contains(expected), "{variables:?}: {error}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for (name, value) in [
            ("ZOOM_OAUTH_URL", "https://id:hunter2@zoom.us/oauth/token"),
            (
                "ZOOM_API_URL",
                "https://api.zoom.us/v2?access_token=hunter2",
            ),
            ("ZOOM_SECRET_ID", r#"{"client_secret":"hunter2"}"#),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(
                error.contains(name) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn plain_http_is_taken_for_loopback_only() {
        for url in [
            "http://127.0.0.1:8080/v2",
            "http://localhost/v2",
            "http://[::1]:1/v2",
            "https://api.zoomgov.com/v2",
        ] {
            assert_eq!(
                read(&[("ZOOM_API_URL", url)]).unwrap().endpoints.api_url,
                url
            );
        }
    }
}
