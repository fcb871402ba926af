// flue-blueprint: sandbox/docker@1
//! Lets an agent work in a container of [Docker](https://www.docker.com) or [Podman](https://podman.io).
//!
//! The application owns the container: it creates and starts one, hands it to [`docker`], and removes it in the end.
//! Nothing here starts, stops or removes a container.
//!
//! The container's own shell does the work, as the container's own user. So its image needs `sh`, `cat`, `head`, `mkdir`,
//! `rm`, `sleep` and `stat`, as most have.
//!
//! This file is part of your project and yours to change; `flue add` keeps your edits.

use core::future::poll_fn;
use core::hash::{BuildHasher, Hasher};
use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::io;
use std::sync::Arc;
use std::time::{Instant, UNIX_EPOCH};

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error as DockerError;
use bollard::exec::{CreateExecOptions, StartExecResults};

use flue_runtime::{
    DeathReason, ExecOptions, FileKind, FileStat, Liveness, MkdirOptions, Operation, RmOptions,
    SandboxApi, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult,
};

const PROVIDER: &str = "Docker";

/// Makes a running container that the application owns usable as the sandbox of an agent.
///
/// `container` is its name or id. Relative paths start at the container's own working directory.
#[allow(dead_code, unreachable_pub, reason = "who uses it is yours to decide")]
#[must_use]
pub fn docker(client: Docker, container: impl Into<String>) -> impl SandboxFactory {
    let container = container.into();
    DockerAdapter { client, container }
}

#[derive(Clone)]
struct DockerAdapter {
    client: Docker,
    container: String,
}

#[flue_runtime::async_trait]
impl SandboxFactory for DockerAdapter {
    async fn create_session_env(
        &self,
        _options: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let operation = Operation::CreateSessionEnv;
        let work_dir = flue_runtime::guard(operation, self, self.work_dir()).await?;
        let adapter = self.clone();
        Ok(flue_runtime::create_sandbox_session_env(adapter, work_dir))
    }
}

#[flue_runtime::async_trait]
impl SandboxApi for DockerAdapter {
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let read = Script::on_file(READ, path);
        self.on_file(Operation::ReadFileBuffer, path, read).await
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let write = Script::on_file(WRITE, path).with_input(content);
        let written = self.on_file(Operation::WriteFile, path, write).await;
        written.map(drop)
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let look = Script::on_file(STAT, path);
        let told = self.on_file(Operation::Stat, path, look).await?;
        file_stat(&String::from_utf8_lossy(&told)).ok_or_else(|| {
            let reason = "the container's `stat` has another format";
            SandboxError::provider(Operation::Stat, PROVIDER, reason)
        })
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let list = Script::on_file(LIST, path);
        let listed = self.on_file(Operation::Readdir, path, list).await?;
        let names = String::from_utf8_lossy(&listed);
        Ok(names.split_terminator('\0').map(str::to_owned).collect())
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        match self.stat(path).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        let flag = if options.recursive { "-p" } else { "" };
        let create = Script::on_file(MKDIR, path).with(flag);
        let created = self.on_file(Operation::Mkdir, path, create).await;
        created.map(drop)
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        let flag = if options.recursive { "-r" } else { "" };
        let remove = Script::on_file(RM, path).with(flag);
        match self.on_file(Operation::Rm, path, remove).await {
            Err(error) if options.force && is_missing(&error) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        let cwd = options.cwd.as_deref().unwrap_or("/");
        let mut run = Script::new(RUN, cwd).with_input(command.as_bytes());
        for (name, value) in &options.env {
            run.env.push(format!("{name}={value}"));
        }
        if let Some(deadline) = options.timeout {
            run = run.within(whole_seconds(deadline));
        }
        let start = Instant::now();
        let output = self.run(Operation::Exec, run).await?;
        match (output.exit_code, options.timeout) {
            (KILLED, Some(deadline)) if start.elapsed() >= deadline => {
                return Err(SandboxError::timeout(Operation::Exec, deadline));
            }
            (DENIED, _) => self.require_folder(Operation::Exec, cwd).await?,
            _ => {}
        }
        let byte = (0..=255).find(|&code| output.exit_code == i64::from(code));
        Ok(ShellResult::new(byte.unwrap_or(-1))
            .with_stdout(String::from_utf8_lossy(&output.stdout))
            .with_stderr(String::from_utf8_lossy(&output.stderr)))
    }

    async fn liveness(&self) -> Liveness {
        match self.client.inspect_container(&self.container, None).await {
            Ok(container) => match container.state.and_then(|state| state.running) {
                Some(false) => Liveness::Stopped,
                _ => Liveness::Alive,
            },
            Err(DockerError::DockerResponseServerError {
                status_code: 404, ..
            }) => Liveness::Stopped,
            // A failed look tells nothing about the container.
            Err(_) => Liveness::Alive,
        }
    }
}

impl DockerAdapter {
    async fn work_dir(&self) -> Result<String, SandboxError> {
        match self.client.inspect_container(&self.container, None).await {
            Ok(container) => {
                let work_dir = container.config.and_then(|config| config.working_dir);
                let work_dir = work_dir.filter(|path| !path.is_empty());
                Ok(work_dir.unwrap_or_else(|| "/".to_owned()))
            }
            Err(error) => Err(self.failure(Operation::CreateSessionEnv, error).await),
        }
    }

    async fn require_folder(&self, operation: Operation, path: &str) -> Result<(), SandboxError> {
        let enter = Script::on_file(ENTER, path);
        let entered = self.on_file(operation, path, enter).await;
        entered.map(drop)
    }

    /// Runs a `script` about the file at `path`, whose exit code tells what is wrong with that.
    async fn on_file(
        &self,
        operation: Operation,
        path: &str,
        script: Script<'_>,
    ) -> Result<Vec<u8>, SandboxError> {
        if path.contains('\0') {
            let kind = io::ErrorKind::InvalidInput;
            return Err(SandboxError::file(operation, path, kind));
        }
        let output = self.run(operation, script).await?;
        if output.exit_code == 0 {
            return Ok(output.stdout);
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(match file_error(output.exit_code) {
            Some(kind) => SandboxError::file(operation, path, kind).with_source(reason),
            None => SandboxError::provider(operation, PROVIDER, reason),
        })
    }

    async fn run(&self, operation: Operation, script: Script<'_>) -> Result<Output, SandboxError> {
        let output = match self.run_in_container(script).await {
            Ok(output) => output,
            Err(error) => return Err(self.failure(operation, error).await),
        };
        // So ends what runs in a container that stops.
        if output.exit_code == KILLED && self.liveness().await == Liveness::Stopped {
            return Err(SandboxError::died(operation, DeathReason::Stopped));
        }
        Ok(output)
    }

    async fn run_in_container(&self, script: Script<'_>) -> Result<Output, DockerError> {
        let process = CreateExecOptions {
            attach_stdin: Some(!script.input.is_empty()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(script.words),
            env: Some(script.env),
            ..CreateExecOptions::default()
        };
        let process = self.client.create_exec(&self.container, process).await?.id;
        let streams = self.client.start_exec(&process, None).await?;
        let mut ended = exchange(streams, script.input).await?;
        let told = self.client.inspect_exec(&process).await?;
        ended.exit_code = told.exit_code.unwrap_or(-1);
        match ended.unsent.take() {
            // It did not get all of its input, and cannot know.
            Some(error) if ended.exit_code == 0 => Err(error.into()),
            _ => Ok(ended),
        }
    }

    async fn failure(&self, operation: Operation, error: DockerError) -> SandboxError {
        if self.liveness().await == Liveness::Stopped {
            return SandboxError::died(operation, DeathReason::Stopped).with_source(error);
        }
        SandboxError::provider(operation, PROVIDER, error)
    }
}

/// Sends `input` to a process, and takes what it writes until it ends.
async fn exchange(streams: StartExecResults, input: &[u8]) -> Result<Output, DockerError> {
    let mut written = Output::default();
    let StartExecResults::Attached {
        output: mut from,
        input: mut to,
    } = streams
    else {
        return Ok(written);
    };
    let send = async {
        let mut rest = input;
        while !rest.is_empty() {
            let sent = poll_fn(|context| to.as_mut().poll_write(context, rest)).await?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        poll_fn(|context| to.as_mut().poll_flush(context)).await
    };
    written.unsent = send.await.err();
    while let Some(part) = poll_fn(|context| from.as_mut().poll_next(context)).await {
        match part? {
            LogOutput::StdOut { message } => written.stdout.extend(message),
            LogOutput::StdErr { message } | LogOutput::Console { message } => {
                written.stderr.extend(message);
            }
            LogOutput::StdIn { .. } => {}
        }
    }
    Ok(written)
}

/// What a process came to.
#[derive(Default)]
struct Output {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    exit_code: i64,
    /// Why it did not get all of its input.
    unsent: Option<io::Error>,
}

/// What the container's shell is to do.
struct Script<'a> {
    words: Vec<String>,
    env: Vec<String>,
    input: &'a [u8],
}

impl<'a> Script<'a> {
    /// `text`, whose `$1` is `path`.
    fn new(text: &str, path: &str) -> Self {
        Self {
            words: ["sh", "-c", text, "sh", path].map(str::to_owned).into(),
            env: Vec::new(),
            input: &[],
        }
    }

    /// `text` about the file at `path`.
    fn on_file(text: &str, path: &str) -> Self {
        Self::new(&format!("{NEAREST}{text}"), path)
    }

    /// The same with one more argument.
    fn with(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    /// The same with `input`, and its size as one more argument: not every connection can tell where it ends.
    fn with_input(mut self, input: &'a [u8]) -> Self {
        self.input = input;
        self.with(input.len().to_string())
    }

    /// The same with no more than so many seconds.
    fn within(mut self, seconds: u64) -> Self {
        let mark = format!("{:016x}", RandomState::new().build_hasher().finish());
        let limited = ["sh", "-c", LIMIT, "sh", &seconds.to_string(), &mark, WATCH];
        self.words.splice(0..0, limited.map(str::to_owned));
        self
    }
}

/// The exit code of what was killed.
const KILLED: i64 = 137;

/// The exit code of a script that may not do what it was to do.
const DENIED: i64 = 77;

/// What the scripts below tell by their exit codes: 64, and the number of the error in Linux.
fn file_error(exit_code: i64) -> Option<io::ErrorKind> {
    match exit_code {
        66 => Some(io::ErrorKind::NotFound),
        DENIED => Some(io::ErrorKind::PermissionDenied),
        81 => Some(io::ErrorKind::AlreadyExists),
        84 => Some(io::ErrorKind::NotADirectory),
        85 => Some(io::ErrorKind::IsADirectory),
        _ => None,
    }
}

/// Finds the nearest folder above `$1`, and ends where there is none that may be used.
const NEAREST: &str = r#"
nearest() {
    up=${1%/*}
    until [ -e "${up:-/}" ]; do up=${up%/*}; done
    [ -d "${up:-/}" ] || exit 84
    [ -x "${up:-/}" ] || exit 77
}
"#;

const READ: &str = r#"
[ -d "$1" ] && exit 85
cat "$1" && exit
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -r "$1" ] || exit 77
exit 1
"#;

/// Reads its input even where it cannot write: an engine drops the connection of a process that does not.
const WRITE: &str = r#"
{ opened=1; head -c "$2"; } >"$1" && exit
[ -n "$opened" ] || head -c "$2" >/dev/null
[ -d "$1" ] && exit 85
if [ -e "$1" ]; then
    [ -w "$1" ] || exit 77
    exit 1
fi
nearest "$1"
[ "$up" = "${1%/*}" ] || exit 66
[ -w "$up/" ] || exit 77
exit 1
"#;

const STAT: &str = r#"
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -L "$1" ] && printf 'link '
stat -L -c '%f %s %Y' "$1"
"#;

const LIST: &str = r#"
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -d "$1" ] || exit 84
[ -r "$1" ] && cd "$1" || exit 77
for name in * .[!.]* ..?*; do
    if [ -e "$name" ] || [ -L "$name" ]; then printf '%s\0' "$name"; fi
done
"#;

const MKDIR: &str = r#"
mkdir $2 "$1" && exit
if [ -e "$1" ] || [ -L "$1" ]; then exit 81; fi
nearest "$1"
[ -n "$2" ] || [ "$up" = "${1%/*}" ] || exit 66
[ -w "$up/" ] || exit 77
exit 1
"#;

const RM: &str = r#"
nearest "$1"
[ -e "$1" ] || [ -L "$1" ] || exit 66
[ -d "$1" ] && [ ! -L "$1" ] && [ -z "$2" ] && exit 85
rm $2 "$1" && exit
[ -w "$up/" ] || exit 77
exit 1
"#;

const ENTER: &str = r#"
[ -e "$1" ] || { nearest "$1"; exit 66; }
[ -d "$1" ] || exit 84
[ -x "$1" ] || exit 77
"#;

/// Runs the command that it reads: one of any size, which an argument cannot have.
const RUN: &str = r#"
set -- "$1" "$(head -c "$2"; echo .)"
cd "$1" || exit 77
exec </dev/null
eval "shift 2
${2%.}"
"#;

/// Runs its last arguments, and has them watched meanwhile.
const LIMIT: &str = r#"
seconds=$1 mark=$2 watch=$3
shift 3
(exec sh -c "$watch" sh "$seconds" "$mark" $$) </dev/null >/dev/null 2>&1 &
exec 3>&2 2>/dev/null
FLUE_COMMAND=$mark "$@" 2>&3 3>&-
code=$?
kill $!
wait $!
exit $code
"#;

/// Kills a command that takes too long: all that carries its mark, whatever it did to get away, and then its group. A watch
/// inside the container keeps the deadline even if the application has gone.
const WATCH: &str = r#"
trap 'kill -9 $!; wait $!; exit' TERM
sleep "$1" &
wait $!
trap '' TERM
for round in 1 2 3; do
    for process in /proc/[0-9]*; do
        case $(cat "$process/environ") in
        *"FLUE_COMMAND=$2"*) kill -9 "${process#/proc/}" ;;
        esac
    done
done
kill -9 "-$3"
"#;

fn is_missing(error: &SandboxError) -> bool {
    matches!(
        error.file_kind(),
        Some(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
    )
}

/// What `STAT` prints: the mode, the size and the time of the last change, after a word for a link.
fn file_stat(told: &str) -> Option<FileStat> {
    let behind_link = told.strip_prefix("link ");
    let mut words = behind_link.unwrap_or(told).split_whitespace();
    let mode = u32::from_str_radix(words.next()?, 16).ok()?;
    let size = words.next()?.parse::<u64>().ok()?;
    let seconds = words.next()?.parse().ok().map(Duration::from_secs);
    let kind = match mode & 0o170_000 {
        0o100_000 => FileKind::File,
        0o040_000 => FileKind::Directory,
        _ => FileKind::Other,
    };
    Some(
        FileStat::new(kind)
            .with_symbolic_link(behind_link.is_some())
            .with_size(size)
            .with_mtime(seconds.and_then(|since| UNIX_EPOCH.checked_add(since))),
    )
}

/// The deadline as `sleep` takes it: rounded up, 1 at least, and no more than anyone lives to see.
fn whole_seconds(deadline: Duration) -> u64 {
    let begun = u64::from(deadline.subsec_nanos() > 0);
    deadline.as_secs().saturating_add(begun).clamp(1, 1 << 31)
}
