//! What the function's checkpoint says: which days are settled, and how far the last complete run came. It excuses rows that
//! are not due yet; it never says what was delivered.

use aws_config::SdkConfig;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use zoomlogs_aws::config::Config;
use zoomlogs_core::checkpoint::Checkpoint;

use crate::checkpoint::{self, Found};

/// How long after the function's last complete run a row may still wait. One that stands longer is late, whatever the
/// function says of itself.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(2);

/// What may still be added to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Nothing, by the function's own word.
    Settled,
    /// It is today, or the function still looks for late rows.
    Open,
    /// Nobody says. There is no excuse for anything.
    Unknown,
}

impl Settlement {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Open => "open",
            Self::Unknown => "unknown",
        }
    }
}

/// See the [module](self).
#[derive(Debug)]
pub struct Excuses {
    checkpoint: Result<Box<Checkpoint>, String>,
    /// How long one run may take: one that ended at a moment looked that much earlier, at the worst.
    run_time: TimeDelta,
}

impl Excuses {
    /// Reads the checkpoint. One that cannot be read excuses nothing, and is no failure.
    pub async fn read(aws: &SdkConfig, config: &Config, run_time: TimeDelta) -> Self {
        let checkpoint = match checkpoint::read(aws, config).await {
            Ok(Found::Whole(checkpoint)) => Ok(checkpoint),
            Ok(Found::Missing) => Err("there is none".to_owned()),
            Ok(Found::Unusable(unusable)) => Err(unusable.to_string()),
            Err(error) => Err(error.to_string()),
        };
        Self {
            checkpoint,
            run_time,
        }
    }

    /// Reads the checkpoint once more. One that cannot be read now leaves what was known.
    pub async fn read_again(&mut self, aws: &SdkConfig, config: &Config) {
        let now = Self::read(aws, config, self.run_time).await;
        if now.checkpoint.is_ok() || self.checkpoint.is_err() {
            *self = now;
        }
    }

    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_deref().ok()
    }

    /// Why nothing is known.
    pub fn problem(&self) -> Option<&str> {
        self.checkpoint.as_ref().err().map(String::as_str)
    }

    pub fn state(&self, day: NaiveDate, today: NaiveDate) -> Settlement {
        match self.checkpoint() {
            None => Settlement::Unknown,
            Some(_) if day >= today => Settlement::Open,
            // A replay opens a settled day again.
            Some(checkpoint) if checkpoint.days.contains_key(&day) => Settlement::Open,
            Some(checkpoint)
                if checkpoint.settled.contains_key(&day) || day <= checkpoint.settled_through =>
            {
                Settlement::Settled
            }
            Some(_) => Settlement::Open,
        }
    }

    /// From which time on a row of the day need not be delivered yet, at `now`.
    pub fn not_due_from(
        &self,
        day: NaiveDate,
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let last = self.last_complete_run()?;
        let excused = self.state(day, today) == Settlement::Open && !self.is_behind(now);
        excused.then(|| last - self.run_time)
    }

    /// Whether the function is so far behind at `now` that nothing waits for it any more.
    pub fn is_behind(&self, now: DateTime<Utc>) -> bool {
        let last = self.last_complete_run();
        self.checkpoint().is_some() && last.is_none_or(|last| now >= last + LONGEST_WAIT)
    }

    pub fn start_date(&self) -> Option<NaiveDate> {
        self.checkpoint().map(|checkpoint| checkpoint.start_date)
    }

    pub fn settled_through(&self) -> Option<NaiveDate> {
        self.checkpoint()
            .map(|checkpoint| checkpoint.settled_through)
    }

    pub fn last_complete_run(&self) -> Option<DateTime<Utc>> {
        self.checkpoint()?.last_complete_run
    }

    /// The requests that the function has spent on this day, if that is known.
    pub fn spent(&self, today: NaiveDate) -> Option<u64> {
        self.checkpoint()
            .map(|checkpoint| checkpoint.requests.on(today))
    }

    /// Until when Zoom asked for no further request, if that is still to come.
    pub fn paused_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.checkpoint()?.paused_until.filter(|&until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use zoomlogs_core::checkpoint::DayState;
    use zoomlogs_core::report::OPERATION_LOGS;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn excuses() -> Excuses {
        let mut checkpoint = Checkpoint::new(&OPERATION_LOGS, "p/", day("2026-11-18"));
        for settled in ["2026-11-18", "2026-11-19", "2026-11-21"] {
            checkpoint.settle(day(settled), 1);
        }
        checkpoint.put_day(day("2026-11-19"), DayState::default());
        checkpoint.last_complete_run = Some(at("2026-11-23T10:00:00Z"));
        Excuses {
            checkpoint: Ok(Box::new(checkpoint)),
            run_time: TimeDelta::minutes(5),
        }
    }

    #[test]
    fn a_day_is_settled_unless_something_may_still_be_added() {
        let excuses = excuses();
        for (of, expected) in [
            ("2026-11-10", Settlement::Settled),
            ("2026-11-18", Settlement::Settled),
            ("2026-11-19", Settlement::Open),
            ("2026-11-20", Settlement::Open),
            ("2026-11-21", Settlement::Settled),
            ("2026-11-22", Settlement::Open),
            ("2026-11-23", Settlement::Open),
        ] {
            assert_eq!(excuses.state(day(of), day("2026-11-23")), expected, "{of}");
        }
    }

    #[test]
    fn only_new_rows_of_an_open_day_have_an_excuse_and_not_for_long() {
        let (excuses, today) = (excuses(), day("2026-11-23"));
        let from = |of, now| excuses.not_due_from(day(of), today, at(now));
        let soon = "2026-11-23T10:10:00Z";
        assert_eq!(from("2026-11-23", soon), Some(at("2026-11-23T09:55:00Z")));
        assert_eq!(from("2026-11-21", soon), None);
        assert_eq!(from("2026-11-23", "2026-11-23T12:00:00Z"), None);
        assert!(!excuses.is_behind(at(soon)) && excuses.is_behind(at("2026-11-23T12:00:00Z")));
    }

    #[test]
    fn without_a_checkpoint_there_is_no_excuse() {
        let excuses = Excuses {
            checkpoint: Err("there is none".to_owned()),
            run_time: TimeDelta::minutes(5),
        };
        let today = day("2026-11-23");
        assert_eq!(excuses.state(today, today), Settlement::Unknown);
        assert_eq!(
            excuses.not_due_from(today, today, at("2026-11-23T10:10:00Z")),
            None
        );
    }
}
