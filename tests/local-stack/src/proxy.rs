//! A proxy that loses answers, as networks do: the server has done what was asked, and the client never hears of it.
//!
//! What passes through is not touched, neither the `Host` header nor the way the path is written, so that a signed request
//! stays valid. Nothing passes in part: a request is read whole before it is sent on, and so is its answer before its
//! fate is decided. A request that was read whole reaches the server even if its sender is gone by then, though not if the
//! proxy is.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
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
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use crate::{
    environment::lock,
    error::{Error, Result},
    loss::{Loss, Lost},
    tls::Tls,
};

/// How long no connection is accepted after one could not be for want of something.
const RESPITE: Duration = Duration::from_millis(50);

/// A loopback port in front of a server. Dropping it closes the port and all connections, and what was on its way to the
/// server goes no further.
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
    /// Those among them that the server has seen, and answered. What it failed to answer counts as received, no more.
    pub forwarded: u64,
    /// Those that the server has not seen and the client got no answer to.
    pub requests_lost: u64,
    /// Those that the server has seen and the client got no answer to.
    pub answers_lost: u64,
}

/// Calls the server.
type Upstream = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// What the server said, if it could be reached.
type Answer = Result<Response<Full<Bytes>>, hyper_util::client::legacy::Error>;

/// What all connections share.
#[derive(Clone, Debug)]
struct Desk {
    /// The server, without a path.
    upstream: Uri,
    client: Upstream,
    state: Arc<Mutex<State>>,
    /// What is on its way to the server; none once the proxy is gone.
    forwarding: Arc<Mutex<Option<JoinSet<()>>>>,
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
            forwarding: Arc::new(Mutex::new(Some(JoinSet::new()))),
        };
        let acceptor = tls.map(Tls::acceptor);
        let server = tokio::spawn({
            let desk = desk.clone();
            async move {
                let mut connections = JoinSet::new();
                loop {
                    let stream = match listener.accept().await {
                        Ok((stream, _)) => stream,
                        // That one went away; others may still come.
                        Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                        // No descriptor or no memory is left. Nothing tells when there is some again.
                        Err(_) => {
                            tokio::time::sleep(RESPITE).await;
                            continue;
                        }
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
        // A connection that is served at this moment finds that nothing is forwarded any more.
        let forwarding = lock(&self.desk.forwarding).take();
        drop(forwarding);
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
        let answer = self.spawn_forward(request, method, lost).ok_or(Cut)?;
        match answer.await {
            // The proxy is gone.
            Err(_) => Err(Cut),
            Ok(_) if lost == Some(Lost::Answer) => Err(Cut),
            Ok(answer) => Ok(answer.unwrap_or_else(|error| unreachable_upstream(&error))),
        }
    }

    /// Forwards in a task of its own: it goes on when the sender of the request hangs up. None when the proxy is gone.
    fn spawn_forward(
        &self,
        request: Request<Full<Bytes>>,
        method: Method,
        lost: Option<Lost>,
    ) -> Option<oneshot::Receiver<Answer>> {
        let (tell, told) = oneshot::channel();
        let (client, state) = (self.client.clone(), Arc::clone(&self.state));
        let mut forwarding = lock(&self.forwarding);
        let tasks = forwarding.as_mut()?;
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let answer = forward(&client, request).await;
            if answer.is_ok() {
                let mut state = lock(&state);
                let traffic = state.traffic(&method);
                traffic.forwarded += 1;
                traffic.answers_lost += u64::from(lost == Some(Lost::Answer));
            }
            // Who hung up has no use for it.
            let _ = tell.send(answer);
        });
        Some(told)
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
}

async fn forward(client: &Upstream, request: Request<Full<Bytes>>) -> Answer {
    let (mut head, body) = client.request(request).await?.into_parts();
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

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::*;

    const REQUEST: &[u8] = b"PUT /bucket/key HTTP/1.1\r\n\
        host: proxy\r\nconnection: close\r\ncontent-length: 4\r\n\r\nbody";

    async fn upstream() -> (TcpListener, String) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    /// Sends the request to the proxy.
    async fn send(proxy: &Proxy) -> TcpStream {
        let address = proxy.url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        stream
    }

    /// What the proxy says until it hangs up.
    async fn heard(mut stream: TcpStream) -> String {
        let mut heard = Vec::new();
        // A connection that is cut may end with an error; what matters is what came before.
        let _ = stream.read_to_end(&mut heard).await;
        String::from_utf8(heard).unwrap()
    }

    /// Reads a forwarded request to its end.
    async fn receive(stream: &mut TcpStream) {
        let mut received = Vec::new();
        while !received.ends_with(b"body") {
            assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn a_server_that_is_gone_is_told_to_the_client_unless_the_answer_shall_be_lost() {
        let (listener, url) = upstream().await;
        drop(listener);
        let proxy = Proxy::start(&url, None, 1).await.unwrap();
        let answered = heard(send(&proxy).await).await;
        assert!(answered.starts_with("HTTP/1.1 502"), "{answered}");

        proxy.lose(Loss::of_answers());
        assert_eq!(heard(send(&proxy).await).await, "");
        let traffic = proxy.traffic("PUT");
        assert_eq!((traffic.received, traffic.forwarded), (2, 0));
        assert_eq!(traffic.answers_lost, 0, "there was none");
    }

    #[tokio::test]
    async fn a_request_lands_although_its_sender_is_gone() {
        let (listener, url) = upstream().await;
        let proxy = Proxy::start(&url, None, 1).await.unwrap();
        let sender = send(&proxy).await;
        let (mut server, _) = listener.accept().await.unwrap();
        drop(sender);
        receive(&mut server).await;
        server
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        while proxy.traffic("PUT").forwarded == 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_is_on_its_way_to_the_server_ends_with_the_proxy() {
        let (listener, url) = upstream().await;
        let proxy = Proxy::start(&url, None, 1).await.unwrap();
        let sender = send(&proxy).await;
        let (mut server, _) = listener.accept().await.unwrap();
        receive(&mut server).await;
        drop(proxy);
        // The server never answers: only because the proxy let go of it does this connection end.
        assert_eq!(server.read(&mut [0; 1]).await.unwrap(), 0);
        assert_eq!(heard(sender).await, "");
    }
}
