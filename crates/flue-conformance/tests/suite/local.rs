//! A correct adapter: a folder of this machine, and its shell.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use flue_conformance::{ForceRemoval, HugeDeadlines, LinkTelling, Profile, StandardError};
use flue_runtime::{
    ExecOptions, FileStat, MkdirOptions, Operation, RmOptions, SandboxApi, SandboxError,
    SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult, async_trait,
    create_sandbox_session_env,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(crate) const PROVIDER: &str = "this machine";

/// How much the adapter offers: both kinds of providers have to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All that the contract knows.
    Full,
    /// No more than it asks for.
    Bare,
}

impl Manner {
    pub(crate) fn profile(self) -> Profile {
        match self {
            Self::Full => Profile::default(),
            Self::Bare => Profile::default()
                .with_force(ForceRemoval::refused_by(PROVIDER))
                .with_standard_error(StandardError::Merged)
                .with_links(LinkTelling::Untold)
                .with_huge_deadlines(HugeDeadlines::Refused),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Local {
    manner: Manner,
    /// Holds the sandbox's files in `work`, and the scripts beside it.
    folder: Arc<TempDir>,
}

impl Local {
    pub(crate) fn new(manner: Manner) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Self {
            manner,
            folder: Arc::new(folder),
        }
    }

    pub(crate) fn base(&self) -> String {
        let base = self.folder.path().join("work");
        base.to_str().unwrap().to_owned()
    }

    pub(crate) fn manner(&self) -> Manner {
        self.manner
    }

    /// What the shell is given for the command.
    pub(crate) fn script(&self, command: &str) -> String {
        match self.manner {
            Manner::Full => command.to_owned(),
            Manner::Bare => format!("exec 2>&1\n{command}"),
        }
    }

    pub(crate) fn require_deadline(&self, options: &ExecOptions) -> Result<(), SandboxError> {
        match (self.manner, options.timeout) {
            (Manner::Bare, Some(Duration::MAX)) => Err(invalid("the deadline is too far away")),
            _ => Ok(()),
        }
    }

    /// A new name beside the sandbox's files.
    pub(crate) fn file_beside(&self) -> PathBuf {
        let file = tempfile::NamedTempFile::new_in(self.folder.path());
        file.unwrap().into_temp_path().to_path_buf()
    }

    /// Starts `script` in a process group of its own.
    pub(crate) fn start(&self, script: &str, options: &ExecOptions) -> io::Result<Child> {
        let path = self.file_beside();
        fs::write(&path, script)?;
        let mut shell = Command::new("sh");
        shell
            .arg(path)
            .current_dir(options.cwd.as_deref().unwrap_or("/"))
            .envs(&options.env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        shell.spawn()
    }
}

#[async_trait]
impl SandboxFactory for Local {
    async fn create_session_env(
        &self,
        _options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        Ok(create_sandbox_session_env(self.clone(), self.base()))
    }
}

#[async_trait]
impl SandboxApi for Local {
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        told(
            Operation::ReadFile,
            path,
            permitted(path).and_then(fs::read),
        )
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        told(Operation::WriteFile, path, fs::write(path, content))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let found = told(
            Operation::Stat,
            path,
            permitted(path).and_then(fs::metadata),
        )?;
        let is_link = told(Operation::Stat, path, fs::symlink_metadata(path))?.is_symlink();
        Ok(FileStat::new(found.file_type().into())
            .with_symbolic_link((self.manner == Manner::Full).then_some(is_link))
            .with_size(found.len())
            .with_mtime(found.modified().ok()))
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let entries = permitted(path).and_then(fs::read_dir);
        let names = told(Operation::Readdir, path, entries)?.map(|entry| {
            let name = entry?.file_name();
            name.into_string()
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
        });
        told(Operation::Readdir, path, names.collect())
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        match self.stat(path).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        let mut builder = fs::DirBuilder::new();
        let created = builder.recursive(options.recursive).create(path);
        told(Operation::Mkdir, path, created)
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        if options.force && self.manner == Manner::Bare {
            return Err(unsupported(PROVIDER));
        }
        match remove(path, options.recursive) {
            Err(error) if options.force && error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => told(Operation::Rm, path, result),
        }
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        require_valid(command, &options)?;
        self.require_deadline(&options)?;
        require_folder(&options)?;
        let shell = self.start(&self.script(command), &options);
        let output = finish(told(Operation::Exec, "sh", shell)?, &options).await?;
        Ok(result_of(&output))
    }
}

pub(crate) fn told<T>(
    operation: Operation,
    path: &str,
    result: io::Result<T>,
) -> Result<T, SandboxError> {
    result.map_err(|error| SandboxError::from_io(operation, path, error))
}

pub(crate) fn invalid(reason: &str) -> SandboxError {
    SandboxError::invalid_argument(Operation::Exec, reason)
}

pub(crate) fn unsupported(provider: &'static str) -> SandboxError {
    SandboxError::unsupported(Operation::Rm, provider, ["force"])
}

pub(crate) fn is_missing(error: &SandboxError) -> bool {
    matches!(
        error.file_kind(),
        Some(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
    )
}

pub(crate) fn remove(path: &str, recursive: bool) -> io::Result<()> {
    match (fs::symlink_metadata(path)?.is_dir(), recursive) {
        (false, _) => fs::remove_file(path),
        (true, true) => fs::remove_dir_all(path),
        (true, false) => Err(io::ErrorKind::IsADirectory.into()),
    }
}

/// Refuses what the mode of a folder on the way refuses, also to the root user, whom the system lets through.
fn permitted(path: &str) -> io::Result<&Path> {
    let path = Path::new(path);
    for folder in path.ancestors() {
        let Ok(metadata) = fs::metadata(folder) else {
            continue;
        };
        if metadata.is_dir() && metadata.permissions().mode() & 0o111 == 0 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
    }
    Ok(path)
}

pub(crate) fn require_valid(command: &str, options: &ExecOptions) -> Result<(), SandboxError> {
    if command.contains('\0') || options.env.values().any(|value| value.contains('\0')) {
        return Err(invalid("it holds a NUL character"));
    }
    let is_name = |name: &String| {
        let mut letters = name.chars();
        let first = letters.next();
        first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if options.env.keys().all(is_name) {
        return Ok(());
    }
    Err(invalid("it is no name of a variable"))
}

pub(crate) fn require_folder(options: &ExecOptions) -> Result<(), SandboxError> {
    let cwd = options.cwd.as_deref().unwrap_or("/");
    match told(Operation::Exec, cwd, fs::metadata(cwd))?.is_dir() {
        true => Ok(()),
        false => told(
            Operation::Exec,
            cwd,
            Err(io::ErrorKind::NotADirectory.into()),
        ),
    }
}

/// Waits for the shell, at most until its deadline, and stops all that it started then.
pub(crate) async fn finish(shell: Child, options: &ExecOptions) -> Result<Output, SandboxError> {
    let group = shell.id();
    let output = shell.wait_with_output();
    let Some(timeout) = options.timeout else {
        return told(Operation::Exec, "sh", output.await);
    };
    match tokio::time::timeout(timeout, output).await {
        Ok(output) => told(Operation::Exec, "sh", output),
        Err(_) => {
            kill(group).await;
            Err(SandboxError::timeout(Operation::Exec, timeout))
        }
    }
}

async fn kill(group: Option<u32>) {
    let Some(group) = group else { return };
    let command = format!("kill -9 -{group}");
    let killed = Command::new("sh").args(["-c", &command]).status().await;
    assert!(killed.unwrap().success(), "{command}");
}

pub(crate) fn result_of(output: &Output) -> ShellResult {
    ShellResult::new(output.status.code().unwrap_or(-1))
        .with_stdout(String::from_utf8_lossy(&output.stdout))
        .with_stderr(String::from_utf8_lossy(&output.stderr))
}
