//! What the API says about a sandbox, and how its JSON is read.

use std::collections::BTreeMap;
use std::time::SystemTime;

use reqwest::Url;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decode::{or_default, rfc_3339};
use crate::named::named;
use crate::state::SandboxState;
use crate::transport::{is_segment, join};

named! {
    /// A kind of GPU.
    pub enum GpuType {
        /// NVIDIA H100.
        H100 = "H100",
        /// NVIDIA H200.
        H200 = "H200",
        /// NVIDIA RTX PRO 6000.
        RtxPro6000 = "RTX-PRO-6000",
        /// NVIDIA RTX 4090.
        Rtx4090 = "RTX-4090",
        /// NVIDIA RTX 5090.
        Rtx5090 = "RTX-5090",
    }
}

impl Serialize for GpuType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
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
    /// The organization that it belongs to.
    pub organization_id: Option<String>,
    /// The snapshot that it was created from.
    pub snapshot: Option<String>,
    /// The user that commands run as.
    pub user: Option<String>,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The region.
    pub target: Option<String>,
    /// Whether everyone may see the ports that it opens.
    pub public: bool,
    /// Whether it has no network at all.
    pub network_block_all: bool,
    /// The only networks that it reaches, separated by commas.
    pub network_allow_list: Option<String>,
    /// The only domains that it reaches, separated by commas.
    pub domain_allow_list: Option<String>,
    /// CPU cores.
    pub cpu: Option<f64>,
    /// GPUs.
    pub gpu: Option<f64>,
    /// The kind of its GPUs.
    pub gpu_type: Option<GpuType>,
    /// Memory in GiB.
    pub memory: Option<f64>,
    /// Disk in GiB.
    pub disk: Option<f64>,
    /// Minutes without activity after which it is stopped; 0 for never.
    pub auto_stop_interval: Option<i64>,
    /// Minutes without activity after which it is paused; 0 for never.
    pub auto_pause_interval: Option<i64>,
    /// Minutes after stopping after which it is archived; 0 for the longest that Daytona allows.
    pub auto_archive_interval: Option<i64>,
    /// Minutes after stopping after which it is deleted; 0 for at once, negative for never.
    pub auto_delete_interval: Option<i64>,
    /// When it will be deleted, whatever it does.
    pub auto_destroy_at: Option<SystemTime>,
    /// The sandbox whose machine and network it shares.
    pub linked_sandbox_id: Option<String>,
    /// When it was created.
    pub created_at: Option<SystemTime>,
    /// When the API last changed what it says here.
    pub updated_at: Option<SystemTime>,
    /// When it was last in use: the intervals begin then.
    pub last_activity_at: Option<SystemTime>,
}

/// The JSON of a sandbox. Only the id is needed; environment variables are not even read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SandboxJson {
    #[serde(deserialize_with = "id")]
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    state: SandboxState,
    #[serde(default, deserialize_with = "or_default")]
    error_reason: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    organization_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    snapshot: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    user: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    target: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    public: bool,
    #[serde(default, deserialize_with = "or_default")]
    network_block_all: bool,
    #[serde(default, deserialize_with = "or_default")]
    network_allow_list: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    domain_allow_list: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    cpu: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    gpu: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    gpu_type: Option<GpuType>,
    #[serde(default, deserialize_with = "or_default")]
    memory: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    disk: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_stop_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_pause_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_archive_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_delete_interval: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    auto_destroy_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    linked_sandbox_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    last_activity_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    toolbox_proxy_url: Option<String>,
}

/// An id that leads to its sandbox: one that vanishes from a URL would lead to all of them.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = String::deserialize(deserializer)?;
    if is_segment(&id) {
        Ok(id)
    } else {
        Err(D::Error::custom(format_args!(
            "`{id}` is no id of a sandbox"
        )))
    }
}

impl From<SandboxJson> for SandboxInfo {
    fn from(json: SandboxJson) -> Self {
        Self {
            name: json
                .name
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| json.id.clone()),
            id: json.id,
            state: json.state,
            error_reason: json.error_reason,
            organization_id: json.organization_id,
            snapshot: json.snapshot,
            user: json.user,
            labels: json.labels,
            target: json.target,
            public: json.public,
            network_block_all: json.network_block_all,
            network_allow_list: json.network_allow_list,
            domain_allow_list: json.domain_allow_list,
            cpu: json.cpu,
            gpu: json.gpu,
            gpu_type: json.gpu_type,
            memory: json.memory,
            disk: json.disk,
            auto_stop_interval: json.auto_stop_interval,
            auto_pause_interval: json.auto_pause_interval,
            auto_archive_interval: json.auto_archive_interval,
            auto_delete_interval: json.auto_delete_interval,
            auto_destroy_at: json.auto_destroy_at.as_deref().and_then(rfc_3339),
            linked_sandbox_id: json.linked_sandbox_id,
            created_at: json.created_at.as_deref().and_then(rfc_3339),
            updated_at: json.updated_at.as_deref().and_then(rfc_3339),
            last_activity_at: json.last_activity_at.as_deref().and_then(rfc_3339),
        }
    }
}

impl SandboxJson {
    /// Where the toolbox of the sandbox answers, if the API says it.
    pub(crate) fn toolbox_url(&self) -> Option<Url> {
        toolbox_url(self.toolbox_proxy_url.as_deref()?, &self.id)
    }
}

/// The toolbox of one sandbox behind the proxy of its region.
pub(crate) fn toolbox_url(proxy_url: &str, id: &str) -> Option<Url> {
    let url = Url::parse(proxy_url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| join(&url, &[id]))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{GpuType, SandboxInfo, SandboxJson, toolbox_url};
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
                "gpuType":"H100","autoStopInterval":15,"autoArchiveInterval":10080,"autoDeleteInterval":-1,"volumes":[],
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
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_221_618);
        assert_eq!(info.created_at, Some(created));
        assert_eq!((info.snapshot, info.target.as_deref()), (None, Some("us")));
        assert_eq!(info.gpu_type, Some(GpuType::H100));
        assert_eq!(info.network_allow_list.as_deref(), Some("10.0.0.0/8"));
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
        for unusable in [
            r#"{"name":"box"}"#,
            r#"{"id":""}"#,
            r#"{"id":".."}"#,
            r#"{"id":7}"#,
        ] {
            assert!(
                serde_json::from_str::<SandboxJson>(unusable).is_err(),
                "{unusable}"
            );
        }
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
}
