//! Sessions: shells that live on between commands, with both outputs told apart.

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::decode::or_default;
use crate::error::{Error, ErrorKind, Result};
use crate::log::{LogStream, Outputs};
use crate::process::Process;
use crate::transport::{Call, Deadline, is_segment};

/// The daemon sends both outputs only to SDKs of versions that it knows to read them: the official one
/// that this crate reads like.
const SDK_VERSION: (&str, &str) = ("x-daytona-sdk-version", "0.190.0");

/// A session and its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The id that it was created with.
    pub session_id: String,
    /// The commands that it was given, in no order that is promised.
    pub commands: Vec<SessionCommand>,
}

/// A command of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionCommand {
    /// The id, by which its logs are found.
    pub id: String,
    /// What the shell was given.
    pub command: String,
    /// The exit code, once it has ended.
    pub exit_code: Option<i32>,
}

/// How a command of a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionExecuteResponse {
    /// The id of the command.
    pub command_id: String,
    /// The exit code.
    pub exit_code: i32,
    /// Both outputs, line by line in the order in which they came. What is not UTF-8 has become U+FFFD, and
    /// a last line without an end has got one; so it is with the fields that follow.
    pub output: String,
    /// What it printed to standard output.
    pub stdout: String,
    /// What it printed to standard error.
    pub stderr: String,
}

/// What a command of a session has printed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionCommandLogs {
    /// Both outputs, line by line in the order in which they came.
    pub output: String,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// What a session is to run. A text is one, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use]
pub struct SessionExecuteRequest {
    command: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_async: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppress_input_echo: Option<bool>,
}

impl SessionExecuteRequest {
    /// A command of the session's shell.
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            run_async: None,
            suppress_input_echo: None,
        }
    }

    /// Keeps what [`send_session_command_input`](Process::send_session_command_input) sends out of the
    /// logs.
    pub fn suppress_input_echo(mut self) -> Self {
        self.suppress_input_echo = Some(true);
        self
    }
}

impl<T: Into<String>> From<T> for SessionExecuteRequest {
    fn from(command: T) -> Self {
        Self::new(command)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateSession<'a> {
    session_id: &'a str,
}

#[derive(Serialize)]
struct SendInput<'a> {
    data: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionJson {
    session_id: String,
    #[serde(default, deserialize_with = "or_default")]
    commands: Vec<CommandJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommandJson {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    command: String,
    #[serde(default, deserialize_with = "or_default")]
    exit_code: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartedJson {
    cmd_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecutedJson {
    cmd_id: String,
    exit_code: i32,
    #[serde(flatten)]
    logs: LogsJson,
}

#[derive(Default, Deserialize)]
struct LogsJson {
    #[serde(default, deserialize_with = "or_default")]
    output: String,
    #[serde(default, deserialize_with = "or_default")]
    stdout: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    stderr: Option<String>,
}

impl From<SessionJson> for Session {
    fn from(json: SessionJson) -> Self {
        Self {
            session_id: json.session_id,
            commands: json
                .commands
                .into_iter()
                .map(SessionCommand::from)
                .collect(),
        }
    }
}

impl From<CommandJson> for SessionCommand {
    fn from(json: CommandJson) -> Self {
        Self {
            id: json.id,
            command: json.command,
            exit_code: json.exit_code,
        }
    }
}

impl From<LogsJson> for SessionCommandLogs {
    fn from(json: LogsJson) -> Self {
        let Outputs {
            both,
            stdout,
            stderr,
        } = Outputs::of(json.output.as_bytes());
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        // Old daemons leave telling them apart to the client.
        Self {
            output: text(both),
            stdout: json.stdout.unwrap_or_else(|| text(stdout)),
            stderr: json.stderr.unwrap_or_else(|| text(stderr)),
        }
    }
}

/// Sessions keep what one command sets for the next: directory, variables, functions. The commands of one
/// session run one after the other.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> daytona_sdk::Result<()> {
/// # let server = daytona_loopback::Server::start().await;
/// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
/// # let daytona = daytona_sdk::Daytona::new(config)?;
/// # let sandbox = daytona.create(daytona_sdk::CreateSandboxParams::new()).await?;
/// use daytona_sdk::LogChunk;
/// use futures_util::TryStreamExt as _;
///
/// let process = sandbox.process();
/// process.create_session("build").await?;
/// process.execute_session_command("build", "mkdir out && cd out").await?;
///
/// let command = process.start_session_command("build", "pwd; echo slow >&2").await?;
/// let mut logs = process.stream_session_command_logs("build", &command).await?;
/// while let Some(chunk) = logs.try_next().await? {
///     match chunk {
///         LogChunk::Stdout(bytes) => print!("{}", String::from_utf8_lossy(&bytes)),
///         LogChunk::Stderr(bytes) => eprint!("{}", String::from_utf8_lossy(&bytes)),
///     }
/// }
/// assert_eq!(process.get_session_command("build", &command).await?.exit_code, Some(0));
///
/// // Ends what still runs in it.
/// process.delete_session("build").await?;
/// # Ok(())
/// # }
/// ```
impl Process {
    /// Creates a session in the sandbox's work dir.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`] if there is one with this id.
    pub async fn create_session(&self, session_id: &str) -> Result<()> {
        const OPERATION: &str = "create_session";
        check(OPERATION, session_id)?;
        let call = self.session_call(OPERATION, session_id, Method::POST, &[]);
        let call = call.await?.json(&CreateSession { session_id })?;
        self.transport().send(call).await?;
        Ok(())
    }

    /// All sessions of the sandbox.
    ///
    /// # Errors
    ///
    /// Those that every call has; see [`ErrorKind`].
    pub async fn list_sessions(&self) -> Result<Vec<Session>> {
        let id = self.sandbox_id().to_owned();
        let call = self.session_call("list_sessions", &id, Method::GET, &[]);
        let sessions: Vec<SessionJson> = self.transport().send_for(call.await?).await?;
        Ok(sessions.into_iter().map(Session::from).collect())
    }

    /// A session with its commands.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none with this id.
    pub async fn get_session(&self, session_id: &str) -> Result<Session> {
        const OPERATION: &str = "get_session";
        check(OPERATION, session_id)?;
        let path = [session_id];
        let call = self.session_call(OPERATION, session_id, Method::GET, &path);
        let session: SessionJson = self.transport().send_for(call.await?).await?;
        Ok(session.into())
    }

    /// Deletes a session, and ends everything that runs in it: first it is asked to, and killed if it is
    /// not gone after a few seconds. This is how a command of a session is cancelled.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none with this id.
    pub async fn delete_session(&self, session_id: &str) -> Result<()> {
        const OPERATION: &str = "delete_session";
        check(OPERATION, session_id)?;
        let path = [session_id];
        let call = self.session_call(OPERATION, session_id, Method::DELETE, &path);
        let transport = self.transport();
        transport.delete(call.await?, ErrorKind::NotFound).await
    }

    /// Runs a command in a session, waits for its end and returns its exit code and output. Its standard
    /// input is empty.
    ///
    /// There is no deadline, and the request is sent once. Dropping the future does **not** stop the
    /// command; [`delete_session`](Self::delete_session) does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no such session, [`ErrorKind::Cancelled`] if it is deleted
    /// meanwhile, [`ErrorKind::Validation`] for a blank command. A command that fails is no error: look at
    /// the exit code.
    pub async fn execute_session_command(
        &self,
        session_id: &str,
        command: impl Into<SessionExecuteRequest>,
    ) -> Result<SessionExecuteResponse> {
        let call = self.execute_call("execute_session_command", session_id, command.into());
        let call = call.await?.deadline(Deadline::Never);
        let ExecutedJson {
            cmd_id,
            exit_code,
            logs,
        } = self.transport().send_for(call).await?;
        let SessionCommandLogs {
            output,
            stdout,
            stderr,
        } = logs.into();
        Ok(SessionExecuteResponse {
            command_id: cmd_id,
            exit_code,
            output,
            stdout,
            stderr,
        })
    }

    /// Starts a command in a session, and returns its id without waiting for its end. It begins when the
    /// commands before it have ended, and reads what
    /// [`send_session_command_input`](Self::send_session_command_input) sends.
    ///
    /// # Errors
    ///
    /// Those of [`execute_session_command`](Self::execute_session_command).
    pub async fn start_session_command(
        &self,
        session_id: &str,
        command: impl Into<SessionExecuteRequest>,
    ) -> Result<String> {
        let request = SessionExecuteRequest {
            run_async: Some(true),
            ..command.into()
        };
        let call = self.execute_call("start_session_command", session_id, request);
        let StartedJson { cmd_id } = self.transport().send_for(call.await?).await?;
        Ok(cmd_id)
    }

    /// A command of a session, and whether it has ended.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is no such session, or no such command in it.
    pub async fn get_session_command(
        &self,
        session_id: &str,
        command_id: &str,
    ) -> Result<SessionCommand> {
        let path = command_path("get_session_command", session_id, command_id)?;
        let call = self.session_call("get_session_command", session_id, Method::GET, &path);
        let command: CommandJson = self.transport().send_for(call.await?).await?;
        Ok(command.into())
    }

    /// What a command of a session has printed so far.
    ///
    /// # Errors
    ///
    /// Those of [`get_session_command`](Self::get_session_command).
    pub async fn get_session_command_logs(
        &self,
        session_id: &str,
        command_id: &str,
    ) -> Result<SessionCommandLogs> {
        const OPERATION: &str = "get_session_command_logs";
        let path = command_path(OPERATION, session_id, command_id)?;
        let path = [&path[..], &["logs"]].concat();
        let call = self.session_call(OPERATION, session_id, Method::GET, &path);
        let answer = self.transport().send(call.await?).await?;
        // An old daemon sends the log itself, which is no JSON: it begins with a mark, or is empty.
        let logs = serde_json::from_slice(&answer).unwrap_or_else(|_| LogsJson {
            output: String::from_utf8_lossy(&answer).into_owned(),
            ..LogsJson::default()
        });
        Ok(logs.into())
    }

    /// What a command of a session prints, from the beginning and as it does.
    ///
    /// # Errors
    ///
    /// Those of [`get_session_command`](Self::get_session_command); the stream has those of the
    /// connection.
    pub async fn stream_session_command_logs(
        &self,
        session_id: &str,
        command_id: &str,
    ) -> Result<LogStream> {
        const OPERATION: &str = "stream_session_command_logs";
        let path = command_path(OPERATION, session_id, command_id)?;
        let path = [&path[..], &["logs"]].concat();
        let call = self.session_call(OPERATION, session_id, Method::GET, &path);
        let call = call.await?.query("follow", "true");
        let socket = self.transport().open_web_socket(call).await?;
        Ok(LogStream::new(socket))
    }

    /// Sends a line to the standard input of a command that runs. An end of line is added where there is
    /// none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`] if the command has ended, and those of
    /// [`get_session_command`](Self::get_session_command).
    pub async fn send_session_command_input(
        &self,
        session_id: &str,
        command_id: &str,
        data: &str,
    ) -> Result<()> {
        const OPERATION: &str = "send_session_command_input";
        let path = command_path(OPERATION, session_id, command_id)?;
        let path = [&path[..], &["input"]].concat();
        let call = self.session_call(OPERATION, session_id, Method::POST, &path);
        let call = call.await?.json(&SendInput { data })?;
        self.transport().send(call).await?;
        Ok(())
    }

    async fn execute_call<'a>(
        &self,
        operation: &'static str,
        session_id: &'a str,
        request: SessionExecuteRequest,
    ) -> Result<Call<'a>> {
        check(operation, session_id)?;
        let path = [session_id, "exec"];
        let call = self.session_call(operation, session_id, Method::POST, &path);
        call.await?.json(&request)
    }

    async fn session_call<'a>(
        &self,
        operation: &'static str,
        subject: &'a str,
        method: Method,
        path: &[&str],
    ) -> Result<Call<'a>> {
        let (name, version) = SDK_VERSION;
        let path = [&["process", "session"], path].concat();
        let call = self.toolbox().call(operation, subject, method, &path);
        Ok(call.await?.header(name, HeaderValue::from_static(version)))
    }
}

fn check(operation: &'static str, session_id: &str) -> Result<()> {
    if is_segment(session_id) {
        return Ok(());
    }
    Err(Error::validation(operation, "no session has this id").with_subject(session_id))
}

fn command_path<'a>(
    operation: &'static str,
    session_id: &'a str,
    command_id: &'a str,
) -> Result<[&'a str; 3]> {
    check(operation, session_id)?;
    if is_segment(command_id) {
        return Ok([session_id, "command", command_id]);
    }
    Err(Error::validation(operation, "no command has this id").with_subject(command_id))
}

#[cfg(test)]
mod tests {
    use super::{LogsJson, SessionCommandLogs};

    #[test]
    fn logs_of_old_daemons_are_told_apart_here() {
        let log = "\u{1}\u{1}\u{1}a\n\u{2}\u{2}\u{2}b\n";
        let json = serde_json::json!({ "output": log, "stdout": null });
        let logs: LogsJson = serde_json::from_value(json).unwrap();
        let expected = SessionCommandLogs {
            output: "a\nb\n".to_owned(),
            stdout: "a\n".to_owned(),
            stderr: "b\n".to_owned(),
        };
        assert_eq!(SessionCommandLogs::from(logs), expected);
    }
}
