//! The buckets that are compared, each as the product sees it and as an administrator does.

use chrono::{DateTime, TimeZone as _, Utc};
use local_stack::{Loss, Moto, Proxy, Stack};
use support::{MemoryStore, PutFault};
use zoomlogs_aws::s3::S3Store;
use zoomlogs_aws::sdk_http::SdkHttp;
use zoomlogs_core::store::{Condition, Store, StoreErrorKind, VersionId};

pub const NAME: &str = "conformance";

/// A versioned bucket, empty at first: what the product does with it, and what others do to it beside.
pub trait Bucket {
    type Store: Store;

    /// How many versions one listing answers.
    const PAGE: usize;

    fn store(&self) -> &Self::Store;

    /// Deletes an object as a reader would: it leaves a delete marker.
    async fn delete(&self, key: &str);

    /// Removes one version for good, as a lifecycle rule would.
    async fn remove(&self, key: &str, version: &VersionId);

    /// Writes an object without any condition, as somebody with the right to could.
    async fn overwrite(&self, key: &str, body: &'static str);

    async fn suspend_versioning(&self);

    /// Makes the next put below this prefix take effect and its answer get lost.
    fn lose_next_answer(&self, prefix: &str);

    /// Makes the next put below this prefix get lost.
    fn lose_next_put(&self, prefix: &str);

    /// How many puts have been sent so far, by the store itself or by the SDK in its stead.
    fn puts(&self) -> u64;

    /// The time as the bucket knows it.
    fn now(&self) -> DateTime<Utc>;

    /// Writes an object that is not there yet and returns the new version's id.
    async fn create(&self, key: &str, body: &'static str) -> VersionId {
        let written = self
            .store()
            .put(key, body.into(), Condition::Absent)
            .await
            .unwrap();
        written.version.unwrap()
    }

    /// Writes the next version of an object and returns its id.
    async fn replace(&self, key: &str, body: &'static str) -> VersionId {
        let current = self.store().get(key).await.unwrap().unwrap();
        let condition = Condition::Matches(current.etag);
        let written = self.store().put(key, body.into(), condition).await.unwrap();
        written.version.unwrap()
    }

    /// What a get finds, as text.
    async fn read(&self, key: &str) -> Option<String> {
        let object = self.store().get(key).await.unwrap()?;
        Some(String::from_utf8(object.body.to_vec()).unwrap())
    }
}

/// The one in memory.
pub struct Memory {
    store: MemoryStore,
    puts: std::cell::Cell<u64>,
}

pub async fn memory() -> Memory {
    let store = MemoryStore::new();
    let memory = Memory {
        store,
        puts: Default::default(),
    };
    memory.store.set_time(memory.now());
    memory
}

impl Bucket for Memory {
    type Store = MemoryStore;

    const PAGE: usize = 5;

    fn store(&self) -> &MemoryStore {
        &self.store
    }

    async fn delete(&self, key: &str) {
        self.store.delete(key);
    }

    async fn remove(&self, key: &str, version: &VersionId) {
        self.store.remove(key, version);
    }

    async fn overwrite(&self, key: &str, body: &'static str) {
        self.store.overwrite(key, body);
    }

    async fn suspend_versioning(&self) {
        self.store.suspend_versioning();
    }

    fn lose_next_answer(&self, prefix: &str) {
        self.store.fail_next_put(prefix, PutFault::AnswerLost);
    }

    fn lose_next_put(&self, prefix: &str) {
        let fault = PutFault::Refused(StoreErrorKind::Unavailable);
        self.store.fail_next_put(prefix, fault);
    }

    fn puts(&self) -> u64 {
        let calls = self.store.take_calls();
        let puts = calls.iter().filter(|(action, _)| *action == "s3:PutObject");
        self.puts.set(self.puts.get() + puts.count() as u64);
        self.puts.get()
    }

    fn now(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 22, 23, 59, 58).unwrap()
    }
}

/// One on S3, as an emulator serves it. The store calls it through a proxy, the administrator does not.
pub struct Remote<S, const PAGE: usize> {
    // Fields go in order: nobody may call a server that is gone.
    store: S3Store,
    proxy: Proxy,
    bucket: local_stack::Bucket,
    server: S,
}

pub async fn ministack() -> Remote<Stack, 1000> {
    remote(Stack::start().await.unwrap()).await
}

pub async fn moto() -> Remote<Moto, { Moto::PAGE }> {
    remote(Moto::start().await.unwrap()).await
}

async fn remote<S: Emulator, const PAGE: usize>(server: S) -> Remote<S, PAGE> {
    let bucket = server.create_bucket(NAME).await.unwrap();
    let proxy = server.proxy(1).await.unwrap();
    let store = S3Store::new(&config(&server, &proxy).await, NAME);
    Remote {
        store,
        proxy,
        bucket,
        server,
    }
}

/// The SDK's configuration as the function has it: over the client that it calls Zoom by.
async fn config(server: &impl Emulator, proxy: &Proxy) -> aws_config::SdkConfig {
    let mut client = reqwest::Client::builder();
    if let Some(ca) = server.ca() {
        client = client.tls_certs_only([reqwest::Certificate::from_pem(&ca).unwrap()]);
    }
    let client = SdkHttp::over(client.build().unwrap());
    let config = server.config(proxy.url()).await;
    config.to_builder().http_client(client).build()
}

/// What both emulators can do.
pub trait Emulator {
    async fn create_bucket(&self, name: &str) -> local_stack::Result<local_stack::Bucket>;
    async fn proxy(&self, seed: u64) -> local_stack::Result<Proxy>;
    async fn config(&self, endpoint: &str) -> aws_config::SdkConfig;
    fn aws(&self) -> &local_stack::Aws;

    /// The certificate of who vouches for it, if it speaks TLS.
    fn ca(&self) -> Option<Vec<u8>>;
}

macro_rules! server {
    ($emulator:ident, $ca:expr) => {
        impl Emulator for $emulator {
            async fn create_bucket(&self, name: &str) -> local_stack::Result<local_stack::Bucket> {
                self.create_bucket(name).await
            }

            async fn proxy(&self, seed: u64) -> local_stack::Result<Proxy> {
                self.proxy(seed).await
            }

            async fn config(&self, endpoint: &str) -> aws_config::SdkConfig {
                self.config(endpoint).await
            }

            fn aws(&self) -> &local_stack::Aws {
                self.aws()
            }

            fn ca(&self) -> Option<Vec<u8>> {
                let ca: fn(&Self) -> Option<Vec<u8>> = $ca;
                ca(self)
            }
        }
    };
}

server!(Stack, |stack| Some(std::fs::read(stack.ca_file()).unwrap()));
server!(Moto, |_| None);

impl<S, const PAGE: usize> Remote<S, PAGE> {
    pub fn proxy(&self) -> &Proxy {
        &self.proxy
    }
}

impl<S: Emulator, const PAGE: usize> Remote<S, PAGE> {
    /// A store on the same server, for a bucket that nobody created.
    pub async fn without_a_bucket(&self) -> S3Store {
        S3Store::new(&self.config().await, "no-such-bucket")
    }

    /// The SDK's configuration of the store.
    pub async fn config(&self) -> aws_config::SdkConfig {
        config(&self.server, &self.proxy).await
    }

    /// S3 as the administrator calls it.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        &self.server.aws().s3
    }
}

impl<S, const PAGE: usize> Bucket for Remote<S, PAGE> {
    type Store = S3Store;

    const PAGE: usize = PAGE;

    fn store(&self) -> &S3Store {
        &self.store
    }

    async fn delete(&self, key: &str) {
        self.bucket.delete(key).await.unwrap();
    }

    async fn remove(&self, key: &str, version: &VersionId) {
        self.bucket.delete_version(key, &version.0).await.unwrap();
    }

    async fn overwrite(&self, key: &str, body: &'static str) {
        self.bucket.write(key, body).await.unwrap();
    }

    async fn suspend_versioning(&self) {
        self.bucket.suspend_versioning().await.unwrap();
    }

    fn lose_next_answer(&self, prefix: &str) {
        let path = format!("/{NAME}/{prefix}");
        self.proxy
            .lose(Loss::of_answers().to("PUT").under(path).times(1));
    }

    fn lose_next_put(&self, prefix: &str) {
        let path = format!("/{NAME}/{prefix}");
        self.proxy
            .lose(Loss::of_requests().to("PUT").under(path).times(1));
    }

    fn puts(&self) -> u64 {
        self.proxy.traffic("PUT").received
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
