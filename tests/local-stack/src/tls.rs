//! The stack's certificate and CA, for those who stand in for its server.

use std::{path::Path, sync::Arc};

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ClientConfig, RootCertStore, ServerConfig,
        crypto::{CryptoProvider, aws_lc_rs},
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use crate::error::{Error, Result};

/// Both sides of a TLS connection to the stack.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    server: Arc<ServerConfig>,
    client: ClientConfig,
}

impl Tls {
    /// What `certificate::issue` wrote to `directory`.
    pub(crate) fn load(directory: &Path) -> Result<Self> {
        let unreadable = |error: rustls::pki_types::pem::Error| Error::Trust(error.to_string());
        let read = |file: &str| CertificateDer::from_pem_file(directory.join(file));
        let key = PrivateKeyDer::from_pem_file(directory.join("server-key.pem"));
        let certificate = read("server.pem").map_err(unreadable)?;
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.map_err(unreadable)?)?;
        let mut roots = RootCertStore::empty();
        roots.add(read("ca.pem").map_err(unreadable)?)?;
        Ok(Self {
            server: Arc::new(server),
            client: client(roots)?,
        })
    }

    /// Lets clients in, with the server's certificate.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.server))
    }

    /// Connects to a server over TLS, where it must have the CA's word for itself; without `tls` over plain HTTP.
    pub(crate) fn connector(tls: Option<&Self>) -> Result<HttpsConnector<HttpConnector>> {
        let config = match tls {
            Some(tls) => tls.client.clone(),
            None => client(RootCertStore::empty())?,
        };
        let builder = HttpsConnectorBuilder::new().with_tls_config(config);
        // HTTP/1 alone: HTTP/2 has no Host header to keep.
        Ok(match tls {
            Some(_) => builder.https_only().enable_http1().build(),
            None => builder.https_or_http().enable_http1().build(),
        })
    }
}

fn client(roots: RootCertStore) -> Result<ClientConfig> {
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
