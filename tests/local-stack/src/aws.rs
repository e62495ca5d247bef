//! Clients for the stack's AWS, acting as somebody.

use std::{fmt, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::config::{Credentials, SharedHttpClient};
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};

use crate::error::{Error, Result};

/// The region that everything in the stack is in.
pub const REGION: &str = "us-east-1";

/// An access key, or the credentials of a session, which are one with a token.
#[derive(Clone)]
pub struct AccessKey {
    /// The key's id.
    pub id: String,
    /// The key's secret; not shown by `Debug`.
    pub secret: String,
    /// The session's token, which is as secret.
    pub session_token: Option<String>,
}

impl AccessKey {
    /// The account's root, whom no policy stops.
    pub fn root() -> Self {
        Self {
            id: "test".to_owned(),
            secret: "test".to_owned(),
            session_token: None,
        }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The services we use, as one caller sees them.
#[derive(Clone, Debug)]
pub struct Aws {
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// STS.
    pub sts: aws_sdk_sts::Client,
}

impl Aws {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let config = config
            .to_builder()
            // An emulator on this machine has no transient errors; one that is retried away is one that is not seen.
            .retry_config(RetryConfig::disabled())
            // Long enough for a whole invocation of the function, which is answered when it ends.
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_timeout(Duration::from_secs(900))
                    .build(),
            )
            .build();
        Self {
            s3: aws_sdk_s3::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
        }
    }
}

/// The SDK's configuration of a client that reaches `endpoint` as the owner of `key`.
pub(crate) async fn config(
    endpoint: &str,
    http: Option<SharedHttpClient>,
    key: &AccessKey,
) -> SdkConfig {
    let mut config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new(
            &key.id,
            &key.secret,
            key.session_token.clone(),
            None,
            "local-stack",
        ));
    if let Some(http) = http {
        config = config.http_client(http);
    }
    config.load().await
}

/// An HTTPS client that trusts the stack's CA and nobody else.
pub(crate) fn https_client(ca: &str) -> Result<SharedHttpClient> {
    let context = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(ca))
        .build()
        .map_err(|error| Error::Trust(error.to_string()))?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context)
        .build_https())
}
