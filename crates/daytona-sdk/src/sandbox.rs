//! One sandbox: what is known of it, its life cycle, and the way to its files and commands.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::fs::FileSystem;
use crate::info::{SandboxInfo, SandboxJson};
use crate::process::Process;
use crate::refusal::Target;
use crate::state::SandboxState;
use crate::toolbox::Toolbox;
use crate::transport::{Call, Transport, is_segment, join};

/// The pause between two looks at a sandbox that is on its way to a state: first short, then
/// longer.
const FIRST_POLL: Duration = Duration::from_millis(100);
const LAST_POLL: Duration = Duration::from_secs(1);

/// A sandbox in Daytona. Clones are cheap and share what is known of it.
///
/// What [`state`](Sandbox::state) and its like return is what the API said last;
/// [`refresh_data`](Sandbox::refresh_data) asks again. Dropping a `Sandbox` does not touch the
/// sandbox: it runs until it is stopped or deleted.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    toolbox: Arc<Toolbox>,
    info: RwLock<SandboxInfo>,
}

#[derive(Deserialize)]
struct Directory {
    dir: String,
}

impl Sandbox {
    pub(crate) fn new(transport: Arc<Transport>, json: SandboxJson) -> Self {
        let url = json.toolbox_url();
        let info = SandboxInfo::from(json);
        let shared = Shared {
            toolbox: Arc::new(Toolbox::new(transport, info.id.clone(), url)),
            info: RwLock::new(info),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        self.shared.toolbox.sandbox_id()
    }

    /// The name, which is the id if none was given.
    pub fn name(&self) -> String {
        self.read_info(|info| info.name.clone())
    }

    /// The state as the API said last.
    pub fn state(&self) -> SandboxState {
        self.read_info(|info| info.state.clone())
    }

    /// Everything that the API said last.
    pub fn info(&self) -> SandboxInfo {
        self.read_info(SandboxInfo::clone)
    }

    /// The sandbox's files.
    pub fn fs(&self) -> FileSystem {
        FileSystem::new(Arc::clone(&self.shared.toolbox))
    }

    /// The sandbox's commands.
    pub fn process(&self) -> Process {
        Process::new(Arc::clone(&self.shared.toolbox))
    }

    /// Asks the API again what it knows of the sandbox.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is no such sandbox any more.
    pub async fn refresh_data(&self) -> Result<()> {
        let call = self.api_call("refresh_data", Method::GET, &[]);
        let json = self.transport().send_for(call).await?;
        self.learn(json);
        Ok(())
    }

    /// Starts the sandbox and waits until it is started.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if that takes longer than
    /// [`start_timeout`](crate::DaytonaConfig::start_timeout), [`ErrorKind::SandboxFailed`] if it
    /// will not start.
    pub async fn start(&self) -> Result<()> {
        let wait = Wait::begin("start", self.transport().config().start_timeout);
        self.change_state(wait.operation).await?;
        self.wait_until_started(&wait).await
    }

    /// Stops the sandbox and waits until it is stopped. A sandbox that is deleted upon stopping
    /// counts as stopped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if that takes longer than
    /// [`start_timeout`](crate::DaytonaConfig::start_timeout), [`ErrorKind::SandboxFailed`] if it
    /// breaks.
    pub async fn stop(&self) -> Result<()> {
        let wait = Wait::begin("stop", self.transport().config().start_timeout);
        self.change_state(wait.operation).await?;
        self.wait_until_stopped(&wait).await
    }

    /// Deletes the sandbox with everything in it. Returns when Daytona has accepted that, not when
    /// it is done.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is no such sandbox.
    pub async fn delete(&self) -> Result<()> {
        let call = self.api_call("delete", Method::DELETE, &[]);
        self.transport()
            .delete(call, ErrorKind::SandboxNotFound)
            .await
    }

    /// The absolute path at which relative paths start: the image's work dir, else the user's home.
    ///
    /// # Errors
    ///
    /// Those that every call has; see [`ErrorKind`].
    pub async fn get_work_dir(&self) -> Result<String> {
        self.get_directory("get_work_dir", "work-dir").await
    }

    /// The absolute path of the home of the sandbox's user.
    ///
    /// # Errors
    ///
    /// Those that every call has; see [`ErrorKind`].
    pub async fn get_user_home_dir(&self) -> Result<String> {
        self.get_directory("get_user_home_dir", "user-home-dir")
            .await
    }

    async fn get_directory(&self, operation: &'static str, route: &str) -> Result<String> {
        let toolbox = &self.shared.toolbox;
        let call = toolbox
            .call(operation, self.id(), Method::GET, &[route])
            .await?;
        let Directory { dir } = self.transport().send_for(call).await?;
        Ok(dir)
    }

    async fn change_state(&self, operation: &'static str) -> Result<()> {
        let call = self.api_call(operation, Method::POST, &[operation]);
        self.transport().send(call).await?;
        Ok(())
    }

    pub(crate) async fn wait_until_started(&self, wait: &Wait) -> Result<()> {
        self.poll(wait, |state| match state {
            SandboxState::Started => Verdict::Arrived,
            SandboxState::Error
            | SandboxState::BuildFailed
            | SandboxState::Destroying
            | SandboxState::Destroyed => Verdict::Failed,
            _ => Verdict::Pending,
        })
        .await
    }

    async fn wait_until_stopped(&self, wait: &Wait) -> Result<()> {
        let stopped = self.poll(wait, |state| match state {
            SandboxState::Stopped
            | SandboxState::Archiving
            | SandboxState::Archived
            | SandboxState::Destroying
            | SandboxState::Destroyed => Verdict::Arrived,
            SandboxState::Error | SandboxState::BuildFailed => Verdict::Failed,
            _ => Verdict::Pending,
        });
        match stopped.await {
            Err(error) if error.kind() == ErrorKind::SandboxNotFound => Ok(()),
            outcome => outcome,
        }
    }

    /// Looks again and again until `judge` is satisfied with the state.
    async fn poll(&self, wait: &Wait, judge: impl Fn(&SandboxState) -> Verdict) -> Result<()> {
        let polling = async {
            let mut pause = FIRST_POLL;
            loop {
                self.refresh_data().await?;
                match judge(&self.state()) {
                    Verdict::Arrived => return Ok(()),
                    Verdict::Failed => return Err(self.failed(wait.operation)),
                    Verdict::Pending => {}
                }
                tokio::time::sleep(pause).await;
                pause = pause.mul_f64(1.5).min(LAST_POLL);
            }
        };
        let Wait {
            operation, limit, ..
        } = *wait;
        tokio::time::timeout(wait.left(), polling)
            .await
            .unwrap_or_else(|_| {
                let message = format!("the sandbox is still `{}` after {limit:?}", self.state());
                Err(Error::new(ErrorKind::Timeout, operation, message).with_subject(self.id()))
            })
    }

    fn failed(&self, operation: &'static str) -> Error {
        let SandboxInfo {
            state,
            error_reason,
            ..
        } = self.info();
        let message = match error_reason {
            Some(reason) => format!("the sandbox went into state `{state}`: {reason}"),
            None => format!("the sandbox went into state `{state}`"),
        };
        Error::new(ErrorKind::SandboxFailed, operation, message).with_subject(self.id())
    }

    fn transport(&self) -> &Transport {
        self.shared.toolbox.transport()
    }

    fn api_call(&self, operation: &'static str, method: Method, segments: &[&str]) -> Call<'_> {
        let url = join(&self.transport().api_url(&["sandbox", self.id()]), segments);
        Call::new(operation, self.id(), Target::Sandbox, method, url)
            .deadline(self.transport().prompt())
    }

    fn learn(&self, json: SandboxJson) {
        if let Some(url) = json.toolbox_url() {
            self.shared.toolbox.set_url(url);
        }
        *self
            .shared
            .info
            .write()
            .unwrap_or_else(PoisonError::into_inner) = json.into();
    }

    fn read_info<T>(&self, read: impl FnOnce(&SandboxInfo) -> T) -> T {
        read(
            &self
                .shared
                .info
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.info();
        f.debug_struct("Sandbox")
            .field("id", &info.id)
            .field("name", &info.name)
            .field("state", &info.state)
            .finish_non_exhaustive()
    }
}

/// The time that a sandbox has to get to a state, from the request that sends it there.
pub(crate) struct Wait {
    operation: &'static str,
    begun: Instant,
    limit: Duration,
}

impl Wait {
    pub(crate) fn begin(operation: &'static str, limit: Duration) -> Self {
        Self {
            operation,
            begun: Instant::now(),
            limit,
        }
    }

    fn left(&self) -> Duration {
        self.limit.saturating_sub(self.begun.elapsed())
    }
}

/// What a state means to someone who waits for another.
enum Verdict {
    Arrived,
    Failed,
    Pending,
}

/// The id or name as one segment of a path, or an error if it cannot be one.
pub(crate) fn check_id_or_name(operation: &'static str, id_or_name: &str) -> Result<()> {
    if is_segment(id_or_name) {
        return Ok(());
    }
    // The call would go to all sandboxes.
    Err(Error::validation(operation, "no sandbox has this id or name").with_subject(id_or_name))
}

#[cfg(test)]
mod tests {
    use super::check_id_or_name;
    use crate::error::ErrorKind;

    #[test]
    fn an_id_that_would_vanish_from_the_url_is_refused() {
        for id in ["", ".", ".."] {
            assert_eq!(
                check_id_or_name("get", id).unwrap_err().kind(),
                ErrorKind::Validation
            );
        }
        assert!(check_id_or_name("get", "my box/1").is_ok());
    }
}
