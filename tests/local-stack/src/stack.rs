//! One AWS on this machine: ministack behind TLS with IAM enforced, and its directory.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use aws_config::SdkConfig;
use aws_sdk_s3::config::SharedHttpClient;
use tempfile::TempDir;

use crate::{
    aws::{self, AccessKey, Aws},
    bucket::Bucket,
    certificate,
    error::{Error, Result},
    kept::Kept,
    ministack,
    proxy::Proxy,
    tls::Tls,
};

/// A running stack. Everything it started and wrote goes with it.
#[derive(Debug)]
pub struct Stack {
    // The order is that of the end: the emulator first, then the directory that it writes to.
    ministack: Kept,
    directory: TempDir,
    endpoint: String,
    http: SharedHttpClient,
    root: Aws,
}

impl Stack {
    /// Starts an empty AWS (about half a second) and waits until it answers.
    pub async fn start() -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("local-stack-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .map_err(Error::file(std::env::temp_dir()))?;
        let ca = certificate::issue(directory.path())?;
        let ministack = ministack::start(directory.path())?;
        let endpoint = format!("https://127.0.0.1:{}", ministack.port());
        let http = aws::https_client(&ca)?;
        let root = Aws::new(&aws::config(&endpoint, Some(http.clone()), &AccessKey::root()).await);
        let stack = Self {
            ministack,
            directory,
            endpoint,
            http,
            root,
        };
        stack.ready().await?;
        Ok(stack)
    }

    /// The listener is there before ministack is: its first answer, over TLS and signed, is the readiness.
    async fn ready(&self) -> Result<()> {
        match self
            .root
            .s3
            .list_buckets()
            .send()
            .await
            .map_err(Error::aws("ListBuckets"))
        {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::NotReady {
                server: "ministack",
                reason: error.to_string(),
                log: self.ministack.log_tail(),
            }),
        }
    }

    /// Where AWS is, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The same AWS without TLS, for those who try what is refused there.
    pub fn plain_endpoint(&self) -> Result<String> {
        let file = self.directory().join("plain-port");
        let port = fs::read_to_string(&file).map_err(Error::file(&file))?;
        Ok(format!("http://127.0.0.1:{port}"))
    }

    /// The CA to trust, for `SSL_CERT_FILE` or `AWS_CA_BUNDLE`.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The stack's own directory, which is deleted with it. Only this user can read it.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Ministack's log, which has a line for each request.
    pub fn log_file(&self) -> &Path {
        self.ministack.log()
    }

    pub(crate) fn ministack_pid(&self) -> u32 {
        self.ministack.pid()
    }

    /// AWS as the account's root sees it.
    pub fn aws(&self) -> &Aws {
        &self.root
    }

    /// AWS as the owner of `key` sees it.
    pub async fn aws_as(&self, key: &AccessKey) -> Aws {
        Aws::new(&aws::config(&self.endpoint, Some(self.http.clone()), key).await)
    }

    /// The SDK's configuration of a client that reaches this AWS as root at `endpoint`, which is its own or a proxy's. The
    /// SDK's defaults are left as they are.
    pub async fn config(&self, endpoint: &str) -> SdkConfig {
        aws::config(endpoint, Some(self.http.clone()), &AccessKey::root()).await
    }

    /// Starts a proxy in front of this AWS, with the same certificate.
    pub async fn proxy(&self, seed: u64) -> Result<Proxy> {
        let tls = Tls::load(self.directory.path())?;
        Proxy::start(&self.endpoint, Some(&tls), seed).await
    }

    /// The environment in which a process finds this AWS and acts as the owner of `key`.
    pub fn environment(&self, key: &AccessKey) -> Vec<(String, String)> {
        let ca = self.ca_file().display().to_string();
        [
            ("AWS_ENDPOINT_URL", self.endpoint.as_str()),
            ("AWS_REGION", aws::REGION),
            ("AWS_DEFAULT_REGION", aws::REGION),
            ("AWS_ACCESS_KEY_ID", key.id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", key.secret.as_str()),
            ("AWS_CA_BUNDLE", ca.as_str()),
            ("SSL_CERT_FILE", ca.as_str()),
            // No profile, and no instance's role, of the machine that this runs on.
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]
        .into_iter()
        .chain(
            key.session_token
                .iter()
                .map(|token| ("AWS_SESSION_TOKEN", token.as_str())),
        )
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    /// Creates a bucket with versioning, as the function expects it.
    pub async fn create_bucket(&self, name: &str) -> Result<Bucket> {
        Bucket::create(self.root.s3.clone(), name).await
    }

    /// An existing bucket, as root.
    pub fn bucket(&self, name: &str) -> Bucket {
        Bucket::new(self.root.s3.clone(), name)
    }

    /// Sets the value of a secret, creating it when it is not there.
    pub async fn put_secret(&self, id: &str, value: &str) -> Result<()> {
        let secrets = &self.root.secrets;
        match secrets
            .put_secret_value()
            .secret_id(id)
            .secret_string(value)
            .send()
            .await
        {
            Ok(_) => return Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_not_found_exception()) => {}
            Err(error) => return Err(Error::aws(format!("PutSecretValue {id}"))(error)),
        }
        secrets
            .create_secret()
            .name(id)
            .secret_string(value)
            .send()
            .await
            .map_err(Error::aws(format!("CreateSecret {id}")))?;
        Ok(())
    }

    /// Makes an access key for an IAM user; it exists in this process's memory and in the emulator only.
    pub async fn create_access_key(&self, user: &str) -> Result<AccessKey> {
        let answer = self
            .root
            .iam
            .create_access_key()
            .user_name(user)
            .send()
            .await
            .map_err(Error::aws(format!("CreateAccessKey {user}")))?;
        let key = answer.access_key.ok_or_else(|| {
            Error::Unexpected(format!("CreateAccessKey {user} answered without a key"))
        })?;
        Ok(AccessKey {
            id: key.access_key_id,
            secret: key.secret_access_key,
            session_token: None,
        })
    }

    /// Assumes a role as root, which stands in for the service that the role trusts: so ministack has it.
    pub async fn assume_role(&self, role_arn: &str, session: &str) -> Result<AccessKey> {
        let answer = self
            .root
            .sts
            .assume_role()
            .role_arn(role_arn)
            .role_session_name(session)
            .send()
            .await
            .map_err(Error::aws(format!("AssumeRole {role_arn}")))?;
        let key = answer.credentials.ok_or_else(|| {
            Error::Unexpected(format!(
                "AssumeRole {role_arn} answered without credentials"
            ))
        })?;
        Ok(AccessKey {
            id: key.access_key_id,
            secret: key.secret_access_key,
            session_token: Some(key.session_token),
        })
    }
}
