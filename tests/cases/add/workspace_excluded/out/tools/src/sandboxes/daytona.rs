// flue-blueprint: sandbox/daytona@1
//! Lets an agent work in a [Daytona](https://www.daytona.io) sandbox.
//!
//! The application owns the sandbox: it creates one, hands it to [`daytona`], and deletes it in the end. Nothing here
//! starts, stops or deletes a sandbox.
//!
//! This file is part of your project and yours to change; `flue add` keeps your edits.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use daytona_sdk::{
    DeleteFileOptions, Error as DaytonaError, ErrorKind, ExecuteOptions, Sandbox as DaytonaSandbox,
    SandboxState,
};

use flue_runtime::{
    DeathReason, ExecOptions, FileStat, Liveness, LivenessProbe, MkdirOptions, RmOptions,
    SandboxApi, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult,
    async_trait, create_sandbox_session_env, guard,
};

const PROVIDER: &str = "Daytona";

/// The permissions of new folders.
const FOLDER_MODE: u32 = 0o755;

/// Makes a sandbox that the application owns usable as the sandbox of an agent.
///
/// Relative paths start at the sandbox's own working directory. Keep a clone of `sandbox` to delete it later.
#[allow(dead_code)] // Remove this line once an agent uses it.
pub fn daytona(sandbox: DaytonaSandbox) -> impl SandboxFactory {
    DaytonaFactory { sandbox }
}

struct DaytonaFactory {
    sandbox: DaytonaSandbox,
}

#[async_trait]
impl SandboxFactory for DaytonaFactory {
    async fn create_session_env(
        &self,
        _options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let api = DaytonaSandboxApi {
            sandbox: self.sandbox.clone(),
        };
        let request = self.sandbox.get_work_dir();
        let work_dir = api.call("get_work_dir", request).await?;
        Ok(create_sandbox_session_env(api, work_dir))
    }
}

struct DaytonaSandboxApi {
    sandbox: DaytonaSandbox,
}

#[async_trait]
impl SandboxApi for DaytonaSandboxApi {
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let fs = self.sandbox.fs();
        self.call_on(path, "read_file", fs.download_file(path))
            .await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let fs = self.sandbox.fs();
        let upload = fs.upload_file(content.to_vec(), path);
        self.call_on(path, "write_file", upload).await
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let fs = self.sandbox.fs();
        let info = self
            .call_on(path, "stat", fs.get_file_details(path))
            .await?;
        Ok(FileStat {
            is_file: !info.is_dir,
            is_directory: info.is_dir,
            // Daytona follows links without telling that it did.
            is_symbolic_link: None,
            size: Some(info.size),
            mtime: info.modified,
        })
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let fs = self.sandbox.fs();
        let entries = self.call_on(path, "readdir", fs.list_files(path)).await?;
        let names = entries.into_iter().map(|entry| entry.name);
        Ok(names.filter(|name| !name.is_empty()).collect())
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        match self.stat(path).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        // Daytona creates parents and accepts an existing folder, whether asked to or not.
        if !options.recursive {
            self.require_room_for_folder(path).await?;
        }
        let fs = self.sandbox.fs();
        let create = fs.create_folder(path, FOLDER_MODE);
        self.call_on(path, "mkdir", create).await
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        if options.force {
            return Err(SandboxError::OperationUnsupported {
                operation: "rm",
                provider: PROVIDER,
                options: vec!["force"],
            });
        }
        let how = DeleteFileOptions::new().recursive(options.recursive);
        let fs = self.sandbox.fs();
        let delete = fs.delete_file(path, how);
        match self.call_on(path, "rm", delete).await {
            // That it is a folder is no reason here: something in it may not go.
            Err(SandboxError::File {
                kind: io::ErrorKind::IsADirectory,
                source,
                ..
            }) if options.recursive => Err(SandboxError::File {
                operation: "rm",
                path: path.to_owned(),
                kind: io::ErrorKind::PermissionDenied,
                source,
            }),
            outcome => outcome,
        }
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        require_valid_command(command, &options)?;
        let (script, deadline) = (detached_from_stdin(command), options.timeout);
        let mut request = ExecuteOptions::new().envs(options.env);
        if let Some(cwd) = &options.cwd {
            request = request.cwd(cwd);
        }
        if let Some(deadline) = deadline {
            request = request.timeout(deadline);
        }
        let execution = async {
            let process = self.sandbox.process();
            match process.execute_command(&script, request).await {
                Ok(response) => Ok(response),
                Err(error) => Err(self.command_failure(deadline, error).await),
            }
        };
        let response = guard("exec", self, execution).await?;
        // -1 is a killed shell, or one that could not start in the working directory.
        if let (-1, Some(cwd)) = (response.exit_code, &options.cwd) {
            self.require_folder("exec", cwd).await?;
        }
        Ok(ShellResult {
            // Daytona merges the two streams.
            stdout: response.result,
            stderr: String::new(),
            exit_code: response.exit_code,
        })
    }
}

#[async_trait]
impl LivenessProbe for DaytonaSandboxApi {
    async fn probe(&self) -> Liveness {
        match self.sandbox.refresh_data().await {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::SandboxNotFound => return Liveness::Stopped,
            // A failed look tells nothing about the sandbox.
            Err(_) => return Liveness::Alive,
        }
        match self.sandbox.state() {
            SandboxState::Destroyed
            | SandboxState::Stopped
            | SandboxState::Error
            | SandboxState::BuildFailed => Liveness::Stopped,
            _ => Liveness::Alive,
        }
    }
}

impl DaytonaSandboxApi {
    /// Waits for `request`, though no longer than the sandbox lives.
    async fn call<T>(
        &self,
        operation: &'static str,
        request: impl Future<Output = Result<T, DaytonaError>> + Send,
    ) -> Result<T, SandboxError> {
        let answer = async {
            match request.await {
                Ok(value) => Ok(value),
                Err(error) => Err(self.failure(operation, error).await),
            }
        };
        guard(operation, self, answer).await
    }

    /// Waits for a `request` about the file at `path`, though no longer than the sandbox lives.
    async fn call_on<T>(
        &self,
        path: &str,
        operation: &'static str,
        request: impl Future<Output = Result<T, DaytonaError>> + Send,
    ) -> Result<T, SandboxError> {
        let answer = async {
            match request.await {
                Ok(value) => Ok(value),
                Err(error) => Err(self.file_failure(operation, path, error).await),
            }
        };
        guard(operation, self, answer).await
    }

    async fn failure(&self, operation: &'static str, error: DaytonaError) -> SandboxError {
        let is_dead = match error.kind() {
            ErrorKind::SandboxNotFound | ErrorKind::SandboxNotStarted => true,
            // A sandbox that is gone, or has just stopped, looks like this, too.
            ErrorKind::Authentication | ErrorKind::Connection | ErrorKind::Server => {
                self.probe().await == Liveness::Stopped
            }
            _ => false,
        };
        if is_dead {
            return SandboxError::SandboxDied {
                operation,
                reason: DeathReason::Stopped,
            };
        }
        SandboxError::Provider {
            operation,
            provider: PROVIDER,
            source: Box::new(error),
        }
    }

    async fn command_failure(
        &self,
        deadline: Option<Duration>,
        error: DaytonaError,
    ) -> SandboxError {
        match (error.kind(), deadline) {
            (ErrorKind::Timeout, Some(after)) => SandboxError::Timeout {
                operation: "exec",
                after,
                source: Some(Box::new(error)),
            },
            // The SDK refused it, before it was sent.
            (ErrorKind::Validation, _) if error.status().is_none() => {
                SandboxError::InvalidArgument {
                    operation: "exec",
                    reason: error.message().to_owned(),
                }
            }
            _ => self.failure("exec", error).await,
        }
    }

    async fn file_failure(
        &self,
        operation: &'static str,
        path: &str,
        error: DaytonaError,
    ) -> SandboxError {
        let kind = match error.kind() {
            ErrorKind::NotFound => io::ErrorKind::NotFound,
            ErrorKind::Authorization => io::ErrorKind::PermissionDenied,
            ErrorKind::Validation if error.status().is_none() => {
                // The SDK refused it, before it was sent.
                return SandboxError::InvalidArgument {
                    operation,
                    reason: format!("`{path}`: {}", error.message()),
                };
            }
            ErrorKind::Validation => match self.reason_of_refusal(operation, path).await {
                Some(kind) => kind,
                None => return self.failure(operation, error).await,
            },
            _ => return self.failure(operation, error).await,
        };
        SandboxError::File {
            operation,
            path: path.to_owned(),
            kind,
            source: Some(Box::new(error)),
        }
    }

    /// Daytona answers "bad request" to whatever the file at `path` does not allow: look what it is.
    async fn reason_of_refusal(&self, operation: &str, path: &str) -> Option<io::ErrorKind> {
        match self.sandbox.fs().get_file_details(path).await {
            Ok(info) if info.is_dir => Some(io::ErrorKind::IsADirectory),
            Ok(_) => match operation {
                "mkdir" => Some(io::ErrorKind::AlreadyExists),
                "readdir" => Some(io::ErrorKind::NotADirectory),
                "rm" => Some(io::ErrorKind::PermissionDenied),
                _ => None,
            },
            Err(error) => match error.kind() {
                // Nothing is in the way of a new folder.
                ErrorKind::NotFound if operation == "mkdir" => {
                    Some(io::ErrorKind::PermissionDenied)
                }
                ErrorKind::Validation if self.is_below_a_file(path).await => {
                    Some(io::ErrorKind::NotADirectory)
                }
                ErrorKind::Validation => Some(io::ErrorKind::InvalidInput),
                _ => None,
            },
        }
    }

    async fn is_below_a_file(&self, path: &str) -> bool {
        let mut folder = path;
        while folder != "/" {
            folder = parent(folder);
            if let Ok(info) = self.sandbox.fs().get_file_details(folder).await {
                return !info.is_dir;
            }
        }
        false
    }

    /// What plain `mkdir` asks for: nothing at `path` yet, and a folder to put it in.
    async fn require_room_for_folder(&self, path: &str) -> Result<(), SandboxError> {
        if self.exists(path).await? {
            return Err(file_error("mkdir", path, io::ErrorKind::AlreadyExists));
        }
        self.require_folder("mkdir", parent(path)).await
    }

    async fn require_folder(
        &self,
        operation: &'static str,
        path: &str,
    ) -> Result<(), SandboxError> {
        match self.stat(path).await {
            Ok(stat) if stat.is_directory => Ok(()),
            Ok(_) => Err(file_error(operation, path, io::ErrorKind::NotADirectory)),
            Err(SandboxError::File { kind, .. }) => Err(file_error(operation, path, kind)),
            Err(error) => Err(error),
        }
    }
}

fn file_error(operation: &'static str, path: &str, kind: io::ErrorKind) -> SandboxError {
    SandboxError::File {
        operation,
        path: path.to_owned(),
        kind,
        source: None,
    }
}

fn is_missing(error: &SandboxError) -> bool {
    matches!(
        error,
        SandboxError::File {
            kind: io::ErrorKind::NotFound | io::ErrorKind::NotADirectory,
            ..
        }
    )
}

/// The folder that holds the absolute `path`.
fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// What Daytona would refuse, or misunderstand, is refused before it is sent.
fn require_valid_command(command: &str, options: &ExecOptions) -> Result<(), SandboxError> {
    let refused = |reason: String| SandboxError::InvalidArgument {
        operation: "exec",
        reason,
    };
    if command.contains('\0') {
        return Err(refused("the command holds a NUL character".to_owned()));
    }
    for (name, value) in &options.env {
        if !is_variable_name(name) {
            return Err(refused(format!("`{name}` is no name of a variable")));
        }
        if value.contains('\0') {
            return Err(refused(format!(
                "the value of `{name}` holds a NUL character"
            )));
        }
    }
    Ok(())
}

fn is_variable_name(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Daytona feeds a command to a shell's standard input, where a command that reads would eat the rest of it.
fn detached_from_stdin(command: &str) -> String {
    format!("eval ' {}' </dev/null\n", command.replace('\'', r"'\''"))
}
