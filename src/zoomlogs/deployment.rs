//! What Terraform made: the output `pipelines` of an environment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use serde::Deserialize;
use thiserror::Error;

use crate::exit::Code;

/// One environment, as it was last applied.
#[derive(Debug)]
pub struct Environment {
    name: String,
    pipelines: BTreeMap<String, Pipeline>,
}

/// What was made for one Zoom account, as far as this command needs it.
#[derive(Debug, Clone, Deserialize)]
pub struct Pipeline {
    pub bucket: String,
    pub region: String,
    pub secret_arn: String,
    /// None when the feed assumes a role.
    pub reader_user_name: Option<String>,
    pub reader_role_arn: Option<String>,
    /// What collects each report, by the report's name.
    pub reports: BTreeMap<String, Collects>,
}

/// What was made to collect one report.
#[derive(Debug, Clone, Deserialize)]
pub struct Collects {
    pub function_name: String,
    pub schedule_name: Option<String>,
    #[serde(default)]
    pub alarm_names: Vec<String>,
    /// What to enter in the form for a feed, keyed as the form words it. Only `feed` reads it, and has its say about it.
    #[serde(default)]
    pub feed: serde_json::Value,
}

/// A pipeline and the way it was named, so that advice can name it the same way.
#[derive(Debug, Clone)]
pub struct Named {
    environment: String,
    account: String,
    /// Whether the environment has no other account.
    only: bool,
    pub pipeline: Pipeline,
}

#[derive(Debug, Error)]
pub enum DeploymentError {
    #[error(
        "this is not inside the project: neither {} nor a folder above it has scripts/terraform and \
         terraform/environments. Go there, or name things without --env",
        .0.display()
    )]
    NoProject(PathBuf),
    #[error("there is no environment {name:?}; terraform/environments has {}", known.join(", "))]
    NoEnvironment { name: String, known: Vec<String> },
    #[error("{what} cannot be read: {source}")]
    Unreadable { what: String, source: io::Error },
    #[error(
        "Terraform has no outputs of the environment {environment}: has it been applied, and from here? \
         make build-and-deploy ENV={environment} does both. Terraform said:\n{said}"
    )]
    Terraform { environment: String, said: String },
    #[error(
        "the output \"pipelines\" of the environment {environment} is not as this version knows it ({problem}): apply it \
         again with the Terraform code of the same version"
    )]
    Outputs {
        environment: String,
        problem: String,
    },
    #[error("the environment {environment} has no account {account:?}; it has {}", known.join(", "))]
    NoAccount {
        environment: String,
        account: String,
        known: Vec<String>,
    },
    #[error(
        "the environment {environment} does not collect the report {report:?}; it collects {}. Another one is switched on by \
         `reports` in its terraform.tfvars",
        known.join(", ")
    )]
    NoReport {
        environment: String,
        report: String,
        known: Vec<String>,
    },
    #[error(
        "the environment {environment} has several accounts, {}: say which, with --account (make: ACCOUNT=)",
        known.join(", ")
    )]
    SeveralAccounts {
        environment: String,
        known: Vec<String>,
    },
}

impl DeploymentError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } | Self::Terraform { .. } | Self::Outputs { .. } => Code::Failed,
            Self::NoProject(_)
            | Self::NoEnvironment { .. }
            | Self::NoAccount { .. }
            | Self::NoReport { .. }
            | Self::SeveralAccounts { .. } => Code::Usage,
        }
    }
}

impl Environment {
    /// Asks Terraform.
    pub fn read(name: &str) -> Result<Self, DeploymentError> {
        let project = find_project()?;
        let environments = project.join("terraform/environments");
        let known = folders(&environments)?;
        if !known.iter().any(|known| known == name) {
            let name = name.to_owned();
            return Err(DeploymentError::NoEnvironment { name, known });
        }
        let answer = Command::new(project.join("scripts/terraform"))
            .arg(format!("terraform/environments/{name}"))
            .args(["output", "-no-color", "-json", "pipelines"])
            .current_dir(&project)
            // What comes in there may be credentials, and is not Terraform's.
            .stdin(Stdio::null())
            .output()
            .map_err(|source| DeploymentError::Unreadable {
                what: "scripts/terraform".to_owned(),
                source,
            })?;
        if !answer.status.success() {
            return Err(DeploymentError::Terraform {
                environment: name.to_owned(),
                said: String::from_utf8_lossy(&answer.stderr).trim().to_owned(),
            });
        }
        // What the parser says may quote a value; there is no secret among the outputs.
        let pipelines =
            serde_json::from_slice(&answer.stdout).map_err(|problem| DeploymentError::Outputs {
                environment: name.to_owned(),
                problem: problem.to_string(),
            })?;
        let name = name.to_owned();
        Ok(Self { name, pipelines })
    }

    /// The pipelines of all accounts.
    pub fn all(self) -> Vec<Named> {
        let only = self.pipelines.len() == 1;
        let name = |(account, pipeline)| Named {
            environment: self.name.clone(),
            account,
            only,
            pipeline,
        };
        self.pipelines.into_iter().map(name).collect()
    }

    /// The pipeline of this account; of the only one, if none is named.
    pub fn pipeline(self, account: Option<&str>) -> Result<Named, DeploymentError> {
        let environment = self.name.clone();
        let known: Vec<_> = self.pipelines.keys().cloned().collect();
        let mut chosen = self.all();
        chosen.retain(|named| account.is_none_or(|account| account == named.account));
        match (chosen.pop(), account) {
            (Some(named), _) if chosen.is_empty() => Ok(named),
            (_, Some(account)) => Err(DeploymentError::NoAccount {
                environment,
                account: account.to_owned(),
                known,
            }),
            (_, None) => Err(DeploymentError::SeveralAccounts { environment, known }),
        }
    }
}

/// Fails if this report is named and none of the pipelines collects it; of several accounts one may do without.
pub fn must_collect(pipelines: &[Named], report: Option<&str>) -> Result<(), DeploymentError> {
    let known: BTreeSet<_> = pipelines
        .iter()
        .flat_map(|named| named.pipeline.reports.keys().cloned())
        .collect();
    match (report, pipelines.first()) {
        (Some(report), Some(first)) if !known.contains(report) => Err(DeploymentError::NoReport {
            environment: first.environment.clone(),
            report: report.to_owned(),
            known: known.into_iter().collect(),
        }),
        _ => Ok(()),
    }
}

impl Named {
    /// What collects this report, if anything does; each of them, if none is named.
    pub fn reports(&self, report: Option<&str>) -> Vec<&Collects> {
        let reports = self.pipeline.reports.iter();
        let chosen =
            reports.filter(|(name, _)| report.is_none_or(|report| report == name.as_str()));
        chosen.map(|(_, collects)| collects).collect()
    }

    /// What tells things of this pipeline from those of others in a place that all of them share: the environment, unless it
    /// is production, and the account, unless it is the only one.
    pub fn distinctions(&self) -> Vec<&str> {
        let environment = (self.environment != "prod").then_some(self.environment.as_str());
        let account = (!self.only).then_some(self.account.as_str());
        environment.into_iter().chain(account).collect()
    }

    /// The make target that does something to this pipeline.
    pub fn make(&self, target: &str) -> String {
        let account = if self.only {
            String::new()
        } else {
            format!(" ACCOUNT={}", self.account)
        };
        format!("make {target} ENV={}{account}", self.environment)
    }

    /// The flags of this command that name this pipeline.
    pub fn flags(&self) -> String {
        if self.only {
            format!("--env {}", self.environment)
        } else {
            format!("--env {} --account {}", self.environment, self.account)
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, account {}", self.environment, self.account)
    }
}

/// The project is where its scripts are, at or above the folder that one works in.
fn find_project() -> Result<PathBuf, DeploymentError> {
    let here = env::current_dir().map_err(|source| DeploymentError::Unreadable {
        what: "the current folder".to_owned(),
        source,
    })?;
    let is_project = |folder: &&Path| {
        folder.join("scripts/terraform").is_file() && folder.join("terraform/environments").is_dir()
    };
    here.ancestors()
        .find(is_project)
        .map(Path::to_owned)
        .ok_or_else(|| DeploymentError::NoProject(here.clone()))
}

/// The names of the folders in one, in order.
fn folders(path: &Path) -> Result<Vec<String>, DeploymentError> {
    let unreadable = |source| DeploymentError::Unreadable {
        what: path.display().to_string(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
