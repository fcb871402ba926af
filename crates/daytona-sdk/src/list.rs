//! Listing sandboxes.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use reqwest::Method;
use serde::Deserialize;

use crate::decode::or_default;
use crate::error::{Error, Result};
use crate::info::SandboxJson;
use crate::refusal::Target;
use crate::sandbox::Sandbox;
use crate::state::SandboxState;
use crate::transport::{Call, Transport};

/// Sandboxes as they arrive, made by [`Daytona::list`](crate::Daytona::list). An error ends the
/// stream.
#[must_use = "streams do nothing unless polled"]
pub struct SandboxStream {
    sandboxes: BoxStream<'static, Result<Sandbox>>,
}

impl Stream for SandboxStream {
    type Item = Result<Sandbox>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.sandboxes.as_mut().poll_next(context)
    }
}

impl fmt::Debug for SandboxStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxStream").finish_non_exhaustive()
    }
}

/// Which sandboxes to list. All conditions must hold; without one all sandboxes of the organization
/// match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListSandboxesQuery {
    page_size: Option<u32>,
    id: Option<String>,
    name: Option<String>,
    labels: BTreeMap<String, String>,
    states: Vec<SandboxState>,
    snapshots: Vec<String>,
    targets: Vec<String>,
}

impl ListSandboxesQuery {
    /// All sandboxes.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many sandboxes are fetched at a time, 1 to 200; 100 if not set. The stream is the same
    /// with any.
    pub fn page_size(mut self, sandboxes: u32) -> Self {
        self.page_size = Some(sandboxes);
        self
    }

    /// The beginning of the id.
    pub fn id(mut self, prefix: impl Into<String>) -> Self {
        self.id = Some(prefix.into());
        self
    }

    /// The beginning of the name.
    pub fn name(mut self, prefix: impl Into<String>) -> Self {
        self.name = Some(prefix.into());
        self
    }

    /// A label that the sandbox must have. May be given several times.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// A state in which the sandbox may be. May be given several times.
    pub fn state(mut self, state: SandboxState) -> Self {
        self.states.push(state);
        self
    }

    /// A snapshot, by name, from which the sandbox may be. May be given several times.
    pub fn snapshot(mut self, name: impl Into<String>) -> Self {
        self.snapshots.push(name.into());
        self
    }

    /// A region in which the sandbox may be. May be given several times.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.targets.push(target.into());
        self
    }

    fn add_to<'a>(&self, call: Call<'a>) -> Result<Call<'a>> {
        let page_size = self.page_size.map(|sandboxes| sandboxes.to_string());
        let labels = (!self.labels.is_empty())
            .then(|| serde_json::to_string(&self.labels))
            .transpose();
        let labels = labels.map_err(|reason| {
            Error::validation(OPERATION, "the labels cannot be encoded").with_source(reason)
        })?;

        let mut call = call
            .query_if_set("limit", page_size.as_deref())
            .query_if_set("id", self.id.as_deref())
            .query_if_set("name", self.name.as_deref())
            .query_if_set("labels", labels.as_deref());
        for state in &self.states {
            call = call.query("states", state.as_str());
        }
        for snapshot in &self.snapshots {
            call = call.query("snapshots", snapshot);
        }
        for target in &self.targets {
            call = call.query("regionIds", target);
        }
        Ok(call)
    }
}

const OPERATION: &str = "list";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Option<Vec<SandboxJson>>,
    #[serde(default, deserialize_with = "or_default")]
    next_cursor: Option<String>,
}

/// How far the listing has come.
struct Listing {
    transport: Arc<Transport>,
    query: ListSandboxesQuery,
    arrived: VecDeque<SandboxJson>,
    next: Next,
}

enum Next {
    First,
    After(String),
    Nothing,
}

pub(crate) fn sandboxes(transport: Arc<Transport>, query: ListSandboxesQuery) -> SandboxStream {
    let listing = Listing {
        transport,
        query,
        arrived: VecDeque::new(),
        next: Next::First,
    };
    let sandboxes = stream::try_unfold(listing, |mut listing| async move {
        loop {
            if let Some(json) = listing.arrived.pop_front() {
                let sandbox = Sandbox::new(Arc::clone(&listing.transport), json);
                return Ok(Some((sandbox, listing)));
            }
            if matches!(listing.next, Next::Nothing) {
                return Ok(None);
            }
            listing.fetch_page().await?;
        }
    });
    SandboxStream {
        sandboxes: sandboxes.boxed(),
    }
}

impl Listing {
    async fn fetch_page(&mut self) -> Result<()> {
        let url = self.transport.api_url(&["sandbox"]);
        let call = Call::new(OPERATION, "", Target::Organization, Method::GET, url)
            .deadline(self.transport.prompt());
        let cursor = match &self.next {
            Next::After(cursor) => Some(cursor.as_str()),
            Next::First | Next::Nothing => None,
        };
        let call = self.query.add_to(call)?.query_if_set("cursor", cursor);
        let page: Page = self.transport.send_for(call).await?;

        self.arrived = page.items.unwrap_or_default().into();
        self.next = match (page.next_cursor, &self.next) {
            (None, _) => Next::Nothing,
            (Some(cursor), _) if cursor.is_empty() => Next::Nothing,
            // A server that sends us in circles would do so for ever.
            (Some(cursor), Next::After(previous)) if cursor == *previous => Next::Nothing,
            (Some(cursor), _) => Next::After(cursor),
        };
        Ok(())
    }
}
