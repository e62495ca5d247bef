//! A proxy that loses answers, as networks do: the server has done what was asked, and the client never hears of it.
//!
//! What passes through is not touched, neither the `Host` header nor the way the path is written, so that a signed request
//! stays valid. Nothing passes in part: a request is read whole before it is sent on, and so is its answer before its
//! fate is decided. A request that was read whole reaches the server even if its sender is gone by then.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{CONNECTION, TRANSFER_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

use crate::{
    environment::lock,
    error::{Error, Result},
    loss::{Loss, Lost},
    tls::Tls,
};

/// A loopback port in front of a server. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    desk: Desk,
    server: JoinHandle<()>,
}

/// What became of the requests of one method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Those that came in.
    pub received: u64,
    /// Those among them that the server has seen, and answered.
    pub forwarded: u64,
    /// Those that the server has not seen and the client got no answer to.
    pub requests_lost: u64,
    /// Those that the server has seen and the client got no answer to.
    pub answers_lost: u64,
}

/// What all connections share.
#[derive(Clone, Debug)]
struct Desk {
    /// The server, without a path.
    upstream: Uri,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    losses: Vec<Loss>,
    traffic: BTreeMap<String, Traffic>,
    dice: ChaCha8Rng,
}

/// Why a connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("lost on purpose")]
struct Cut;

impl Proxy {
    /// Starts a proxy in front of `upstream`, such as `http://127.0.0.1:1234`. With `tls` it speaks TLS on both sides.
    /// `seed` is that of the dice that [`Loss::with_chance`] throws.
    pub(crate) async fn start(upstream: &str, tls: Option<&Tls>, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(Error::Proxy)?;
        let address: SocketAddr = listener.local_addr().map_err(Error::Proxy)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let desk = Desk {
            upstream: upstream.parse().map_err(|error| {
                Error::Unexpected(format!("{upstream} is no server's address: {error}"))
            })?,
            client: Client::builder(TokioExecutor::new()).build(Tls::connector(tls)?),
            state: Arc::new(Mutex::new(State {
                losses: Vec::new(),
                traffic: BTreeMap::new(),
                dice: ChaCha8Rng::seed_from_u64(seed),
            })),
        };
        let acceptor = tls.map(Tls::acceptor);
        let server = tokio::spawn({
            let desk = desk.clone();
            async move {
                let mut connections = JoinSet::new();
                loop {
                    // An error here is about one connection that went away; others may still come.
                    let Ok((stream, _)) = listener.accept().await else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    // Small answers go out at once; a failure to set this only makes them slower.
                    let _ = stream.set_nodelay(true);
                    let (desk, acceptor) = (desk.clone(), acceptor.clone());
                    connections.spawn(async move {
                        match acceptor {
                            None => desk.serve(stream).await,
                            Some(acceptor) => {
                                if let Ok(stream) = acceptor.accept(stream).await {
                                    desk.serve(stream).await;
                                }
                            }
                        }
                    });
                    while connections.try_join_next().is_some() {}
                }
            }
        });
        Ok(Self {
            url: format!("{scheme}://{address}"),
            desk,
            server,
        })
    }

    /// Where it is, for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Loses something from now on. Of several losses that fit a request, the first one counts.
    pub fn lose(&self, loss: Loss) {
        lock(&self.desk.state).losses.push(loss);
    }

    /// Loses nothing from now on.
    pub fn lose_nothing(&self) {
        lock(&self.desk.state).losses.clear();
    }

    /// What became of the requests of this method so far.
    pub fn traffic(&self, method: &str) -> Traffic {
        let state = lock(&self.desk.state);
        state.traffic.get(method).copied().unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Desk {
    async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service = service_fn(|request| self.pass(request));
        // An error ends the connection, as when it is cut on purpose; nobody is there to tell.
        let _ = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn pass(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Cut> {
        let (mut head, body) = request.into_parts();
        // Who hangs up in the middle of a request has not made one.
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let method = head.method.clone();
        let lost = self.receive(&method, head.uri.path());
        if lost == Some(Lost::Request) {
            return Err(Cut);
        }

        // These two are between each pair of neighbours; the length is known now.
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        let mut uri = self.upstream.clone().into_parts();
        uri.path_and_query = head.uri.path_and_query().cloned();
        head.uri = Uri::from_parts(uri).map_err(|_| Cut)?;
        let request = Request::from_parts(head, Full::new(body));
        let (desk, state) = (self.clone(), Arc::clone(&self.state));
        // A task of its own: it goes on when the sender of the request hangs up.
        let forwarded = tokio::spawn(async move {
            let answer = desk.forward(request).await?;
            let mut state = lock(&state);
            let traffic = state.traffic(&method);
            traffic.forwarded += 1;
            traffic.answers_lost += u64::from(lost == Some(Lost::Answer));
            Ok(answer)
        });
        let answer: Result<_, hyper_util::client::legacy::Error> =
            forwarded.await.map_err(|_| Cut)?;
        match answer {
            Ok(_) if lost == Some(Lost::Answer) => Err(Cut),
            Ok(answer) => Ok(answer),
            Err(error) => Ok(unreachable_upstream(&error)),
        }
    }

    /// Counts a request in and decides its fate.
    fn receive(&self, method: &Method, path: &str) -> Option<Lost> {
        let mut state = lock(&self.state);
        state.traffic(method).received += 1;
        let State { losses, dice, .. } = &mut *state;
        let lost = losses.iter_mut().find_map(|loss| {
            loss.strikes(method.as_str(), path, |chance| dice.random_bool(chance))
        });
        if lost == Some(Lost::Request) {
            state.traffic(method).requests_lost += 1;
        }
        lost
    }

    async fn forward(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Full<Bytes>>, hyper_util::client::legacy::Error> {
        let (mut head, body) = self.client.request(request).await?.into_parts();
        let Ok(body) = body.collect().await else {
            let cut = Response::new(Full::from("the server's answer was cut short"));
            let (mut head, body) = cut.into_parts();
            head.status = StatusCode::BAD_GATEWAY;
            return Ok(Response::from_parts(head, body));
        };
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        Ok(Response::from_parts(head, Full::new(body.to_bytes())))
    }
}

impl State {
    fn traffic(&mut self, method: &Method) -> &mut Traffic {
        self.traffic.entry(method.to_string()).or_default()
    }
}

/// The one answer that is the proxy's own.
fn unreachable_upstream(error: &dyn std::error::Error) -> Response<Full<Bytes>> {
    let mut said = format!("the proxy cannot reach its server: {error}");
    if let Some(cause) = error.source() {
        said.push_str(&format!(": {cause}"));
    }
    let mut response = Response::new(Full::from(said));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
