//! A report that cannot be changed unnoticed: its digest, its signature, and the file that it is in.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tempfile::NamedTempFile;
use thiserror::Error;

use super::audit_report::AuditReport;
use super::canonical::canonical;
use super::identity::Digest;
use super::key::{KeyError, SigningKey};

/// What [`Sealed::digest`] is of, for who reads the file.
const DIGEST_OF: &str = "SHA-256 of .report as canonical JSON: jq -jcS .report";

/// A report with what proves it.
#[derive(Debug, Serialize)]
pub struct Sealed {
    report: Value,
    digest: Stated,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
}

/// A digest, and what it is of.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stated {
    pub of: String,
    pub value: String,
}

/// A signature over the same bytes as the digest.
#[derive(Debug, Serialize, Deserialize)]
pub struct Signature {
    /// The key's ARN.
    pub key: String,
    /// By KMS's name.
    pub algorithm: String,
    /// Base64.
    pub value: String,
}

#[derive(Debug, Error)]
pub enum SealError {
    #[error("the report could not be serialized: {0}")]
    Serialize(#[from] serde_json::Error),
    #[error("the report is UNSIGNED: {0}")]
    Key(#[from] KeyError),
    #[error("the report cannot be written to {}: {problem}", path.display())]
    File { path: PathBuf, problem: io::Error },
}

impl Sealed {
    /// Seals a report with its digest.
    pub fn new(report: &AuditReport) -> Result<Self, SealError> {
        let text = canonical(&serde_json::to_string(report)?);
        Ok(Self {
            digest: Stated {
                of: DIGEST_OF.to_owned(),
                value: Digest::of(text.as_bytes()).to_string(),
            },
            report: serde_json::from_str(&text)?,
            signature: None,
        })
    }

    /// Adds this key's signature. Without it the report is whole all the same.
    pub async fn sign(&mut self, key: &SigningKey) -> Result<(), SealError> {
        let text = canonical(&serde_json::to_string(&self.report)?);
        let made = key.sign(text.as_bytes()).await?;
        self.signature = Some(Signature {
            key: made.key,
            algorithm: made.algorithm.to_owned(),
            value: BASE64.encode(made.signature),
        });
        Ok(())
    }
}

/// A sealed report as it was found, before anything of it was confirmed.
#[derive(Debug, Deserialize)]
pub struct Unconfirmed<'a> {
    #[serde(borrow)]
    pub report: &'a RawValue,
    pub digest: Stated,
    pub signature: Option<Signature>,
}

impl Unconfirmed<'_> {
    /// The bytes that digest and signature are of.
    pub fn message(&self) -> String {
        canonical(self.report.get())
    }
}

/// The file that a report goes into. That it can be written is tried before anything is read, so that an audit does not fail
/// at its end; it takes its name in one step, so that nobody finds half a report.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
}

impl Destination {
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let destination = Self {
            path: path.to_owned(),
        };
        if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            let problem = io::Error::other("it is there and no file");
            return Err(destination.failed(problem));
        }
        // It is gone again when this returns.
        destination.unfinished()?;
        Ok(destination)
    }

    pub fn write(&self, sealed: &Sealed) -> Result<(), SealError> {
        let mut text = serde_json::to_string_pretty(sealed)?;
        text.push('\n');
        let mut unfinished = self.unfinished()?;
        let write = unfinished.write_all(text.as_bytes());
        write
            .and_then(|()| unfinished.as_file().sync_all())
            .map_err(|problem| self.failed(problem))?;
        let named = unfinished.persist(&self.path);
        named
            .map(drop)
            .map_err(|problem| self.failed(problem.error))
    }

    /// A file without its name yet, in the same folder.
    fn unfinished(&self) -> Result<NamedTempFile, SealError> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        NamedTempFile::new_in(folder).map_err(|problem| self.failed(problem))
    }

    fn failed(&self, problem: io::Error) -> SealError {
        SealError::File {
            path: self.path.clone(),
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.json");
        fs::write(&path, "earlier").unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let destination = Destination::open(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "earlier");
        assert_eq!(names(), 1, "nothing is left beside it");
        let sealed = Sealed {
            report: Value::from(7),
            digest: Stated {
                of: DIGEST_OF.to_owned(),
                value: Digest::of(b"7").to_string(),
            },
            signature: None,
        };
        destination.write(&sealed).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let found: Unconfirmed<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!((found.message().as_str(), names()), ("7", 1));
        assert!(Destination::open(folder.path()).is_err());
        assert!(Destination::open(&folder.path().join("no/audit.json")).is_err());
    }
}
