//! Which functions a command is about, and what each of them is configured to do.
//!
//! A function collects one report. Its own environment says which, from where and into what, and it is read as the function
//! reads it: so this command looks where the function works, whatever Terraform or anybody else has set.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::SdkConfig;
use clap::{ArgGroup, Args};
use thiserror::Error;
use zoomlogs_aws::config::{Config, ConfigError};

use crate::aws::{self, AwsError};
use crate::deployment::{Collects, DeploymentError, Named};
use crate::exit::Code;
use crate::place::Place;

/// The functions that a command is about.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["env", "function"]))]
pub struct Functions {
    #[command(flatten)]
    place: Place,

    /// Only this report, where the environment collects several: operationlogs, activities
    #[arg(long, requires = "env")]
    report: Option<String>,

    /// The function, by name or ARN
    #[arg(long, value_name = "NAME", conflicts_with_all = ["account", "report"])]
    function: Option<String>,
}

/// A function, and how it was named.
#[derive(Debug)]
pub struct Target {
    /// Its name or ARN.
    pub function: String,
    /// The way to the AWS account and region that it is in.
    pub aws: SdkConfig,
    /// The pipeline that it is part of, if that was named.
    pub named: Option<Named>,
    /// What else Terraform made for it, if that was asked.
    pub collects: Option<Collects>,
}

/// A function as it is deployed.
#[derive(Debug)]
pub struct Configuration {
    /// Its ARN.
    pub arn: String,
    /// Its environment variables.
    pub variables: HashMap<String, String>,
    /// How long it may run.
    pub timeout: Duration,
    /// The log group that it writes to.
    pub log_group: String,
}

#[derive(Debug, Error)]
pub enum TargetError {
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(
        "the configuration of the function {function} is wrong, so that it cannot start: {problem}"
    )]
    Configuration {
        function: String,
        problem: ConfigError,
    },
}

impl TargetError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Deployment(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Configuration { .. } => Code::Failed,
        }
    }
}

impl Functions {
    /// The functions: of each account and each report, unless one is named.
    pub async fn find(self) -> Result<Vec<Target>, TargetError> {
        let Self {
            place,
            report,
            function,
        } = self;
        let mut targets = Vec::new();
        if let Some(function) = function {
            targets.push(Target {
                function,
                aws: aws::config(None).await?,
                named: None,
                collects: None,
            });
        }
        for named in place.pipelines(report.as_deref())? {
            let aws = aws::config(Some(&named.pipeline.region)).await?;
            let functions = named.reports(report.as_deref());
            targets.extend(functions.into_iter().map(|collects| Target {
                function: collects.function_name.clone(),
                aws: aws.clone(),
                named: Some(named.clone()),
                collects: Some(collects.clone()),
            }));
        }
        Ok(targets)
    }
}

impl Target {
    /// Asks Lambda how the function is configured.
    pub async fn configuration(&self) -> Result<Configuration, AwsError> {
        Configuration::of(&self.function, &self.aws).await
    }
}

impl Configuration {
    /// Asks Lambda how `function` is configured.
    pub async fn of(function: &str, aws: &SdkConfig) -> Result<Self, AwsError> {
        let configuration = aws_sdk_lambda::Client::new(aws)
            .get_function_configuration()
            .function_name(function)
            .send()
            .await
            .map_err(AwsError::of("lambda:GetFunctionConfiguration", function))?;
        let timeout = configuration.timeout.unwrap_or(900).unsigned_abs();
        Ok(Self {
            arn: configuration
                .function_arn
                .unwrap_or_else(|| function.to_owned()),
            timeout: Duration::from_secs(timeout.into()),
            log_group: configuration
                .logging_config
                .and_then(|logging| logging.log_group)
                .unwrap_or_else(|| {
                    // Whoever asked may have said the ARN.
                    let name = configuration.function_name.as_deref().unwrap_or(function);
                    format!("/aws/lambda/{name}")
                }),
            variables: configuration
                .environment
                .and_then(|environment| environment.variables)
                .unwrap_or_default(),
        })
    }

    /// What it collects, from where and into what, as the function itself reads it.
    pub fn parse(&self, function: &str) -> Result<Config, TargetError> {
        Config::from_lookup(|name| self.variables.get(name).cloned()).map_err(|problem| {
            TargetError::Configuration {
                function: function.to_owned(),
                problem,
            }
        })
    }
}
