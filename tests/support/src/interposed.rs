//! What happens around each call to the bucket: latency, moments to be killed at, faults.

use bytes::Bytes;
use zoomlogs_core::store::{
    Condition, Marker, Object, Store, StoreError, VersionId, VersionPage, Written,
};

use crate::memory_store::MemoryStore;

/// Stands between a run and its bucket. A call has the name of its permission, and its key or prefix.
#[allow(async_fn_in_trait, reason = "tests run on one thread")]
pub trait Interpose {
    /// The bucket.
    fn bucket(&self) -> &MemoryStore;

    /// Lets a call take effect, or not, and whatever is to happen before and after it.
    ///
    /// # Errors
    /// The call's, or one in place of it.
    async fn around<A>(
        &self,
        action: &'static str,
        key: &str,
        call: impl AsyncFnOnce() -> Result<A, StoreError>,
    ) -> Result<A, StoreError>;

    /// The same for a put: of the calls it alone can take effect without its caller.
    ///
    /// # Errors
    /// The call's, or one in place of it.
    async fn around_put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        let put = async move || self.bucket().put(key, body, condition).await;
        self.around("s3:PutObject", key, put).await
    }
}

/// The bucket as a run reaches it.
#[derive(Debug, Clone)]
pub struct Interposed<I>(pub I);

impl<I: Interpose> Store for Interposed<I> {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        let get = async || self.0.bucket().get(key).await;
        self.0.around("s3:GetObject", key, get).await
    }

    async fn get_version(&self, key: &str, version: &VersionId) -> Result<Bytes, StoreError> {
        let get = async || self.0.bucket().get_version(key, version).await;
        self.0.around("s3:GetObjectVersion", key, get).await
    }

    async fn put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        self.0.around_put(key, body, condition).await
    }

    async fn list_versions(
        &self,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<VersionPage, StoreError> {
        let list = async || self.0.bucket().list_versions(prefix, after).await;
        self.0.around("s3:ListBucketVersions", prefix, list).await
    }
}
