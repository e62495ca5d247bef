//! Credentials that are at hand.

use zoomlogs_core::secret::{CredentialSource, Credentials, SecretError};

/// A source that always has these.
#[derive(Debug, Clone)]
pub struct FixedCredentials(pub Credentials);

impl CredentialSource for FixedCredentials {
    async fn credentials(&self) -> Result<Credentials, SecretError> {
        Ok(self.0.clone())
    }
}
