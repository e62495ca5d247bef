//! The log as the bucket has it: every version of every object, listed and read by this command's own code.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use chrono::NaiveDate;
use serde::Serialize;
use zoom_operationlogs_to_s3::causes::causes;
use zoom_operationlogs_to_s3::config::Config;
use zoom_operationlogs_to_s3::report::Report;

use super::entry;
use super::identity::Digest;
use crate::aws::AwsError;

/// An object's version, or that it was deleted.
#[derive(Debug, Clone)]
struct Listed {
    key: String,
    version: String,
    size: u64,
    is_marker: bool,
    is_latest: bool,
}

/// A version of an object, as it was read.
#[derive(Debug, Clone, Serialize)]
pub struct Object {
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

/// Where a record stands: an object, by its place in [`DayLog::objects`], and a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub object: usize,
    pub line: u32,
}

/// A record in the bucket.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub count: u32,
    pub time: Option<chrono::DateTime<chrono::Utc>>,
    pub first: Place,
    pub last: Place,
}

/// A day as the bucket has it.
#[derive(Debug, Default)]
pub struct DayLog {
    pub records: HashMap<Digest, Found>,
    pub objects: Vec<Object>,
    /// What is wrong with the log itself.
    pub problems: Vec<String>,
}

impl DayLog {
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
    /// Objects in no day's folder. The feed ingests them.
    pub astray: Vec<Object>,
    /// The bytes of each day's objects.
    pub bytes: BTreeMap<NaiveDate, u64>,
}

/// See the [module](self).
pub struct Bucket {
    s3: Client,
    name: String,
    prefix: String,
    report: &'static Report,
}

impl Bucket {
    pub fn new(config: &Config, aws: &SdkConfig) -> Self {
        let settings = aws_sdk_s3::config::Builder::from(aws)
            // A given endpoint is an emulator or a proxy, which seldom resolves bucket.host.
            .force_path_style(aws.endpoint_url().is_some())
            .build();
        Self {
            s3: Client::from_conf(settings),
            name: config.bucket.clone(),
            prefix: config.settings.s3_prefix.clone(),
            report: config.settings.report,
        }
    }

    /// Looks what lies under the prefix.
    pub async fn survey(&self) -> Result<Survey, AwsError> {
        let mut survey = Survey::default();
        for listed in self.list(&self.prefix).await? {
            match entry::day_of(&self.prefix, &listed.key) {
                Some(day) => *survey.bytes.entry(day).or_default() += listed.size,
                None if listed.is_marker => {}
                None => {
                    let problem = "it lies in no day's folder; its records are not counted";
                    survey.astray.push(unread(listed, problem));
                }
            }
        }
        Ok(survey)
    }

    /// Reads a day: all versions of all objects in its folder.
    pub async fn day(&self, day: NaiveDate) -> Result<DayLog, AwsError> {
        let listed = self.list(&entry::folder(&self.prefix, day)).await?;
        let deleted: HashSet<_> = listed
            .iter()
            .filter(|listed| listed.is_marker && listed.is_latest)
            .map(|listed| listed.key.clone())
            .collect();
        let mut log = DayLog::default();
        let mut versions: BTreeMap<u32, u32> = BTreeMap::new();
        for listed in listed.into_iter().filter(|listed| !listed.is_marker) {
            let number = entry::number_of(&self.prefix, self.report, day, &listed.key);
            let Some(number) = number else {
                let problem = "its key is no entry's; its records are not counted";
                log.problems.push(format!("{}: {problem}", listed.key));
                log.objects.push(unread(listed, problem));
                continue;
            };
            *versions.entry(number).or_default() += 1;
            let deleted = deleted.contains(&listed.key);
            self.read(listed, deleted, &mut log).await?;
        }
        log.problems.extend(broken_sequence(&versions));
        Ok(log)
    }

    /// Reads one version and counts what it holds. A damaged one counts nothing.
    async fn read(&self, listed: Listed, deleted: bool, log: &mut DayLog) -> Result<(), AwsError> {
        let body = self.get(&listed.key, &listed.version).await?;
        let object = log.objects.len();
        let mut found = Vec::new();
        let read = entry::records(&body, self.report, |line, identity, _| {
            found.push((identity, Place { object, line }));
        });
        let problem = match &read {
            Ok(_) => {
                for (identity, place) in found {
                    log.records
                        .entry(identity.digest)
                        .and_modify(|known| {
                            known.count += 1;
                            known.last = place;
                        })
                        .or_insert(Found {
                            count: 1,
                            time: identity.time,
                            first: place,
                            last: place,
                        });
                }
                None
            }
            Err(problem) => {
                let (key, version) = (&listed.key, &listed.version);
                log.problems.push(format!(
                    "{key} (version {version}) cannot be read: {problem}; its records are not counted"
                ));
                Some(problem.clone())
            }
        };
        log.objects.push(Object {
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

    /// The line of a record, read once more.
    pub async fn line(&self, object: &Object, line: u32) -> Result<Option<String>, AwsError> {
        let body = self.get(&object.key, &object.version).await?;
        let mut found = None;
        // It was readable a moment ago.
        let _ = entry::records(&body, self.report, |number, _, text| {
            if number == line {
                found = Some(text.to_owned());
            }
        });
        Ok(found)
    }

    async fn get(&self, key: &str, version: &str) -> Result<Vec<u8>, AwsError> {
        let subject = format!("s3://{}/{key} (version {version})", self.name);
        let request = self.s3.get_object().bucket(&self.name).key(key);
        let answer = request
            .version_id(version)
            .send()
            .await
            .map_err(AwsError::of("s3:GetObjectVersion", &subject))?;
        let body = answer
            .body
            .collect()
            .await
            .map_err(|cut| AwsError::NoAnswer {
                call: "s3:GetObjectVersion",
                subject,
                said: causes(&cut),
            })?;
        Ok(body.to_vec())
    }

    /// The current object of this key, if there is one.
    pub async fn current(&self, key: &str) -> Result<Option<Vec<u8>>, AwsError> {
        let subject = format!("s3://{}/{key}", self.name);
        let request = self.s3.get_object().bucket(&self.name).key(key);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_no_such_key()) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(AwsError::of("s3:GetObject", &subject)(error)),
        };
        let body = answer.body.collect().await;
        let body = body.map_err(|cut| AwsError::NoAnswer {
            call: "s3:GetObject",
            subject,
            said: causes(&cut),
        })?;
        Ok(Some(body.to_vec()))
    }

    /// All versions under a prefix, by key, the latest of each first.
    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, AwsError> {
        let subject = format!("s3://{}/{prefix}", self.name);
        let mut all = Vec::new();
        let (mut key_marker, mut version_marker) = (None, None);
        loop {
            let request = self.s3.list_object_versions().bucket(&self.name);
            let page = request
                .prefix(prefix)
                .set_key_marker(key_marker.clone())
                .set_version_id_marker(version_marker.clone())
                .send()
                .await
                .map_err(AwsError::of("s3:ListBucketVersions", &subject))?;
            all.extend(
                page.versions
                    .unwrap_or_default()
                    .into_iter()
                    .map(|one| Listed {
                        key: one.key.unwrap_or_default(),
                        version: one.version_id.unwrap_or_default(),
                        size: one.size.unwrap_or_default().unsigned_abs(),
                        is_marker: false,
                        is_latest: one.is_latest.unwrap_or_default(),
                    }),
            );
            all.extend(
                page.delete_markers
                    .unwrap_or_default()
                    .into_iter()
                    .map(|one| Listed {
                        key: one.key.unwrap_or_default(),
                        version: one.version_id.unwrap_or_default(),
                        size: 0,
                        is_marker: true,
                        is_latest: one.is_latest.unwrap_or_default(),
                    }),
            );
            let next = (page.next_key_marker, page.next_version_id_marker);
            if page.is_truncated != Some(true) {
                break;
            }
            // A listing that does not go on must not be taken for a whole one.
            if next.0.is_none() || next == (key_marker.clone(), version_marker.clone()) {
                return Err(AwsError::Failed {
                    call: "s3:ListBucketVersions",
                    subject,
                    said: "the listing is truncated but does not say where it goes on".to_owned(),
                });
            }
            (key_marker, version_marker) = next;
        }
        // Stable: the versions of a key stay as S3 orders them, the latest first.
        all.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(all)
    }
}

fn unread(listed: Listed, problem: &str) -> Object {
    Object {
        key: listed.key,
        version: listed.version,
        size: listed.size,
        sha256: None,
        records: 0,
        deleted: false,
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
        format!("entry {number:06} has {count} versions; it was written anew, and all of them are counted")
    });
    gaps.chain(several).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
