//! The environment of a session: each method checks its path, then uses the Flue environment below.

use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flue_runtime::{ExecOptions, MkdirOptions, Operation, SandboxError, async_trait};
use fluers_runtime::env::ShellResult;
use fluers_runtime::{RuntimeError, RuntimeResult, SessionEnv};
use tokio_util::sync::CancellationToken;

use crate::failure::failure;
use crate::inspection::{Entry, io_error, look, look_at};
use crate::read_limits::{limited, text_of};
use crate::rel_path::RelPath;
use crate::script::{FIRST_BYTES, GLOB, GREP};
use crate::search::{name_pattern, parse_bytes, parse_matches, parse_paths, search_root};

/// What the harness gives a search; it finds nothing when that is over.
const GREP_DEADLINE: Duration = Duration::from_secs(30);

/// The exit code of a command that did not end in time.
const TIMED_OUT: i32 = 124;

/// A Flue environment as an environment of the fluers harness.
///
/// Everything happens below its base directory. The [crate] tells the rules.
pub struct FlueSessionEnv {
    env: Arc<dyn flue_runtime::SessionEnv>,
}

impl FlueSessionEnv {
    /// Makes an environment of `env`, whose base directory is created if it is missing.
    ///
    /// # Errors
    ///
    /// The sandbox cannot be reached, or its base directory cannot be created.
    pub async fn open(env: Arc<dyn flue_runtime::SessionEnv>) -> RuntimeResult<Self> {
        let base = env.cwd();
        if !env.exists(base).await.map_err(failure)? {
            let create = env.mkdir(base, MkdirOptions::recursive());
            create.await.map_err(failure)?;
        }
        Ok(Self { env })
    }

    async fn download(&self, path: &RelPath) -> RuntimeResult<Vec<u8>> {
        let download = self.env.read_file_buffer(path.as_str());
        download.await.map_err(failure)
    }

    /// The size of the regular file at `path`, in bytes.
    async fn size_of_file(&self, path: &RelPath) -> RuntimeResult<usize> {
        match look(&*self.env, path).await? {
            Entry::File {
                hard_links: 1,
                size,
            } => Ok(usize::try_from(size).unwrap_or(usize::MAX)),
            entry => Err(entry.refusal(path)),
        }
    }

    /// The directory of a command; none for the base directory.
    async fn directory(&self, path: &RelPath) -> RuntimeResult<Option<String>> {
        if path.is_base() {
            return Ok(None);
        }
        match look(&*self.env, path).await? {
            Entry::Folder => Ok(Some(path.as_str().to_owned())),
            Entry::File { .. } | Entry::Special => {
                Err(io_error(io::ErrorKind::NotADirectory, path))
            }
            entry => Err(entry.refusal(path)),
        }
    }

    async fn run(
        &self,
        command: &str,
        cwd: &Path,
        timeout: Option<Duration>,
    ) -> RuntimeResult<ShellResult> {
        let mut options = ExecOptions::new();
        options.cwd = self.directory(&RelPath::from_path(cwd)?).await?;
        options.timeout = timeout;
        match within(timeout, self.env.exec(command, options)).await {
            Ok(result) => Ok(ShellResult {
                exit_code: result.exit_code,
                stdout: result.stdout,
                stderr: result.stderr,
            }),
            Err(SandboxError::Timeout { after, .. }) => Ok(ShellResult {
                exit_code: TIMED_OUT,
                stdout: String::new(),
                stderr: format!("command timed out after {}ms", after.as_millis()),
            }),
            Err(error) => Err(failure(error)),
        }
    }

    async fn search(
        &self,
        pattern: &str,
        paths: &[&str],
        max_matches: usize,
    ) -> RuntimeResult<Vec<String>> {
        let paths = if paths.is_empty() { &["."] } else { paths };
        let paths = paths
            .iter()
            .map(|path| RelPath::parse(path))
            .collect::<RuntimeResult<Vec<_>>>()?;
        for (path, entry) in paths.iter().zip(look_at(&*self.env, &paths).await?) {
            if !matches!(entry, Entry::File { .. } | Entry::Folder) {
                return Err(entry.refusal(path));
            }
        }
        let limit = max_matches.to_string();
        let roots = paths.iter().map(search_root).collect::<Vec<_>>();
        let arguments = [limit.as_str(), pattern]
            .into_iter()
            .chain(roots.iter().map(String::as_str));
        let output = GREP.run(&*self.env, arguments).await?;
        Ok(parse_matches(&output))
    }
}

#[async_trait]
impl SessionEnv for FlueSessionEnv {
    async fn read_file(
        &self,
        path: &Path,
        max_lines: usize,
        max_bytes: usize,
    ) -> RuntimeResult<String> {
        let path = RelPath::from_path(path)?;
        let bytes = if self.size_of_file(&path).await? > max_bytes {
            // Only what will be shown leaves the sandbox, however large the file is.
            let arguments = [path.as_str(), &max_bytes.to_string()];
            parse_bytes(&FIRST_BYTES.run(&*self.env, arguments).await?)?
        } else {
            self.download(&path).await?
        };
        limited(&bytes, max_lines, max_bytes)
    }

    async fn read_file_full(&self, path: &Path, max_bytes: usize) -> RuntimeResult<String> {
        let too_large = |size| RuntimeError::FileTooLarge {
            path: path.display().to_string(),
            size,
            max: max_bytes,
        };
        let rel_path = RelPath::from_path(path)?;
        let size = self.size_of_file(&rel_path).await?;
        if size > max_bytes {
            return Err(too_large(size));
        }
        let bytes = self.download(&rel_path).await?;
        // The file may have grown since.
        if bytes.len() > max_bytes {
            return Err(too_large(bytes.len()));
        }
        text_of(&bytes).map(str::to_owned)
    }

    async fn write_file(&self, path: &Path, content: &str) -> RuntimeResult<()> {
        let path = RelPath::from_path(path)?;
        match look(&*self.env, &path).await? {
            Entry::Missing | Entry::File { hard_links: 1, .. } => {}
            Entry::Folder if !path.is_base() => {
                return Err(io_error(io::ErrorKind::IsADirectory, &path));
            }
            entry => return Err(entry.refusal(&path)),
        }
        let write = self.env.write_file(path.as_str(), content.as_bytes());
        write.await.map_err(failure)
    }

    async fn exec(
        &self,
        command: &str,
        cwd: &Path,
        timeout_ms: Option<u64>,
        cancel: &CancellationToken,
    ) -> RuntimeResult<ShellResult> {
        let timeout = timeout_ms.map(Duration::from_millis);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(RuntimeError::Sandbox("command cancelled".to_owned())),
            result = self.run(command, cwd, timeout) => result,
        }
    }

    async fn glob(&self, pattern: &str, limit: usize) -> RuntimeResult<Vec<String>> {
        let path = RelPath::parse(pattern)?;
        let (base, name) = match path.split_last() {
            Some((folder, name)) => (folder, name),
            None => (path.clone(), "*"),
        };
        if limit == 0 || look(&*self.env, &base).await? != Entry::Folder {
            return Ok(Vec::new());
        }
        // `find` may print the folder itself, which does not count.
        let printed = limit.saturating_add(1).to_string();
        let arguments = [&printed, &name_pattern(name), &search_root(&base)];
        let output = GLOB.run(&*self.env, arguments.map(String::as_str)).await?;
        Ok(parse_paths(&output, &base, limit))
    }

    async fn grep(
        &self,
        pattern: &str,
        paths: &[&str],
        max_matches: usize,
    ) -> RuntimeResult<Vec<String>> {
        let search = self.search(pattern, paths, max_matches);
        match tokio::time::timeout(GREP_DEADLINE, search).await {
            Ok(matches) => matches,
            Err(_) => Ok(Vec::new()),
        }
    }
}

/// Waits for a command, and no longer than `timeout`: the sandbox counts with its own clock, some in whole seconds.
async fn within<T>(
    timeout: Option<Duration>,
    execution: impl Future<Output = Result<T, SandboxError>>,
) -> Result<T, SandboxError> {
    let Some(after) = timeout else {
        return execution.await;
    };
    match tokio::time::timeout(after, execution).await {
        Ok(result) => result,
        Err(_) => Err(SandboxError::timeout(Operation::Exec, after)),
    }
}
