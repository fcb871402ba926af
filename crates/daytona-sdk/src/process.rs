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
use crate::transport::{Deadline, Transport};

/// Runs commands in one sandbox. Made by [`Sandbox::process`](crate::Sandbox::process); cheap to make and to clone.
#[derive(Clone, Debug)]
pub struct Process {
    toolbox: Arc<Toolbox>,
}

/// How a command is run.
///
/// ```
/// use std::time::Duration;
///
/// use daytona_sdk::ExecuteOptions;
///
/// let options = ExecuteOptions::new().cwd("src").env("CI", "1").timeout(Duration::from_secs(30));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct ExecuteOptions {
    cwd: Option<String>,
    env: BTreeMap<String, String>,
    timeout: Option<Duration>,
}

impl ExecuteOptions {
    /// In the sandbox's work dir, with the sandbox's own environment, for as long as it takes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The directory to run in. Relative paths start at the sandbox's work dir.
    pub fn cwd(mut self, path: impl Into<String>) -> Self {
        self.cwd = Some(path.into());
        self
    }

    /// Adds a variable to the environment of this one command. Names are letters, digits and `_`,
    /// not beginning with a digit: the daemon refuses others.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Adds several variables; see [`env`](Self::env).
    pub fn envs<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let owned = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        self.env.extend(owned);
        self
    }

    /// The time after which the daemon kills the command with all its children. The daemon counts
    /// whole seconds: a part of one is rounded up.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecuteResponse {
    /// The shell's exit code: 128 + N if a child was killed by signal N, -1 if the shell itself was
    /// killed or could not be started (a missing `cwd`, for instance; `result` then says so).
    pub exit_code: i32,
    /// What was written to standard output and standard error, in the order of arrival. Bytes that
    /// are not UTF-8 arrive as U+FFFD.
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecuteResponseJson {
    exit_code: i32,
    #[serde(default, deserialize_with = "or_default")]
    result: String,
}

impl Process {
    pub(crate) fn new(toolbox: Arc<Toolbox>) -> Self {
        Self { toolbox }
    }

    pub(crate) fn toolbox(&self) -> &Toolbox {
        &self.toolbox
    }

    pub(crate) fn transport(&self) -> &Transport {
        self.toolbox.transport()
    }

    pub(crate) fn sandbox_id(&self) -> &str {
        self.toolbox.sandbox_id()
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
    /// use std::time::Duration;
    ///
    /// use daytona_sdk::{ErrorKind, ExecuteOptions};
    ///
    /// let options = ExecuteOptions::new().timeout(Duration::from_secs(1));
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
    /// blank command, a bad name of a variable, or, before anything is sent, a `timeout` of more
    /// seconds than 32 bits count. A command that fails is no error: look at the exit code.
    pub async fn execute_command(
        &self,
        command: &str,
        options: ExecuteOptions,
    ) -> Result<ExecuteResponse> {
        const OPERATION: &str = "execute_command";
        let timeout = options
            .timeout
            .map(|timeout| whole_seconds(OPERATION, timeout))
            .transpose()?;
        let request = ExecuteRequest {
            command,
            cwd: options.cwd.as_deref(),
            envs: &options.env,
            timeout,
        };
        let transport = self.toolbox.transport();
        let deadline = match timeout {
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
        let ExecuteResponseJson { exit_code, result } = transport.send_for(call).await?;
        Ok(ExecuteResponse { exit_code, result })
    }
}

/// A deadline as the daemon counts it: rounded up, and never 0, which it takes for no limit.
fn whole_seconds(operation: &'static str, timeout: Duration) -> Result<u32> {
    let started_second = u64::from(timeout.subsec_nanos() > 0);
    let seconds = timeout.as_secs().saturating_add(started_second).max(1);
    u32::try_from(seconds).map_err(|_| {
        let message = format!("a timeout of {seconds} s is above {} s", u32::MAX);
        Error::validation(operation, message)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::whole_seconds;
    use crate::error::ErrorKind;

    #[test]
    fn a_deadline_is_rounded_up_to_seconds_that_the_daemon_counts() {
        let seconds = |timeout| whole_seconds("exec", timeout).ok();
        assert_eq!(seconds(Duration::ZERO), Some(1));
        assert_eq!(seconds(Duration::from_nanos(1)), Some(1));
        assert_eq!(seconds(Duration::from_secs(2)), Some(2));
        assert_eq!(seconds(Duration::from_millis(2001)), Some(3));
        let longest = Duration::from_secs(u32::MAX.into());
        assert_eq!(seconds(longest), Some(u32::MAX));
        for beyond in [longest + Duration::from_nanos(1), Duration::MAX] {
            let error = whole_seconds("exec", beyond).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Validation);
        }
    }
}
