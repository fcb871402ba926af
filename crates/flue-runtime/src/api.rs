//! The contract: what an adapter implements, and what an agent uses.
//!
//! Traits only; how paths are resolved is in `session`.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    ExecOptions, FileStat, Liveness, LivenessPolicy, MkdirOptions, Operation, RmOptions,
    SandboxError, SessionEnvOptions, ShellResult,
};

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
    /// As [`Self::read_file_buffer`], and [`io::ErrorKind::InvalidData`] if it is not UTF-8: a text with
    /// replacement characters, written back, would destroy the file.
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        String::from_utf8(self.read_file_buffer(path).await?).map_err(|error| {
            SandboxError::file(Operation::ReadFile, path, io::ErrorKind::InvalidData)
                .with_source(error)
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

    /// How the sandbox is: one look, which may take long. Asked while another method takes its time, which is given up
    /// if the sandbox died. Without it, calls to a sandbox that died wait as long as the provider's client does.
    async fn liveness(&self) -> Liveness {
        Liveness::Alive
    }

    /// How often [`Self::liveness`] is asked, and how long for an answer.
    fn liveness_policy(&self) -> LivenessPolicy {
        LivenessPolicy::default()
    }
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
