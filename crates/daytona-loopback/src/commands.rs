//! Runs commands as the daemon does: a shell that reads the command from its standard input, both
//! outputs in one buffer, a process group of its own.
//!
//! A command belongs to the sandbox and not to the request that started it: it goes on when the client
//! goes away, and ends at its own timeout, or with its sandbox.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::response::Response;
use rustix::process::{
    Pid, Resource, Signal, getrlimit, kill_process_group, test_kill_process_group,
};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::Receiver;
use tokio::process::{ChildStdin, Command};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::errors::DaemonError;
use crate::lock::lock;
use crate::sandbox::Sandbox;
use crate::settings::{GRACE, Settings};
use crate::{go, reply};

/// How many commands run at the same time at most, unless a test asks for more.
const MOST_COMMANDS: usize = 256;

/// All commands of a server.
pub(crate) struct Commands {
    shell: PathBuf,
    places: Semaphore,
    limit: u32,
    /// Process groups that outlived their shell: what a command left in the background.
    leftovers: Mutex<Vec<Leftover>>,
}

struct Leftover {
    group: Pid,
    sandbox_id: String,
}

#[derive(Deserialize)]
struct ExecuteRequest {
    command: Option<String>,
    cwd: Option<String>,
    envs: Option<BTreeMap<String, Option<String>>>,
    timeout: Option<u32>,
}

struct Execution {
    command: String,
    cwd: PathBuf,
    envs: BTreeMap<String, String>,
    /// None for no limit.
    timeout: Option<Duration>,
}

impl Commands {
    pub(crate) fn new(settings: &Settings) -> Self {
        let limit = settings
            .running_commands
            .unwrap_or_else(affordable_commands);
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            shell: settings.shell.clone().unwrap_or_else(daemon_shell),
            places: Semaphore::new(limit),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            leftovers: Mutex::default(),
        }
    }

    pub(crate) fn shell(&self) -> &Path {
        &self.shell
    }

    /// What every command of a sandbox finds in its environment. Not that of this process: it may hold a
    /// developer's real keys.
    pub(crate) fn set_environment(&self, command: &mut Command, sandbox: &Sandbox) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &sandbox.home_dir)
            .env("LANG", "C.UTF-8")
            .envs(&sandbox.env);
    }

    /// Waits until the commands that were told to end are gone, and ends what they left behind.
    pub(crate) async fn finish(&self) {
        let _ = tokio::time::timeout(GRACE, self.places.acquire_many(self.limit)).await;
        for leftover in lock(&self.leftovers).drain(..) {
            leftover.kill();
        }
    }

    pub(crate) fn kill_leftovers_of(&self, sandbox_id: &str) {
        lock(&self.leftovers).retain(|leftover| {
            if leftover.sandbox_id == sandbox_id {
                leftover.kill();
                return false;
            }
            true
        });
    }

    fn note_leftover(&self, group: Pid, sandbox: &Sandbox) {
        let mut leftovers = lock(&self.leftovers);
        leftovers.retain(Leftover::is_ours);
        let leftover = Leftover {
            group,
            sandbox_id: sandbox.id.clone(),
        };
        if leftover.is_ours() {
            leftovers.push(leftover);
        }
    }
}

impl Leftover {
    /// Whether processes of the group are left. Its leader, the shell, is gone; when a process has
    /// the leader's number all the same, the group is dead and the number was given out again.
    fn is_ours(&self) -> bool {
        let leader = Path::new("/proc").join(self.group.as_raw_nonzero().to_string());
        test_kill_process_group(self.group).is_ok() && !leader.exists()
    }

    fn kill(&self) {
        if self.is_ours() {
            kill(self.group);
        }
    }
}

/// `POST /process/execute`.
pub(crate) async fn execute(
    commands: Arc<Commands>,
    sandbox: Arc<Sandbox>,
    body: Bytes,
) -> Result<Response, DaemonError> {
    let execution = parse(&sandbox, &body)?;
    // A task of its own: when the client goes away, this future is dropped and the task is not.
    let running = tokio::spawn(async move {
        let alive = sandbox.alive();
        tokio::select! {
            _place = commands.places.acquire() => run(&commands, &sandbox, &execution, &alive).await,
            () = alive.cancelled() => Err(DaemonError::SandboxStopped),
        }
    });
    running.await.unwrap_or(Err(DaemonError::SandboxStopped))
}

fn parse(sandbox: &Sandbox, body: &[u8]) -> Result<Execution, DaemonError> {
    let invalid =
        |reason: &str| DaemonError::bad_command(format_args!("invalid request body: {reason}"));
    if body.is_empty() {
        return Err(invalid("EOF"));
    }
    let request: ExecuteRequest =
        serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
    let command = request.command.unwrap_or_default();
    if command.is_empty() {
        return Err(invalid(
            "Key: 'ExecuteRequest.Command' Error:Field validation for 'Command' failed on the 'required' tag",
        ));
    }
    if command.trim().is_empty() {
        let reason = "command cannot be empty or whitespace-only";
        return Err(DaemonError::bad_command(reason));
    }
    let envs = request.envs.unwrap_or_default();
    if let Some(name) = envs.keys().find(|name| !is_env_name(name)) {
        let reason = format_args!("invalid environment variable name: '{name}'");
        return Err(DaemonError::bad_command(reason));
    }
    Ok(Execution {
        command,
        cwd: sandbox.work_dir.join(request.cwd.unwrap_or_default()),
        envs: envs
            .into_iter()
            .map(|(name, value)| (name, value.unwrap_or_default()))
            .collect(),
        timeout: request
            .timeout
            .filter(|seconds| *seconds > 0)
            .map(|seconds| Duration::from_secs(seconds.into())),
    })
}

fn is_env_name(name: &str) -> bool {
    let mut letters = name.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
}

async fn run(
    commands: &Commands,
    sandbox: &Sandbox,
    execution: &Execution,
    alive: &CancellationToken,
) -> Result<Response, DaemonError> {
    let (mut shell, output) = match start(commands, sandbox, execution) {
        Ok(started) => started,
        Err(error) => return Ok(not_started(&commands.shell, &error)),
    };
    let group = shell.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let stdin = shell.stdin.take();
    // Go's `Wait` takes all three: a background process that keeps the output open holds the reply.
    let finished = async {
        let (_, output, status) = tokio::join!(
            feed(stdin, execution.command.as_bytes()),
            collect(output),
            shell.wait(),
        );
        (output, status)
    };
    tokio::pin!(finished);
    let result = tokio::select! {
        (output, status) = &mut finished => Ok(ended(&output, status)),
        () = expire(execution.timeout) => {
            group.inspect(|group| kill(*group));
            tokio::select! {
                _ = &mut finished => {}
                () = alive.cancelled() => {}
            }
            // The output so far is lost, as it is in the daemon.
            Err(DaemonError::command_timeout())
        }
        () = alive.cancelled() => {
            group.inspect(|group| kill(*group));
            let _ = tokio::time::timeout(GRACE, &mut finished).await;
            Err(DaemonError::SandboxStopped)
        }
    };
    if let Some(group) = group {
        commands.note_leftover(group, sandbox);
    }
    result
}

fn start(
    commands: &Commands,
    sandbox: &Sandbox,
    execution: &Execution,
) -> io::Result<(tokio::process::Child, Receiver)> {
    let (output, input) = io::pipe()?;
    let output = Receiver::from_owned_fd(OwnedFd::from(output))?;
    let mut command = Command::new(commands.shell());
    commands.set_environment(&mut command, sandbox);
    command
        .current_dir(&execution.cwd)
        .envs(&execution.envs)
        .stdin(Stdio::piped())
        .stdout(input.try_clone()?)
        .stderr(input)
        .process_group(0);
    // Dropping `command` closes this process's end of the pipe, without which there is no end to read.
    let shell = command.spawn()?;
    Ok((shell, output))
}

async fn feed(stdin: Option<ChildStdin>, command: &[u8]) {
    let Some(mut stdin) = stdin else { return };
    // A shell that ends early closes the pipe; that is no error.
    let _ = stdin.write_all(command).await;
}

async fn collect(mut output: Receiver) -> Vec<u8> {
    let mut buffer = Vec::new();
    let _ = output.read_to_end(&mut buffer).await;
    buffer
}

async fn expire(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

fn kill(group: Pid) {
    // It may be gone by now.
    let _ = kill_process_group(group, Signal::KILL);
}

fn ended(output: &[u8], status: io::Result<ExitStatus>) -> Response {
    // A shell that was itself killed has no code.
    let code = status.ok().and_then(|status| status.code()).unwrap_or(-1);
    execute_reply(code, &String::from_utf8_lossy(output))
}

fn not_started(shell: &Path, error: &io::Error) -> Response {
    let reason = format!("fork/exec {}: {}", shell.display(), go::error_text(error));
    execute_reply(-1, &reason)
}

fn execute_reply(exit_code: i32, result: &str) -> Response {
    reply::ok(&json!({ "exitCode": exit_code, "result": result }))
}

/// How many commands this process has file descriptors for: each takes a few, and so do the connections
/// of both sides, which are often in this process.
fn affordable_commands() -> usize {
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(files / 16)
        .unwrap_or(usize::MAX)
        .min(MOST_COMMANDS)
}

/// The shell that the daemon would choose on this machine.
fn daemon_shell() -> PathBuf {
    let Ok(listed) = std::fs::read_to_string("/etc/shells") else {
        return "sh".into();
    };
    choose_shell(&listed, std::env::var_os("SHELL").map(PathBuf::from))
}

fn choose_shell(listed: &str, from_env: Option<PathBuf>) -> PathBuf {
    let mut preferred = ["/usr/bin/zsh", "/bin/zsh", "/usr/bin/bash", "/bin/bash"].into_iter();
    let is_listed = |shell: &&str| listed.lines().any(|line| line.trim() == *shell);
    match preferred.find(is_listed) {
        Some(shell) => shell.into(),
        None => from_env.unwrap_or_else(|| "sh".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_the_first_preferred_one_that_is_listed() {
        let env = Some(PathBuf::from("/bin/fish"));

        let all = "# shells\n/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/zsh\n";
        assert_eq!(choose_shell(all, env.clone()), Path::new("/bin/zsh"));
        let bash = "/bin/bash\n/usr/bin/bash\n";
        assert_eq!(choose_shell(bash, env.clone()), Path::new("/usr/bin/bash"));
        assert_eq!(choose_shell("#/bin/zsh\n", env), Path::new("/bin/fish"));
        assert_eq!(choose_shell("/bin/sh\n", None), Path::new("sh"));
    }

    #[test]
    fn env_names() {
        for good in ["A", "_", "a1_"] {
            assert!(is_env_name(good), "{good}");
        }
        for bad in ["", "1a", "a-b", "a=b", "é", "a "] {
            assert!(!is_env_name(bad), "{bad}");
        }
    }
}
