//! What the server is asked to be like. [`crate::Builder`] fills this in; a few of the settings can
//! change while the server runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::errors::ErrorShape;
use crate::go::Zone;

/// How long a killed command may take to be gone.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// What the toolbox proxy answers for a sandbox that is not running; Daytona does both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoppedReply {
    /// 400 with a message that ends in `Is the Sandbox started?`.
    #[default]
    BadRequest,
    /// 502 with an empty body.
    BadGateway,
}

/// Whether entries of `FileInfo` carry `modifiedAt`, which daemons before v0.187 lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ModifiedAt {
    #[default]
    Present,
    Absent,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) address: SocketAddr,
    pub(crate) api_key: String,
    pub(crate) error_shape: ErrorShape,
    pub(crate) stopped_reply: StoppedReply,
    pub(crate) zone: Zone,
    pub(crate) modified_at: ModifiedAt,
    /// How many times a sandbox is seen in a passing state, such as `starting`, before it settles.
    pub(crate) passing_polls: usize,
    /// The states that a new sandbox goes through, instead of `creating` and `started`.
    pub(crate) created_states: Option<Vec<String>>,
    /// Fields of every sandbox's JSON: a value to put there, or nothing to leave the field out.
    pub(crate) sandbox_fields: BTreeMap<String, Option<Value>>,
    /// The shell that runs commands, instead of the one that the daemon would choose.
    pub(crate) shell: Option<PathBuf>,
    /// How many commands run at the same time, instead of what this process can afford.
    pub(crate) running_commands: Option<usize>,
    /// How many bytes of a request's body are kept.
    pub(crate) recorded_body: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            api_key: "loopback-api-key".to_owned(),
            error_shape: ErrorShape::default(),
            stopped_reply: StoppedReply::default(),
            zone: Zone::utc(),
            modified_at: ModifiedAt::default(),
            passing_polls: 0,
            created_states: None,
            sandbox_fields: BTreeMap::new(),
            shell: None,
            running_commands: None,
            recorded_body: 1 << 20,
        }
    }
}
