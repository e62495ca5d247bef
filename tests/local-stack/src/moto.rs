//! Moto, another emulator of S3, as a child process: a second opinion on what S3 does.

use std::{fs, os::unix::fs::PermissionsExt};

use aws_config::SdkConfig;
use tempfile::TempDir;

use crate::{
    aws::{self, AccessKey, Aws},
    bucket::Bucket,
    error::{Error, Result},
    kept::Kept,
    proxy::Proxy,
};

/// A running moto, without TLS and without IAM. Everything it started and wrote goes with it.
#[derive(Debug)]
pub struct Moto {
    // The order is that of the end: the server first, then the directory that its log is in.
    server: Kept,
    _directory: TempDir,
    endpoint: String,
    root: Aws,
}

impl Moto {
    /// How many versions or keys one listing answers: few, so that tests page.
    pub const PAGE: usize = 5;

    /// Starts an empty S3 (about a second) and waits until it answers.
    pub async fn start() -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("local-moto-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .map_err(Error::file(std::env::temp_dir()))?;
        let page = ("MOTO_S3_DEFAULT_MAX_KEYS", Self::PAGE.to_string().into());
        let source = include_str!("serve_moto.py");
        let server = Kept::start("moto", source, directory.path(), [page])?;
        let endpoint = format!("http://127.0.0.1:{}", server.port());
        let root = Aws::new(&aws::config(&endpoint, None, &AccessKey::root()).await);
        let moto = Self {
            server,
            _directory: directory,
            endpoint,
            root,
        };
        moto.ready().await?;
        Ok(moto)
    }

    /// The listener is there before moto is: its first answer is the readiness.
    async fn ready(&self) -> Result<()> {
        let answer = self.root.s3.list_buckets().send().await;
        answer
            .map_err(Error::aws("ListBuckets"))
            .map_err(|error| Error::NotReady {
                server: "moto",
                reason: error.to_string(),
                log: self.server.log_tail(),
            })?;
        Ok(())
    }

    /// Where it is, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The AWS it is, as its root sees it. Of its services only S3 is meant to be used.
    pub fn aws(&self) -> &Aws {
        &self.root
    }

    /// The SDK's configuration of a client that reaches it at `endpoint`, which is its own or a proxy's.
    pub async fn config(&self, endpoint: &str) -> SdkConfig {
        aws::config(endpoint, None, &AccessKey::root()).await
    }

    /// Creates a bucket with versioning, as the function expects it.
    pub async fn create_bucket(&self, name: &str) -> Result<Bucket> {
        Bucket::create(self.root.s3.clone(), name).await
    }

    /// Starts a proxy in front of it.
    pub async fn proxy(&self, seed: u64) -> Result<Proxy> {
        Proxy::start(&self.endpoint, None, seed).await
    }
}
