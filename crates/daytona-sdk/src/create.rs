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
///     .resources(Resources::new().cpu(2).memory(4))
///     .env("RUST_LOG", "info")
///     .label("team", "compilers")
///     .auto_stop_interval(30);
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct CreateSandboxParams {
    json: CreateSandboxJson,
    pub(crate) start_timeout: Option<Duration>,
}

#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateSandboxJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
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
    target: Option<String>,
    #[serde(flatten)]
    resources: ResourcesJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_stop_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_archive_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_delete_interval: Option<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<VolumeMountJson>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfo {
    dockerfile_content: String,
}

/// The share of a machine that a sandbox from an image gets. A snapshot brings its own: Daytona
/// refuses both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Resources(ResourcesJson);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct ResourcesJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<u32>,
}

impl Resources {
    /// What Daytona gives to sandboxes that do not ask.
    pub fn new() -> Self {
        Self::default()
    }

    /// CPU cores.
    pub fn cpu(mut self, cores: u32) -> Self {
        self.0.cpu = Some(cores);
        self
    }

    /// Memory in GiB.
    pub fn memory(mut self, gibibytes: u32) -> Self {
        self.0.memory = Some(gibibytes);
        self
    }

    /// Disk in GiB.
    pub fn disk(mut self, gibibytes: u32) -> Self {
        self.0.disk = Some(gibibytes);
        self
    }

    /// GPUs.
    pub fn gpu(mut self, gpus: u32) -> Self {
        self.0.gpu = Some(gpus);
        self
    }
}

/// A volume and its place in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct VolumeMount(VolumeMountJson);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeMountJson {
    volume_id: String,
    mount_path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subpath: Option<String>,
}

impl VolumeMount {
    /// The whole volume with this id, at an absolute path.
    pub fn new(volume_id: impl Into<String>, mount_path: impl Into<String>) -> Self {
        Self(VolumeMountJson {
            volume_id: volume_id.into(),
            mount_path: mount_path.into(),
            subpath: None,
        })
    }

    /// The folder in the volume that appears instead of the whole of it.
    pub fn subpath(mut self, subpath: impl Into<String>) -> Self {
        self.0.subpath = Some(subpath.into());
        self
    }
}

impl CreateSandboxParams {
    /// A sandbox from the organization's default snapshot.
    pub fn new() -> Self {
        Self::default()
    }

    /// A sandbox from a snapshot, by id or name.
    pub fn from_snapshot(snapshot: impl Into<String>) -> Self {
        let mut params = Self::default();
        params.json.snapshot = Some(snapshot.into());
        params
    }

    /// A sandbox from an image of a container registry. The first one takes as long as Daytona
    /// needs to build it: consider a longer [`start_timeout`](Self::start_timeout).
    pub fn from_image(image: impl fmt::Display) -> Self {
        let build_info = BuildInfo {
            dockerfile_content: format!("FROM {image}\n"),
        };
        let mut params = Self::default();
        params.json.build_info = Some(build_info);
        params
    }

    /// The sandbox's name, by which it can be found again even if the answer to its creation got
    /// lost.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.json.name = Some(name.into());
        self
    }

    /// The user that commands run as.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.json.user = Some(user.into());
        self
    }

    /// Adds a variable to the environment of every command.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.json.env.insert(name.into(), value.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.json.labels.insert(name.into(), value.into());
        self
    }

    /// Whether everyone may see the ports that the sandbox opens.
    pub fn public(mut self, public: bool) -> Self {
        self.json.public = Some(public);
        self
    }

    /// The region, instead of the one in [`DaytonaConfig::target`](crate::DaytonaConfig::target).
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.json.target = Some(target.into());
        self
    }

    /// The share of the machine.
    pub fn resources(mut self, resources: Resources) -> Self {
        self.json.resources = resources.0;
        self
    }

    /// Minutes without activity after which the sandbox is stopped; 0 for never.
    pub fn auto_stop_interval(mut self, minutes: u32) -> Self {
        self.json.auto_stop_interval = Some(minutes);
        self
    }

    /// Minutes after stopping after which the sandbox is archived; 0 for the longest that Daytona
    /// allows.
    pub fn auto_archive_interval(mut self, minutes: u32) -> Self {
        self.json.auto_archive_interval = Some(minutes);
        self
    }

    /// Minutes after stopping after which the sandbox is deleted; 0 for at once, negative for
    /// never.
    pub fn auto_delete_interval(mut self, minutes: i32) -> Self {
        self.json.auto_delete_interval = Some(minutes);
        self
    }

    /// Adds a volume.
    pub fn volume(mut self, volume: VolumeMount) -> Self {
        self.json.volumes.push(volume.0);
        self
    }

    /// The longest wait for this sandbox to start, instead of the one in
    /// [`DaytonaConfig::start_timeout`](crate::DaytonaConfig::start_timeout).
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = Some(timeout);
        self
    }

    /// The body of the request, with a region for sandboxes that name none.
    pub(crate) fn to_json(&self, default_target: Option<&str>) -> impl Serialize {
        let mut json = self.json.clone();
        json.target = json.target.or_else(|| default_target.map(str::to_owned));
        json
    }

    pub(crate) fn chosen_name(&self) -> Option<&str> {
        self.json.name.as_deref()
    }
}

/// Values of variables are often secrets, so only the names are shown.
impl fmt::Debug for CreateSandboxParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = &self.json;
        f.debug_struct("CreateSandboxParams")
            .field("name", &json.name)
            .field("snapshot", &json.snapshot)
            .field("build_info", &json.build_info)
            .field("user", &json.user)
            .field("env", &json.env.keys().collect::<Vec<_>>())
            .field("labels", &json.labels)
            .field("public", &json.public)
            .field("target", &json.target)
            .field("resources", &json.resources)
            .field("auto_stop_interval", &json.auto_stop_interval)
            .field("auto_archive_interval", &json.auto_archive_interval)
            .field("auto_delete_interval", &json.auto_delete_interval)
            .field("volumes", &json.volumes)
            .field("start_timeout", &self.start_timeout)
            .finish()
    }
}
