//! What a new sandbox is to be like.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// What a new sandbox is to be like. Everything that is not set is left to Daytona.
///
/// ```
/// use daytona_sdk::{CreateSandboxParams, Resources};
///
/// let params = CreateSandboxParams::from_image("debian:12.9")
///     .resources(Resources { cpu: Some(2), memory: Some(4), ..Resources::default() })
///     .env("RUST_LOG", "info")
///     .label("team", "compilers")
///     .auto_stop_interval(30);
/// ```
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSandboxParams {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_info: Option<BuildInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    env: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    #[serde(flatten)]
    resources: Resources,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_stop_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_archive_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_delete_interval: Option<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<VolumeMount>,
    #[serde(skip)]
    pub(crate) start_timeout: Option<Duration>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfo {
    dockerfile_content: String,
}

/// The share of a machine that a sandbox from an image gets. A snapshot brings its own: Daytona
/// refuses both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    /// CPU cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// Memory in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u32>,
    /// Disk in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<u32>,
    /// GPUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<u32>,
}

/// A volume and its place in the sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeMount {
    /// The volume's id.
    pub volume_id: String,
    /// The absolute path at which it appears.
    pub mount_path: String,
    /// The folder in the volume that appears there; the whole volume if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subpath: Option<String>,
}

impl CreateSandboxParams {
    /// A sandbox from the organization's default snapshot.
    pub fn new() -> Self {
        Self::default()
    }

    /// A sandbox from a snapshot, by id or name.
    pub fn from_snapshot(snapshot: impl Into<String>) -> Self {
        Self {
            snapshot: Some(snapshot.into()),
            ..Self::default()
        }
    }

    /// A sandbox from an image of a container registry. The first one takes as long as Daytona
    /// needs to build it: consider a longer [`start_timeout`](Self::start_timeout).
    pub fn from_image(image: impl fmt::Display) -> Self {
        let build_info = BuildInfo {
            dockerfile_content: format!("FROM {image}\n"),
        };
        Self {
            build_info: Some(build_info),
            ..Self::default()
        }
    }

    /// The sandbox's name, by which it can be found again even if the answer to its creation got
    /// lost.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The user that commands run as.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Adds a variable to the environment of every command.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Whether everyone may see the ports that the sandbox opens.
    pub fn public(mut self, public: bool) -> Self {
        self.public = Some(public);
        self
    }

    /// The region, instead of the one in [`DaytonaConfig::target`](crate::DaytonaConfig::target).
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The share of the machine.
    pub fn resources(mut self, resources: Resources) -> Self {
        self.resources = resources;
        self
    }

    /// Minutes without activity after which the sandbox is stopped; 0 for never.
    pub fn auto_stop_interval(mut self, minutes: u32) -> Self {
        self.auto_stop_interval = Some(minutes);
        self
    }

    /// Minutes after stopping after which the sandbox is archived; 0 for the longest that Daytona
    /// allows.
    pub fn auto_archive_interval(mut self, minutes: u32) -> Self {
        self.auto_archive_interval = Some(minutes);
        self
    }

    /// Minutes after stopping after which the sandbox is deleted; 0 for at once, negative for
    /// never.
    pub fn auto_delete_interval(mut self, minutes: i32) -> Self {
        self.auto_delete_interval = Some(minutes);
        self
    }

    /// Adds a volume.
    pub fn volume(mut self, volume: VolumeMount) -> Self {
        self.volumes.push(volume);
        self
    }

    /// The longest wait for this sandbox to start, instead of the one in
    /// [`DaytonaConfig::start_timeout`](crate::DaytonaConfig::start_timeout).
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = Some(timeout);
        self
    }
}

/// Values of variables are often secrets, so only the names are shown.
impl fmt::Debug for CreateSandboxParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateSandboxParams")
            .field("name", &self.name)
            .field("snapshot", &self.snapshot)
            .field("build_info", &self.build_info)
            .field("user", &self.user)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("labels", &self.labels)
            .field("public", &self.public)
            .field("target", &self.target)
            .field("resources", &self.resources)
            .field("auto_stop_interval", &self.auto_stop_interval)
            .field("auto_archive_interval", &self.auto_archive_interval)
            .field("auto_delete_interval", &self.auto_delete_interval)
            .field("volumes", &self.volumes)
            .field("start_timeout", &self.start_timeout)
            .finish()
    }
}
