//! One day: Zoom is read, then the bucket, then Zoom again, until what Zoom told is certain.

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use super::audit_report::{DayAudit, DayVerdict, Example, InBucket, InZoom, Looked};
use super::bucket::Bucket;
use super::compare::{self, Comparison, Kind, Told, Wrong};
use super::day_log::{DayLog, Position};
use super::excuses::{Excuses, Settlement};
use super::identity::Digest;
use super::zoom_reading::{Reading, ZoomReadError, ZoomReader};
use crate::aws::AwsError;

/// How often a past day is read before it is said that Zoom does not agree with itself.
pub const READINGS: usize = 4;

/// Today is read twice: a third reading would only meet other new rows.
const READINGS_OF_TODAY: usize = 2;

#[derive(Debug, Error)]
pub enum DayError {
    #[error("Zoom: {0}")]
    Zoom(#[from] ZoomReadError),
    #[error("the bucket: {0}")]
    Bucket(#[from] AwsError),
}

impl DayError {
    /// Whether it concerns every day alike.
    pub const fn stops(&self) -> bool {
        match self {
            Self::Zoom(error) => error.stops(),
            // No later day is read with these credentials and rights, and Zoom would be asked for it first.
            Self::Bucket(error) => matches!(
                error,
                AwsError::BadCredentials { .. }
                    | AwsError::NoCredentials { .. }
                    | AwsError::Denied { .. }
            ),
        }
    }
}

/// Looks at days.
pub struct DayAuditor<'a> {
    pub zoom: &'a ZoomReader,
    pub bucket: &'a Bucket,
    pub page_size: u16,
    /// How many examples of each kind a day shows.
    pub examples: usize,
    /// Whether examples show the record itself.
    pub show: bool,
}

impl DayAuditor<'_> {
    pub async fn look_at(&self, day: NaiveDate, excuses: &Excuses) -> Result<DayAudit, DayError> {
        let began = SystemClock.now();
        let today = began.date_naive();
        let state = excuses.state(day, today);
        let not_due_from = excuses.not_due_from(day, today, began);
        let (least, most) = if day < today {
            (1, READINGS)
        } else {
            (READINGS_OF_TODAY, READINGS_OF_TODAY)
        };

        let mut readings = vec![self.zoom.day(day, self.page_size, |_, _| ()).await?];
        let mut lacking = VecDeque::new();
        let (log, agreed) = loop {
            let log = DayLog::read(self.bucket, day).await?;
            let matches = readings
                .last()
                .is_some_and(|last| last.is_certain() && compare::same(last, &log));
            if matches && readings.len() >= least {
                break (log, true);
            }
            lacking.clear();
            let next = self.read_again(day, readings.len(), &log, not_due_from, &mut lacking);
            let next = next.await?;
            let agrees = readings.last().is_some_and(|last| last.agrees_with(&next));
            readings.push(next);
            // The bucket was read between two readings that say the same.
            if agrees {
                break (log, true);
            }
            if readings.len() == most {
                // What was delivered after the last reading is foreign to all of them: it counts only if it is just what
                // that reading has.
                let last = readings
                    .last()
                    .filter(|last| day < today && last.is_certain());
                if let Some(last) = last {
                    let after = DayLog::read(self.bucket, day).await?;
                    if compare::same(last, &after) {
                        break (after, true);
                    }
                }
                break (log, false);
            }
        };

        let told = match readings.last() {
            Some(last) if agreed => Told::Agreed(last),
            _ => Told::Differs(&readings),
        };
        let comparison = compare::compare(day, &told, &log, not_due_from);
        let examples = self.examples(&comparison, &log, &lacking).await?;
        let last = readings.last();
        let count = |kind| comparison.count(kind);
        Ok(DayAudit {
            date: day,
            state,
            verdict: verdict(&comparison, &log, agreed, state),
            looked: Some(Looked {
                zoom: InZoom {
                    records: last.map_or(0, Reading::total),
                    sha256: last.map_or_else(|| Digest::of_all([]), Reading::digest),
                    readings: readings.len(),
                },
                bucket: InBucket {
                    records: log.total(),
                    sha256: log.digest(),
                    objects: log.objects,
                },
                missing: count(Kind::Missing),
                doubled: count(Kind::Doubled),
                foreign: count(Kind::Foreign),
                foreign_of_another_day: comparison.of_another_day,
                not_due: comparison.not_due,
                undecided: comparison.undecided,
                problems: log.problems,
                examples,
            }),
            error: None,
        })
    }

    /// Reads the day again with other page boundaries, and keeps some of the rows that the bucket lacks if they are to be
    /// shown.
    async fn read_again(
        &self,
        day: NaiveDate,
        times: usize,
        log: &DayLog,
        not_due_from: Option<DateTime<Utc>>,
        lacking: &mut VecDeque<(Digest, String)>,
    ) -> Result<Reading, ZoomReadError> {
        let other = if self.page_size > 1 {
            self.page_size - 1
        } else {
            2
        };
        let page_size = if times % 2 == 1 {
            other
        } else {
            self.page_size
        };
        self.zoom
            .day(day, page_size, |identity, line| {
                let due = not_due_from.is_none_or(|from| identity.time < Some(from));
                if self.show && due && log.count(&identity.digest) == 0 {
                    lacking.push_back((identity.digest, line.to_owned()));
                    // The oldest ones are shown, and come last.
                    if lacking.len() > self.examples {
                        lacking.pop_front();
                    }
                }
            })
            .await
    }

    async fn examples(
        &self,
        comparison: &Comparison,
        log: &DayLog,
        lacking: &VecDeque<(Digest, String)>,
    ) -> Result<Vec<Example>, AwsError> {
        let mut examples = Vec::new();
        for kind in [Kind::Missing, Kind::Doubled, Kind::Foreign] {
            let of_kind = comparison.wrong.iter().filter(|wrong| wrong.kind == kind);
            for wrong in of_kind.take(self.examples) {
                examples.push(self.example(wrong, log, lacking).await?);
            }
        }
        Ok(examples)
    }

    async fn example(
        &self,
        wrong: &Wrong,
        log: &DayLog,
        lacking: &VecDeque<(Digest, String)>,
    ) -> Result<Example, AwsError> {
        let found = log.records.get(&wrong.digest);
        let mut places: Vec<Position> = found
            .into_iter()
            .flat_map(|found| [found.first, found.last])
            .collect();
        places.dedup();
        let record = match (self.show, places.first()) {
            (false, _) => None,
            (true, Some(place)) => match log.objects.get(place.object) {
                Some(object) => object.line(self.bucket, place.line).await?,
                None => None,
            },
            (true, None) => {
                let known = lacking.iter().find(|(digest, _)| *digest == wrong.digest);
                known.map(|(_, line)| line.clone())
            }
        };
        let place = |place: &Position| {
            let object = log.objects.get(place.object)?;
            Some(format!("{} line {}", object.key, place.line))
        };
        Ok(Example {
            kind: wrong.kind,
            time: wrong.time,
            digest: wrong.digest,
            count: wrong.count,
            places: places.iter().filter_map(place).collect(),
            record,
        })
    }
}

fn verdict(comparison: &Comparison, log: &DayLog, agreed: bool, state: Settlement) -> DayVerdict {
    if !comparison.wrong.is_empty() || !log.problems.is_empty() {
        DayVerdict::Differs
    } else if !agreed && state != Settlement::Open {
        DayVerdict::ZoomDisagrees
    } else {
        DayVerdict::Matches
    }
}
