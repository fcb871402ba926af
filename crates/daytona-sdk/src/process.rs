//! Commands in a sandbox.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::decode::or_default;
use crate::error::{Error, Result};
use crate::toolbox::Toolbox;
use crate::transport::Deadline;

/// Runs commands in one sandbox. Made by [`Sandbox::process`](crate::Sandbox::process); cheap to make and to clone.
#[derive(Clone, Debug)]
pub struct Process {
    toolbox: Arc<Toolbox>,
}

/// How a command is run.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ExecuteOptions {
    /// The directory to run in. Relative paths start at the sandbox's work dir, which is also the
    /// default.
    pub cwd: Option<String>,
    /// Variables that are added to the environment of this one command. Names are letters, digits
    /// and `_`, not beginning with a digit: the daemon refuses others.
    pub env: BTreeMap<String, String>,
    /// Whole seconds after which the daemon kills the command with all its children; `None` for no
    /// limit. Zero is refused, because the daemon takes it for no limit.
    pub timeout: Option<u32>,
}

/// Values of variables are often secrets, so only the names are shown.
impl fmt::Debug for ExecuteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecuteOptions")
            .field("cwd", &self.cwd)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ExecuteResponse {
    /// The shell's exit code: 128 + N if a child was killed by signal N, -1 if the shell itself was
    /// killed or could not be started (a missing `cwd`, for instance; `result` then says so).
    #[serde(rename = "exitCode")]
    pub exit_code: i32,
    /// What was written to standard output and standard error, in the order of arrival. Bytes that
    /// are not UTF-8 arrive as U+FFFD.
    #[serde(default, deserialize_with = "or_default")]
    pub result: String,
}

#[derive(Serialize)]
struct ExecuteRequest<'a> {
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwd: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    envs: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
}

impl Process {
    pub(crate) fn new(toolbox: Arc<Toolbox>) -> Self {
        Self { toolbox }
    }

    /// Runs `command` in the sandbox's shell, waits for its end and returns its exit code and
    /// output.
    ///
    /// The shell reads the command as its *input*, so a program that reads standard input eats the
    /// lines that follow it: give it `</dev/null`. A child in the background that keeps the output
    /// open holds the answer back: redirect its output. Nothing that the command sets lives on in
    /// the next one.
    ///
    /// The request is sent once: it is repeated only if it surely never reached the sandbox.
    /// Dropping the future, or losing the connection, does **not** stop the command; only `timeout`
    /// does.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> daytona_sdk::Result<()> {
    /// # let server = daytona_loopback::Server::start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// # let sandbox = daytona.create(daytona_sdk::CreateSandboxParams::new()).await?;
    /// use daytona_sdk::{ErrorKind, ExecuteOptions};
    ///
    /// let options = ExecuteOptions { timeout: Some(1), ..ExecuteOptions::default() };
    /// let error = sandbox.process().execute_command("sleep 600", options).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Timeout);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) if `timeout` passed; what the command
    /// printed until then is lost. [`ErrorKind::Validation`](crate::ErrorKind::Validation) for a
    /// blank command, a bad name of a variable, or a `timeout` of zero. A command that fails is no
    /// error: look at the exit code.
    pub async fn execute_command(
        &self,
        command: &str,
        options: ExecuteOptions,
    ) -> Result<ExecuteResponse> {
        const OPERATION: &str = "execute_command";
        if options.timeout == Some(0) {
            return Err(Error::validation(
                OPERATION,
                "a timeout of 0 seconds; leave it out for no limit",
            ));
        }
        let request = ExecuteRequest {
            command,
            cwd: options.cwd.as_deref(),
            envs: &options.env,
            timeout: options.timeout,
        };
        let transport = self.toolbox.transport();
        let deadline = match options.timeout {
            Some(seconds) => Deadline::Whole(
                Duration::from_secs(seconds.into()).saturating_add(transport.config().idle_timeout),
            ),
            None => Deadline::Never,
        };
        let call = self
            .toolbox
            .call(
                OPERATION,
                self.toolbox.sandbox_id(),
                Method::POST,
                &["process", "execute"],
            )
            .await?
            .json(&request)?
            .deadline(deadline);
        transport.send_for(call).await
    }
}
