//! A world behind a loopback port.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use crate::control;
use crate::reply::{Delivery, Reply};
use crate::request::Request;
use crate::settings::Settings;
use crate::wire::{self, AnswerBody, Cut};
use crate::world::World;

/// Tells the time.
type Clock = dyn Fn() -> DateTime<Utc> + Send + Sync;

/// The largest request it reads; records are handed in with one.
const LARGEST_REQUEST: usize = 1 << 30;

/// A [`World`] behind a port of the loopback interface, in a thread of its own: it serves tests that block as well as
/// tests whose runtime has one thread or a paused clock. Dropping it closes all connections and frees the port.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How a [`Server`] is started when the defaults will not do.
pub struct ServerBuilder {
    world: World,
    port: u16,
    clock: Arc<Clock>,
}

impl ServerBuilder {
    /// The port; 0, which is the default, takes a free one.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// The clock; the default is the system's.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self {
            clock: Arc::new(clock),
            ..self
        }
    }

    /// Opens the port. Requests are answered from then on.
    ///
    /// # Errors
    /// When the port cannot be opened, or there is no thread to be had.
    pub fn start(self) -> std::io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let mut world = self.world;
        if world.settings.api_url == Settings::ZOOM_API_URL {
            world.settings.api_url = format!("http://{address}");
        }
        let world = Arc::new(Mutex::new(world));
        let (stop, stopped) = oneshot::channel();
        let desk = Desk {
            world: Arc::clone(&world),
            clock: self.clock,
        };
        let thread = std::thread::Builder::new()
            .name("zoom-simulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, desk) => {}
                        // Answered or dropped, both mean stop.
                        _ = stopped => {}
                    }
                });
                // The runtime takes the connections that are left with it.
            })?;
        Ok(Server {
            address,
            world,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Server {
    /// Starts a server for `world` on a free port, with the system's clock.
    ///
    /// # Errors
    /// When no port can be opened.
    pub fn start(world: World) -> std::io::Result<Self> {
        Self::builder(world).start()
    }

    /// A server for `world` that is still to be started.
    #[must_use]
    pub fn builder(world: World) -> ServerBuilder {
        ServerBuilder {
            world,
            port: 0,
            clock: Arc::new(system_clock),
        }
    }

    /// Where it is, as `http://127.0.0.1:1234`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of the token endpoint.
    #[must_use]
    pub fn oauth_url(&self) -> String {
        format!("{}/oauth/token", self.url())
    }

    /// The base address of the API, without a slash at its end.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/v2", self.url())
    }

    /// The world, to look at and to change. No request is answered while it is held, so it must not be held across a
    /// request.
    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// Serves until the process ends.
    pub fn run(mut self) {
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn system_clock() -> DateTime<Utc> {
    SystemTime::now().into()
}

fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    // A test that failed while it held the world left it as good as any other.
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a connection needs to answer.
#[derive(Clone)]
struct Desk {
    world: Arc<Mutex<World>>,
    clock: Arc<Clock>,
}

async fn accept(listener: tokio::net::TcpListener, desk: Desk) {
    loop {
        // An error here is about one connection that went away, or about too many of them: others may still come.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        // Small answers go out at once; a failure to set this only makes them slower.
        let _ = stream.set_nodelay(true);
        serve(stream, desk.clone());
    }
}

fn serve(stream: tokio::net::TcpStream, desk: Desk) {
    let service = service_fn(move |request| {
        let desk = desk.clone();
        async move { desk.answer(request).await }
    });
    // An error ends the connection, as when one is cut on purpose; nobody is there to tell.
    tokio::spawn(async move {
        http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await
    });
}

impl Desk {
    async fn answer(&self, request: HttpRequest<Incoming>) -> Result<Response<AnswerBody>, Cut> {
        let request = read(request).await?;
        let now = (self.clock)();
        let mut response = if let Some(path) = request.path.strip_prefix(control::PREFIX) {
            wire::whole(control::answer(&mut lock(&self.world), now, path, &request))
        } else {
            let Reply { delay, delivery } = lock(&self.world).handle(now, &request);
            if !delay.is_zero() {
                wait(delay).await;
            }
            match delivery {
                Delivery::Whole(answer) => wire::whole(answer),
                Delivery::Cut(answer, bytes) => wire::cut_after(answer, bytes),
                Delivery::Dropped => return Err(Cut),
                Delivery::Hang => std::future::pending().await,
            }
        };
        // The simulated time, not the system's: a client may take it for the server's clock.
        if let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(now.into())) {
            response.headers_mut().insert(DATE, date);
        }
        Ok(response)
    }
}

async fn wait(delay: std::time::Duration) {
    tokio::time::sleep(delay).await;
}

async fn read(request: HttpRequest<Incoming>) -> Result<Request, Cut> {
    let (head, body) = request.into_parts();
    let header = |name: HeaderName| {
        head.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let body = Limited::new(body, LARGEST_REQUEST)
        .collect()
        .await
        .map_err(|_| Cut)?
        .to_bytes();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        authorization: header(AUTHORIZATION),
        content_type: header(CONTENT_TYPE),
        body: body.into(),
    })
}
