//! Volumes: storage that outlives sandboxes and that several can share.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::decode::{or_default, rfc_3339};
use crate::error::{Error, ErrorKind, Result};
use crate::named::named;
use crate::refusal::Target;
use crate::transport::{Call, Transport, is_segment};

named! {
    /// Where a volume is in its life.
    #[derive(Default)]
    pub enum VolumeState {
        /// Waiting to be made.
        PendingCreate = "pending_create",
        /// Being made.
        Creating = "creating",
        /// Ready to be mounted.
        Ready = "ready",
        /// Waiting to be deleted.
        PendingDelete = "pending_delete",
        /// On its way out.
        Deleting = "deleting",
        /// Gone.
        Deleted = "deleted",
        /// Broken; [`Volume::error_reason`] may say why.
        Error = "error",
        /// The API does not say.
        #[default]
        Unknown = "unknown",
    }
}

/// What the API says about a volume. A sandbox gets it with [`VolumeMount`](crate::VolumeMount).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Volume {
    /// The id.
    pub id: String,
    /// The name, which is the id if none was given.
    pub name: String,
    /// The state.
    pub state: VolumeState,
    /// Why the state is `error`.
    pub error_reason: Option<String>,
    /// When it was created.
    pub created_at: Option<SystemTime>,
    /// When a sandbox last had it.
    pub last_used_at: Option<SystemTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VolumeJson {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    state: VolumeState,
    #[serde(default, deserialize_with = "or_default")]
    error_reason: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    last_used_at: Option<String>,
}

impl From<VolumeJson> for Volume {
    fn from(json: VolumeJson) -> Self {
        Self {
            id: json.id,
            name: json.name,
            state: json.state,
            error_reason: json.error_reason,
            created_at: json.created_at.as_deref().and_then(rfc_3339),
            last_used_at: json.last_used_at.as_deref().and_then(rfc_3339),
        }
    }
}

/// Finds, makes and deletes volumes. Made by [`Daytona::volume`](crate::Daytona::volume).
#[derive(Clone)]
pub struct VolumeService {
    transport: Arc<Transport>,
}

#[derive(Serialize)]
struct CreateVolume<'a> {
    name: &'a str,
}

impl VolumeService {
    pub(crate) fn new(transport: Arc<Transport>) -> Self {
        Self { transport }
    }

    /// All volumes of the organization.
    ///
    /// # Errors
    ///
    /// Those that every call has; see [`ErrorKind`].
    pub async fn list(&self) -> Result<Vec<Volume>> {
        let call = self.call("volume.list", "", Method::GET, &[]);
        let volumes: Vec<VolumeJson> = self.transport.send_for(call).await?;
        Ok(volumes.into_iter().map(Volume::from).collect())
    }

    /// The volume of this name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none.
    pub async fn get(&self, name: &str) -> Result<Volume> {
        const OPERATION: &str = "volume.get";
        check(OPERATION, name)?;
        let call = self.call(OPERATION, name, Method::GET, &["by-name", name]);
        let volume: VolumeJson = self.transport.send_for(call).await?;
        Ok(volume.into())
    }

    /// Makes a volume. It can be mounted once its state is [`VolumeState::Ready`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if there is one of this name.
    pub async fn create(&self, name: &str) -> Result<Volume> {
        let call = self
            .call("volume.create", name, Method::POST, &[])
            .json(&CreateVolume { name })?;
        let volume: VolumeJson = self.transport.send_for(call).await?;
        Ok(volume.into())
    }

    /// Deletes the volume with this id, and all that is in it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if there is none, [`ErrorKind::Conflict`] if a sandbox has it.
    pub async fn delete(&self, id: &str) -> Result<()> {
        const OPERATION: &str = "volume.delete";
        check(OPERATION, id)?;
        let call = self.call(OPERATION, id, Method::DELETE, &[id]);
        self.transport.delete(call, ErrorKind::NotFound).await
    }

    fn call<'a>(
        &self,
        operation: &'static str,
        subject: &'a str,
        method: Method,
        segments: &[&str],
    ) -> Call<'a> {
        let url = self.transport.api_url(&[&["volumes"], segments].concat());
        Call::new(operation, subject, Target::Organization, method, url)
            .deadline(self.transport.prompt())
    }
}

fn check(operation: &'static str, id_or_name: &str) -> Result<()> {
    if is_segment(id_or_name) {
        return Ok(());
    }
    Err(Error::validation(operation, "no volume has this id or name").with_subject(id_or_name))
}

impl fmt::Debug for VolumeService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VolumeService").finish_non_exhaustive()
    }
}
