//! `zoomlogs verify --check`: whether a report is as it was when it was sealed.

use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::audit_report::FORMAT;
use super::identity::Digest;
use super::key::{self, KeyError, PublicKey};
use super::seal::{Signature, Unconfirmed};
use crate::aws::{self, AwsError};
use crate::exit::Code;
use crate::output::{Output, OutputError};

#[derive(Debug, Error)]
pub enum AuditCheckError {
    #[error("{} cannot be read: {problem}", path.display())]
    File { path: PathBuf, problem: io::Error },
    #[error("{} is no report of zoomlogs verify: {problem}", path.display())]
    Form { path: PathBuf, problem: String },
    #[error(
        "the report has format {0}, and this version knows formats up to {FORMAT}: use the zoomlogs that wrote it"
    )]
    Newer(u64),
    #[error(
        "the report was changed: its digest is {found}, and it says {stated}. Nothing in it can be relied on"
    )]
    Digest { stated: String, found: String },
    #[error(
        "the signature is not that of the key {0} over this report: the report or the signature was changed, or it is another \
         key. Nothing in it can be relied on"
    )]
    Signature(String),
    #[error("the report is not signed, so that --public-key has nothing to confirm")]
    Unsigned,
    #[error("the digest is right, but the signature was not checked: {0}")]
    Kms(AwsError),
    #[error(transparent)]
    Key(KeyError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl AuditCheckError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Digest { .. } | Self::Signature(_) | Self::Unsigned => Code::NotInOrder,
            Self::Form { .. } | Self::Newer(_) | Self::Key(KeyError::Pem(_)) => Code::Usage,
            _ => Code::Failed,
        }
    }
}

/// What of a report is said again.
#[derive(Debug, Deserialize, Serialize)]
struct Excerpt {
    format: u64,
    started: String,
    ended: String,
    verdict: String,
    auditor: AuditorExcerpt,
    functions: Vec<FunctionExcerpt>,
}

#[derive(Debug, Deserialize, Serialize)]
struct AuditorExcerpt {
    arn: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct FunctionExcerpt {
    function: String,
    report: String,
    from: Option<String>,
    to: Option<String>,
}

/// What was checked.
#[derive(Debug, Serialize)]
struct Checked {
    digest: String,
    /// The key whose signature is right; none if the report is not signed.
    signed_by: Option<String>,
    report: Excerpt,
}

pub async fn check(
    path: &Path,
    public_key: Option<&Path>,
    output: &Output,
) -> Result<(), AuditCheckError> {
    let text = read(path)?;
    let form = |problem: serde_json::Error| AuditCheckError::Form {
        path: path.to_owned(),
        problem: problem.to_string(),
    };
    let found: Unconfirmed<'_> = serde_json::from_str(&text).map_err(form)?;
    let message = found.message();
    let digest = Digest::of(message.as_bytes()).to_string();
    if digest != found.digest.value {
        return Err(AuditCheckError::Digest {
            stated: found.digest.value,
            found: digest,
        });
    }
    let excerpt: Excerpt = serde_json::from_str(&message).map_err(form)?;
    if excerpt.format > u64::from(FORMAT) {
        return Err(AuditCheckError::Newer(excerpt.format));
    }
    match (&found.signature, public_key) {
        (None, None) => {}
        (None, Some(_)) => return Err(AuditCheckError::Unsigned),
        (Some(signature), key) => confirm(signature, message.as_bytes(), key).await?,
    }
    let checked = Checked {
        digest,
        signed_by: found.signature.map(|signature| signature.key),
        report: excerpt,
    };
    Ok(output.show(&describe(&checked), &checked)?)
}

async fn confirm(
    signature: &Signature,
    message: &[u8],
    file: Option<&Path>,
) -> Result<(), AuditCheckError> {
    let public = match file {
        Some(path) => PublicKey::from_pem(&read(path)?, &path.display().to_string())
            .map_err(AuditCheckError::Key)?,
        None => {
            let aws = aws::config(key::region_of(&signature.key)).await;
            let aws = aws.map_err(AuditCheckError::Kms)?;
            let public = key::public_key(&aws, &signature.key).await;
            public.map_err(AuditCheckError::Kms)?
        }
    };
    let bytes = BASE64.decode(&signature.value).unwrap_or_default();
    let right = public.confirms(&signature.algorithm, message, &bytes);
    match right.map_err(AuditCheckError::Key)? {
        true => Ok(()),
        false => Err(AuditCheckError::Signature(signature.key.clone())),
    }
}

fn describe(checked: &Checked) -> String {
    let Excerpt {
        started,
        ended,
        verdict,
        auditor,
        functions,
        ..
    } = &checked.report;
    let proof = match &checked.signed_by {
        Some(key) => format!(
            "The report is as it was signed, with the key {key}. Whether that key is to be trusted, its owner says."
        ),
        None => "The report is as its digest says. It is not signed: who changed it could have changed the digest too."
            .to_owned(),
    };
    let mut text = format!(
        "{proof}\nSHA-256 {}\n{} looked, from {started} to {ended}.\n",
        checked.digest, auditor.arn
    );
    for function in functions {
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "?".to_owned());
        text.push_str(&format!(
            "{}: {}, {} to {}\n",
            function.function,
            function.report,
            day(&function.from),
            day(&function.to)
        ));
    }
    text.push_str(&format!("Its verdict: {verdict}"));
    text
}

fn read(path: &Path) -> Result<String, AuditCheckError> {
    fs::read_to_string(path).map_err(|problem| AuditCheckError::File {
        path: path.to_owned(),
        problem,
    })
}
