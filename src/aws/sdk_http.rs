//! AWS's SDK over the client that Zoom is called by.

use std::time::Duration;

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::{HttpClient, RuntimeComponents};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;

/// What the SDK calls AWS by, for `aws_config`'s `http_client`. Its time-outs of an attempt and of an operation hold as
/// always, they are kept above this; the one of connecting is the client's own.
#[derive(Debug, Clone)]
pub struct SdkHttp(reqwest::Client);

impl SdkHttp {
    /// Over the connections of `client`.
    #[must_use]
    pub fn over(client: reqwest::Client) -> Self {
        Self(client)
    }
}

impl HttpClient for SdkHttp {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            client: self.0.clone(),
            timeout: settings.read_timeout(),
        })
    }
}

/// The client with the settings of one operation.
#[derive(Debug)]
struct Connector {
    client: reqwest::Client,
    timeout: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match self.request(request) {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(error)),
        };
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let answer = self.client.execute(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| failed(host, error))?;
            HttpResponse::try_from(http::Response::from(answer).map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl Connector {
    fn request(&self, request: HttpRequest) -> Result<reqwest::Request, ConnectorError> {
        let request = request
            .try_into_http1x()
            .map_err(|error| ConnectorError::user(error.into()))?;
        // After an answer that calls for another attempt the SDK wants the connection closed, and says so as an error
        // where it is told of none. The client does not give its connections away. They are kept, as AWS's newer rules
        // for retries have it.
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(|| {
                Some(
                    ConnectionMetadata::builder()
                        .proxied(false)
                        .poison_fn(|| ())
                        .build(),
                )
            });
        }
        let signed = request.uri().clone();
        // A body that streams: the client cannot send it a second time by itself.
        let mut request = reqwest::Request::try_from(request.map(reqwest::Body::wrap))
            .map_err(|error| ConnectorError::user(error.without_url().into()))?;
        // To reqwest an address is a URL, whose path it tidies up; the signature is of what was written.
        if request.url().path() != signed.path() || request.url().query() != signed.query() {
            let path = signed.path().to_owned();
            return Err(ConnectorError::user(Untidy { path }.into()));
        }
        *request.timeout_mut() = self.timeout;
        Ok(request)
    }
}

/// A request that reqwest would send to another path than was signed: one with `..` in it.
#[derive(Debug, thiserror::Error)]
#[error("{path} has a segment that a URL cannot have")]
struct Untidy {
    path: String,
}

/// Names the host: the error itself says neither whom it called nor by which address, whose query may tell something.
#[derive(Debug, thiserror::Error)]
#[error("no answer from {host}")]
struct NoAnswer {
    host: String,
    source: reqwest::Error,
}

/// The SDK tries again what came of the network and of time, not what was wrong with the request.
fn failed(host: String, error: reqwest::Error) -> ConnectorError {
    let kind = match () {
        () if error.is_timeout() => ConnectorError::timeout,
        () if error.is_builder() => ConnectorError::user,
        () => ConnectorError::io,
    };
    let source = error.without_url();
    kind(NoAnswer { host, source }.into())
}
