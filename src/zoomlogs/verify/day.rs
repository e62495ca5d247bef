//! One day: Zoom is read, then the bucket, then Zoom again, until what Zoom told is certain.

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use thiserror::Error;
use zoomlogs_aws::system_clock::SystemClock;
use zoomlogs_core::clock::Clock as _;

use super::bucket::Bucket;
use super::compare::{self, Comparison, Kind, Told, Wrong};
use super::day_log::{DayLog, Object, Place};
use super::identity::Digest;
use super::known::{Known, State};
use super::zoom_reading::{Reading, ZoomReadError, ZoomReader};
use crate::aws::AwsError;

/// How often a past day is read before it is said that Zoom does not agree with itself.
pub const READINGS: usize = 4;

/// Today is read twice: a third reading would only meet other new rows.
const READINGS_OF_TODAY: usize = 2;

/// What came of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every record that Zoom has is in the bucket as often as in Zoom, and nothing else is.
    Matches,
    /// Something is wrong.
    Differs,
    /// Zoom gives different answers, and the bucket is among them.
    ZoomDisagrees,
    /// It could not be looked at.
    Unread,
}

/// A record that is wrong, for people to find it.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    pub kind: Kind,
    pub time: Option<DateTime<Utc>>,
    /// Of the record's documented fields; see `docs/verify.md`.
    pub digest: Digest,
    /// How many of it are too few, or too many.
    pub count: u32,
    /// Where it stands in the bucket, the first time and the last.
    pub places: Vec<String>,
    /// The record itself, only when somebody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// A day, looked at.
#[derive(Debug)]
pub struct DayAudit {
    pub date: NaiveDate,
    pub state: State,
    pub verdict: Verdict,
    pub zoom_records: u64,
    pub zoom_sha256: Digest,
    pub readings: usize,
    pub bucket_records: u64,
    pub bucket_sha256: Digest,
    pub objects: Vec<Object>,
    pub problems: Vec<String>,
    pub comparison: Comparison,
    pub examples: Vec<Example>,
}

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
pub struct Auditor<'a> {
    pub zoom: &'a ZoomReader,
    pub bucket: &'a Bucket,
    pub page_size: u16,
    /// How many examples of each kind a day shows.
    pub examples: usize,
    /// Whether examples show the record itself.
    pub show: bool,
}

impl Auditor<'_> {
    pub async fn look_at(&self, day: NaiveDate, known: &Known) -> Result<DayAudit, DayError> {
        let began = SystemClock.now();
        let today = began.date_naive();
        let state = known.state(day, today);
        let not_due_from = known.not_due_from(day, today, began);
        let (least, most) = if day < today {
            (1, READINGS)
        } else {
            (READINGS_OF_TODAY, READINGS_OF_TODAY)
        };

        let mut readings = vec![self.zoom.day(day, self.page_size, |_, _| ()).await?];
        let mut lacking = VecDeque::new();
        let (log, agreed) = loop {
            let log = self.bucket.day(day).await?;
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
                    let after = self.bucket.day(day).await?;
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
        Ok(DayAudit {
            date: day,
            state,
            verdict: verdict(&comparison, &log, agreed, state),
            zoom_records: last.map_or(0, Reading::total),
            zoom_sha256: last.map_or_else(|| Digest::of_all([]), Reading::digest),
            readings: readings.len(),
            bucket_records: log.total(),
            bucket_sha256: log.digest(),
            objects: log.objects,
            problems: log.problems,
            comparison,
            examples,
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
        let mut places: Vec<Place> = found
            .into_iter()
            .flat_map(|found| [found.first, found.last])
            .collect();
        places.dedup();
        let record = match (self.show, places.first()) {
            (false, _) => None,
            (true, Some(place)) => match log.objects.get(place.object) {
                Some(object) => self.bucket.line(object, place.line).await?,
                None => None,
            },
            (true, None) => {
                let known = lacking.iter().find(|(digest, _)| *digest == wrong.digest);
                known.map(|(_, line)| line.clone())
            }
        };
        let place = |place: &Place| {
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

fn verdict(comparison: &Comparison, log: &DayLog, agreed: bool, state: State) -> Verdict {
    if !comparison.wrong.is_empty() || !log.problems.is_empty() {
        Verdict::Differs
    } else if !agreed && state != State::Open {
        Verdict::ZoomDisagrees
    } else {
        Verdict::Matches
    }
}
