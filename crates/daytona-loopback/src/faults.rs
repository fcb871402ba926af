//! Faults on demand: what a network, a proxy or an overloaded server does to a request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt, stream};
use hyper::body::Body as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::errors::{self, close_connection};
use crate::lock::lock;

const RETRY_AFTER_AUTHENTICATED: HeaderName = HeaderName::from_static("retry-after-authenticated");

/// Something that goes wrong with requests of a certain method and path.
///
/// A fault meets every request until it is told otherwise ([`Fault::times`], [`Fault::after`],
/// [`FaultHandle::remove`]). Of several that match, the oldest acts.
///
/// ```
/// # use daytona_loopback::{Fault, Server};
/// # let server = Server::start_blocking();
/// let refused = server.inject(Fault::rate_limited(1).on("GET", "/api/sandbox/*").times(2));
/// assert_eq!(refused.hits(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    effect: Effect,
    method: Option<String>,
    path: String,
    after: u64,
    times: Option<u64>,
}

#[derive(Clone, Debug)]
enum Effect {
    Delay(Duration),
    Hang,
    DropConnection,
    DropReply,
    Refuse {
        status: StatusCode,
        retry_after: Option<u64>,
        body: String,
    },
    Truncate(usize),
    RedirectPastProxy,
}

impl Fault {
    /// The request is handled after this time.
    #[must_use]
    pub fn delay(time: Duration) -> Self {
        Self::new(Effect::Delay(time))
    }

    /// The request is handled when [`FaultHandle::release`] is called, or never.
    #[must_use]
    pub fn hang() -> Self {
        Self::new(Effect::Hang)
    }

    /// The connection closes, and the request has no effect.
    #[must_use]
    pub fn drop_connection() -> Self {
        Self::new(Effect::DropConnection)
    }

    /// The request is handled, then the connection closes without a reply.
    #[must_use]
    pub fn drop_reply() -> Self {
        Self::new(Effect::DropReply)
    }

    /// A reply with this status and an empty body, as from a gateway; the request has no effect.
    ///
    /// # Panics
    ///
    /// If `status` is not between 100 and 999.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Refuse {
            status: StatusCode::from_u16(status).expect("a status of three digits"),
            retry_after: None,
            body: String::new(),
        })
    }

    /// A reply with this status and body; the request has no effect. The body is sent as JSON.
    ///
    /// # Panics
    ///
    /// If `status` is not between 100 and 999.
    #[must_use]
    pub fn reply(status: u16, body: impl Into<String>) -> Self {
        let mut fault = Self::status(status);
        if let Effect::Refuse { body: own, .. } = &mut fault.effect {
            *own = body.into();
        }
        fault
    }

    /// The API's 429, with the pause in seconds under the name that the API's throttlers give it,
    /// `Retry-After-authenticated`; the request has no effect.
    #[must_use]
    pub fn rate_limited(retry_after: u64) -> Self {
        let mut fault = Self::status(429);
        if let Effect::Refuse {
            retry_after: own, ..
        } = &mut fault.effect
        {
            *own = Some(retry_after);
        }
        fault
    }

    /// The request is handled; the connection closes after this many bytes of the reply's body.
    #[must_use]
    pub fn truncated_body(bytes: usize) -> Self {
        Self::new(Effect::Truncate(bytes))
    }

    /// A redirect to the same path with a final slash, without what the proxy has put before it; the
    /// request has no effect. So daemons before v0.189 answer `DELETE …/files?path=…`, which they know
    /// with the slash alone.
    #[must_use]
    pub fn redirect_past_proxy() -> Self {
        Self::new(Effect::RedirectPastProxy)
    }

    /// Only requests of this method (`*` for any), whose path matches; `*` in it stands for any text,
    /// also for slashes. The path is matched as it is sent: percent-encoded and without the query.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = (method != "*").then(|| method.to_ascii_uppercase());
        path.clone_into(&mut self.path);
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.after = requests;
        self
    }

    /// Meets this many requests and no more.
    #[must_use]
    pub fn times(mut self, requests: u64) -> Self {
        self.times = Some(requests);
        self
    }

    fn new(effect: Effect) -> Self {
        Self {
            effect,
            method: None,
            path: "*".to_owned(),
            after: 0,
            times: None,
        }
    }
}

/// A fault that is in force. Dropping the handle leaves the fault as it is.
#[derive(Clone)]
pub struct FaultHandle {
    active: Arc<ActiveFault>,
    faults: Arc<Faults>,
}

impl FaultHandle {
    pub(crate) fn new(active: Arc<ActiveFault>, faults: Arc<Faults>) -> Self {
        Self { active, faults }
    }

    /// How many requests the fault has met.
    #[must_use]
    pub fn hits(&self) -> u64 {
        *self.active.hits.borrow()
    }

    /// Waits until the fault has met this many requests. With [`Fault::hang`] they are then pending.
    pub async fn wait_for_hits(&self, hits: u64) {
        let mut seen = self.active.hits.subscribe();
        // The sender lives in `self`.
        let _ = seen.wait_for(|seen| *seen >= hits).await;
    }

    /// Lets the requests that hang or wait go on, and those that come.
    pub fn release(&self) {
        self.active.released.cancel();
    }

    /// Takes the fault away. Requests that hang in it stay so.
    pub fn remove(&self) {
        self.faults.remove(self.active.id);
    }
}

impl std::fmt::Debug for FaultHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultHandle")
            .field("fault", &self.active.fault)
            .field("hits", &self.hits())
            .finish()
    }
}

pub(crate) struct ActiveFault {
    pub(crate) id: u64,
    fault: Fault,
    /// How many requests have matched, whether or not the fault met them.
    matched: Mutex<u64>,
    hits: watch::Sender<u64>,
    released: CancellationToken,
}

impl ActiveFault {
    /// Whether the fault meets this request; counts it.
    fn meets(&self, method: &str, path: &str) -> bool {
        let fault = &self.fault;
        if fault.method.as_deref().is_some_and(|own| own != method) {
            return false;
        }
        if !text_matches(&fault.path, path) {
            return false;
        }
        let mut matched = lock(&self.matched);
        *matched += 1;
        let is_due = *matched > fault.after
            && fault
                .times
                .is_none_or(|times| *matched - fault.after <= times);
        if is_due {
            self.hits.send_modify(|hits| *hits += 1);
        }
        is_due
    }

    pub(crate) fn release(&self) {
        self.released.cancel();
    }

    pub(crate) fn hits(&self) -> u64 {
        *self.hits.borrow()
    }
}

#[derive(Default)]
pub(crate) struct Faults {
    active: Mutex<Vec<Arc<ActiveFault>>>,
    next_id: AtomicU64,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) -> Arc<ActiveFault> {
        let active = Arc::new(ActiveFault {
            id: self.next_id.fetch_add(1, Ordering::Relaxed) + 1,
            fault,
            matched: Mutex::new(0),
            hits: watch::Sender::new(0),
            released: CancellationToken::new(),
        });
        lock(&self.active).push(Arc::clone(&active));
        active
    }

    pub(crate) fn find(&self, id: u64) -> Option<Arc<ActiveFault>> {
        let active = lock(&self.active);
        active.iter().find(|fault| fault.id == id).cloned()
    }

    pub(crate) fn remove(&self, id: u64) {
        lock(&self.active).retain(|fault| fault.id != id);
    }

    pub(crate) fn clear(&self) {
        lock(&self.active).clear();
    }

    fn meeting(&self, method: &str, path: &str) -> Option<Arc<ActiveFault>> {
        let active = lock(&self.active);
        active
            .iter()
            .find(|fault| fault.meets(method, path))
            .cloned()
    }
}

/// Middleware: does to a request what the first matching fault says.
pub(crate) async fn apply(
    State(faults): State<Arc<Faults>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(active) = faults.meeting(request.method().as_str(), request.uri().path()) else {
        return next.run(request).await;
    };
    match &active.fault.effect {
        Effect::Delay(time) => {
            tokio::select! {
                () = tokio::time::sleep(*time) => {}
                () = active.released.cancelled() => {}
            }
            next.run(request).await
        }
        Effect::Hang => {
            active.released.cancelled().await;
            next.run(request).await
        }
        Effect::DropConnection => close_connection(),
        Effect::DropReply => {
            next.run(request).await;
            close_connection()
        }
        Effect::Refuse {
            status,
            retry_after,
            body,
        } => refuse(request, *status, *retry_after, body).await,
        Effect::Truncate(bytes) => truncate(next.run(request).await, *bytes),
        Effect::RedirectPastProxy => redirect_past_proxy(request.uri()),
    }
}

fn redirect_past_proxy(uri: &Uri) -> Response {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let location = [(LOCATION, format!("/{last}/?{query}"))];
    (StatusCode::TEMPORARY_REDIRECT, location).into_response()
}

async fn refuse(
    request: Request,
    status: StatusCode,
    retry_after: Option<u64>,
    body: &str,
) -> Response {
    let uri = request.uri().clone();
    drain(request.into_body()).await;
    if let Some(seconds) = retry_after {
        let message = "ThrottlerException: Too Many Requests";
        let mut response = errors::api_error(&uri, status, message);
        response
            .headers_mut()
            .insert(RETRY_AFTER_AUTHENTICATED, seconds.into());
        return response;
    }
    let mut response = (status, body.to_owned()).into_response();
    if body.is_empty() {
        response.headers_mut().remove(CONTENT_TYPE);
    } else {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}

/// Reads a body to its end. A client that is still sending when its answer comes may see a reset
/// connection instead of the answer.
pub(crate) async fn drain(body: Body) {
    let mut chunks = body.into_data_stream();
    while let Some(Ok(_)) = chunks.next().await {}
}

/// Lets `bytes` of the body pass, then breaks the connection. The length that was announced stays.
fn truncate(response: Response, bytes: usize) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        parts.headers.insert(CONTENT_LENGTH, length.into());
    }
    let mut left = bytes;
    let head = body
        .into_data_stream()
        .map_ok(move |mut chunk| {
            let kept = chunk.split_to(left.min(chunk.len()));
            left -= kept.len();
            kept
        })
        .map_err(std::io::Error::other)
        .take_while(|chunk| {
            let is_within = chunk.as_ref().is_ok_and(|chunk| !chunk.is_empty());
            std::future::ready(is_within)
        });
    let cut = stream::once(async {
        // hyper sends what it has when a body is not ready, and forgets it when a body fails.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("the body is cut on request"))
    });
    Response::from_parts(parts, Body::from_stream(head.chain(cut)))
}

/// Whether `text` matches a pattern in which `*` stands for any text.
fn text_matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    let ends = text.char_indices().map(|(end, _)| end).chain([text.len()]);
    ends.into_iter().any(|end| text_matches(rest, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::text_matches;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(text_matches("*", "/a/b"));
        assert!(text_matches(
            "/toolbox/*/files/info",
            "/toolbox/x/files/info"
        ));
        assert!(text_matches("*/files*", "/toolbox/x/files"));
        assert!(!text_matches("*/files", "/toolbox/x/files/info"));
        assert!(!text_matches("/api/sandbox", "/api/sandbox/x"));
    }
}
