//! The contract: what an adapter implements, and what an agent uses.
//!
//! Types and traits only; how paths are resolved is in `session`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::SandboxError;

/// What an adapter implements for a provider.
///
/// Paths arrive absolute, normalised and with `/`. Every method honours its options exactly or fails before it changes
/// anything. Dropping a future cancels the wait for it; what the provider has begun may still happen.
#[async_trait]
pub trait SandboxApi: Send + Sync {
    /// The whole file as text.
    ///
    /// # Errors
    ///
    /// As [`Self::read_file_buffer`], and [`std::io::ErrorKind::InvalidData`] if it is not UTF-8: a text with
    /// replacement characters, written back, would destroy the file.
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        String::from_utf8(self.read_file_buffer(path).await?).map_err(|error| SandboxError::File {
            operation: "read_file",
            path: path.to_owned(),
            kind: std::io::ErrorKind::InvalidData,
            source: Some(Box::new(error)),
        })
    }

    /// The bytes of the file.
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError>;

    /// Replaces or creates the file. It need not create the folder: see [`crate::create_sandbox_session_env`].
    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError>;

    /// What is at `path`, links followed.
    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError>;

    /// The names in the folder, without their paths, in any order.
    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError>;

    /// Whether something is at `path`. Only what is not there is `false`; not to know is an error.
    async fn exists(&self, path: &str) -> Result<bool, SandboxError>;

    /// Creates a folder.
    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError>;

    /// Removes a file or folder.
    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError>;

    /// Runs a shell command to its end. An exit code other than 0 is a result, not an error.
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError>;
}

/// What an agent works with: the methods of [`SandboxApi`] from a base directory, so that paths may be relative.
#[async_trait]
#[diagnostic::on_unimplemented(
    note = "adapters implement `SandboxApi`, and `create_sandbox_session_env` makes a `SessionEnv` of it"
)]
pub trait SessionEnv: Send + Sync {
    /// The base directory, as the adapter gave it.
    fn cwd(&self) -> &str;

    /// The absolute path that `path` stands for: see [`crate::create_sandbox_session_env`].
    fn resolve_path(&self, path: &str) -> String;

    /// See [`SandboxApi::read_file`].
    async fn read_file(&self, path: &str) -> Result<String, SandboxError>;

    /// See [`SandboxApi::read_file_buffer`].
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError>;

    /// See [`SandboxApi::write_file`]. Creates the folder if it is missing.
    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError>;

    /// See [`SandboxApi::stat`].
    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError>;

    /// See [`SandboxApi::readdir`].
    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError>;

    /// See [`SandboxApi::exists`].
    async fn exists(&self, path: &str) -> Result<bool, SandboxError>;

    /// See [`SandboxApi::mkdir`].
    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError>;

    /// See [`SandboxApi::rm`].
    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError>;

    /// See [`SandboxApi::exec`]. Without `cwd` the command runs in the base directory.
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError>;
}

/// Where the sandboxes of an agent come from.
///
/// There is no call for cleaning up: whoever created the sandbox deletes it.
#[async_trait]
pub trait SandboxFactory: Send + Sync {
    /// The environment for an agent. Called again for later runs of the same agent, and must be harmless then.
    async fn create_session_env(
        &self,
        options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError>;
}

/// What a factory is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnvOptions {
    /// Who it is for: an instance of an agent.
    pub id: String,
}

/// Options of `mkdir`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MkdirOptions {
    /// Create missing parents, and accept a folder that is there, as `mkdir -p` does.
    pub recursive: bool,
}

/// Options of `rm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RmOptions {
    /// Remove folders with everything in them.
    pub recursive: bool,
    /// Accept that nothing is there.
    pub force: bool,
}

/// Options of `exec`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExecOptions {
    /// Where the command runs, if not in the base directory.
    pub cwd: Option<String>,
    /// Variables added to the environment of this command.
    pub env: BTreeMap<String, String>,
    /// The time after which the command is stopped. Providers that count in coarser units round up.
    pub timeout: Option<Duration>,
}

/// What is at a path. What a provider does not tell is `None`, never invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileStat {
    /// Whether it is a regular file, links followed.
    pub is_file: bool,
    /// Whether it is a folder, links followed.
    pub is_directory: bool,
    /// Whether the path itself is a link.
    pub is_symbolic_link: Option<bool>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// When the content last changed.
    pub mtime: Option<SystemTime>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellResult {
    /// What it wrote to its standard output, and to its standard error where the provider merges the two.
    pub stdout: String,
    /// What it wrote to its standard error, where the provider keeps it apart.
    pub stderr: String,
    /// The code with which the shell ended.
    pub exit_code: i32,
}

#[async_trait]
impl<T: SandboxApi + ?Sized> SandboxApi for Arc<T> {
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        (**self).read_file(path).await
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        (**self).read_file_buffer(path).await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        (**self).write_file(path, content).await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        (**self).stat(path).await
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        (**self).readdir(path).await
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        (**self).exists(path).await
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        (**self).mkdir(path, options).await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        (**self).rm(path, options).await
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        (**self).exec(command, options).await
    }
}
