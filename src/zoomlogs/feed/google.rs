//! Who the caller is to Google: Application Default Credentials, as Google's own tools find them.

use std::error::Error;

use google_cloud_auth::build_errors::Error as BuildError;
use google_cloud_auth::credentials::{Builder, CacheableResource, Credentials};
use google_cloud_auth::errors::CredentialsError;
use reqwest::header::HeaderMap;
use zoomlogs_aws::error_chain::error_chain;

/// All that the Chronicle API asks for; what may be done is said by the caller's roles.
pub const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

const HOW_TO: &str = "sign in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the file \
                      of a service account or of a workload identity federation";

#[derive(Debug, thiserror::Error)]
pub enum GoogleError {
    #[error("the Google credentials cannot be used ({0}): {HOW_TO}")]
    Unusable(String),
    #[error(
        "Google gives no access: the credentials that were found are not taken, or there are none and this machine is not \
         Google's ({0}): {HOW_TO}"
    )]
    NoToken(String),
}

/// The caller.
#[derive(Debug)]
pub struct Google {
    credentials: Credentials,
}

impl Google {
    /// Finds the credentials: GOOGLE_APPLICATION_CREDENTIALS, those of gcloud, those of the machine.
    pub fn find() -> Result<Self, GoogleError> {
        let unusable = |error: BuildError| GoogleError::Unusable(error_chain(&error));
        let credentials = Builder::default()
            .with_scopes([SCOPE])
            .build()
            .map_err(unusable)?;
        Ok(Self { credentials })
    }

    /// What a request needs: a token, and the project whose quota it counts on where the credentials name one.
    pub async fn headers(&self) -> Result<HeaderMap, GoogleError> {
        let no_token = |error: CredentialsError| GoogleError::NoToken(root_cause(&error));
        match self.credentials.headers(Default::default()).await {
            Ok(CacheableResource::New { data, .. }) => Ok(data),
            // Only who names an earlier answer is told this.
            Ok(CacheableResource::NotModified) => Ok(HeaderMap::new()),
            Err(error) => Err(no_token(error)),
        }
    }
}

/// What went wrong in the end. What is around it says several times over that something did, and that it may yet go well.
fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
