//! What went wrong, and how the answers of Daytona's servers are read to find out.
//!
//! Daytona's API, its proxy and the daemon in the sandbox each have a shape of error of their own, and a file error of
//! today's daemon has no body at all. All of them end here as one [`Error`]. Nothing in this module does I/O.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::config::ApiKey;

/// The result of every call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// A call that failed: what was asked for, why it failed and what the server said.
///
/// The text never holds the API key. [`kind`](Error::kind) is for decisions, [`message`](Error::message) for people.
pub struct Error {
    // Boxed, so that a `Result` stays as small as its value.
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    subject: String,
    message: String,
    status: Option<u16>,
    code: Option<String>,
    retry_after: Option<Duration>,
    sandbox_id: Option<String>,
    reached_server: bool,
    after_unclear_try: bool,
    source: Option<BoxError>,
}

/// The classes of failure that a caller can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder is not there.
    NotFound,
    /// The sandbox is not there: unknown to the API, or its container is gone.
    SandboxNotFound,
    /// The sandbox exists and is not started. A stopped sandbox may also answer with [`ErrorKind::Server`] and status
    /// 502, which cannot be told from a broken gateway: [`Sandbox::refresh_data`](crate::Sandbox::refresh_data) can.
    SandboxNotStarted,
    /// The sandbox went into a state from which it does not start: `error`, `build_failed`, `destroyed`.
    SandboxFailed,
    /// The request is refused as wrong: by the server (400), or by this crate before anything was sent (no status).
    Validation,
    /// The API key is missing or wrong (401). The toolbox proxy also answers so for a sandbox that it does not know.
    Authentication,
    /// The API key does not allow the call, or the sandbox's user may not touch the file (403).
    Authorization,
    /// The call conflicts with what is there (409), such as the destination of a move.
    Conflict,
    /// Too many requests (429), after the repetitions; see [`Error::retry_after`].
    RateLimit,
    /// Time ran out where it was meant to: a command's `timeout` (408), or the wait for a sandbox to start or stop.
    Timeout,
    /// The server could not be reached, or the connection broke.
    Connection,
    /// The server did not answer within the deadline of this client.
    ConnectionTimeout,
    /// The server failed (5xx).
    Server,
    /// The server answered with success, and with something that cannot be read.
    Decode,
    /// The stream that was to be uploaded failed.
    Source,
    /// The configuration cannot work.
    Config,
    /// An answer that none of the other kinds covers, such as a redirect or a page that is not Daytona's.
    Unexpected,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        operation: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                operation,
                subject: String::new(),
                message: message.into(),
                status: None,
                code: None,
                retry_after: None,
                sandbox_id: None,
                reached_server: true,
                after_unclear_try: false,
                source: None,
            }),
        }
    }

    /// Refused before any request.
    pub(crate) fn validation(operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Validation, operation, message)
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, "configure", message)
    }

    pub(crate) fn with_subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.inner.subject);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    pub(crate) fn with_sandbox_id(mut self, id: &str) -> Self {
        self.inner.sandbox_id = Some(id.to_owned());
        self
    }

    pub(crate) fn after_unclear_try(mut self) -> Self {
        self.inner.after_unclear_try = true;
        self
    }

    /// The client's own deadline has passed.
    pub(crate) fn no_answer(operation: &'static str) -> Self {
        Self::new(
            ErrorKind::ConnectionTimeout,
            operation,
            "the server did not answer in time",
        )
    }

    /// What was asked for, under the name of the method in this crate.
    pub fn operation(&self) -> &'static str {
        self.inner.operation
    }

    /// The class of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The HTTP status, if the server answered.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// The machine-readable code of the server's answer, such as `FILE_NOT_FOUND`, if it gave one.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// What the server said, or what this crate says where the server says nothing.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// How long the server asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The sandbox that exists although [`create`](crate::Daytona::create) failed, so that it can be deleted.
    pub fn sandbox_id(&self) -> Option<&str> {
        self.inner.sandbox_id.as_deref()
    }

    /// Whether an earlier try of the same call may have had its effect, so that finding nothing left means success.
    pub(crate) fn is_after_unclear_try(&self) -> bool {
        self.inner.after_unclear_try
    }

    /// Whether the request may have reached the server, so that repeating it may do it twice.
    pub(crate) fn reached_server(&self) -> bool {
        self.inner.reached_server
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            operation,
            subject,
            message,
            status,
            code,
            ..
        } = &*self.inner;
        write!(f, "`{operation}`")?;
        if !subject.is_empty() {
            write!(f, " of `{subject}`")?;
        }
        write!(f, " failed: {message}")?;
        match (status, code) {
            (Some(status), Some(code)) => write!(f, " (status {status}, {code})"),
            (Some(status), None) => write!(f, " (status {status})"),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation)
            .field("subject", &inner.subject)
            .field("message", &inner.message)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("retry_after", &inner.retry_after)
            .field("sandbox_id", &inner.sandbox_id)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

/// Which server answered: it decides what a 404 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Daytona's API: life cycle of sandboxes.
    Api,
    /// The toolbox proxy and the daemon behind it: files and commands.
    Toolbox,
}

/// An answer that is not a success, as it came.
pub(crate) struct Refusal<'a> {
    pub(crate) origin: Origin,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

impl Error {
    /// Reads an answer in any of the shapes that Daytona's servers use.
    pub(crate) fn from_refusal(
        operation: &'static str,
        refusal: &Refusal<'_>,
        api_key: &ApiKey,
    ) -> Self {
        let said = Said::read(refusal.body);
        let kind = classify(refusal, &said);
        let message = said
            .message
            .unwrap_or_else(|| describe(kind, refusal.status).to_owned());

        let mut error = Self::new(kind, operation, api_key.redact(message));
        error.inner.status = Some(refusal.status);
        error.inner.code = said.code.map(|code| api_key.redact(code));
        error.inner.retry_after = refusal.retry_after;
        error
    }

    /// A call that got no answer, or only a part of one.
    pub(crate) fn from_reqwest(operation: &'static str, error: reqwest::Error) -> Self {
        // A URL says nothing that the operation and its subject do not say, and may lead to a place that is no one else's
        // business.
        let error = error.without_url();
        let (kind, message) = if error.is_timeout() {
            (
                ErrorKind::ConnectionTimeout,
                "the server did not answer in time",
            )
        } else if error.is_connect() {
            (ErrorKind::Connection, "the server cannot be reached")
        } else {
            (
                ErrorKind::Connection,
                "the connection broke before the answer was complete",
            )
        };
        let reached_server = !error.is_connect();
        let mut error = Self::new(kind, operation, message).with_source(error);
        error.inner.reached_server = reached_server;
        error
    }
}

/// What the body of a refusal says.
#[derive(Debug, Default, PartialEq)]
struct Said {
    message: Option<String>,
    code: Option<String>,
    /// The status that the API wrapped into an answer of another status.
    inner_status: Option<u16>,
    /// Only the API names the status in a field `error`; the daemon and the proxy do not.
    by_api: bool,
    /// The list of a bulk upload.
    by_upload: bool,
    form: Form,
}

#[derive(Debug, Default, PartialEq)]
enum Form {
    #[default]
    Empty,
    Json,
    Text,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        if body.trim_ascii().is_empty() {
            return Self::default();
        }
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
            return Self {
                message: Some(excerpt(body)),
                form: Form::Text,
                ..Self::default()
            };
        };
        let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
        let wrapped = field("response");

        Self {
            message: [
                field("message"),
                field("errors"),
                field("error"),
                &wrapped["message"],
            ]
            .into_iter()
            .find_map(text),
            code: field("code").as_str().map(str::to_owned),
            inner_status: wrapped["statusCode"]
                .as_u64()
                .and_then(|status| u16::try_from(status).ok()),
            by_api: field("error").is_string(),
            by_upload: field("errors").is_array(),
            form: Form::Json,
        }
    }
}

/// A text, or a list of texts, as the API's own validation sends it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(items) if !items.is_empty() => Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join("; "),
        ),
        _ => None,
    }
}

/// The beginning of a page that is not JSON: enough to recognise it.
fn excerpt(body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(body);
    let mut excerpt: String = text.trim().chars().take(LONGEST).collect();
    if excerpt.len() < text.trim().len() {
        excerpt.push('…');
    }
    excerpt
}

fn classify(refusal: &Refusal<'_>, said: &Said) -> ErrorKind {
    match said.code.as_deref() {
        Some("FILE_NOT_FOUND") => return ErrorKind::NotFound,
        Some("FILE_ACCESS_DENIED") => return ErrorKind::Authorization,
        Some("INVALID_FILE_PATH") => return ErrorKind::Validation,
        Some("REQUEST_TIMEOUT") => return ErrorKind::Timeout,
        _ => {}
    }
    let message = said.message.as_deref().unwrap_or_default();
    match said.inner_status.unwrap_or(refusal.status) {
        400 if message.ends_with("Is the Sandbox started?")
            || message == "Sandbox is not running" =>
        {
            ErrorKind::SandboxNotStarted
        }
        400 if message.starts_with("Sandbox failed to start") => ErrorKind::SandboxFailed,
        400 if said.by_upload && message.ends_with("permission denied") => ErrorKind::Authorization,
        400 | 405 | 411 | 413..=416 | 422 => ErrorKind::Validation,
        401 => ErrorKind::Authentication,
        403 => ErrorKind::Authorization,
        404 => classify_404(refusal.origin, said),
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimit,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Unexpected,
    }
}

fn classify_404(origin: Origin, said: &Said) -> ErrorKind {
    match (origin, &said.form) {
        // A page of some other server. Taking it for a missing file would make every file missing.
        (_, Form::Text) => ErrorKind::Unexpected,
        (Origin::Api, _) => ErrorKind::SandboxNotFound,
        (Origin::Toolbox, Form::Empty) => ErrorKind::NotFound,
        (Origin::Toolbox, Form::Json)
            if said.by_api || said.code.as_deref() == Some("NOT_FOUND") =>
        {
            ErrorKind::SandboxNotFound
        }
        (Origin::Toolbox, Form::Json) => ErrorKind::NotFound,
    }
}

/// What to say for a server that says nothing.
fn describe(kind: ErrorKind, status: u16) -> &'static str {
    match kind {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::SandboxNotFound => "no such sandbox",
        ErrorKind::Authorization => "permission denied",
        ErrorKind::Authentication => "the API key is not accepted",
        ErrorKind::Validation => {
            "refused as a bad request: the path is empty, a file where a directory is needed or the reverse, or an argument is malformed"
        }
        ErrorKind::Conflict => "something is already there",
        ErrorKind::RateLimit => "too many requests",
        ErrorKind::Timeout => "time ran out",
        ErrorKind::Server if status == 502 => {
            "the gateway got no answer; the sandbox may be stopped"
        }
        ErrorKind::Server => "the server failed",
        _ if (300..400).contains(&status) => "answered with a redirect; check the API URL",
        _ => "an unexpected answer without a message",
    }
}
