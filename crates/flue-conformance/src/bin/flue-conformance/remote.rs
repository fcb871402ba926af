//! A sandbox whose adapter is on the other side of standard input and output.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flue_conformance::Case;
use flue_runtime::{
    BoxError, ExecOptions, FileStat, MkdirOptions, Operation, RmOptions, SandboxError,
    SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult, async_trait,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::wire::{self, Abandonment, Answer, Call, Environment, Execution, Outcome, Shell, Stat};

/// The program that has the adapter.
#[derive(Debug, Default)]
pub(crate) struct Host {
    last_id: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Outcome>>>,
}

impl Host {
    pub(crate) fn say(&self, message: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let mut stdout = io::stdout().lock();
        stdout.write_all(&line)?;
        stdout.flush()
    }

    /// Hands an answer to the call that waits for it.
    pub(crate) fn take(&self, answer: Answer) {
        if let Some(call) = self.stop_waiting(answer.id) {
            let _ = call.send(answer.outcome);
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        operation: Operation,
        method: &str,
        arguments: impl Serialize,
    ) -> Result<T, SandboxError> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.waiting().insert(id, sender);
        let _wait = Wait { host: self, id };
        let call = Call {
            id,
            method,
            arguments,
        };
        self.say(&call).map_err(|error| broken(operation, error))?;
        match answer.await.map_err(|error| broken(operation, error))? {
            Outcome::Value(value) => {
                T::deserialize(value).map_err(|error| broken(operation, error))
            }
            Outcome::Error(refusal) => Err(refusal.into_error(operation)),
        }
    }

    fn stop_waiting(&self, id: u64) -> Option<oneshot::Sender<Outcome>> {
        self.waiting().remove(&id)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Outcome>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the host when a call is dropped before its answer has come.
struct Wait<'a> {
    host: &'a Host,
    id: u64,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.host.stop_waiting(self.id).is_some() {
            let _ = self.host.say(&Abandonment { abandoned: self.id });
        }
    }
}

pub(crate) struct RemoteFactory {
    host: Arc<Host>,
    case: String,
}

impl RemoteFactory {
    pub(crate) fn new(host: Arc<Host>, case: &Case) -> Self {
        Self {
            host,
            case: case.name().to_owned(),
        }
    }
}

#[async_trait]
impl SandboxFactory for RemoteFactory {
    async fn create_session_env(
        &self,
        options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let arguments = json!({ "id": options.id, "case": self.case });
        let Environment { environment, cwd } = self
            .host
            .call(Operation::CreateSessionEnv, "create", arguments)
            .await?;
        Ok(Arc::new(RemoteEnv {
            host: Arc::clone(&self.host),
            environment,
            cwd,
        }))
    }
}

/// An environment that the host knows by its number.
struct RemoteEnv {
    host: Arc<Host>,
    environment: u64,
    cwd: String,
}

impl RemoteEnv {
    /// Calls a method about `path`, with `more` than that if it takes more.
    async fn call_on<T: DeserializeOwned>(
        &self,
        operation: Operation,
        method: &str,
        path: &str,
        more: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<T, SandboxError> {
        let mut arguments = json!({ "environment": self.environment, "path": path });
        for (name, value) in more {
            arguments[name] = value;
        }
        self.host.call(operation, method, arguments).await
    }
}

#[async_trait]
impl SessionEnv for RemoteEnv {
    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn resolve_path(&self, path: &str) -> String {
        // No operation of its own: resolving cannot fail.
        let operation = Operation::CreateSessionEnv;
        let resolution = self.call_on(operation, "resolvePath", path, []);
        let runtime = tokio::runtime::Handle::current();
        let resolved = tokio::task::block_in_place(|| runtime.block_on(resolution));
        resolved.unwrap_or_else(|error| format!("{error}"))
    }

    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        self.call_on(Operation::ReadFile, "readFile", path, [])
            .await
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let text: String = self
            .call_on(Operation::ReadFileBuffer, "readFileBuffer", path, [])
            .await?;
        let no_bytes = || broken(Operation::ReadFileBuffer, "the answer is no bytes");
        wire::bytes_of(&text).ok_or_else(no_bytes)
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let content = ("content", wire::text_of(content).into());
        self.call_on(Operation::WriteFile, "writeFile", path, [content])
            .await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let stat: Stat = self.call_on(Operation::Stat, "stat", path, []).await?;
        FileStat::try_from(stat).map_err(|reason| broken(Operation::Stat, reason))
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        self.call_on(Operation::Readdir, "readdir", path, []).await
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        self.call_on(Operation::Exists, "exists", path, []).await
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        let options = ("options", json!({ "recursive": options.recursive }));
        self.call_on(Operation::Mkdir, "mkdir", path, [options])
            .await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        let options = json!({ "recursive": options.recursive, "force": options.force });
        self.call_on(Operation::Rm, "rm", path, [("options", options)])
            .await
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        let execution = Execution::new(self.environment, command, options);
        let result: Shell = self.host.call(Operation::Exec, "exec", execution).await?;
        Ok(result.into())
    }
}

/// The host does not keep to the protocol, or is gone.
fn broken(operation: Operation, reason: impl Into<BoxError>) -> SandboxError {
    SandboxError::provider(operation, "the other side", reason)
}
