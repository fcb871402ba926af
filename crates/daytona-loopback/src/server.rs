//! Starting and stopping. A server has a thread and a runtime of its own, so that it serves
//! tests with and without one alike, and ends with its handle.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::{self, Request as HttpRequest};
use axum::middleware::{self, Next};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;

use crate::errors::{CloseConnection, ErrorShape};
use crate::faults::{self, Fault, FaultHandle};
use crate::go::Zone;
use crate::recording::{self, Request};
use crate::sandbox::Sandbox;
use crate::settings::{ModifiedAt, Settings, StoppedReply};
use crate::state::State;
use crate::{api, control, toolbox};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4096;

/// A running server. Dropping it ends its commands, closes its connections and removes its folders.
pub struct Server {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
    /// Removed after the thread has ended.
    _root: TempDir,
}

/// What a server is to be like; see [`Server::builder`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    settings: Settings,
}

impl Builder {
    /// The address to listen on, instead of a free port of 127.0.0.1.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.settings.address = address;
        self
    }

    /// The API key to ask for, instead of a fixed one.
    #[must_use]
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.settings.api_key = api_key.into();
        self
    }

    /// How the daemon reports errors of file operations.
    #[must_use]
    pub fn error_shape(mut self, shape: ErrorShape) -> Self {
        self.settings.error_shape = shape;
        self
    }

    /// What the proxy answers for a sandbox that is not running.
    #[must_use]
    pub fn stopped_reply(mut self, reply: StoppedReply) -> Self {
        self.settings.stopped_reply = reply;
        self
    }

    /// The zone in which sandboxes print times.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.settings.zone = zone;
        self
    }

    /// Leaves `modifiedAt` out of file information, as older daemons do.
    #[must_use]
    pub fn without_modified_at(mut self) -> Self {
        self.settings.modified_at = ModifiedAt::Absent;
        self
    }

    /// How often a sandbox is seen in a passing state (`creating`, `starting`, `stopping`,
    /// `destroying`) before it settles. Not at all by default.
    #[must_use]
    pub fn passing_polls(mut self, polls: usize) -> Self {
        self.settings.passing_polls = polls;
        self
    }

    /// The states of a new sandbox: the first in the reply to its creation, and the next with each poll;
    /// the last one stays. Any text is a state.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[must_use]
    pub fn created_states<S: Into<String>>(mut self, states: impl IntoIterator<Item = S>) -> Self {
        let states: Vec<String> = states.into_iter().map(Into::into).collect();
        assert!(!states.is_empty(), "a sandbox is always in some state");
        self.settings.created_states = Some(states);
        self
    }

    /// Puts a value into every sandbox's JSON, over what is there: `class`, for clients that cannot do
    /// without it, or `null`.
    #[must_use]
    pub fn sandbox_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let fields = &mut self.settings.sandbox_fields;
        fields.insert(name.into(), Some(value.into()));
        self
    }

    /// Leaves a field out of every sandbox's JSON.
    #[must_use]
    pub fn without_sandbox_field(mut self, name: impl Into<String>) -> Self {
        self.settings.sandbox_fields.insert(name.into(), None);
        self
    }

    /// The shell that runs commands, instead of the one that the daemon would choose here.
    #[must_use]
    pub fn shell(mut self, shell: impl Into<PathBuf>) -> Self {
        self.settings.shell = Some(shell.into());
        self
    }

    /// How many commands run at the same time; more of them wait for a place. By default it is what the
    /// limit on open files allows, and 256 at most.
    #[must_use]
    pub fn running_commands(mut self, limit: usize) -> Self {
        self.settings.running_commands = Some(limit);
        self
    }

    /// How many bytes of a request's body are kept in the record, 1 MiB by default; of a longer one only
    /// its length is.
    #[must_use]
    pub fn recorded_body(mut self, bytes: usize) -> Self {
        self.settings.recorded_body = bytes;
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    ///
    /// If it cannot be started; see [`Builder::try_start`].
    #[expect(clippy::unused_async, reason = "an async test awaits what it starts")]
    pub async fn start(self) -> Server {
        self.start_blocking()
    }

    /// As [`Builder::start`], from where nothing can be awaited.
    ///
    /// # Panics
    ///
    /// If it cannot be started; see [`Builder::try_start`].
    #[must_use]
    pub fn start_blocking(self) -> Server {
        self.try_start()
            .expect("failed to start the loopback server")
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// When the address is taken, or a folder or thread cannot be made.
    pub fn try_start(self) -> io::Result<Server> {
        let root = tempfile::Builder::new()
            .prefix("daytona-loopback-")
            .tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(32)
            .thread_name("daytona-loopback")
            .enable_all()
            .build()?;
        let listener = {
            let _context = runtime.enter();
            listen(self.settings.address)?
        };
        let origin = format!("http://{}", listener.local_addr()?);
        // Resolved, so that `pwd` in a command prints what the work dir says.
        let state = State::new(origin, root.path().canonicalize()?, self.settings);
        let state = Arc::new(state);
        let thread = std::thread::Builder::new()
            .name("daytona-loopback".to_owned())
            .spawn({
                let state = Arc::clone(&state);
                move || run(runtime, listener, state)
            })?;
        Ok(Server {
            state,
            thread: Some(thread),
            _root: root,
        })
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn run(runtime: Runtime, listener: TcpListener, state: Arc<State>) {
    runtime.block_on(async {
        accept(listener, &state).await;
        state.commands.finish().await;
        for sandbox in state.sandboxes() {
            sandbox.sessions.finish().await;
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
}

async fn accept(listener: TcpListener, state: &Arc<State>) {
    let router = router(Arc::clone(state));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = state.shutdown.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = serve(stream, router.clone());
                let shutdown = state.shutdown.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = connection => {}
                        () = shutdown.cancelled() => {}
                    }
                });
            }
            // Out of file descriptors, most likely: they come back when requests end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    // A small reply must not wait for the next one.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |request: HttpRequest<Incoming>| {
        let response = service.call(request);
        async move {
            let response: Response = response.await.unwrap_or_else(|never| match never {});
            match response.extensions().get::<CloseConnection>() {
                // hyper closes a connection whose service fails.
                Some(_) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
                None => Ok(response),
            }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // A client that goes away in the middle is no error of the server.
    let _ = connection
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

fn router(state: Arc<State>) -> Router {
    api::routes(Arc::clone(&state))
        .merge(toolbox::routes())
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            pass_time,
        ))
        // The last layer sees a request first.
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state.faults),
            faults::apply,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state.recorder),
            recording::record,
        ))
        .merge(control::routes())
        .with_state(state)
}

/// Middleware: what time has done to sandboxes is done before a request sees them.
async fn pass_time(
    extract::State(state): extract::State<Arc<State>>,
    request: HttpRequest,
    next: Next,
) -> Response {
    state.pass_time();
    next.run(request).await
}

impl Server {
    /// Starts a server as v0.190.0 is.
    ///
    /// # Panics
    ///
    /// If it cannot be started; see [`Builder::try_start`].
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// As [`Server::start`], from where nothing can be awaited.
    ///
    /// # Panics
    ///
    /// If it cannot be started; see [`Builder::try_start`].
    #[must_use]
    pub fn start_blocking() -> Self {
        Self::builder().start_blocking()
    }

    /// A server with settings of its own.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What `DAYTONA_API_URL` is set to: `http://127.0.0.1:PORT/api`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/api", self.state.origin)
    }

    /// What a sandbox's id is appended to: `http://127.0.0.1:PORT/toolbox`.
    #[must_use]
    pub fn toolbox_url(&self) -> String {
        format!("{}/toolbox", self.state.origin)
    }

    /// Where the switches of other languages are: `http://127.0.0.1:PORT/_loopback`.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/_loopback", self.state.origin)
    }

    /// What `DAYTONA_API_KEY` is set to.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.state.api_key
    }

    /// What has arrived so far, in order, without calls of the control routes. Of very many requests, the
    /// last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.recorder.requests()
    }

    /// Forgets what has arrived.
    pub fn clear_requests(&self) {
        self.state.recorder.clear();
    }

    /// Makes something go wrong with requests to come.
    pub fn inject(&self, fault: Fault) -> FaultHandle {
        FaultHandle::new(self.state.faults.add(fault), Arc::clone(&self.state.faults))
    }

    /// Takes all faults away. Requests that hang in one stay so.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// How the daemon reports errors of file operations, from now on.
    pub fn set_error_shape(&self, shape: ErrorShape) {
        self.state
            .change_settings(|settings| settings.error_shape = shape);
    }

    /// What the proxy answers for a sandbox that is not running, from now on.
    pub fn set_stopped_reply(&self, reply: StoppedReply) {
        self.state
            .change_settings(|settings| settings.stopped_reply = reply);
    }

    /// Lets time pass for all sandboxes, at once: those that are idle for their interval by then stop or
    /// pause, those that stopped are archived or deleted, and those whose life is over are gone. What takes
    /// time by itself, such as a command or a [`Fault::delay`], takes as long as before.
    pub fn advance_clock(&self, time: Duration) {
        self.state.clock.advance(time);
        self.state.pass_time();
    }

    /// Lets all that takes time by polls be done.
    pub(crate) fn settle(&self) {
        for sandbox in self.state.sandboxes() {
            sandbox.settle();
            if sandbox.is_destroyed() {
                self.state.remove(&sandbox);
            }
        }
    }

    /// Makes a sandbox without a request, and returns its id.
    ///
    /// # Panics
    ///
    /// If its folders cannot be made.
    #[must_use]
    pub fn create_sandbox(&self) -> String {
        let sandbox = self.state.create_sandbox(&Map::new());
        let sandbox = sandbox.expect("failed to make a sandbox's folders");
        sandbox.expect("it has no name").id.clone()
    }

    /// The ids of all sandboxes, oldest first. Those that a client has deleted are not there.
    #[must_use]
    pub fn sandbox_ids(&self) -> Vec<String> {
        let sandboxes = self.state.sandboxes();
        sandboxes.iter().map(|sandbox| sandbox.id.clone()).collect()
    }

    /// The folder in which a sandbox's relative paths start.
    ///
    /// # Panics
    ///
    /// If there is no sandbox of this id or name; the methods below do likewise.
    #[must_use]
    pub fn work_dir(&self, sandbox: &str) -> PathBuf {
        self.sandbox(sandbox).work_dir.clone()
    }

    /// Puts a sandbox into a state, without a request and at once. Any text is a state. What runs in the
    /// sandbox goes on, and calls that are pending stay so: only new ones are refused.
    pub fn set_state(&self, sandbox: &str, state: impl Into<String>) {
        self.set_states(sandbox, [state]);
    }

    /// Puts a sandbox into states: the first now, the next with each poll; the last one stays.
    pub fn set_states<S: Into<String>>(&self, sandbox: &str, states: impl IntoIterator<Item = S>) {
        let states = states.into_iter().map(Into::into).collect();
        self.sandbox(sandbox).set_states(states);
    }

    /// Puts a value into a sandbox's JSON, over what is there.
    pub fn set_field(&self, sandbox: &str, name: impl Into<String>, value: impl Into<Value>) {
        self.sandbox(sandbox)
            .override_field(name.into(), Some(value.into()));
    }

    /// Leaves a field out of a sandbox's JSON.
    pub fn remove_field(&self, sandbox: &str, name: impl Into<String>) {
        self.sandbox(sandbox).override_field(name.into(), None);
    }

    /// From now on the daemon may not touch what is at or below `path`; it answers 403 there. Commands
    /// may. (Mode bits stop no one who is root, as many tests are.)
    pub fn deny(&self, sandbox: &str, path: impl Into<PathBuf>) {
        self.sandbox(sandbox).deny(path.into());
    }

    /// Takes the container away from a sandbox that the API still knows.
    pub fn remove_container(&self, sandbox: &str) {
        self.sandbox(sandbox).remove_container();
    }

    /// Removes a sandbox without a request. The API knows it no more, and its commands end.
    pub fn remove_sandbox(&self, sandbox: &str) {
        self.state.remove(&self.sandbox(sandbox));
    }

    fn sandbox(&self, id_or_name: &str) -> Arc<Sandbox> {
        match self.state.find(id_or_name) {
            Some(sandbox) => sandbox,
            None => panic!("no sandbox with the id or name `{id_or_name}`"),
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("api_url", &self.api_url())
            .finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed; another one here would hide it.
            let _ = thread.join();
        }
    }
}
