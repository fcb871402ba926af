//! One sandbox: what is known of it, its life cycle, and the way to its files and commands.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::Method;
use serde::{Deserialize, Serialize};
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

#[derive(Deserialize, Serialize)]
struct Labels {
    labels: BTreeMap<String, String>,
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

    /// Starts the sandbox and waits until it is started. Brings back one that is archived, and resumes
    /// one that is paused.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if that takes longer than
    /// [`start_timeout`](crate::DaytonaConfig::start_timeout), [`ErrorKind::SandboxFailed`] if it
    /// will not start.
    pub async fn start(&self) -> Result<()> {
        let wait = self.begin_wait("start");
        self.change_state(&wait, "start").await?;
        self.until_started(&wait).await
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
        let wait = self.begin_wait("stop");
        self.change_state(&wait, "stop").await?;
        self.until_stopped(&wait).await
    }

    /// Freezes the sandbox with the memory of what runs in it, and waits until that is done.
    /// [`start`](Self::start) resumes it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if it is not started, or of a class that cannot be paused;
    /// [`ErrorKind::Timeout`] and [`ErrorKind::SandboxFailed`] as in [`stop`](Self::stop).
    pub async fn pause(&self) -> Result<()> {
        let wait = self.begin_wait("pause");
        self.change_state(&wait, "pause").await?;
        self.until_paused(&wait).await
    }

    /// Waits until the sandbox is started, and asks for nothing: some other call is to start it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if it is not after `timeout`, [`ErrorKind::SandboxFailed`] if it
    /// will not start.
    pub async fn wait_until_started(&self, timeout: Duration) -> Result<()> {
        let wait = Wait::begin("wait_until_started", timeout);
        self.until_started(&wait).await
    }

    /// Waits until the sandbox is stopped, archived or gone, and asks for nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if it is not after `timeout`, [`ErrorKind::SandboxFailed`] if it
    /// breaks.
    pub async fn wait_until_stopped(&self, timeout: Duration) -> Result<()> {
        let wait = Wait::begin("wait_until_stopped", timeout);
        self.until_stopped(&wait).await
    }

    /// Waits until the sandbox is paused, or not running for another reason, and asks for nothing.
    ///
    /// # Errors
    ///
    /// Those of [`wait_until_stopped`](Self::wait_until_stopped).
    pub async fn wait_until_paused(&self, timeout: Duration) -> Result<()> {
        let wait = Wait::begin("wait_until_paused", timeout);
        self.until_paused(&wait).await
    }

    /// Waits until the sandbox is gone, and asks for nothing: [`delete`](Self::delete) does.
    ///
    /// # Errors
    ///
    /// Those of [`wait_until_stopped`](Self::wait_until_stopped).
    pub async fn wait_until_destroyed(&self, timeout: Duration) -> Result<()> {
        let wait = Wait::begin("wait_until_destroyed", timeout);
        let gone = self.poll(&wait, |state| match state {
            SandboxState::Destroyed => Verdict::Arrived,
            SandboxState::Error | SandboxState::BuildFailed => Verdict::Failed,
            _ => Verdict::Pending,
        });
        or_gone(gone.await)
    }

    /// Tells Daytona that the sandbox is in use, so that its intervals begin anew. Commands and files do
    /// so by themselves; this is for work that Daytona does not see.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is no such sandbox.
    pub async fn refresh_activity(&self) -> Result<()> {
        let call = self.api_call("refresh_activity", Method::POST, &["last-activity"]);
        self.transport().send(call).await?;
        Ok(())
    }

    /// Replaces all labels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is no such sandbox.
    pub async fn set_labels<N, V>(&self, labels: impl IntoIterator<Item = (N, V)>) -> Result<()>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let owned = labels
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        let labels = Labels {
            labels: owned.collect(),
        };
        let call = self
            .api_call("set_labels", Method::PUT, &["labels"])
            .json(&labels)?;
        let Labels { labels } = self.transport().send_for(call).await?;
        self.change_info(|info| info.labels = labels);
        Ok(())
    }

    /// The minutes without activity after which the sandbox is stopped; 0 for never.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is no such sandbox; [`ErrorKind::Validation`] if Daytona
    /// does not allow the value, as with the setters that follow.
    pub async fn set_auto_stop_interval(&self, minutes: u32) -> Result<()> {
        self.set_interval("set_auto_stop_interval", "autostop", minutes.into())
            .await
    }

    /// The minutes without activity after which the sandbox is paused; 0 for never.
    ///
    /// # Errors
    ///
    /// Those of [`set_auto_stop_interval`](Self::set_auto_stop_interval).
    pub async fn set_auto_pause_interval(&self, minutes: u32) -> Result<()> {
        self.set_interval("set_auto_pause_interval", "autopause", minutes.into())
            .await
    }

    /// The minutes after stopping after which the sandbox is archived; 0 for the longest that Daytona
    /// allows.
    ///
    /// # Errors
    ///
    /// Those of [`set_auto_stop_interval`](Self::set_auto_stop_interval).
    pub async fn set_auto_archive_interval(&self, minutes: u32) -> Result<()> {
        self.set_interval("set_auto_archive_interval", "autoarchive", minutes.into())
            .await
    }

    /// The minutes after stopping after which the sandbox is deleted; 0 for at once, negative for
    /// never.
    ///
    /// # Errors
    ///
    /// Those of [`set_auto_stop_interval`](Self::set_auto_stop_interval).
    pub async fn set_auto_delete_interval(&self, minutes: i32) -> Result<()> {
        self.set_interval("set_auto_delete_interval", "autodelete", minutes.into())
            .await
    }

    /// The minutes from now after which the sandbox is deleted, whatever it does; 0 for never.
    ///
    /// # Errors
    ///
    /// Those of [`set_auto_stop_interval`](Self::set_auto_stop_interval).
    pub async fn set_ttl(&self, minutes: u32) -> Result<()> {
        self.set_interval("set_ttl", "ttl", minutes.into()).await
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

    async fn change_state(&self, wait: &Wait, change: &str) -> Result<()> {
        let call = self.api_call(wait.operation, Method::POST, &[change]);
        self.transport().send(call).await?;
        Ok(())
    }

    async fn set_interval(&self, operation: &'static str, route: &str, minutes: i64) -> Result<()> {
        let call = self.api_call(operation, Method::POST, &[route, &minutes.to_string()]);
        let json = self.transport().send_for(call).await?;
        self.learn(json);
        Ok(())
    }

    /// Brings the sandbox up from whatever state it is in. One that is on its way out counts as gone.
    pub(crate) async fn bring_up(&self, wait: &Wait) -> Result<()> {
        let rising = async {
            let mut pauses = Pauses::default();
            loop {
                match self.state() {
                    SandboxState::Started => return Ok(()),
                    SandboxState::Stopped | SandboxState::Archived | SandboxState::Paused => {
                        match self.change_state(wait, "start").await {
                            // Another change is under way.
                            Err(error) if error.kind() == ErrorKind::Conflict => {}
                            Err(error) => return Err(error),
                            Ok(()) => return self.until_started(wait).await,
                        }
                    }
                    SandboxState::Destroying | SandboxState::Destroyed => {
                        let message = "the sandbox is being deleted";
                        let error = Error::new(ErrorKind::SandboxNotFound, wait.operation, message);
                        return Err(error.with_subject(self.id()));
                    }
                    SandboxState::Error | SandboxState::BuildFailed => {
                        return Err(self.failed(wait.operation));
                    }
                    _ => {}
                }
                pauses.next().await;
                self.refresh_data().await?;
            }
        };
        self.within(wait, rising).await
    }

    pub(crate) async fn until_started(&self, wait: &Wait) -> Result<()> {
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

    async fn until_stopped(&self, wait: &Wait) -> Result<()> {
        let stopped = self.poll(wait, |state| match state {
            SandboxState::Stopped
            | SandboxState::Archiving
            | SandboxState::Archived
            | SandboxState::Destroying
            | SandboxState::Destroyed => Verdict::Arrived,
            SandboxState::Error | SandboxState::BuildFailed => Verdict::Failed,
            _ => Verdict::Pending,
        });
        or_gone(stopped.await)
    }

    async fn until_paused(&self, wait: &Wait) -> Result<()> {
        let paused = self.poll(wait, |state| match state {
            SandboxState::Paused
            | SandboxState::Stopped
            | SandboxState::Archiving
            | SandboxState::Archived
            | SandboxState::Destroying
            | SandboxState::Destroyed => Verdict::Arrived,
            SandboxState::Error | SandboxState::BuildFailed => Verdict::Failed,
            _ => Verdict::Pending,
        });
        or_gone(paused.await)
    }

    fn begin_wait(&self, operation: &'static str) -> Wait {
        Wait::begin(operation, self.transport().config().start_timeout)
    }

    /// Looks again and again until `judge` is satisfied with the state.
    async fn poll(&self, wait: &Wait, judge: impl Fn(&SandboxState) -> Verdict) -> Result<()> {
        let polling = async {
            let mut pauses = Pauses::default();
            loop {
                self.refresh_data().await?;
                match judge(&self.state()) {
                    Verdict::Arrived => return Ok(()),
                    Verdict::Failed => return Err(self.failed(wait.operation)),
                    Verdict::Pending => pauses.next().await,
                }
            }
        };
        self.within(wait, polling).await
    }

    async fn within(&self, wait: &Wait, change: impl Future<Output = Result<()>>) -> Result<()> {
        let Wait {
            operation, limit, ..
        } = *wait;
        tokio::time::timeout(wait.left(), change)
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
        self.change_info(|info| *info = json.into());
    }

    fn change_info(&self, change: impl FnOnce(&mut SandboxInfo)) {
        let info = &self.shared.info;
        change(&mut info.write().unwrap_or_else(PoisonError::into_inner));
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

    pub(crate) fn left(&self) -> Duration {
        self.limit.saturating_sub(self.begun.elapsed())
    }
}

/// The pauses between looks at a sandbox.
struct Pauses {
    next: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next: FIRST_POLL }
    }
}

impl Pauses {
    async fn next(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = self.next.mul_f64(1.5).min(LAST_POLL);
    }
}

/// A wait for a sandbox to go down, to which one that is gone is no failure.
fn or_gone(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::SandboxNotFound => Ok(()),
        outcome => outcome,
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
