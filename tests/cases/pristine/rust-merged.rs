// flue-blueprint: sandbox/daytona@1
//! Lets an agent work in a [Daytona](https://www.daytona.io) sandbox.
//!
//! The application owns the sandbox: it creates one, hands it to [`daytona`], and deletes it in the end. Nothing here
//! starts, stops or deletes a sandbox.
//!
//! This file is part of your project and yours to change; `flue add` keeps your edits.

use core::future::Future;
use std::env;
use std::io;
use std::sync::Arc;

use daytona_sdk::{
    DeleteFileOptions, Error as DaytonaError, ErrorKind, ExecuteOptions, Sandbox as DaytonaSandbox,
    SandboxState,
};

use flue_runtime::{
    DeathReason, ExecOptions, FileKind, FileStat, Liveness, MkdirOptions, Operation, RmOptions,
    SandboxApi, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult,
};

const PROVIDER: &str = "Daytona";

/// The permissions of new folders.
const FOLDER_MODE: u32 = 0o775;

/// Makes a sandbox that the application owns usable as the sandbox of an agent.
///
/// Relative paths start at the sandbox's own working directory. Keep a clone of `sandbox` to delete it later.
#[allow(dead_code, unreachable_pub, reason = "who uses it is yours to decide")]
#[must_use]
pub fn daytona(sandbox: DaytonaSandbox) -> impl SandboxFactory {
    DaytonaAdapter { sandbox }
}

#[derive(Clone)]
struct DaytonaAdapter {
    sandbox: DaytonaSandbox,
}

#[flue_runtime::async_trait]
impl SandboxFactory for DaytonaAdapter {
    async fn create_session_env(
        &self,
        _options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let operation = Operation::CreateSessionEnv;
        let work_dir = self.call(operation, self.sandbox.get_work_dir());
        let work_dir = flue_runtime::guard(operation, self, work_dir).await?;
        let adapter = self.clone();
        Ok(flue_runtime::create_sandbox_session_env(adapter, work_dir))
    }
}

#[flue_runtime::async_trait]
impl SandboxApi for DaytonaAdapter {
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let fs = self.sandbox.fs();
        log(&format!("reads {path}"));
        let download = fs.download_file(path);
        self.call_on(Operation::ReadFileBuffer, path, download)
            .await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let fs = self.sandbox.fs();
        log(&format!("writes {} bytes to {path}", content.len()));
        let upload = fs.upload_file(content.to_vec(), path);
        self.call_on(Operation::WriteFile, path, upload).await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let fs = self.sandbox.fs();
        let look = fs.get_file_details(path);
        let info = self.call_on(Operation::Stat, path, look).await?;
        let kind = if info.is_dir {
            FileKind::Directory
        } else {
            FileKind::File
        };
        // Daytona follows links without telling that it did.
        Ok(FileStat::new(kind)
            .with_size(info.size)
            .with_mtime(info.modified))
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let fs = self.sandbox.fs();
        let list = fs.list_files(path);
        let entries = self.call_on(Operation::Readdir, path, list).await?;
        let names = entries.into_iter().map(|entry| entry.name);
        Ok(names.filter(|name| !name.is_empty()).collect())
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        match self.stat(path).await {
            Ok(_) => Ok(true),
            Err(error) => match error.file_kind() {
                Some(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
                _ => Err(error),
            },
        }
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        // Daytona creates parents and accepts an existing folder, whether asked to or not.
        if !options.recursive {
            self.require_nothing(path).await?;
            self.require_folder(Operation::Mkdir, parent(path)).await?;
        }
        let fs = self.sandbox.fs();
        let create = fs.create_folder(path, FOLDER_MODE);
        self.call_on(Operation::Mkdir, path, create).await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        if options.force {
            let (operation, lacking) = (Operation::Rm, ["force"]);
            return Err(SandboxError::unsupported(operation, PROVIDER, lacking));
        }
        let how = DeleteFileOptions::new().recursive(options.recursive);
        let fs = self.sandbox.fs();
        let delete = fs.delete_file(path, how);
        match self.call_on(Operation::Rm, path, delete).await {
            // That it is a folder is no reason here: something in it may not go.
            Err(SandboxError::File {
                kind: io::ErrorKind::IsADirectory,
                source: Some(source),
                ..
            }) if options.recursive => {
                let kind = io::ErrorKind::PermissionDenied;
                Err(SandboxError::file(Operation::Rm, path, kind).with_source(source))
            }
            outcome => outcome,
        }
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        let script = detached_from_stdin(command);
        let process = self.sandbox.process();
        let execution = process.execute_command(&script, execute_options(&options));
        let response = match (execution.await, options.timeout) {
            (Ok(response), _) => response,
            (Err(error), Some(deadline)) if error.kind() == ErrorKind::Timeout => {
                return Err(SandboxError::timeout(Operation::Exec, deadline).with_source(error));
            }
            (Err(error), _) => return Err(self.failure(Operation::Exec, error).await),
        };
        // -1 is a killed shell, or one that could not start in the working directory.
        if let (-1, Some(cwd)) = (response.exit_code, &options.cwd) {
            self.require_folder(Operation::Exec, cwd).await?;
        }
        // Daytona merges the two streams.
        Ok(ShellResult::new(response.exit_code).with_stdout(response.result))
    }

    async fn liveness(&self) -> Liveness {
        match self.sandbox.refresh_data().await {
            Ok(()) => match self.sandbox.state() {
                SandboxState::Destroyed
                | SandboxState::Stopped
                | SandboxState::Error
                | SandboxState::BuildFailed => Liveness::Stopped,
                _ => Liveness::Alive,
            },
            Err(error) if error.kind() == ErrorKind::SandboxNotFound => Liveness::Stopped,
            // A failed look tells nothing about the sandbox.
            Err(_) => Liveness::Alive,
        }
    }
}

impl DaytonaAdapter {
    async fn call<T>(
        &self,
        operation: Operation,
        request: impl Future<Output = Result<T, DaytonaError>> + Send,
    ) -> Result<T, SandboxError> {
        match request.await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.failure(operation, error).await),
        }
    }

    /// A `request` about the file at `path`.
    async fn call_on<T>(
        &self,
        operation: Operation,
        path: &str,
        request: impl Future<Output = Result<T, DaytonaError>> + Send,
    ) -> Result<T, SandboxError> {
        match request.await {
            Ok(value) => Ok(value),
            Err(error) => Err(self.file_failure(operation, path, error).await),
        }
    }

    async fn failure(&self, operation: Operation, error: DaytonaError) -> SandboxError {
        let liveness = match error.kind() {
            // The SDK refused it, before it was sent.
            ErrorKind::Validation if error.status().is_none() => {
                let reason = error.message().to_owned();
                return SandboxError::invalid_argument(operation, reason).with_source(error);
            }
            ErrorKind::SandboxNotFound | ErrorKind::SandboxNotStarted => Liveness::Stopped,
            // A sandbox that is gone, or has just stopped, looks like this, too.
            ErrorKind::Authentication | ErrorKind::Connection | ErrorKind::Server => {
                self.liveness().await
            }
            _ => Liveness::Alive,
        };
        if liveness == Liveness::Stopped {
            return SandboxError::died(operation, DeathReason::Stopped).with_source(error);
        }
        SandboxError::provider(operation, PROVIDER, error)
    }

    async fn file_failure(
        &self,
        operation: Operation,
        path: &str,
        error: DaytonaError,
    ) -> SandboxError {
        let kind = match error.kind() {
            ErrorKind::NotFound => Some(io::ErrorKind::NotFound),
            ErrorKind::Authorization => Some(io::ErrorKind::PermissionDenied),
            ErrorKind::Validation if error.status().is_some() => {
                self.reason_of_refusal(operation, path).await
            }
            _ => None,
        };
        match kind {
            Some(kind) => SandboxError::file(operation, path, kind).with_source(error),
            None => self.failure(operation, error).await,
        }
    }

    /// Daytona answers "bad request" to whatever the file at `path` does not allow: look what it is.
    async fn reason_of_refusal(&self, operation: Operation, path: &str) -> Option<io::ErrorKind> {
        if operation == Operation::Stat {
            return self.reason_on_the_way(path).await;
        }
        match self.sandbox.fs().get_file_details(path).await {
            Ok(info) if info.is_dir => Some(io::ErrorKind::IsADirectory),
            Ok(_) => match operation {
                Operation::Mkdir => Some(io::ErrorKind::AlreadyExists),
                Operation::Readdir => Some(io::ErrorKind::NotADirectory),
                Operation::Rm => Some(io::ErrorKind::PermissionDenied),
                _ => None,
            },
            Err(error) => match error.kind() {
                // Nothing is in the way of a new folder.
                ErrorKind::NotFound if operation == Operation::Mkdir => {
                    Some(io::ErrorKind::PermissionDenied)
                }
                ErrorKind::Validation => self.reason_on_the_way(path).await,
                _ => None,
            },
        }
    }

    /// Why a look at `path` is refused: a file is on the way to it, or it is no path.
    async fn reason_on_the_way(&self, path: &str) -> Option<io::ErrorKind> {
        match self.sandbox.fs().get_file_details(parent(path)).await {
            Ok(info) if info.is_dir => Some(io::ErrorKind::InvalidInput),
            Ok(_) => Some(io::ErrorKind::NotADirectory),
            Err(error) if error.kind() == ErrorKind::Validation => {
                Some(io::ErrorKind::NotADirectory)
            }
            Err(_) => None,
        }
    }

    async fn require_nothing(&self, path: &str) -> Result<(), SandboxError> {
        match self.stat(path).await {
            Ok(_) => {
                let kind = io::ErrorKind::AlreadyExists;
                Err(SandboxError::file(Operation::Mkdir, path, kind))
            }
            Err(error) if error.file_kind() == Some(io::ErrorKind::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn require_folder(&self, operation: Operation, path: &str) -> Result<(), SandboxError> {
        if self.stat(path).await?.is_directory() {
            return Ok(());
        }
        let kind = io::ErrorKind::NotADirectory;
        Err(SandboxError::file(operation, path, kind))
    }
}

/// The folder that holds the absolute `path`.
fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

fn execute_options(options: &ExecOptions) -> ExecuteOptions {
    let mut told = ExecuteOptions::new().envs(options.env.clone());
    if let Some(cwd) = &options.cwd {
        told = told.cwd(cwd);
    }
    if let Some(timeout) = options.timeout {
        told = told.timeout(timeout);
    }
    told
}

/// Daytona feeds a command to a shell's standard input, where a command that reads would eat the rest of it.
fn detached_from_stdin(command: &str) -> String {
    format!("eval ' {}' </dev/null\n", command.replace('\'', r"'\''"))
}

/// Says what happens, where someone wants to know.
fn log(what: &str) {
    if env::var_os("SANDBOX_LOG").is_some() {
        eprintln!("{what}");
    }
}
