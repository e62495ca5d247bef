//! The bucket: every version of every object, listed and read by this command's own code.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use zoomlogs_aws::config::Config;
use zoomlogs_aws::error_chain::error_chain;
use zoomlogs_core::report::Report;

use crate::aws::AwsError;

/// An object's version, or that it was deleted.
#[derive(Debug, Clone)]
pub struct Listed {
    pub key: String,
    pub version: String,
    pub size: u64,
    pub is_marker: bool,
    pub is_latest: bool,
}

/// See the [module](self).
pub struct Bucket {
    s3: Client,
    name: String,
    pub prefix: String,
    pub report: &'static Report,
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

    pub async fn get(&self, key: &str, version: &str) -> Result<Vec<u8>, AwsError> {
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
                said: error_chain(&cut),
            })?;
        Ok(body.to_vec())
    }

    /// All versions under a prefix, by key, the latest of each first.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, AwsError> {
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
