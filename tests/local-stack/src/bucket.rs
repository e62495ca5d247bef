//! What is in a bucket, as one caller sees it.

use std::io::Read;

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{BucketVersioningStatus, VersioningConfiguration},
};

use crate::error::{Error, Result};

/// A bucket and who looks at it.
#[derive(Clone, Debug)]
pub struct Bucket {
    s3: aws_sdk_s3::Client,
    name: String,
}

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The object's key.
    pub key: String,
    /// The version's id.
    pub id: String,
    /// Whether it is what a reader gets now.
    pub latest: bool,
    /// Whether it only says that the object was deleted.
    pub delete_marker: bool,
}

impl Bucket {
    /// A bucket as `s3`'s caller sees it.
    pub fn new(s3: aws_sdk_s3::Client, name: impl Into<String>) -> Self {
        Self {
            s3,
            name: name.into(),
        }
    }

    /// Creates a bucket with versioning, as the function expects it.
    pub(crate) async fn create(s3: aws_sdk_s3::Client, name: &str) -> Result<Self> {
        s3.create_bucket()
            .bucket(name)
            .send()
            .await
            .map_err(Error::aws(format!("CreateBucket {name}")))?;
        let bucket = Self::new(s3, name);
        bucket
            .set_versioning(BucketVersioningStatus::Enabled)
            .await?;
        Ok(bucket)
    }

    /// Stops keeping versions, as an administrator could.
    pub async fn suspend_versioning(&self) -> Result<()> {
        self.set_versioning(BucketVersioningStatus::Suspended).await
    }

    async fn set_versioning(&self, status: BucketVersioningStatus) -> Result<()> {
        let versioning = VersioningConfiguration::builder().status(status).build();
        self.s3
            .put_bucket_versioning()
            .bucket(&self.name)
            .versioning_configuration(versioning)
            .send()
            .await
            .map_err(Error::aws(format!("PutBucketVersioning {}", self.name)))?;
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys under `prefix`, in order.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        let mut pages = self
            .s3
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(Error::aws(format!("ListObjectsV2 {prefix}")))?;
            keys.extend(
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|object| object.key),
            );
        }
        Ok(keys)
    }

    /// The versions and delete markers under `prefix`, by key, the latest of each first.
    pub async fn versions(&self, prefix: &str) -> Result<Vec<Version>> {
        let mut versions = Vec::new();
        let (mut key, mut id) = (None, None);
        loop {
            let page = self
                .s3
                .list_object_versions()
                .bucket(&self.name)
                .prefix(prefix)
                .set_key_marker(key)
                .set_version_id_marker(id)
                .send()
                .await
                .map_err(Error::aws(format!("ListObjectVersions {prefix}")))?;
            versions.extend(
                page.versions
                    .unwrap_or_default()
                    .into_iter()
                    .map(|version| Version {
                        key: version.key.unwrap_or_default(),
                        id: version.version_id.unwrap_or_default(),
                        latest: version.is_latest.unwrap_or_default(),
                        delete_marker: false,
                    }),
            );
            versions.extend(
                page.delete_markers
                    .unwrap_or_default()
                    .into_iter()
                    .map(|marker| Version {
                        key: marker.key.unwrap_or_default(),
                        id: marker.version_id.unwrap_or_default(),
                        latest: marker.is_latest.unwrap_or_default(),
                        delete_marker: true,
                    }),
            );
            if page.is_truncated != Some(true) {
                break;
            }
            (key, id) = (page.next_key_marker, page.next_version_id_marker);
        }
        versions.sort_by(|a, b| a.key.cmp(&b.key).then(b.latest.cmp(&a.latest)));
        Ok(versions)
    }

    /// An object's bytes.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>> {
        self.get(key, None).await
    }

    /// The bytes of one version of an object.
    pub async fn read_version(&self, key: &str, version: &str) -> Result<Vec<u8>> {
        self.get(key, Some(version.to_owned())).await
    }

    async fn get(&self, key: &str, version: Option<String>) -> Result<Vec<u8>> {
        let answer = self
            .s3
            .get_object()
            .bucket(&self.name)
            .key(key)
            .set_version_id(version)
            .send()
            .await
            .map_err(Error::aws(format!("GetObject {key}")))?;
        let body = answer
            .body
            .collect()
            .await
            .map_err(|error| Error::Unexpected(format!("GetObject {key}: {error}")))?;
        Ok(body.to_vec())
    }

    /// Writes an object, whatever was there.
    pub async fn write(&self, key: &str, bytes: impl Into<Vec<u8>>) -> Result<()> {
        self.s3
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(ByteStream::from(bytes.into()))
            .send()
            .await
            .map_err(Error::aws(format!("PutObject {key}")))?;
        Ok(())
    }

    /// Deletes an object as a reader or an operator would: a delete marker covers it, its versions stay.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.delete_object(key, None).await
    }

    /// Deletes one version for good.
    pub async fn delete_version(&self, key: &str, version: &str) -> Result<()> {
        self.delete_object(key, Some(version.to_owned())).await
    }

    async fn delete_object(&self, key: &str, version: Option<String>) -> Result<()> {
        self.s3
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .set_version_id(version)
            .send()
            .await
            .map_err(Error::aws(format!("DeleteObject {key}")))?;
        Ok(())
    }

    /// The lines of a gzipped object, each exactly as it is there.
    pub async fn lines(&self, key: &str) -> Result<Vec<String>> {
        let bytes = self.read(key).await?;
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .map_err(Error::file(key))?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The lines of all objects under `prefix`, in the order of their keys: what a feed on this prefix ingests.
    pub async fn records(&self, prefix: &str) -> Result<Vec<String>> {
        let mut records = Vec::new();
        for key in self.keys(prefix).await? {
            records.extend(self.lines(&key).await?);
        }
        Ok(records)
    }
}
