//! A [`SessionEnv`] over any [`SandboxApi`].
//!
//! Owns the rules that are the same for every provider: resolving paths, and creating the folder of a new file.

use std::sync::Arc;

use async_trait::async_trait;

use crate::path;
use crate::{
    ExecOptions, FileStat, MkdirOptions, RmOptions, SandboxApi, SandboxError, SessionEnv,
    ShellResult,
};

/// Makes an environment of what an adapter implements, with `cwd` as its base directory.
///
/// - Paths are resolved by their words alone: relative ones from `cwd`, `.` and empty parts dropped, `..` stopping at
///   `/`. Nothing is contained: `..` and absolute paths lead out of `cwd`.
/// - `cwd` is kept as it is given, and is where `exec` runs a command that names no other place.
/// - `write_file` writes; if that fails it creates the folder with its parents, whatever comes of it, and writes once
///   more, whose error counts.
///
/// All other calls go through unchanged.
pub fn create_sandbox_session_env(
    api: impl SandboxApi + 'static,
    cwd: impl Into<String>,
) -> Arc<dyn SessionEnv> {
    Arc::new(ApiSessionEnv {
        api,
        cwd: cwd.into(),
    })
}

struct ApiSessionEnv<A> {
    api: A,
    cwd: String,
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
        self.api.read_file(&self.resolve_path(path)).await
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        self.api.read_file_buffer(&self.resolve_path(path)).await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let path = self.resolve_path(path);
        if self.api.write_file(&path, content).await.is_ok() {
            return Ok(());
        }
        // The folder may be what was missing. If it was not, the second write says what is wrong.
        let _ = self
            .api
            .mkdir(path::parent(&path), MkdirOptions { recursive: true })
            .await;
        self.api.write_file(&path, content).await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        self.api.stat(&self.resolve_path(path)).await
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        self.api.readdir(&self.resolve_path(path)).await
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        self.api.exists(&self.resolve_path(path)).await
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        self.api.mkdir(&self.resolve_path(path), options).await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        self.api.rm(&self.resolve_path(path), options).await
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        let cwd = match &options.cwd {
            Some(cwd) => self.resolve_path(cwd),
            None => self.cwd.clone(),
        };
        self.api
            .exec(
                command,
                ExecOptions {
                    cwd: Some(cwd),
                    ..options
                },
            )
            .await
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
        self.base
            .exec(
                command,
                ExecOptions {
                    cwd: Some(cwd),
                    ..options
                },
            )
            .await
    }
}
