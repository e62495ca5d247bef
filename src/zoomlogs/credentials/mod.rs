//! `zoomlogs credentials`: Zoom's credentials into their secret, where the function reads them.
//!
//! They come in through the terminal or standard input, are tried with Zoom, and go into Secrets Manager. They are on no
//! command line, in no file, and in nothing that this prints.

mod check;
mod input;

use aws_config::SdkConfig;
use clap::{ArgGroup, Args};
use secrecy::{ExposeSecret as _, zeroize::Zeroizing};
use serde::Serialize;
use serde_json::json;
use thiserror::Error;
use zoomlogs_aws::config::{Config, ConfigError};
use zoomlogs_aws::secrets_manager::SecretsManager;
use zoomlogs_core::report::Report;
use zoomlogs_core::secret::{CredentialSource as _, Credentials};
use zoomlogs_core::zoom::Endpoints;

use self::check::CheckError;
use self::input::InputError;
use crate::aws::{self, AwsError};
use crate::deployment::DeploymentError;
use crate::exit::{Code, CommandError};
use crate::output::{Output, OutputError};
use crate::place::Place;
use crate::target::Configuration;

/// Stores Zoom's credentials in the secret, after trying them with Zoom
///
/// Asks for the account id, the client id and the client secret of the Server-to-Server OAuth app, and shows none of them.
/// When standard input is no terminal, it reads them there instead, as one JSON object:
///
/// {"account_id": "…", "client_id": "…", "client_secret": "…"}
///
/// Before anything is stored, it gets a token from Zoom and reads one page of each report that is collected, so that a wrong value, a missing
/// scope or a missing right is named now and not by an alarm. Which Zoom that is, the function's configuration says
/// (ZOOM_OAUTH_URL, ZOOM_API_URL). The function uses the new values as soon as it has to get a new token from Zoom.
///
/// Needs secretsmanager:PutSecretValue on the secret; with secretsmanager:GetSecretValue it says when the secret has these
/// values already, and leaves it as it is. Needs lambda:GetFunctionConfiguration, unless the check is left out.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["env", "secret"]))]
pub struct CredentialsArguments {
    #[command(flatten)]
    place: Place,

    /// The secret, by name or ARN
    #[arg(long, value_name = "ID", conflicts_with = "account")]
    secret: Option<String>,

    /// The function whose configuration says which Zoom to try them with; without it and --env, zoom.us
    #[arg(long, value_name = "NAME", conflicts_with = "env")]
    function: Option<String>,

    /// Stores them untried, for a machine that cannot reach Zoom
    #[arg(long)]
    no_check: bool,
}

#[derive(Debug, Error)]
pub enum CredentialsError {
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error("{0}. Nothing was stored")]
    Input(#[from] InputError),
    #[error("{0}. Nothing was stored")]
    Aws(#[from] AwsError),
    #[error("the configuration of the function {function} is wrong: {problem}. Nothing was stored")]
    Configuration {
        function: String,
        problem: ConfigError,
    },
    #[error("{0}. Nothing was stored")]
    Check(#[from] CheckError),
    #[error("the credentials are stored, but {0}")]
    Output(#[from] OutputError),
}

impl CommandError for CredentialsError {
    fn code(&self) -> Code {
        match self {
            Self::Deployment(error) => error.code(),
            Self::Input(error) => error.code(),
            Self::Aws(error) => error.code(),
            Self::Check(error) => error.code(),
            Self::Configuration { .. } | Self::Output(_) => Code::Failed,
        }
    }
}

/// What was done.
#[derive(Debug, Serialize)]
struct Stored<'a> {
    secret: &'a str,
    /// Whether Zoom took the credentials.
    checked: bool,
    /// Whether the secret got a new value; it had the same one already if not.
    stored: bool,
}

pub async fn command(
    arguments: CredentialsArguments,
    output: &Output,
) -> Result<(), CredentialsError> {
    let named = arguments.place.pipeline()?;
    let pipeline = named.as_ref().map(|named| &named.pipeline);
    let config = aws::config(pipeline.map(|pipeline| pipeline.region.as_str())).await?;
    let id = pipeline
        .map(|pipeline| &pipeline.secret_arn)
        .or(arguments.secret.as_ref());
    // The parser of the command line sees to it that there is one.
    let id = id.map(String::as_str).unwrap_or_default();
    // All of them read this secret.
    let functions: Vec<_> = match &named {
        Some(named) => {
            let collects = named.reports(None);
            let names = collects.into_iter().map(|collects| &collects.function_name);
            names.collect()
        }
        None => arguments.function.iter().collect(),
    };

    // All that can fail without the credentials comes before they are asked for.
    let mut asked = Vec::new();
    if !arguments.no_check {
        for function in &functions {
            asked.push(asked_by(function, &config).await?);
        }
        if functions.is_empty() {
            asked.push(Asked::parse(|_| None, "")?);
        }
    }
    let credentials = input::read(output)?;

    let checked = !asked.is_empty();
    for Asked { endpoints, report } in asked {
        output.remark(&format!(
            "Trying them with Zoom ({}), report {} …",
            endpoints.oauth_url, report.name
        ));
        check::check(endpoints, report, credentials.clone()).await?;
    }
    if !checked {
        output.remark(
            "WARNING: these credentials are NOT CHECKED. If they are wrong, the next run of the function fails, and so \
             does every one after it.",
        );
    }
    let stored = store(&config, id, &credentials).await?;

    let zoom = if checked {
        "Zoom takes these credentials. "
    } else {
        ""
    };
    let text = if stored {
        format!("{zoom}They are stored in {id}.")
    } else {
        format!("{zoom}Nothing to store: {id} has the same values already.")
    };
    let shown = Stored {
        secret: id,
        checked,
        stored,
    };
    Ok(output.show(&text, &shown)?)
}

/// Makes the credentials the value of the secret that the function reads. False if they were it before.
async fn store(config: &SdkConfig, id: &str, credentials: &Credentials) -> Result<bool, AwsError> {
    // As the function would read them. A secret that cannot be read is no reason not to write it: one who may only write it is
    // right here, and the others are told by the call below.
    let present = SecretsManager::new(config, id).credentials().await;
    if present.is_ok_and(|present| present.same_as(credentials)) {
        return Ok(false);
    }
    let value = Zeroizing::new(
        json!({
            "account_id": credentials.account_id.expose_secret(),
            "client_id": credentials.client_id.expose_secret(),
            "client_secret": credentials.client_secret.expose_secret(),
        })
        .to_string(),
    );
    aws_sdk_secretsmanager::Client::new(config)
        .put_secret_value()
        .secret_id(id)
        .secret_string(value.as_str())
        .send()
        .await
        .map_err(AwsError::of("secretsmanager:PutSecretValue", id))?;
    Ok(true)
}

/// What a function asks of which Zoom.
struct Asked {
    endpoints: Endpoints,
    report: &'static Report,
}

async fn asked_by(function: &str, config: &SdkConfig) -> Result<Asked, CredentialsError> {
    let Configuration { variables, .. } = Configuration::of(function, config).await?;
    Asked::parse(|name| variables.get(name).cloned(), function)
}

impl Asked {
    fn parse(
        lookup: impl Fn(&str) -> Option<String>,
        function: &str,
    ) -> Result<Self, CredentialsError> {
        let wrong = |problem| CredentialsError::Configuration {
            function: function.to_owned(),
            problem,
        };
        Ok(Self {
            report: Config::report(&lookup).map_err(wrong)?,
            endpoints: Config::endpoints(&lookup).map_err(wrong)?,
        })
    }
}
