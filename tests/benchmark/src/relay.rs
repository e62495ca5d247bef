//! A relay in front of the emulator that counts what passes, by kind and with its bytes, and can be slow.
//!
//! Both sides reach AWS through one. It speaks TLS to them, as AWS does, with the emulator's certificate; what it passes on
//! is not touched, so that signatures stay valid.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{CONNECTION, TRANSFER_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use serde::{Deserialize, Serialize};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

/// What a request to AWS is billed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// An object is read.
    Get,
    /// Whether an object is there.
    Head,
    /// Keys or versions are listed.
    List,
    /// An object is written.
    Put,
    /// Secrets Manager.
    Secret,
    /// Anything else.
    Other,
}

/// Requests of one kind, and the bytes of their bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// How many requests.
    pub(crate) requests: u64,
    /// How many bytes went to AWS.
    pub(crate) sent: u64,
    /// How many came back.
    pub(crate) received: u64,
}

/// What passed, by kind.
pub(crate) type Traffics = BTreeMap<Kind, Traffic>;

/// A loopback port in front of the emulator. Dropping it closes the port.
#[derive(Debug)]
pub(crate) struct Relay {
    url: String,
    desk: Desk,
    server: JoinHandle<()>,
}

#[derive(Clone, Debug)]
struct Desk {
    upstream: Uri,
    client: Client<HttpConnector, Full<Bytes>>,
    passed: Arc<Mutex<Traffics>>,
    latency: Arc<AtomicU64>,
}

impl Relay {
    /// Starts one in front of the emulator at `upstream`, with the certificate that is in `directory`.
    pub(crate) async fn start(upstream: &str, directory: &Path) -> Result<Self> {
        let certificate = CertificateDer::from_pem_file(directory.join("server.pem"))?;
        let key = PrivateKeyDer::from_pem_file(directory.join("server-key.pem"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("https://{}", listener.local_addr()?);
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let desk = Desk {
            upstream: upstream
                .parse()
                .with_context(|| format!("the emulator's address {upstream}"))?,
            client: Client::builder(TokioExecutor::new()).build(connector),
            passed: Arc::default(),
            latency: Arc::default(),
        };
        let server = tokio::spawn(accept(listener, acceptor, desk.clone()));
        Ok(Self { url, desk, server })
    }

    /// Where it is, for `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Lets every request wait so long from now on.
    pub(crate) fn set_latency(&self, latency: Duration) {
        let milliseconds = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.desk.latency.store(milliseconds, Ordering::Relaxed);
    }

    /// What has passed since this was last asked.
    pub(crate) fn take(&self) -> Traffics {
        std::mem::take(&mut lock(&self.desk.passed))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, desk: Desk) {
    let mut connections = JoinSet::new();
    loop {
        // One that went away again; others may still come.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        connections.spawn(serve(stream, acceptor.clone(), desk.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, desk: Desk) {
    // Small answers go out at once; a failure to set this only makes them slower.
    let _ = stream.set_nodelay(true);
    if let Ok(stream) = acceptor.accept(stream).await {
        // An error ends the connection, and its client will say so.
        let _ = http1::Builder::new()
            .serve_connection(
                TokioIo::new(stream),
                service_fn(|request| desk.pass(request)),
            )
            .await;
    }
}

impl Desk {
    async fn pass(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let (mut head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let kind = Kind::of(&head.method, head.uri.query(), &head.headers);
        let sent = body.len();
        let latency = self.latency.load(Ordering::Relaxed);
        if latency > 0 {
            // The latency that is simulated.
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        let mut uri = self.upstream.clone().into_parts();
        uri.path_and_query = head.uri.path_and_query().cloned();
        let answer = match Uri::from_parts(uri) {
            Ok(uri) => {
                head.uri = uri;
                self.forward(Request::from_parts(head, Full::new(body)))
                    .await
            }
            Err(error) => unreachable(&error),
        };
        let mut passed = lock(&self.passed);
        let traffic = passed.entry(kind).or_default();
        traffic.requests += 1;
        traffic.sent += sent as u64;
        traffic.received += answer.body().size() as u64;
        Ok(answer)
    }

    async fn forward(&self, request: Request<Full<Bytes>>) -> Response<Full<Bytes>> {
        let answer = match self.client.request(request).await {
            Ok(answer) => answer,
            Err(error) => return unreachable(&error),
        };
        let (mut head, body) = answer.into_parts();
        match body.collect().await {
            Ok(body) => {
                head.headers.remove(CONNECTION);
                head.headers.remove(TRANSFER_ENCODING);
                Response::from_parts(head, Full::new(body.to_bytes()))
            }
            Err(error) => unreachable(&error),
        }
    }
}

/// How many bytes a body has that is there whole.
trait Size {
    fn size(&self) -> usize;
}

impl Size for Full<Bytes> {
    fn size(&self) -> usize {
        let hint = hyper::body::Body::size_hint(self);
        usize::try_from(hint.lower()).unwrap_or(usize::MAX)
    }
}

fn unreachable(error: &dyn std::error::Error) -> Response<Full<Bytes>> {
    let said = format!("the relay cannot reach the emulator: {error}");
    let mut response = Response::new(Full::from(said));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

impl Kind {
    fn of(method: &Method, query: Option<&str>, headers: &HeaderMap) -> Self {
        let asks_for = |name: &str| {
            query.is_some_and(|query| {
                query
                    .split('&')
                    .any(|part| part.split('=').next() == Some(name))
            })
        };
        if headers.contains_key("x-amz-target") {
            return Self::Secret;
        }
        match *method {
            Method::PUT => Self::Put,
            Method::HEAD => Self::Head,
            Method::GET if asks_for("versions") || asks_for("list-type") => Self::List,
            Method::GET => Self::Get,
            _ => Self::Other,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_by_what_aws_bills_it_as() {
        let none = HeaderMap::new();
        let kind = |method, query| Kind::of(&method, query, &none);
        assert_eq!(kind(Method::GET, None), Kind::Get);
        assert_eq!(
            kind(Method::GET, Some("versionId=1&x-id=GetObject")),
            Kind::Get
        );
        assert_eq!(kind(Method::GET, Some("prefix=a&versions")), Kind::List);
        assert_eq!(kind(Method::GET, Some("list-type=2")), Kind::List);
        assert_eq!(kind(Method::PUT, Some("x-id=PutObject")), Kind::Put);
        let mut secret = HeaderMap::new();
        secret.insert(
            "x-amz-target",
            hyper::header::HeaderValue::from_static("secretsmanager.GetSecretValue"),
        );
        assert_eq!(Kind::of(&Method::POST, None, &secret), Kind::Secret);
    }
}
