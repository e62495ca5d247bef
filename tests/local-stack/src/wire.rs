//! One call of AWS as it goes over the wire, signed by somebody or by nobody.
//!
//! Where what matters is whether somebody may, one way to call every service is worth more than a client for each: what is
//! tried is data, and a body that means nothing lets a right be tried without its effect.

use std::time::SystemTime;

use aws_sdk_s3::config::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    header::{HeaderName, HeaderValue},
};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{
    aws::{AccessKey, REGION},
    error::{Error, Result},
    stack::Stack,
    tls::Tls,
};

/// Makes calls of a stack's AWS.
#[derive(Clone, Debug)]
pub struct Wire {
    secure: Endpoint,
    plain: Endpoint,
}

/// How a call travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS.
    Tls,
    /// In the clear.
    PlainHttp,
}

/// A call, not yet signed.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service, as a signature names it.
    pub service: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path with its query.
    pub path: String,
    /// The headers; those of the signature are added.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Call {
    /// A call of a service that speaks REST.
    pub fn rest(service: &'static str, method: &'static str, path: impl Into<String>) -> Self {
        Self {
            service,
            method,
            path: path.into(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A call of a service that speaks JSON: `target` is its name for the operation, with what stands before it.
    pub fn json(service: &'static str, target: &str, body: &serde_json::Value) -> Self {
        let version = if service == "sqs" { "1.0" } else { "1.1" };
        Self::rest(service, "POST", "/")
            .header("content-type", format!("application/x-amz-json-{version}"))
            .header("x-amz-target", target)
            .body(body.to_string())
    }

    /// A call of a service that speaks in forms. The values must need no encoding but that of `:`, `/` and `+`.
    pub fn form(
        service: &'static str,
        version: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Self {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in fields {
            let value = value
                .replace('%', "%25")
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace(':', "%3A");
            body.push_str(&format!("&{name}={value}"));
        }
        Self::rest(service, "POST", "/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }
}

/// What AWS answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: String,
}

#[derive(Clone, Debug)]
struct Endpoint {
    url: String,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Stack {
    /// Calls of this AWS.
    pub fn wire(&self) -> Result<Wire> {
        let tls = Tls::load(self.directory())?;
        Ok(Wire {
            secure: Endpoint::new(self.endpoint(), Some(&tls))?,
            plain: Endpoint::new(&self.plain_endpoint()?, None)?,
        })
    }
}

impl Wire {
    /// Calls as the owner of `key`, or as nobody.
    pub async fn call(
        &self,
        key: Option<&AccessKey>,
        transport: Transport,
        call: &Call,
    ) -> Result<Reply> {
        let endpoint = match transport {
            Transport::Tls => &self.secure,
            Transport::PlainHttp => &self.plain,
        };
        let unexpected = |error: &dyn std::error::Error| {
            Error::Unexpected(format!("{} {}: {error}", call.method, call.path))
        };
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("{}{}", endpoint.url, call.path))
            .body(Full::from(call.body.clone()))
            .map_err(|error| unexpected(&error))?;
        for (name, value) in &call.headers {
            let value = HeaderValue::from_str(value).map_err(|error| unexpected(&error))?;
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        if let Some(key) = key {
            sign_request(&mut request, key, call)?;
        }
        let (head, body) = endpoint
            .client
            .request(request)
            .await
            .map_err(|error| unexpected(&error))?
            .into_parts();
        let body = body.collect().await.map_err(|error| unexpected(&error))?;
        Ok(Reply {
            status: head.status,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}

impl Endpoint {
    fn new(url: &str, tls: Option<&Tls>) -> Result<Self> {
        Ok(Self {
            url: url.to_owned(),
            client: Client::builder(TokioExecutor::new()).build(Tls::connector(tls)?),
        })
    }
}

fn sign_request(request: &mut Request<Full<Bytes>>, key: &AccessKey, call: &Call) -> Result<()> {
    let unexpected = |error: &dyn std::error::Error| {
        Error::Unexpected(format!(
            "cannot sign {} {}: {error}",
            call.method, call.path
        ))
    };
    let mut settings = SigningSettings::default();
    // As S3 wants it. The others are asked at paths that need no encoding, and may have the checksum.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let identity = Credentials::new(
        &key.id,
        &key.secret,
        key.session_token.clone(),
        None,
        "local-stack",
    )
    .into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(call.service)
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .map_err(|error| unexpected(&error))?
        .into();
    let uri = request.uri().to_string();
    let headers = call
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let signable = SignableRequest::new(
        call.method,
        uri,
        headers,
        SignableBody::Bytes(call.body.as_bytes()),
    )
    .map_err(|error| unexpected(&error))?;
    let (instructions, _) = sign(signable, &parameters)
        .map_err(|error| unexpected(&error))?
        .into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}
