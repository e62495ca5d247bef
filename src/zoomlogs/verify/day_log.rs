//! A day's log as the bucket has it: every version of every object in the day's folder, read by this command's own code.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use zoomlogs_core::calendar::DayRange;

use super::bucket::{Bucket, Listed};
use super::entry;
use super::identity::Digest;
use crate::aws::AwsError;

/// A version of an object, as it was read.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectVersion {
    pub key: String,
    pub version: String,
    pub size: u64,
    /// Of its bytes, as they are stored; none if it was not read.
    pub sha256: Option<Digest>,
    pub records: u64,
    /// Whether a delete marker covers it now. What it holds was delivered all the same.
    pub deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl ObjectVersion {
    /// The line of a record, read once more.
    pub async fn line(&self, bucket: &Bucket, line: u32) -> Result<Option<String>, AwsError> {
        let body = bucket.get(&self.key, &self.version).await?;
        let mut found = None;
        // It was readable a moment ago.
        let _ = entry::records(&body, bucket.report, |number, _, text| {
            if number == line {
                found = Some(text.to_owned());
            }
        });
        Ok(found)
    }
}

/// Where a record stands: an object, by its place in [`DayLog::objects`], and a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub object: usize,
    pub line: u32,
}

/// A record in the bucket.
#[derive(Debug, Clone, Copy)]
pub struct Occurrences {
    pub count: u32,
    pub time: Option<DateTime<Utc>>,
    pub first: Position,
    pub last: Position,
}

/// A day as the bucket has it.
#[derive(Debug, Default)]
pub struct DayLog {
    pub records: HashMap<Digest, Occurrences>,
    pub objects: Vec<ObjectVersion>,
    /// What is wrong with the log itself.
    pub problems: Vec<String>,
}

impl DayLog {
    /// Reads a day: all versions of all objects in its folder.
    pub async fn read(bucket: &Bucket, day: NaiveDate) -> Result<Self, AwsError> {
        let listed = bucket.list(&entry::folder(&bucket.prefix, day)).await?;
        let deleted = deleted(&listed);
        let mut log = Self::default();
        let mut versions: BTreeMap<u32, u32> = BTreeMap::new();
        for listed in listed.into_iter().filter(|listed| !listed.is_marker) {
            let deleted = deleted.contains(&listed.key);
            let number = entry::number_of(&bucket.prefix, bucket.report, day, &listed.key);
            let Some(number) = number else {
                let problem = "its key is no entry's; its records are not counted";
                log.problems.push(format!("{}: {problem}", listed.key));
                log.objects.push(unread(listed, deleted, problem));
                continue;
            };
            *versions.entry(number).or_default() += 1;
            log.add(bucket, listed, deleted).await?;
        }
        log.problems.extend(broken_sequence(&versions));
        Ok(log)
    }

    /// Reads one version and counts what it holds. A damaged one counts nothing.
    async fn add(
        &mut self,
        bucket: &Bucket,
        listed: Listed,
        deleted: bool,
    ) -> Result<(), AwsError> {
        if let Some(problem) = too_large(listed.size) {
            self.problems.push(cannot_be_read(&listed, &problem));
            self.objects.push(unread(listed, deleted, &problem));
            return Ok(());
        }
        let body = bucket.get(&listed.key, &listed.version).await?;
        let object = self.objects.len();
        let mut found = Vec::new();
        let read = entry::records(&body, bucket.report, |line, identity, _| {
            found.push((identity, Position { object, line }));
        });
        let problem = match &read {
            Ok(_) => {
                for (identity, place) in found {
                    self.records
                        .entry(identity.digest)
                        .and_modify(|known| {
                            known.count += 1;
                            known.last = place;
                        })
                        .or_insert(Occurrences {
                            count: 1,
                            time: identity.time,
                            first: place,
                            last: place,
                        });
                }
                None
            }
            Err(problem) => {
                self.problems.push(cannot_be_read(&listed, problem));
                Some(problem.clone())
            }
        };
        self.objects.push(ObjectVersion {
            key: listed.key,
            version: listed.version,
            size: body.len() as u64,
            sha256: Some(Digest::of(&body)),
            records: read.unwrap_or_default(),
            deleted,
            problem,
        });
        Ok(())
    }

    pub fn total(&self) -> u64 {
        let counts = self.records.values().map(|found| u64::from(found.count));
        counts.sum()
    }

    pub fn count(&self, digest: &Digest) -> u32 {
        self.records.get(digest).map_or(0, |found| found.count)
    }

    pub fn digest(&self) -> Digest {
        Digest::of_all(
            self.records
                .iter()
                .map(|(&digest, found)| (digest, u64::from(found.count))),
        )
    }
}

/// What lies under the prefix, before any of it is read.
#[derive(Debug, Default)]
pub struct Survey {
    /// Objects in no day's folder, or in that of a day that has not come. The feed ingests them.
    pub astray: Vec<ObjectVersion>,
    /// What each day has.
    pub days: BTreeMap<NaiveDate, Folder>,
}

/// A day's folder, unread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Folder {
    pub objects: u64,
    pub bytes: u64,
}

impl Survey {
    /// Looks what lies under the prefix. Zoom's clock may be ahead of this one: tomorrow is not too late, any later day is.
    pub async fn of(bucket: &Bucket, today: NaiveDate) -> Result<Self, AwsError> {
        let last = today.succ_opt().unwrap_or(today);
        let listed = bucket.list(&bucket.prefix).await?;
        let deleted = deleted(&listed);
        let mut survey = Self::default();
        for listed in listed.into_iter().filter(|listed| !listed.is_marker) {
            let problem = match entry::day_of(&bucket.prefix, &listed.key) {
                Some(day) if day <= last => {
                    let folder = survey.days.entry(day).or_default();
                    folder.objects += 1;
                    folder.bytes += listed.size;
                    continue;
                }
                Some(_) => {
                    "it lies in the folder of a day that has not come; its records are not counted"
                }
                None => "it lies in no day's folder; its records are not counted",
            };
            let deleted = deleted.contains(&listed.key);
            survey.astray.push(unread(listed, deleted, problem));
        }
        Ok(survey)
    }

    pub fn bytes(&self, day: NaiveDate) -> u64 {
        self.days.get(&day).map_or(0, |folder| folder.bytes)
    }

    /// How many objects lie in the folders of days that are not among these.
    pub fn beyond(&self, range: DayRange) -> u64 {
        let others = self.days.iter().filter(|(day, _)| !range.contains(**day));
        others.map(|(_, folder)| folder.objects).sum()
    }
}

/// Why an object of this size is not fetched at all.
fn too_large(size: u64) -> Option<String> {
    (size > entry::LARGEST).then(|| {
        format!(
            "it is larger than {} MB, which no entry is",
            entry::LARGEST >> 20
        )
    })
}

fn cannot_be_read(listed: &Listed, problem: &str) -> String {
    let (key, version) = (&listed.key, &listed.version);
    format!("{key} (version {version}) cannot be read: {problem}; its records are not counted")
}

/// The keys that a delete marker covers now.
fn deleted(listed: &[Listed]) -> HashSet<String> {
    let markers = listed
        .iter()
        .filter(|listed| listed.is_marker && listed.is_latest);
    markers.map(|listed| listed.key.clone()).collect()
}

fn unread(listed: Listed, deleted: bool, problem: &str) -> ObjectVersion {
    ObjectVersion {
        key: listed.key,
        version: listed.version,
        size: listed.size,
        sha256: None,
        records: 0,
        deleted,
        problem: Some(problem.to_owned()),
    }
}

/// Numbers that are missing before others, and entries that were written more than once.
fn broken_sequence(versions: &BTreeMap<u32, u32>) -> Vec<String> {
    let last = versions.keys().next_back().copied().unwrap_or_default();
    let there: BTreeSet<_> = versions.keys().copied().collect();
    let gaps = (0..last).filter(|number| !there.contains(number));
    let gaps =
        gaps.map(|number| format!("there is no entry {number:06}, but there are later ones"));
    let several = versions.iter().filter(|(_, count)| **count > 1);
    let several = several.map(|(number, count)| {
        format!("entry {number:06} has {count} versions; it was written again, and all of them are counted")
    });
    gaps.chain(several).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_is_no_entry_by_its_size_is_not_fetched() {
        assert_eq!(too_large(256 << 20), None);
        let problem = too_large((256 << 20) + 1).unwrap();
        assert!(problem.contains("larger than 256 MB"), "{problem}");
    }

    #[test]
    fn a_sequence_has_neither_gaps_nor_repetitions() {
        assert!(broken_sequence(&BTreeMap::new()).is_empty());
        assert!(broken_sequence(&BTreeMap::from([(0, 1), (1, 1)])).is_empty());
        let problems = broken_sequence(&BTreeMap::from([(1, 1), (2, 3), (4, 1)]));
        let [first, second, several] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert!(first.contains("no entry 000000") && second.contains("no entry 000003"));
        assert!(several.contains("entry 000002 has 3 versions"));
    }
}
