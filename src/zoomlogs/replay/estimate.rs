//! What a replay will cost, before it begins: pages of Zoom's report, each of which is a request of the account's quota.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use zoomlogs_aws::config::Config;
use zoomlogs_core::checkpoint::Checkpoint;

use crate::wording::{minute, number_of};

/// What is known beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Estimate {
    pub days: u64,
    /// Requests that reading them will take; at least, if no day's size is known.
    pub requests: u64,
    /// On how many days whose size is known that rests.
    pub known_days: u64,
    /// Of today's budget.
    pub requests_left: u64,
    pub daily_request_budget: u64,
    /// At the rate that the function keeps to.
    pub seconds: u64,
    pub paused_until: Option<DateTime<Utc>>,
}

impl Estimate {
    /// Estimates reading `days`. The checkpoint counts the records of days that are open; a day that is settled is taken to be
    /// like those.
    pub fn of(
        days: &[NaiveDate],
        checkpoint: Option<&Checkpoint>,
        config: &Config,
        now: DateTime<Utc>,
    ) -> Self {
        let settings = &config.settings;
        let page_size = u64::from(settings.page_size);
        let today = now.date_naive();
        let pages = |records: u64| records.div_ceil(page_size).max(1);
        // Today has not all of its records yet, and an unswept day not all of its own.
        let known: Vec<_> = checkpoint
            .into_iter()
            .flat_map(|checkpoint| &checkpoint.days)
            .filter(|(_, state)| state.sweep.is_some())
            .map(|(&day, state)| (day, pages(state.ledger.records)))
            .collect();
        let whole: Vec<_> = known.iter().filter(|(day, _)| *day < today).collect();
        let typical = match whole.len() as u64 {
            0 => 1,
            count => whole
                .iter()
                .map(|(_, pages)| pages)
                .sum::<u64>()
                .div_ceil(count),
        };
        let of_day = |day: &NaiveDate| {
            let found = known.iter().find(|(known, _)| known == day);
            found.map_or(typical, |(_, pages)| *pages)
        };
        let requests: u64 = days.iter().map(of_day).sum();
        let spent = checkpoint.map_or(0, |checkpoint| checkpoint.requests.on(today));
        Self {
            days: days.len() as u64,
            requests,
            known_days: whole.len() as u64,
            requests_left: settings.daily_request_budget.saturating_sub(spent),
            daily_request_budget: settings.daily_request_budget,
            seconds: requests.div_ceil(u64::from(config.endpoints.requests_per_second)),
            paused_until: checkpoint
                .and_then(|checkpoint| checkpoint.paused_until)
                .filter(|&until| until > now),
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            days,
            requests,
            known_days,
            requests_left,
            daily_request_budget,
            seconds,
            ..
        } = self;
        let days = number_of(*days, "day", "days");
        let requests_said = number_of(*requests, "request", "requests");
        match known_days {
            0 => write!(
                f,
                "{days} to read: at least {requests_said} to Zoom (how many records a day has is not known)"
            )?,
            known => write!(
                f,
                "{days} to read: about {requests_said} to Zoom, going by {} known",
                number_of(*known, "day that is", "days that are")
            )?,
        }
        write!(
            f,
            "; {requests_left} of today's {daily_request_budget} are left. That takes {seconds} s or more at the function's rate."
        )?;
        if let Some(until) = self.paused_until {
            write!(f, "\nZoom asked for no request until {}.", minute(until))?;
        } else if requests > requests_left {
            write!(
                f,
                "\nThat is more than today allows: the replay will stop, and the same command goes on after 00:00 UTC."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use zoomlogs_core::checkpoint::{CompleteSweep, DayState, SweepId};
    use zoomlogs_core::record::Record;
    use zoomlogs_core::report::OPERATION_LOGS;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A day with so many records.
    fn swept(records: usize) -> DayState {
        let mut state = DayState::default();
        let at = "2026-11-22T09:00:00Z".parse().unwrap();
        let rows: Vec<_> = (0..records)
            .map(|n| Record::parse(&format!(r#"{{"action":"{n}"}}"#), &OPERATION_LOGS).unwrap())
            .collect();
        state.ledger.add_records(&rows);
        state.sweep = Some(CompleteSweep {
            started: at,
            first_page: at,
            id: SweepId {
                page_size: 100,
                rows: state.ledger.delivered.digest(),
            },
            undecided: false,
        });
        state
    }

    #[test]
    fn days_that_are_known_count_as_they_are_and_others_as_those() {
        let variables = HashMap::from([
            ("S3_BUCKET", "b"),
            ("ZOOM_SECRET_ID", "z"),
            ("PAGE_SIZE", "100"),
            ("ZOOM_DAILY_REQUEST_BUDGET", "10"),
            ("ZOOM_MAX_REQUESTS_PER_SECOND", "2"),
        ]);
        let config = Config::from_lookup(|name| variables.get(name).map(ToString::to_string));
        let config = config.unwrap();
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let days = [day("2026-06-01"), day("2026-11-20"), day("2026-11-21")];
        let unknown = Estimate::of(&days, None, &config, now);
        assert_eq!(
            (unknown.requests, unknown.known_days, unknown.requests_left),
            (3, 0, 10)
        );
        assert!(unknown.to_string().contains("at least 3 requests"));

        let mut checkpoint =
            Checkpoint::new(&OPERATION_LOGS, "zoom/operationlogs/", day("2026-11-20"));
        checkpoint.put_day(day("2026-11-20"), swept(101));
        checkpoint.put_day(day("2026-11-21"), swept(350));
        // Today says nothing of a whole day.
        checkpoint.put_day(day("2026-11-22"), swept(1));
        checkpoint.requests.add(day("2026-11-22"), 4);
        let known = Estimate::of(&days, Some(&checkpoint), &config, now);
        assert_eq!(
            (known.requests, known.known_days, known.requests_left),
            (3 + 2 + 4, 2, 6)
        );
        assert_eq!(known.seconds, 5);
        assert!(
            known.to_string().contains("more than today allows"),
            "{known}"
        );
    }
}
