//! AWS's SDK, configured as Lambda configures a function: by variables.

use std::fmt;

use aws_config::default_provider::{endpoint_url, retry_config, use_dual_stack, use_fips};
use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::region::ProvideRegion as _;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::sdk_http::SdkHttp;

/// Region, credentials, endpoints, retries, FIPS and dual-stack as the variables say that `lookup` gives; and calls by
/// `client`.
///
/// `aws_config`'s own loader looks for credentials in profiles, containers, instances and at STS as well. None of them is
/// where Lambda puts a function's, and they are a sixteenth of the zip.
pub async fn config(
    client: reqwest::Client,
    lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> SdkConfig {
    let variables = ProviderConfig::without_region();
    let retries = retry_config::default_provider().configure(&variables);
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(SdkHttp::over(client))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retries.retry_config().await)
        .service_config(OfService(lookup));
    config.set_region(EnvironmentVariableRegionProvider::new().region().await);
    config.set_endpoint_url(endpoint_url::endpoint_url_provider(&variables).await);
    config.set_use_fips(use_fips::use_fips_provider(&variables).await);
    config.set_use_dual_stack(use_dual_stack::use_dual_stack_provider(&variables).await);
    config.build()
}

/// What holds for one service, such as `AWS_ENDPOINT_URL_S3`.
struct OfService<F>(F);

impl<F: Fn(&str) -> Option<String> + Send + Sync> LoadServiceConfig for OfService<F> {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        self.0(&format!("{}_{service}", key.env()))
    }
}

impl<F> fmt::Debug for OfService<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfService")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_variables_of_its_own() {
        let of_service = OfService(|name: &str| Some(name.to_owned()));
        let key = ServiceConfigKey::builder()
            .service_id("Secrets Manager")
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .unwrap();
        assert_eq!(
            of_service.load_config(key).as_deref(),
            Some("AWS_ENDPOINT_URL_SECRETS_MANAGER")
        );
    }
}
