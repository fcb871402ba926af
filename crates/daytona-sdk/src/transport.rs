//! The one place that talks HTTP: sends calls, applies deadlines, repeats what may be repeated and
//! turns every failure into an [`Error`]. It does not know what the calls mean.

use std::pin::pin;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _};
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use crate::config::DaytonaConfig;
use crate::error::{Error, ErrorKind, Result};
use crate::multipart::{Form, Progress};
use crate::refusal::{Refusal, Target};
use crate::retry::{self, Repeatable, Retries};
use crate::tls;
use crate::web_socket::{self, WebSocket};

const ORGANIZATION_ID: HeaderName = HeaderName::from_static("x-daytona-organization-id");
const USER_AGENT: &str = concat!("daytona-sdk-rust/", env!("CARGO_PKG_VERSION"));

/// As much of a refusal's body as is read: what it says is in the first few hundred bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// As much memory as a server can make us reserve by announcing a length.
const LARGEST_RESERVATION: u64 = 16 * 1024 * 1024;

/// The HTTP client with everything that all calls have in common.
pub(crate) struct Transport {
    http: reqwest::Client,
    api_url: Url,
    config: DaytonaConfig,
}

/// One request, before it is sent.
pub(crate) struct Call<'a> {
    operation: &'static str,
    subject: &'a str,
    target: Target,
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    payload: Payload,
    deadline: Deadline,
    changes_nothing: bool,
    success: Success,
}

/// Which answers a call is sent for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Success {
    /// 2xx.
    Ordinary,
    /// 101: the connection goes on as a web socket.
    WebSocket,
}

enum Payload {
    Empty,
    Json(Bytes),
    File {
        form: Form,
        content: Bytes,
    },
    /// The body is taken by the first try.
    Stream {
        content_type: HeaderValue,
        body: Option<reqwest::Body>,
        progress: Progress,
    },
}

/// When to give up on a server.
#[derive(Clone, Copy)]
pub(crate) enum Deadline {
    /// By then the whole call must be through.
    Whole(Duration),
    /// The longest time in which no byte of a body moves.
    Idle(Duration),
    Never,
}

impl<'a> Call<'a> {
    /// `subject` is what an error names: a path, or a sandbox.
    pub(crate) fn new(
        operation: &'static str,
        subject: &'a str,
        target: Target,
        method: Method,
        url: Url,
    ) -> Self {
        let changes_nothing = method == Method::GET;
        Self {
            operation,
            subject,
            target,
            method,
            url,
            headers: Vec::new(),
            payload: Payload::Empty,
            deadline: Deadline::Never,
            changes_nothing,
            success: Success::Ordinary,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.push((HeaderName::from_static(name), value));
        self
    }

    /// The connection is to become a web socket.
    fn for_web_socket(mut self) -> Self {
        self.success = Success::WebSocket;
        self.header("connection", HeaderValue::from_static("Upgrade"))
            .header("upgrade", HeaderValue::from_static("websocket"))
            .header("sec-websocket-version", HeaderValue::from_static("13"))
            .header("sec-websocket-key", web_socket::key())
    }

    /// Adds a parameter to the query. The form encoding keeps every character, `+` and line ends
    /// included.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    pub(crate) fn query_if_set(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|reason| {
            Error::validation(self.operation, "the request cannot be encoded").with_source(reason)
        })?;
        self.payload = Payload::Json(body.into());
        Ok(self)
    }

    pub(crate) fn file(mut self, form: Form, content: Bytes) -> Self {
        self.payload = Payload::File { form, content };
        self
    }

    /// `progress` has to advance with each piece of `body`.
    pub(crate) fn stream(
        mut self,
        content_type: HeaderValue,
        body: reqwest::Body,
        progress: Progress,
    ) -> Self {
        self.payload = Payload::Stream {
            content_type,
            body: Some(body),
            progress,
        };
        self
    }

    /// The call only reads, whatever its method.
    pub(crate) fn changing_nothing(mut self) -> Self {
        self.changes_nothing = true;
        self
    }

    pub(crate) fn deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    fn repeatable(&self) -> Repeatable {
        match (&self.method, &self.payload) {
            (_, Payload::Stream { .. }) => Repeatable::Never,
            (&Method::DELETE, _) => Repeatable::Always,
            _ if self.changes_nothing => Repeatable::Always,
            _ => Repeatable::UnlessReceived,
        }
    }

    /// The request of the next try, and the counter that its body advances.
    fn request(&mut self, http: &reqwest::Client) -> (RequestBuilder, Progress) {
        let headers = HeaderMap::from_iter(self.headers.iter().cloned());
        let request = http
            .request(self.method.clone(), self.url.clone())
            .headers(headers);
        match &mut self.payload {
            Payload::Empty => (request, Progress::default()),
            Payload::Json(body) => (
                request
                    .header(CONTENT_TYPE, "application/json")
                    .body(body.clone()),
                Progress::default(),
            ),
            Payload::File { form, content } => {
                let progress = Progress::default();
                let request = request
                    .header(CONTENT_TYPE, form.content_type())
                    .header(CONTENT_LENGTH, form.length(content))
                    .body(form.body(content, &progress));
                (request, progress)
            }
            Payload::Stream {
                content_type,
                body,
                progress,
            } => {
                let request = request
                    .header(CONTENT_TYPE, content_type.clone())
                    .body(body.take().unwrap_or_default());
                (request, progress.clone())
            }
        }
    }
}

impl Transport {
    pub(crate) fn new(config: DaytonaConfig) -> Result<Self> {
        let api_url = config.parse_api_url()?;
        let http = http_client(&config, &api_url)?;
        Ok(Self {
            http,
            api_url,
            config,
        })
    }

    pub(crate) fn config(&self) -> &DaytonaConfig {
        &self.config
    }

    /// The address of a call to the API.
    pub(crate) fn api_url(&self, segments: &[&str]) -> Url {
        join(&self.api_url, segments)
    }

    /// The deadline of calls that the server answers at once.
    pub(crate) fn prompt(&self) -> Deadline {
        Deadline::Whole(self.config.request_timeout)
    }

    /// The deadline of transfers, and of calls that walk a folder.
    pub(crate) fn patient(&self) -> Deadline {
        Deadline::Idle(self.config.idle_timeout)
    }

    /// Sends the call and reads the whole answer.
    ///
    /// Boxed, as [`open`](Self::open) is: what the HTTP client needs on the way would otherwise be a
    /// part of every future of a user's that awaits a call.
    pub(crate) fn send<'a>(&'a self, mut call: Call<'a>) -> BoxFuture<'a, Result<Bytes>> {
        async move { self.repeat(&mut call, Self::exchange).await }.boxed()
    }

    /// Sends the call and decodes the JSON of the answer.
    pub(crate) async fn send_for<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T> {
        let (operation, subject) = (call.operation, call.subject);
        let body = self.send(call).await?;
        serde_json::from_slice(&body).map_err(|reason| {
            let what = if reason.is_data() {
                "the answer is not the JSON that Daytona sends"
            } else {
                "the answer is no JSON; check the API URL"
            };
            let message = format!("{what}: {reason}");
            Error::new(
                ErrorKind::Decode,
                operation,
                self.config.api_key.redact(message),
            )
            .with_subject(subject)
        })
    }

    /// Sends a call that deletes. If an earlier try may have had its effect, it is done when there
    /// is nothing left to delete, which is what `gone` says.
    pub(crate) async fn delete(&self, call: Call<'_>, gone: ErrorKind) -> Result<()> {
        match self.send(call).await {
            Err(error) if !(error.is_after_unclear_try() && error.kind() == gone) => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends the call and leaves the body of the answer to the caller.
    pub(crate) fn open<'a>(&'a self, mut call: Call<'a>) -> BoxFuture<'a, Result<Response>> {
        async move { self.repeat(&mut call, Self::head).await }.boxed()
    }

    /// Sends a call that makes a web socket of its connection.
    pub(crate) async fn open_web_socket(&self, call: Call<'_>) -> Result<WebSocket> {
        let (operation, idle_timeout) = (call.operation, self.config.idle_timeout);
        let response = self.open(call.for_web_socket()).await?;
        let connection = response.upgrade().await;
        let connection = connection.map_err(|reason| Error::from_reqwest(operation, reason))?;
        Ok(WebSocket::new(operation, connection, idle_timeout))
    }

    async fn repeat<'a, T>(
        &self,
        call: &mut Call<'a>,
        attempt: impl AsyncFn(&Self, &mut Call<'a>) -> Result<T>,
    ) -> Result<T> {
        let span = tracing::debug_span!(
            "daytona",
            operation = call.operation,
            subject = call.subject
        );
        let mut retries = Retries::new(
            call.repeatable(),
            self.config.max_retries,
            self.config.retry_delay,
        );
        let mut may_have_been_done = false;
        async {
            loop {
                let error = match attempt(self, call).await {
                    Ok(value) => return Ok(value),
                    Err(error) => error.with_subject(call.subject),
                };
                let Some(pause) = retries.pause_after(&error) else {
                    tracing::debug!(kind = ?error.kind(), status = error.status(), "failed");
                    return Err(if may_have_been_done { error.after_unclear_try() } else { error });
                };
                may_have_been_done |= retry::may_have_been_done(&error);
                tracing::warn!(kind = ?error.kind(), status = error.status(), ?pause, "trying again");
                tokio::time::sleep(pause).await;
            }
        }
        .instrument(span)
        .await
    }

    async fn exchange(&self, call: &mut Call<'_>) -> Result<Bytes> {
        let (request, progress) = call.request(&self.http);
        let whole = async {
            let response = self.answer(call, request).await?;
            read(response, &progress)
                .await
                .map_err(|reason| Error::from_reqwest(call.operation, reason))
        };
        within(call.deadline, &progress, whole)
            .await
            .unwrap_or_else(|_| Err(Error::no_answer(call.operation)))
    }

    async fn head(&self, call: &mut Call<'_>) -> Result<Response> {
        let (request, progress) = call.request(&self.http);
        within(call.deadline, &progress, self.answer(call, request))
            .await
            .unwrap_or_else(|_| Err(Error::no_answer(call.operation)))
    }

    async fn answer(&self, call: &Call<'_>, request: RequestBuilder) -> Result<Response> {
        let response = request
            .send()
            .await
            .map_err(|reason| Error::from_reqwest(call.operation, reason))?;
        let status = response.status();
        tracing::trace!(status = status.as_u16(), "answered");
        match call.success {
            Success::Ordinary if status.is_success() => return Ok(response),
            Success::WebSocket if status == StatusCode::SWITCHING_PROTOCOLS => return Ok(response),
            Success::WebSocket if status.is_success() => {
                let message = "the server does not speak web sockets here";
                let error = Error::new(ErrorKind::Unexpected, call.operation, message);
                return Err(error.with_answer(status.as_u16(), None, None));
            }
            Success::Ordinary | Success::WebSocket => {}
        }
        let retry_after = retry::retry_after(response.headers(), SystemTime::now());
        let body = read_beginning(response).await;
        let refusal = Refusal {
            target: call.target,
            status: status.as_u16(),
            retry_after,
            body: &body,
        };
        Err(refusal.into_error(call.operation, &self.config.api_key))
    }
}

/// `base` with path segments added. A final slash of `base` does not count.
pub(crate) fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Only URLs like `mailto:` have no path, and those are refused where URLs come in.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// Whether `text` can be a segment of a path. URLs have no way to name the others: they vanish.
pub(crate) fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
}

fn http_client(config: &DaytonaConfig, api_url: &Url) -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls_config(api_url)?)
        .default_headers(default_headers(config)?)
        .user_agent(USER_AGENT)
        .connect_timeout(config.connect_timeout)
        // Following one would turn a POST into a GET.
        .redirect(redirect::Policy::none());
    // The default of 30 seconds would cut an upload to a sandbox whose disk is slow.
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(config.idle_timeout);
    builder.build().map_err(|reason| {
        Error::config("the HTTP client cannot be set up").with_source(reason.without_url())
    })
}

fn tls_config(api_url: &Url) -> Result<rustls::ClientConfig> {
    match tls::trusting_the_system() {
        // A minimal container has no certificates to check servers with, and does not need any to
        // talk to a server of its own.
        Err(_) if api_url.scheme() == "http" => tls::trusting_no_one(),
        outcome => outcome,
    }
    .map_err(|reason| {
        let message = "TLS cannot be set up; if the system has no certificates, install its `ca-certificates` or set `SSL_CERT_FILE`";
        Error::config(message).with_source(reason)
    })
}

fn default_headers(config: &DaytonaConfig) -> Result<HeaderMap> {
    if config.api_key.reveal().trim().is_empty() {
        let message = "the API key is empty; create a key in Daytona's dashboard";
        return Err(Error::config(message));
    }
    let mut authorization = HeaderValue::try_from(format!("Bearer {}", config.api_key.reveal()))
        .map_err(|_| {
            Error::config("the API key holds characters that no key has, such as a line end")
        })?;
    authorization.set_sensitive(true);

    let mut headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
    if let Some(id) = &config.organization_id {
        let id = HeaderValue::try_from(id).map_err(|_| {
            Error::config("the organization id holds characters that no id has, such as a line end")
        })?;
        headers.insert(ORGANIZATION_ID, id);
    }
    Ok(headers)
}

/// The deadline has passed.
struct Elapsed;

async fn within<T>(
    deadline: Deadline,
    progress: &Progress,
    call: impl Future<Output = T>,
) -> Result<T, Elapsed> {
    match deadline {
        Deadline::Never => Ok(call.await),
        Deadline::Whole(limit) => tokio::time::timeout(limit, call).await.map_err(|_| Elapsed),
        Deadline::Idle(limit) => {
            let mut call = pin!(call);
            loop {
                let before = progress.count();
                match tokio::time::timeout(limit, call.as_mut()).await {
                    Ok(value) => return Ok(value),
                    Err(_) if progress.count() > before => {}
                    Err(_) => return Err(Elapsed),
                }
            }
        }
    }
}

async fn read(mut response: Response, progress: &Progress) -> reqwest::Result<Bytes> {
    let announced = response
        .content_length()
        .unwrap_or_default()
        .min(LARGEST_RESERVATION);
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    while let Some(piece) = response.chunk().await? {
        progress.advance();
        body.extend_from_slice(&piece);
    }
    Ok(body.into())
}

/// The beginning of the body, as far as it comes: the status is known already and says more than a
/// second failure.
async fn read_beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < LONGEST_REFUSAL {
        let Ok(Some(piece)) = response.chunk().await else {
            break;
        };
        body.extend_from_slice(&piece);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::default_headers;
    use crate::config::DaytonaConfig;

    #[test]
    fn the_key_is_marked_as_a_secret_for_those_who_print_headers() {
        let headers = default_headers(&DaytonaConfig::new("hunter2")).unwrap();
        assert_eq!(headers["authorization"], "Bearer hunter2");
        assert!(!format!("{headers:?}").contains("hunter2"));
    }
}
