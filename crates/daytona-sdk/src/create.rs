//! What a new sandbox is to be like.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::info::GpuType;

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
    // Boxed, so that the future of a call that creates is not as large.
    json: Box<CreateSandboxJson>,
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
    build_info: Option<BuildInfoJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    env: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_block_all: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_allow_list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_allow_list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outbound_proxy_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    otel_endpoint_override: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(flatten)]
    resources: ResourcesJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kvm: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_stop_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_pause_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_archive_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_delete_interval: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_timeout: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<VolumeMountJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_sandbox: Option<String>,
    /// One object for each secret, with the name of its variable as the only key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<BTreeMap<String, String>>,
}

/// What an image is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct BuildInfo(BuildInfoJson);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfoJson {
    dockerfile_content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    context_hashes: Vec<String>,
}

impl BuildInfo {
    /// A Dockerfile, as text.
    pub fn new(dockerfile_content: impl Into<String>) -> Self {
        Self(BuildInfoJson {
            dockerfile_content: dockerfile_content.into(),
            context_hashes: Vec::new(),
        })
    }

    /// Adds a file or folder for `COPY`, by the hash under which it is in Daytona's object storage.
    pub fn context_hash(mut self, hash: impl Into<String>) -> Self {
        self.0.context_hashes.push(hash.into());
        self
    }
}

/// The share of a machine that a sandbox from an image gets. A snapshot brings its own: Daytona
/// refuses both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Resources(ResourcesJson);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourcesJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gpu_type: Vec<GpuType>,
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

    /// Adds a kind of GPU that will do. The first that is free is taken, in the order given.
    pub fn gpu_type(mut self, gpu_type: impl Into<GpuType>) -> Self {
        self.0.gpu_type.push(gpu_type.into());
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
        Self::from_build_info(BuildInfo::new(format!("FROM {image}\n")))
    }

    /// A sandbox from an image that Daytona builds; see [`from_image`](Self::from_image).
    pub fn from_build_info(build_info: BuildInfo) -> Self {
        let mut params = Self::default();
        params.json.build_info = Some(build_info.0);
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

    /// Whether the sandbox has no network at all.
    pub fn network_block_all(mut self, block_all: bool) -> Self {
        self.json.network_block_all = Some(block_all);
        self
    }

    /// The only networks that the sandbox reaches: blocks of addresses such as `10.0.0.0/8`,
    /// separated by commas.
    pub fn network_allow_list(mut self, networks: impl Into<String>) -> Self {
        self.json.network_allow_list = Some(networks.into());
        self
    }

    /// The only domains that the sandbox reaches, separated by commas.
    pub fn domain_allow_list(mut self, domains: impl Into<String>) -> Self {
        self.json.domain_allow_list = Some(domains.into());
        self
    }

    /// The proxy for HTTP and HTTPS that programs in the sandbox are told of; may hold credentials.
    /// Programs can ignore it, unless there is a [`domain_allow_list`](Self::domain_allow_list), too.
    pub fn outbound_proxy_url(mut self, url: impl Into<String>) -> Self {
        self.json.outbound_proxy_url = Some(url.into());
        self
    }

    /// Where the sandbox sends its telemetry, instead of to Daytona.
    pub fn otel_endpoint_override(mut self, url: impl Into<String>) -> Self {
        self.json.otel_endpoint_override = Some(url.into());
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

    /// Whether the sandbox may be ended at any time to free its GPU for one that may not.
    pub fn spot(mut self, spot: bool) -> Self {
        self.json.spot = Some(spot);
        self
    }

    /// Whether programs in the sandbox can run virtual machines, where Daytona allows it.
    pub fn kvm(mut self, kvm: bool) -> Self {
        self.json.kvm = Some(kvm);
        self
    }

    /// Minutes without activity after which the sandbox is stopped; 0 for never. If neither this nor
    /// [`auto_pause_interval`](Self::auto_pause_interval) is set, Daytona chooses one.
    pub fn auto_stop_interval(mut self, minutes: u32) -> Self {
        self.json.auto_stop_interval = Some(minutes);
        self
    }

    /// Minutes without activity after which the sandbox is paused, where its class allows that; 0 for
    /// never. Not together with [`auto_stop_interval`](Self::auto_stop_interval), and not for an
    /// [`ephemeral`](Self::ephemeral) sandbox.
    pub fn auto_pause_interval(mut self, minutes: u32) -> Self {
        self.json.auto_pause_interval = Some(minutes);
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

    /// Deletes the sandbox as soon as it stops.
    pub fn ephemeral(self) -> Self {
        self.auto_delete_interval(0)
    }

    /// Minutes after its creation after which the sandbox is deleted, whatever it does; 0 for never.
    pub fn ttl_minutes(mut self, minutes: u32) -> Self {
        self.json.ttl_minutes = Some(minutes);
        self
    }

    /// Minutes after which a sandbox is given up for which no machine is free; at least 1.
    pub fn queue_timeout(mut self, minutes: u32) -> Self {
        self.json.queue_timeout = Some(minutes);
        self
    }

    /// Adds a volume.
    pub fn volume(mut self, volume: VolumeMount) -> Self {
        self.json.volumes.push(volume.0);
        self
    }

    /// Puts the sandbox on the machine and the network of another one, by id or name. It must be
    /// [`ephemeral`](Self::ephemeral).
    pub fn linked_sandbox(mut self, id_or_name: impl Into<String>) -> Self {
        self.json.linked_sandbox = Some(id_or_name.into());
        self
    }

    /// Adds a variable to the environment of every command whose value is a secret that is kept in
    /// Daytona under the name `secret`.
    pub fn secret(mut self, variable: impl Into<String>, secret: impl Into<String>) -> Self {
        let secret = BTreeMap::from([(variable.into(), secret.into())]);
        self.json.secrets.push(secret);
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

/// Values of variables are often secrets, so only the names are shown; nor is the proxy, whose address
/// may hold credentials.
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
            .field("network_block_all", &json.network_block_all)
            .field("network_allow_list", &json.network_allow_list)
            .field("domain_allow_list", &json.domain_allow_list)
            .field("target", &json.target)
            .field("resources", &json.resources)
            .field("spot", &json.spot)
            .field("kvm", &json.kvm)
            .field("auto_stop_interval", &json.auto_stop_interval)
            .field("auto_pause_interval", &json.auto_pause_interval)
            .field("auto_archive_interval", &json.auto_archive_interval)
            .field("auto_delete_interval", &json.auto_delete_interval)
            .field("ttl_minutes", &json.ttl_minutes)
            .field("queue_timeout", &json.queue_timeout)
            .field("volumes", &json.volumes)
            .field("linked_sandbox", &json.linked_sandbox)
            .field("secrets", &json.secrets)
            .field("start_timeout", &self.start_timeout)
            .finish_non_exhaustive()
    }
}
