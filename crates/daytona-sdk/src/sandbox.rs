//! One sandbox: what is known of it, its life cycle, and the way to its files and commands.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::{Method, Url};
use serde::Deserialize;
use tokio::time::Instant;

use crate::decode::or_default;
use crate::error::{Error, ErrorKind, Result};
use crate::fs::FileSystem;
use crate::process::Process;
use crate::refusal::Target;
use crate::state::SandboxState;
use crate::transport::{Call, Transport, join};

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
    transport: Arc<Transport>,
    id: String,
    info: RwLock<SandboxInfo>,
    /// Where the toolbox of the sandbox answers, once it is known.
    toolbox: RwLock<Option<Url>>,
}

/// What the API says about a sandbox. Fields that it does not send, or that this version cannot
/// read, are empty.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SandboxInfo {
    /// The id: a UUID in practice.
    pub id: String,
    /// The name, which is the id if none was given.
    pub name: String,
    /// The state.
    pub state: SandboxState,
    /// Why the state is `error` or `build_failed`.
    pub error_reason: Option<String>,
    /// The snapshot that it was created from.
    pub snapshot: Option<String>,
    /// The user that commands run as.
    pub user: Option<String>,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The region.
    pub target: Option<String>,
    /// CPU cores.
    pub cpu: Option<f64>,
    /// GPUs.
    pub gpu: Option<f64>,
    /// Memory in GiB.
    pub memory: Option<f64>,
    /// Disk in GiB.
    pub disk: Option<f64>,
    /// Minutes without activity after which it is stopped; 0 for never.
    pub auto_stop_interval: Option<i64>,
    /// Minutes after stopping after which it is archived; 0 for the longest that Daytona allows.
    pub auto_archive_interval: Option<i64>,
    /// Minutes after stopping after which it is deleted; 0 for at once, negative for never.
    pub auto_delete_interval: Option<i64>,
    /// When it was created, as RFC 3339.
    pub created_at: Option<String>,
}

/// The JSON of a sandbox. Only the id is needed; environment variables are not even read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SandboxJson {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    error_reason: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    snapshot: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    user: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    target: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    cpu: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    gpu: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    memory: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    disk: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_stop_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_archive_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_delete_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    toolbox_proxy_url: Option<String>,
}

impl From<SandboxJson> for SandboxInfo {
    fn from(json: SandboxJson) -> Self {
        Self {
            name: json
                .name
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| json.id.clone()),
            id: json.id,
            state: json
                .state
                .as_deref()
                .map_or(SandboxState::Unknown, SandboxState::from),
            error_reason: json.error_reason,
            snapshot: json.snapshot,
            user: json.user,
            labels: json.labels,
            target: json.target,
            cpu: json.cpu,
            gpu: json.gpu,
            memory: json.memory,
            disk: json.disk,
            auto_stop_interval: json.auto_stop_interval,
            auto_archive_interval: json.auto_archive_interval,
            auto_delete_interval: json.auto_delete_interval,
            created_at: json.created_at,
        }
    }
}

#[derive(Deserialize)]
struct ToolboxProxyUrl {
    url: String,
}

#[derive(Deserialize)]
struct Directory {
    dir: String,
}

impl Sandbox {
    pub(crate) fn new(transport: Arc<Transport>, json: SandboxJson) -> Self {
        let toolbox = json.toolbox_url();
        let info = SandboxInfo::from(json);
        let shared = Shared {
            transport,
            id: info.id.clone(),
            info: RwLock::new(info),
            toolbox: RwLock::new(toolbox),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.shared.id
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
        FileSystem::new(self.clone())
    }

    /// The sandbox's commands.
    pub fn process(&self) -> Process {
        Process::new(self.clone())
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
        const OPERATION: &str = "start";
        let limit = self.transport().config().start_timeout;
        let deadline = Instant::now() + limit;
        self.change_state(OPERATION).await?;
        self.wait_until_started(OPERATION, deadline, limit).await
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
        const OPERATION: &str = "stop";
        let limit = self.transport().config().start_timeout;
        let deadline = Instant::now() + limit;
        self.change_state(OPERATION).await?;
        self.wait_until_stopped(OPERATION, deadline, limit).await
    }

    /// Deletes the sandbox with everything in it. Returns when Daytona has accepted that, not when
    /// it is done.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SandboxNotFound`] if there is no such sandbox.
    pub async fn delete(&self) -> Result<()> {
        let call = self.api_call("delete", Method::DELETE, &[]);
        match self.transport().send(call).await {
            Ok(_) => Ok(()),
            Err(error)
                if error.kind() == ErrorKind::SandboxNotFound && error.is_after_unclear_try() =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
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
        let call = self
            .toolbox_call(operation, self.id(), Method::GET, &[route])
            .await?;
        let Directory { dir } = self.transport().send_for(call).await?;
        Ok(dir)
    }

    async fn change_state(&self, operation: &'static str) -> Result<()> {
        let call = self.api_call(operation, Method::POST, &[operation]);
        self.transport().send(call).await?;
        Ok(())
    }

    pub(crate) async fn wait_until_started(
        &self,
        operation: &'static str,
        deadline: Instant,
        limit: Duration,
    ) -> Result<()> {
        self.poll(operation, deadline, limit, |state| match state {
            SandboxState::Started => Progress::Arrived,
            SandboxState::Error
            | SandboxState::BuildFailed
            | SandboxState::Destroying
            | SandboxState::Destroyed => Progress::Failed,
            _ => Progress::Pending,
        })
        .await
    }

    async fn wait_until_stopped(
        &self,
        operation: &'static str,
        deadline: Instant,
        limit: Duration,
    ) -> Result<()> {
        let stopped = self.poll(operation, deadline, limit, |state| match state {
            SandboxState::Stopped
            | SandboxState::Archiving
            | SandboxState::Archived
            | SandboxState::Destroying
            | SandboxState::Destroyed => Progress::Arrived,
            SandboxState::Error | SandboxState::BuildFailed => Progress::Failed,
            _ => Progress::Pending,
        });
        match stopped.await {
            Err(error) if error.kind() == ErrorKind::SandboxNotFound => Ok(()),
            outcome => outcome,
        }
    }

    /// Looks again and again until `judge` is satisfied with the state.
    async fn poll(
        &self,
        operation: &'static str,
        deadline: Instant,
        limit: Duration,
        judge: impl Fn(&SandboxState) -> Progress,
    ) -> Result<()> {
        let polling = async {
            let mut pause = FIRST_POLL;
            loop {
                self.refresh_data().await?;
                match judge(&self.state()) {
                    Progress::Arrived => return Ok(()),
                    Progress::Failed => return Err(self.failed(operation)),
                    Progress::Pending => {}
                }
                tokio::time::sleep(pause).await;
                pause = pause.mul_f64(1.5).min(LAST_POLL);
            }
        };
        tokio::time::timeout_at(deadline, polling)
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

    pub(crate) fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    fn api_call(&self, operation: &'static str, method: Method, segments: &[&str]) -> Call<'_> {
        let url = join(&self.transport().api_url(&["sandbox", self.id()]), segments);
        Call::new(operation, self.id(), Target::Sandbox, method, url)
            .deadline(self.transport().prompt())
    }

    /// A call to the sandbox's toolbox.
    pub(crate) async fn toolbox_call<'a>(
        &self,
        operation: &'static str,
        subject: &'a str,
        method: Method,
        segments: &[&str],
    ) -> Result<Call<'a>> {
        let url = join(&self.toolbox_url().await?, segments);
        Ok(Call::new(operation, subject, Target::Toolbox, method, url)
            .deadline(self.transport().prompt()))
    }

    async fn toolbox_url(&self) -> Result<Url> {
        if let Some(url) = self
            .shared
            .toolbox
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
        {
            return Ok(url);
        }
        const OPERATION: &str = "get_toolbox_proxy_url";
        let call = self.api_call(OPERATION, Method::GET, &["toolbox-proxy-url"]);
        let ToolboxProxyUrl { url } = self.transport().send_for(call).await?;
        let toolbox = toolbox_url(&url, self.id()).ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                OPERATION,
                "the address of the toolbox proxy cannot be read",
            )
            .with_subject(self.id())
        })?;
        self.set_toolbox(toolbox.clone());
        Ok(toolbox)
    }

    fn set_toolbox(&self, url: Url) {
        *self
            .shared
            .toolbox
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    fn learn(&self, json: SandboxJson) {
        if let Some(url) = json.toolbox_url() {
            self.set_toolbox(url);
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

/// What a state means to someone who waits for another.
enum Progress {
    Arrived,
    Failed,
    Pending,
}

impl SandboxJson {
    fn toolbox_url(&self) -> Option<Url> {
        toolbox_url(self.toolbox_proxy_url.as_deref()?, &self.id)
    }
}

fn toolbox_url(proxy_url: &str, id: &str) -> Option<Url> {
    let url = Url::parse(proxy_url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| join(&url, &[id]))
}

/// The id or name as one segment of a path, or an error if it cannot be one.
pub(crate) fn check_id_or_name(operation: &'static str, id_or_name: &str) -> Result<()> {
    // URLs have no way to name these: the segment would vanish, and the call would go to all
    // sandboxes.
    if matches!(id_or_name, "" | "." | "..") {
        return Err(
            Error::validation(operation, "no sandbox has this id or name").with_subject(id_or_name),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{SandboxInfo, SandboxJson, check_id_or_name, toolbox_url};
    use crate::error::ErrorKind;
    use crate::state::SandboxState;

    fn json(text: &str) -> SandboxJson {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn reads_what_the_api_sends() {
        let json = json(
            r#"{"id":"0b5e","organizationId":"7a","name":"box","user":"daytona","env":{"TOKEN":"hunter2"},
                "labels":{"team":"compilers"},"public":false,"networkBlockAll":false,
                "networkAllowList":"10.0.0.0/8","target":"us","cpu":0.5,"gpu":0,"memory":1,"disk":3,
                "snapshot":null,"state":"hibernating","desiredState":"resized","errorReason":null,
                "autoStopInterval":15,"autoArchiveInterval":10080,"autoDeleteInterval":-1,"volumes":[],
                "buildInfo":{"snapshotRef":"x"},"sandboxClass":"container","createdAt":"2026-06-23T13:33:38.000Z",
                "toolboxProxyUrl":"https://proxy.app.daytona.io/toolbox"}"#,
        );

        let toolbox = json.toolbox_url().unwrap();
        assert_eq!(
            toolbox.as_str(),
            "https://proxy.app.daytona.io/toolbox/0b5e"
        );
        let info = SandboxInfo::from(json);
        assert_eq!(info.state, SandboxState::Other("hibernating".to_owned()));
        assert_eq!(info.labels["team"], "compilers");
        assert_eq!((info.cpu, info.auto_delete_interval), (Some(0.5), Some(-1)));
        assert_eq!((info.snapshot, info.target.as_deref()), (None, Some("us")));
    }

    #[test]
    fn the_id_is_all_that_is_needed() {
        let bare = json(r#"{"id":"0b5e"}"#);
        assert_eq!(bare.toolbox_url(), None);
        let expected = SandboxInfo {
            id: "0b5e".to_owned(),
            name: "0b5e".to_owned(),
            ..SandboxInfo::default()
        };
        assert_eq!(SandboxInfo::from(bare), expected);

        let odd = json(
            r#"{"id":"0b5e","name":null,"state":null,"labels":null,"cpu":"two","toolboxProxyUrl":null,
                "autoStopInterval":{},"target":[]}"#,
        );
        assert_eq!(SandboxInfo::from(odd), expected);
        assert!(serde_json::from_str::<SandboxJson>(r#"{"name":"box"}"#).is_err());
    }

    #[test]
    fn the_toolbox_is_below_its_proxy() {
        let url = |proxy| toolbox_url(proxy, "0b5e").map(String::from);
        assert_eq!(
            url("http://127.0.0.1:80/toolbox/").unwrap(),
            "http://127.0.0.1/toolbox/0b5e"
        );
        assert_eq!(url("https://proxy").unwrap(), "https://proxy/0b5e");
        assert_eq!(url("proxy"), None);
        assert_eq!(url("mailto:proxy"), None);
    }

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
