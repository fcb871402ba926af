//! Environments that are not made by `create_sandbox_session_env`: they do one thing worse, or leave to the adapter what it
//! would do.

use std::sync::Arc;

use flue_runtime::{
    ExecOptions, FileStat, MkdirOptions, RmOptions, SandboxApi, SandboxError, SessionEnv,
    ShellResult, async_trait, create_sandbox_session_env,
};

use crate::faulty::{Fault, Faulty};

pub(crate) struct NaiveSession {
    api: Faulty,
    cwd: String,
    fault: Fault,
    /// What it would be like without the fault.
    right: Arc<dyn SessionEnv>,
}

impl NaiveSession {
    pub(crate) fn new(api: Faulty, cwd: String, fault: Fault) -> Self {
        let right = create_sandbox_session_env(api.clone(), &*cwd);
        Self {
            api,
            cwd,
            fault,
            right,
        }
    }
}

#[async_trait]
impl SessionEnv for NaiveSession {
    fn cwd(&self) -> &str {
        &self.cwd
    }

    fn resolve_path(&self, path: &str) -> String {
        let base = &self.cwd;
        match self.fault {
            Fault::ResolvesPathsNaively if path.starts_with('/') => path.to_owned(),
            Fault::ResolvesPathsNaively => format!("{base}/{path}"),
            Fault::ResolvesPathsAsAShell => {
                let home = format!("{base}-home");
                let path = path.trim().replace('\\', "/").replace("$HOME", &home);
                match path.strip_prefix('~') {
                    Some(path) => self.right.resolve_path(&format!("{home}{path}")),
                    None => self.right.resolve_path(&path),
                }
            }
            Fault::StartsPathsElsewhere if !path.starts_with('/') => {
                self.right.resolve_path(&format!("{base}-elsewhere/{path}"))
            }
            Fault::ContainsPaths if path.starts_with('/') => {
                self.right.resolve_path(&format!("{base}/{path}"))
            }
            _ => self.right.resolve_path(path),
        }
    }

    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        self.api.read_file(&self.resolve_path(path)).await
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        self.api.read_file_buffer(&self.resolve_path(path)).await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let path = self.resolve_path(path);
        match self.fault {
            Fault::CreatesNoParents => self.api.write_file(&path, content).await,
            _ => self.right.write_file(&path, content).await,
        }
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
        let cwd = match options.cwd.as_deref() {
            Some("") if self.fault == Fault::TakesEmptyDirectoriesForTheTop => "/".to_owned(),
            Some(cwd) => self.resolve_path(cwd),
            None => self.cwd.clone(),
        };
        self.api.exec(command, options.with_cwd(cwd)).await
    }
}
