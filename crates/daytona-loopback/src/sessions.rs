//! Sessions: shells that live on between commands, so that what one command sets is there for the next.
//!
//! A command is a file that the shell reads in, with pipes of this process for its input and outputs. The
//! shell opens them by their numbers under `/proc`; its own standard output tells when a command is
//! through.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequestParts as _, Request, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::call::Call;
use crate::commands::Commands;
use crate::errors::DaemonError;
use crate::lock::lock;
use crate::reply;
use crate::sandbox::Sandbox;
use crate::session::{Echo, Session, SessionCommand};
use crate::session_log::{End, Form, Output, split, without_marks};
use crate::settings::GRACE;

const SDK_VERSION: &str = "x-daytona-sdk-version";
/// Browsers cannot set headers of web sockets: they offer the version as a protocol.
const SDK_VERSION_PROTOCOL: &str = "X-Daytona-SDK-Version~";

/// Everything below `/process/session`; `path` is the rest.
pub(crate) async fn serve(
    call: Call,
    path: &str,
    request: Request,
) -> Result<Response, DaemonError> {
    let sessions = &call.sandbox.sessions;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (call.method.as_str(), &segments[..]) {
        ("GET", []) => {
            let sessions = lock(&sessions.by_id);
            let list: Vec<Value> = sessions.iter().map(|session| session.json()).collect();
            Ok(reply::ok(&list))
        }
        ("POST", []) => create(&call, &body(request).await),
        ("GET", [id]) => Ok(reply::ok(&sessions.find(id)?.json())),
        ("DELETE", [id]) => delete(&call, id).await,
        ("POST", [id, "exec"]) => {
            let form = form(request.headers());
            execute(&call, id, form, &body(request).await).await
        }
        ("GET", [id, "command", command]) => {
            let command = sessions.find(id)?.command(command)?;
            Ok(reply::ok(&command.json()))
        }
        ("POST", [id, "command", command, "input"]) => {
            let command = sessions.find(id)?.command(command)?;
            send_input(&command, &body(request).await).await
        }
        ("GET", [id, "command", command, "logs"]) => {
            let command = sessions.find(id)?.command(command)?;
            logs(&call, &command, request).await
        }
        _ => Err(DaemonError::NoSuchRoute),
    }
}

async fn body(request: Request) -> Bytes {
    to_bytes(request.into_body(), usize::MAX)
        .await
        .unwrap_or_default()
}

fn form(headers: &HeaderMap) -> Form {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let offered = header("sec-websocket-protocol").and_then(|protocols| {
        let mut protocols = protocols.split(',').map(str::trim);
        protocols.find_map(|protocol| protocol.strip_prefix(SDK_VERSION_PROTOCOL))
    });
    let version = header(SDK_VERSION).or(offered).unwrap_or_default();
    Form::asked_for(version, header("x-daytona-split-output"))
}

fn invalid_body(reason: impl std::fmt::Display) -> DaemonError {
    DaemonError::bad_command(format_args!("invalid request body: {reason}"))
}

fn create(call: &Call, body: &[u8]) -> Result<Response, DaemonError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct CreateSession {
        #[serde(default)]
        session_id: String,
    }
    let CreateSession { session_id } = serde_json::from_slice(body).map_err(invalid_body)?;
    if session_id == "entrypoint" {
        let reason = "provided session ID is reserved and cannot be created/overridden";
        return Err(DaemonError::bad_command(reason));
    }
    // It is the name of a folder, too.
    if session_id.is_empty() || session_id.contains('/') {
        return Err(invalid_body("sessionId is required"));
    }
    let mut sessions = lock(&call.sandbox.sessions.by_id);
    if sessions.iter().any(|session| session.id == session_id) {
        return Err(DaemonError::conflict("session already exists"));
    }
    let session =
        start(&call.state.commands, &call.sandbox, session_id).map_err(DaemonError::bad_command)?;
    sessions.push(session);
    Ok(StatusCode::CREATED.into_response())
}

fn start(commands: &Commands, sandbox: &Sandbox, id: String) -> io::Result<Arc<Session>> {
    let mut shell = Command::new(commands.shell());
    commands.set_environment(&mut shell, sandbox);
    shell
        .current_dir(&sandbox.work_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    let mut shell = shell.spawn()?;
    let (script, scripts) = mpsc::unbounded_channel();
    let session = Arc::new(Session {
        id,
        commands: Mutex::default(),
        script,
        waiting: Mutex::default(),
        end: CancellationToken::new(),
        ended: CancellationToken::new(),
    });
    tokio::spawn(feed(shell.stdin.take(), scripts));
    tokio::spawn(note_exits(shell.stdout.take(), Arc::clone(&session)));
    tokio::spawn(keep(shell, sandbox.alive(), Arc::clone(&session)));
    Ok(session)
}

async fn feed(stdin: Option<ChildStdin>, mut scripts: mpsc::UnboundedReceiver<String>) {
    let Some(mut stdin) = stdin else { return };
    while let Some(script) = scripts.recv().await {
        if stdin.write_all(script.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads `<command> <exit code>` from the shell, a line for each command.
async fn note_exits(stdout: Option<ChildStdout>, session: Arc<Session>) {
    let Some(stdout) = stdout else { return };
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Some((id, code)) = line.split_once(' ') else {
            continue;
        };
        let waiting = lock(&session.waiting).remove(id);
        if let (Some(waiting), Ok(code)) = (waiting, code.parse()) {
            // Who has waited may be gone.
            let _ = waiting.send(code);
        }
    }
}

/// Waits for the end of the shell, or brings it about.
async fn keep(mut shell: Child, alive: CancellationToken, session: Arc<Session>) {
    let group = shell.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let signal = |signal| group.map(|group| kill_process_group(group, signal));
    tokio::select! {
        biased;
        _ = shell.wait() => {}
        () = alive.cancelled() => {}
        () = session.end.cancelled() => {
            signal(Signal::TERM);
            let _ = tokio::time::timeout(GRACE, shell.wait()).await;
        }
    }
    signal(Signal::KILL);
    let _ = shell.wait().await;
    for command in lock(&session.commands).iter() {
        command.log.finish(End::Cancelled);
    }
    session.ended.cancel();
}

async fn delete(call: &Call, id: &str) -> Result<Response, DaemonError> {
    if id == "entrypoint" {
        return Err(DaemonError::bad_command("can't delete entrypoint session"));
    }
    let session = call.sandbox.sessions.find(id)?;
    session.end.cancel();
    session.ended.cancelled().await;
    lock(&call.sandbox.sessions.by_id).retain(|known| !Arc::ptr_eq(known, &session));
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn execute(call: &Call, id: &str, form: Form, body: &[u8]) -> Result<Response, DaemonError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SessionExecute {
        command: String,
        #[serde(default)]
        run_async: bool,
        #[serde(default)]
        r#async: bool,
        #[serde(default)]
        suppress_input_echo: bool,
    }
    if id == "entrypoint" {
        let reason = "can't execute command in entrypoint session";
        return Err(DaemonError::bad_command(reason));
    }
    let request: SessionExecute =
        serde_json::from_slice(body).map_err(DaemonError::bad_file_request)?;
    if request.command.trim().is_empty() {
        return Err(DaemonError::bad_file_request("command cannot be empty"));
    }
    let session = call.sandbox.sessions.find(id)?;
    let command = SessionCommand {
        id: Uuid::new_v4().to_string(),
        command: request.command,
        echo: match request.suppress_input_echo {
            true => Echo::Suppressed,
            false => Echo::Shown,
        },
        log: Arc::default(),
        input: tokio::sync::Mutex::default(),
    };
    let command = Arc::new(command);
    let input = match request.run_async || request.r#async {
        true => Input::Open,
        false => Input::Ended,
    };
    run(&call.sandbox.folder, &session, &command, input).map_err(DaemonError::bad_command)?;
    if input == Input::Open {
        let accepted = json!({ "cmdId": command.id });
        return Ok(reply::json(StatusCode::ACCEPTED, &accepted));
    }
    match command.log.finished().await {
        End::Exited(code) => Ok(reply::ok(&executed(&command, code, form))),
        End::Cancelled => Err(DaemonError::bad_command("session cancelled")),
    }
}

/// What a command reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    /// Nothing.
    Ended,
    /// What the client sends while it runs.
    Open,
}

fn executed(command: &SessionCommand, code: i32, form: Form) -> Value {
    let mut json = shown(&command.log.bytes(), form);
    json["cmdId"] = command.id.clone().into();
    json["exitCode"] = code.into();
    json
}

/// A log as JSON, in the form that the client asks for.
fn shown(log: &[u8], form: Form) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match form {
        Form::Combined => json!({ "output": text(&without_marks(log)) }),
        Form::Marked => json!({ "output": text(log) }),
        Form::Split => {
            let (stdout, stderr) = split(log);
            json!({ "output": text(log), "stdout": text(&stdout), "stderr": text(&stderr) })
        }
    }
}

/// Hands a command to the shell of its session.
fn run(
    folder: &Path,
    session: &Arc<Session>,
    command: &Arc<SessionCommand>,
    input: Input,
) -> io::Result<()> {
    let folder = folder.join("sessions");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(&command.id);
    std::fs::write(&file, &command.command)?;

    let (stdout, stdout_end) = io::pipe()?;
    let (stderr, stderr_end) = io::pipe()?;
    let stdin_end = match input {
        Input::Ended => None,
        Input::Open => {
            let (stdin_end, stdin) = io::pipe()?;
            let stdin = pipe::Sender::from_owned_fd(OwnedFd::from(stdin))?;
            // No one else has the command yet.
            *command.input.try_lock().map_err(io::Error::other)? = Some(stdin);
            Some(stdin_end)
        }
    };
    let script = script(command, &file, stdin_end.as_ref(), &stdout_end, &stderr_end);

    let (exited, exit) = oneshot::channel();
    lock(&session.waiting).insert(command.id.clone(), exited);
    lock(&session.commands).push(Arc::clone(command));
    let (stdout, stderr) = (receiver(stdout)?, receiver(stderr)?);
    tokio::spawn({
        let (command, session) = (Arc::clone(command), Arc::clone(session));
        async move {
            let log = &command.log;
            let outputs = async {
                tokio::join!(
                    log.fill(Output::Stdout, stdout),
                    log.fill(Output::Stderr, stderr)
                )
            };
            let exit = async {
                let code = exit.await;
                // The shell has had them open: now what it started may close them.
                drop((stdin_end, stdout_end, stderr_end));
                code
            };
            let end = tokio::select! {
                ((_, _), code) = async { tokio::join!(outputs, exit) } => {
                    code.map_or(End::Cancelled, End::Exited)
                }
                () = session.ended.cancelled() => End::Cancelled,
            };
            *command.input.lock().await = None;
            log.finish(end);
            let _ = std::fs::remove_file(&file);
        }
    });
    // A shell that is gone reads nothing, and `keep` has said so to the log.
    let _ = session.script.send(script);
    if session.ended.is_cancelled() {
        command.log.finish(End::Cancelled);
    }
    Ok(())
}

fn receiver(pipe: PipeReader) -> io::Result<pipe::Receiver> {
    pipe::Receiver::from_owned_fd(OwnedFd::from(pipe))
}

fn script(
    command: &SessionCommand,
    file: &Path,
    stdin: Option<&PipeReader>,
    stdout: &PipeWriter,
    stderr: &PipeWriter,
) -> String {
    let process = std::process::id();
    let opened = |number: i32| format!("/proc/{process}/fd/{number}");
    let stdin = stdin.map_or_else(|| "/dev/null".to_owned(), |pipe| opened(pipe.as_raw_fd()));
    format!(
        "{{ . {file}; }} <{stdin} >{stdout} 2>{stderr}; printf '%s %s\\n' {id} \"$?\"\n",
        file = quoted(file),
        stdout = opened(stdout.as_raw_fd()),
        stderr = opened(stderr.as_raw_fd()),
        id = command.id,
    )
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

async fn send_input(command: &SessionCommand, body: &[u8]) -> Result<Response, DaemonError> {
    #[derive(Deserialize)]
    struct SendInput {
        data: String,
    }
    let SendInput { mut data } = serde_json::from_slice(body).map_err(invalid_body)?;
    if let Some(End::Exited(code)) = command.log.end() {
        let reason = format_args!("command has already completed with exit code {code}");
        return Err(DaemonError::gone(reason));
    }
    if !data.ends_with('\n') {
        data.push('\n');
    }
    let mut input = command.input.lock().await;
    let Some(input) = input.as_mut() else {
        return Err(DaemonError::gone("session process has exited"));
    };
    if input.write_all(data.as_bytes()).await.is_err() {
        return Err(DaemonError::gone("session process has exited"));
    }
    if command.echo == Echo::Shown {
        let line = data.strip_suffix('\n').unwrap_or(&data);
        command.log.push(Output::Stdout, line.as_bytes());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn logs(
    call: &Call,
    command: &SessionCommand,
    request: Request,
) -> Result<Response, DaemonError> {
    let form = form(request.headers());
    let (mut parts, _) = request.into_parts();
    if let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        let follow = call.query("follow") == "true";
        let log = Arc::clone(&command.log);
        let shutdown = call.state.shutdown.clone();
        let offered = parts.headers.get("sec-websocket-protocol");
        let offered = offered
            .and_then(|offered| offered.to_str().ok())
            .unwrap_or_default();
        let protocols = offered
            .split(',')
            .map(|protocol| protocol.trim().to_owned());
        let upgrade = upgrade.protocols(protocols.collect::<Vec<_>>());
        let pending = call.sandbox.begin_request();
        let stream = async move |socket| {
            log.stream(socket, form, follow, shutdown).await;
            drop(pending);
        };
        return Ok(upgrade.on_upgrade(stream));
    }
    let log = command.log.bytes();
    Ok(match form {
        Form::Split => reply::ok(&shown(&log, form)),
        Form::Marked => String::from_utf8_lossy(&log).into_owned().into_response(),
        Form::Combined => {
            let text = without_marks(&log);
            String::from_utf8_lossy(&text).into_owned().into_response()
        }
    })
}
