//! A [`SessionEnv`] over any [`SandboxApi`].
//!
//! Owns the rules that are the same for every provider: resolving paths, creating the folder of a new file, and giving
//! up what will not end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::command::require_valid;
use crate::path;
use crate::{
    ExecOptions, FileStat, MkdirOptions, Operation, RmOptions, SandboxApi, SandboxError,
    SessionEnv, ShellResult, guard,
};

/// Makes an environment of what an adapter implements, with `cwd` as its base directory.
///
/// - Paths are resolved by their words alone: relative ones from `cwd`, `.` and empty parts dropped, `..` stopping at
///   `/`. Nothing is contained: `..` and absolute paths lead out of `cwd`.
/// - `cwd` is kept as it is given, and is where `exec` runs a command that names no other place.
/// - `write_file` writes; if that fails and the folder may be what is missing, it creates the folder with its parents,
///   whatever comes of it, and writes once more, whose error counts.
/// - A call ends when the sandbox died, as far as [`SandboxApi::liveness`] tells: see [`guard`].
/// - A command or a variable that no shell can take is refused: a NUL character in it, or a name that is none.
/// - A command with a deadline is heard of, or given up, shortly after it.
/// - An error tells the method that was called, whatever the adapter did for it.
pub fn create_sandbox_session_env(
    api: impl SandboxApi + 'static,
    cwd: impl Into<String>,
) -> Arc<dyn SessionEnv> {
    Arc::new(ApiSessionEnv {
        api,
        cwd: cwd.into(),
    })
}

/// How long after its deadline a command may still be heard of: providers round up, and answers take their way.
const GRACE: Duration = Duration::from_secs(5);

struct ApiSessionEnv<A> {
    api: A,
    cwd: String,
}

impl<A: SandboxApi> ApiSessionEnv<A> {
    async fn write(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        match self.api.write_file(path, content).await {
            Err(error) if may_be_missing_folder(&error) => {
                // If it was not, the second write says what is wrong.
                let folder = path::parent(path);
                let _ = self.api.mkdir(folder, MkdirOptions::recursive()).await;
                self.api.write_file(path, content).await
            }
            outcome => outcome,
        }
    }
}

/// Whether a write may have failed because its folder is missing. Any other reason that an adapter names is another.
fn may_be_missing_folder(error: &SandboxError) -> bool {
    match error {
        SandboxError::File { kind, .. } => *kind == io::ErrorKind::NotFound,
        SandboxError::Provider { .. } => true,
        _ => false,
    }
}

#[async_trait]
impl<A: SandboxApi> SessionEnv for ApiSessionEnv<A> {
    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn resolve_path(&self, path: &str) -> String {
        path::resolve(&self.cwd, path)
    }

    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::ReadFile, &self.api, self.api.read_file(&path)).await
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let path = self.resolve_path(path);
        let read = self.api.read_file_buffer(&path);
        guard(Operation::ReadFileBuffer, &self.api, read).await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::WriteFile, &self.api, self.write(&path, content)).await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::Stat, &self.api, self.api.stat(&path)).await
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::Readdir, &self.api, self.api.readdir(&path)).await
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::Exists, &self.api, self.api.exists(&path)).await
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::Mkdir, &self.api, self.api.mkdir(&path, options)).await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        let path = self.resolve_path(path);
        guard(Operation::Rm, &self.api, self.api.rm(&path, options)).await
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        require_valid(command, &options)?;
        let cwd = match &options.cwd {
            Some(cwd) => self.resolve_path(cwd),
            None => self.cwd.clone(),
        };
        let deadline = options.timeout;
        let execution = self.api.exec(command, options.with_cwd(cwd));
        let execution = guard(Operation::Exec, &self.api, execution);
        let Some(deadline) = deadline else {
            return execution.await;
        };
        match tokio::time::timeout(deadline.saturating_add(GRACE), execution).await {
            Ok(outcome) => outcome,
            Err(_) => Err(SandboxError::timeout(Operation::Exec, deadline)),
        }
    }
}

/// `base` seen from the directory `cwd` in it: what [`crate::AgentDefinition::cwd`] does.
pub fn scope_session_env(base: Arc<dyn SessionEnv>, cwd: &str) -> Arc<dyn SessionEnv> {
    let cwd = base.resolve_path(cwd);
    Arc::new(ScopedSessionEnv { base, cwd })
}

/// Resolves paths itself, so that the environment below only ever sees absolute ones.
struct ScopedSessionEnv {
    base: Arc<dyn SessionEnv>,
    cwd: String,
}

#[async_trait]
impl SessionEnv for ScopedSessionEnv {
    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn resolve_path(&self, path: &str) -> String {
        path::resolve(&self.cwd, path)
    }

    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        self.base.read_file(&self.resolve_path(path)).await
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        self.base.read_file_buffer(&self.resolve_path(path)).await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        self.base
            .write_file(&self.resolve_path(path), content)
            .await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        self.base.stat(&self.resolve_path(path)).await
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        self.base.readdir(&self.resolve_path(path)).await
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        self.base.exists(&self.resolve_path(path)).await
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        self.base.mkdir(&self.resolve_path(path), options).await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        self.base.rm(&self.resolve_path(path), options).await
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        let cwd = self.resolve_path(options.cwd.as_deref().unwrap_or(&self.cwd));
        self.base.exec(command, options.with_cwd(cwd)).await
    }
}
