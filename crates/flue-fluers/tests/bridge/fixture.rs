//! A server with one sandbox, and the two environments that lead there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use daytona_loopback::{Builder, Request, Server};
use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig};
use flue_fluers::FlueSandbox;
use fluers_runtime::{RuntimeError, Sandbox as _, SessionEnv};
use tokio_util::sync::CancellationToken;

use crate::daytona;

pub(crate) struct Fixture {
    pub(crate) server: Server,
    /// The base directory, as it is on this machine.
    pub(crate) root: PathBuf,
    pub(crate) env: Arc<dyn SessionEnv>,
    pub(crate) sandbox: daytona_sdk::Sandbox,
    bridge: FlueSandbox,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::of(Server::builder()).await
    }

    pub(crate) async fn of(server: Builder) -> Self {
        let server = server.start_blocking();
        let config = DaytonaConfig::new(server.api_key()).api_url(server.api_url());
        let client = Daytona::new(config).unwrap();
        let sandbox = client.create(CreateSandboxParams::default()).await.unwrap();
        let root = server.work_dir(sandbox.id());
        let bridge = FlueSandbox::new("daytona", daytona::daytona(sandbox.clone()));
        assert_eq!(bridge.name(), "daytona");
        let env = bridge.env_for(Path::new("/nowhere/here")).await.unwrap();
        server.clear_requests();
        Self {
            server,
            root,
            env,
            sandbox,
            bridge,
        }
    }

    /// Another session on the same sandbox.
    pub(crate) async fn open_again(&self) -> Arc<dyn SessionEnv> {
        self.bridge.env_for(Path::new(".")).await.unwrap()
    }

    /// Puts a file there behind the bridge's back.
    pub(crate) fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// A pipe in the base directory: a command that writes `> started` is known to run once this is read.
    pub(crate) async fn pipe(&self) -> PathBuf {
        self.exec("mkfifo started", None).await;
        self.server.clear_requests();
        self.root.join("started")
    }

    /// The commands that were sent since the last time.
    pub(crate) fn commands(&self) -> Vec<serde_json::Value> {
        let requests = self.server.requests();
        self.server.clear_requests();
        let commands = requests
            .iter()
            .filter(|request| request.path.ends_with("/process/execute"));
        commands.map(Request::json).collect()
    }

    pub(crate) async fn exec(
        &self,
        command: &str,
        timeout_ms: Option<u64>,
    ) -> (i32, String, String) {
        let cancel = CancellationToken::new();
        let execution = self.env.exec(command, Path::new("."), timeout_ms, &cancel);
        let result = execution.await.unwrap();
        (result.exit_code, result.stdout, result.stderr)
    }
}

/// What a harness tells errors apart by.
pub(crate) fn kind_of(error: &RuntimeError) -> String {
    match error {
        RuntimeError::Io(error) => format!("Io({:?})", error.kind()),
        RuntimeError::Sandbox(_) => "Sandbox".to_owned(),
        RuntimeError::FileTooLarge { path, size, max } => {
            format!("FileTooLarge({path}, {size}, {max})")
        }
        other => format!("{other:?}"),
    }
}
