//! A sandbox of the loopback server, a server over it, and a client of that.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use daytona_loopback::{Builder, Server};
use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig};
use flue_mcp::{Limits, SandboxServer};
use flue_runtime::{SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, async_trait};
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ContentBlock, JsonObject, ProgressNotificationParam,
};
use rmcp::service::{NotificationContext, RunningService};
use rmcp::{ClientHandler, RoleClient, ServiceExt};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::daytona;

pub(crate) struct Fixture {
    pub(crate) loopback: Server,
    pub(crate) sandbox: daytona_sdk::Sandbox,
    /// The working directory, as it is on this machine.
    pub(crate) root: PathBuf,
    pub(crate) client: RunningService<RoleClient, Listener>,
    /// For whom an environment was asked for, each time.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    pub(crate) progress: mpsc::UnboundedReceiver<ProgressNotificationParam>,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        Self::of(Server::builder(), CreateSandboxParams::new(), limits).await
    }

    pub(crate) async fn of(builder: Builder, params: CreateSandboxParams, limits: Limits) -> Self {
        let loopback = builder.start_blocking();
        let config = DaytonaConfig::new(loopback.api_key()).api_url(loopback.api_url());
        let sandbox = Daytona::new(config).unwrap().create(params).await.unwrap();
        let asked = Arc::default();
        let factory = Counting {
            factory: daytona::daytona(sandbox.clone()),
            asked: Arc::clone(&asked),
        };
        let server = SandboxServer::new(factory)
            .id("ada")
            .limits(limits)
            .instructions("Python is installed.");
        let (listener, progress) = Listener::new();
        let client = connect(server, listener).await;
        loopback.clear_requests();
        Self {
            root: loopback.work_dir(sandbox.id()),
            loopback,
            sandbox,
            client,
            asked,
            progress,
        }
    }

    /// Puts a file there behind the server's back.
    pub(crate) fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn holds(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap()
    }

    pub(crate) async fn call(&self, tool: &'static str, arguments: Value) -> CallToolResult {
        self.client
            .call_tool(request(tool, arguments))
            .await
            .unwrap()
    }

    /// The texts of a call that succeeds.
    pub(crate) async fn texts(&self, tool: &'static str, arguments: Value) -> Vec<String> {
        let result = self.call(tool, arguments).await;
        assert_ne!(result.is_error, Some(true), "{result:?}");
        texts(&result)
    }

    /// The one text of a call that succeeds.
    pub(crate) async fn text(&self, tool: &'static str, arguments: Value) -> String {
        let mut texts = self.texts(tool, arguments).await;
        assert_eq!(texts.len(), 1, "{texts:?}");
        texts.remove(0)
    }

    /// The word and the sentences of a call that fails.
    pub(crate) async fn failure(&self, tool: &'static str, arguments: Value) -> (String, String) {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(true), "{result:?}");
        let word = result.meta.as_ref().unwrap()["flue/error"]
            .as_str()
            .unwrap();
        (word.to_owned(), texts(&result).concat())
    }

    /// The requests that reached the sandbox since the last time, by method and the last part of the path.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.loopback.requests();
        self.loopback.clear_requests();
        let told = requests.iter().map(|request| {
            let last = request.path.rsplit('/').next().unwrap();
            format!("{} {last}", request.method)
        });
        told.collect()
    }
}

/// The client of a server at the other end of a pipe in memory.
pub(crate) async fn connect<C: ClientHandler>(
    server: SandboxServer,
    client: C,
) -> RunningService<RoleClient, C> {
    let (here, there) = tokio::io::duplex(1 << 16);
    tokio::spawn(flue_mcp::serve(server, there));
    client.serve(here).await.unwrap()
}

pub(crate) fn request(tool: &'static str, arguments: Value) -> CallToolRequestParams {
    let arguments = serde_json::from_value::<JsonObject>(arguments).unwrap();
    CallToolRequestParams::new(tool).with_arguments(arguments)
}

pub(crate) fn texts(result: &CallToolResult) -> Vec<String> {
    let text = |content: &ContentBlock| content.as_text().unwrap().text.clone();
    result.content.iter().map(text).collect()
}

/// A client that notes how calls get on.
pub(crate) struct Listener(mpsc::UnboundedSender<ProgressNotificationParam>);

impl Listener {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<ProgressNotificationParam>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }
}

impl ClientHandler for Listener {
    async fn on_progress(
        &self,
        progress: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        let _ = self.0.send(progress);
    }
}

struct Counting<F> {
    factory: F,
    asked: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl<F: SandboxFactory> SandboxFactory for Counting<F> {
    async fn create_session_env(
        &self,
        options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        self.asked.lock().unwrap().push(options.id.clone());
        self.factory.create_session_env(options).await
    }
}
