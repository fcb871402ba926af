//! Snapshots: what sandboxes are created from.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use reqwest::Method;
use serde::Deserialize;

use crate::decode::{or_default, rfc_3339};
use crate::error::{Error, Result};
use crate::named::named;
use crate::refusal::Target;
use crate::transport::{Call, Transport, is_segment};

named! {
    /// Where a snapshot is in its life.
    #[derive(Default)]
    pub enum SnapshotState {
        /// Waiting to be built.
        Pending = "pending",
        /// Its image is being built.
        Building = "building",
        /// Its image is on the way.
        Pulling = "pulling",
        /// Being made from a sandbox.
        Snapshotting = "snapshotting",
        /// Ready for sandboxes.
        Active = "active",
        /// Not used for long; to be activated before it serves again.
        Inactive = "inactive",
        /// Broken; [`Snapshot::error_reason`] may say why.
        Error = "error",
        /// Its image could not be built.
        BuildFailed = "build_failed",
        /// On its way out.
        Removing = "removing",
        /// The API does not say.
        #[default]
        Unknown = "unknown",
    }
}

/// What the API says about a snapshot.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The id.
    pub id: String,
    /// The name, for [`CreateSandboxParams::from_snapshot`](crate::CreateSandboxParams::from_snapshot).
    pub name: String,
    /// Whether it is Daytona's own, for everyone.
    pub general: bool,
    /// The state.
    pub state: SnapshotState,
    /// Why the state is `error` or `build_failed`.
    pub error_reason: Option<String>,
    /// The image that it was made from.
    pub image_name: Option<String>,
    /// GiB that it takes.
    pub size: Option<f64>,
    /// CPU cores of a sandbox from it.
    pub cpu: Option<f64>,
    /// GPUs of a sandbox from it.
    pub gpu: Option<f64>,
    /// GiB of memory of a sandbox from it.
    pub mem: Option<f64>,
    /// GiB of disk of a sandbox from it.
    pub disk: Option<f64>,
    /// When it was created.
    pub created_at: Option<SystemTime>,
    /// When a sandbox was last created from it.
    pub last_used_at: Option<SystemTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotJson {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    general: bool,
    #[serde(default, deserialize_with = "or_default")]
    state: SnapshotState,
    #[serde(default, deserialize_with = "or_default")]
    error_reason: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    image_name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    size: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    cpu: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    gpu: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    mem: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    disk: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    last_used_at: Option<String>,
}

impl From<SnapshotJson> for Snapshot {
    fn from(json: SnapshotJson) -> Self {
        Self {
            id: json.id,
            name: json.name,
            general: json.general,
            state: json.state,
            error_reason: json.error_reason,
            image_name: json.image_name,
            size: json.size,
            cpu: json.cpu,
            gpu: json.gpu,
            mem: json.mem,
            disk: json.disk,
            created_at: json.created_at.as_deref().and_then(rfc_3339),
            last_used_at: json.last_used_at.as_deref().and_then(rfc_3339),
        }
    }
}

/// Which snapshots to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListSnapshotsQuery {
    page_size: Option<u32>,
    name: Option<String>,
    source_sandbox_id: Option<String>,
}

impl ListSnapshotsQuery {
    /// All snapshots that the organization can use.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many snapshots are fetched at a time, 1 to 200; 100 if not set. The stream is the same with
    /// any.
    pub fn page_size(mut self, snapshots: u32) -> Self {
        self.page_size = Some(snapshots);
        self
    }

    /// A part of the name.
    pub fn name(mut self, part: impl Into<String>) -> Self {
        self.name = Some(part.into());
        self
    }

    /// The sandbox that the snapshot was made from.
    pub fn source_sandbox_id(mut self, id: impl Into<String>) -> Self {
        self.source_sandbox_id = Some(id.into());
        self
    }
}

/// Snapshots as they arrive, made by [`SnapshotService::list`]. An error ends the stream.
#[must_use = "streams do nothing unless polled"]
pub struct SnapshotStream {
    snapshots: BoxStream<'static, Result<Snapshot>>,
}

impl Stream for SnapshotStream {
    type Item = Result<Snapshot>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.snapshots.as_mut().poll_next(context)
    }
}

impl fmt::Debug for SnapshotStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotStream").finish_non_exhaustive()
    }
}

/// Finds snapshots. Made by [`Daytona::snapshot`](crate::Daytona::snapshot).
#[derive(Clone)]
pub struct SnapshotService {
    transport: Arc<Transport>,
}

impl SnapshotService {
    pub(crate) fn new(transport: Arc<Transport>) -> Self {
        Self { transport }
    }

    /// The snapshots that match, fetched page by page while the stream is read.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> daytona_sdk::Result<()> {
    /// # let server = daytona_loopback::Server::start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// use daytona_sdk::ListSnapshotsQuery;
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut snapshots = daytona.snapshot().list(ListSnapshotsQuery::new());
    /// while let Some(snapshot) = snapshots.try_next().await? {
    ///     println!("{} is {}", snapshot.name, snapshot.state);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, query: ListSnapshotsQuery) -> SnapshotStream {
        let listing = Listing {
            service: self.clone(),
            query,
            arrived: VecDeque::new(),
            next_page: Some(1),
        };
        let snapshots = stream::try_unfold(listing, |mut listing| async move {
            loop {
                if let Some(json) = listing.arrived.pop_front() {
                    return Ok(Some((json.into(), listing)));
                }
                match listing.next_page {
                    Some(page) => listing.fetch(page).await?,
                    None => return Ok(None),
                }
            }
        });
        SnapshotStream {
            snapshots: snapshots.boxed(),
        }
    }

    /// The snapshot with this id or name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is none.
    pub async fn get(&self, id_or_name: &str) -> Result<Snapshot> {
        const OPERATION: &str = "snapshot.get";
        if !is_segment(id_or_name) {
            let error = Error::validation(OPERATION, "no snapshot has this id or name");
            return Err(error.with_subject(id_or_name));
        }
        let call = self.call(OPERATION, id_or_name, &[id_or_name]);
        let snapshot: SnapshotJson = self.transport.send_for(call).await?;
        Ok(snapshot.into())
    }

    fn call<'a>(&self, operation: &'static str, subject: &'a str, segments: &[&str]) -> Call<'a> {
        let url = self.transport.api_url(&[&["snapshots"], segments].concat());
        Call::new(operation, subject, Target::Organization, Method::GET, url)
            .deadline(self.transport.prompt())
    }
}

impl fmt::Debug for SnapshotService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotService").finish_non_exhaustive()
    }
}

/// How far the listing has come.
struct Listing {
    service: SnapshotService,
    query: ListSnapshotsQuery,
    arrived: VecDeque<SnapshotJson>,
    next_page: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    items: VecDeque<SnapshotJson>,
    #[serde(default, deserialize_with = "or_default")]
    total_pages: u32,
}

impl Listing {
    async fn fetch(&mut self, number: u32) -> Result<()> {
        let ListSnapshotsQuery {
            page_size,
            name,
            source_sandbox_id,
        } = &self.query;
        let page_size = page_size.map(|snapshots| snapshots.to_string());
        let call = self
            .service
            .call("snapshot.list", "", &[])
            .query("page", &number.to_string())
            .query_if_set("limit", page_size.as_deref())
            .query_if_set("name", name.as_deref())
            .query_if_set("sourceSandboxId", source_sandbox_id.as_deref());
        let page: Page = self.service.transport.send_for(call).await?;
        // An empty page ends the listing whatever the server says: else it could go on for ever.
        let has_more = number < page.total_pages && !page.items.is_empty();
        self.next_page = has_more.then_some(number + 1);
        self.arrived = page.items;
        Ok(())
    }
}
