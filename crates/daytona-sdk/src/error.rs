//! What went wrong, as one type for all calls. [`crate::refusal`] reads the answers of the servers
//! into it.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::Url;

/// The result of every call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

const NO_ANSWER: &str = "the server did not answer in time";

/// A call that failed: what was asked for, why it failed and what the server said.
///
/// The text never holds the API key. [`kind`](Error::kind) is for decisions,
/// [`message`](Error::message) for people.
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
    /// A file or folder is not there, a session or one of its commands, a snapshot, a volume, or what a
    /// new sandbox is to be made from.
    NotFound,
    /// The sandbox is not there: unknown to the API, or its container is gone.
    SandboxNotFound,
    /// The sandbox exists and is not started. A stopped sandbox may also answer with
    /// [`ErrorKind::Server`] and status 502, which cannot be told from a broken gateway:
    /// [`Sandbox::refresh_data`](crate::Sandbox::refresh_data) can.
    SandboxNotStarted,
    /// The sandbox went into a state from which it does not start: `error`, `build_failed`,
    /// `destroyed`.
    SandboxFailed,
    /// The request is refused as wrong: by the server (400), or by this crate before anything was
    /// sent (no status).
    Validation,
    /// The API key is missing or wrong (401). The toolbox proxy also answers so for a sandbox that
    /// it does not know.
    Authentication,
    /// The API key does not allow the call, or the sandbox's user may not touch the file (403).
    Authorization,
    /// The call conflicts with what is there (409), such as the destination of a move, or with what is
    /// over (410), such as input for a command that has ended.
    Conflict,
    /// Too many requests (429), after the repetitions; see [`Error::retry_after`].
    RateLimit,
    /// Time ran out where it was meant to: a command's `timeout` (408), or the wait for a sandbox
    /// to start or stop.
    Timeout,
    /// The session was deleted while its command ran.
    Cancelled,
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
    /// An answer that none of the other kinds covers, such as a redirect or a page that is not
    /// Daytona's.
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
        Self::new(ErrorKind::Config, "Daytona::new", message)
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

    pub(crate) fn with_answer(
        mut self,
        status: u16,
        code: Option<String>,
        retry_after: Option<Duration>,
    ) -> Self {
        self.inner.status = Some(status);
        self.inner.code = code;
        self.inner.retry_after = retry_after;
        self
    }

    /// The client's own deadline has passed.
    pub(crate) fn no_answer(operation: &'static str) -> Self {
        Self::new(ErrorKind::ConnectionTimeout, operation, NO_ANSWER)
    }

    /// A call that got no answer, or only a part of one.
    pub(crate) fn from_reqwest(operation: &'static str, error: reqwest::Error) -> Self {
        let (kind, message) = if error.is_timeout() {
            (ErrorKind::ConnectionTimeout, NO_ANSWER.to_owned())
        } else if error.is_connect() {
            (ErrorKind::Connection, unreachable_message(error.url()))
        } else {
            let message = "the connection broke before the answer was complete";
            (ErrorKind::Connection, message.to_owned())
        };
        let reached_server = !error.is_connect();
        // Of the URL, the message has what the operation and its subject do not say.
        let mut error = Self::new(kind, operation, message).with_source(error.without_url());
        error.inner.reached_server = reached_server;
        error
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

    /// The sandbox that exists although [`create`](crate::Daytona::create) or
    /// [`get_or_create`](crate::Daytona::get_or_create) failed, so that it can be deleted.
    pub fn sandbox_id(&self) -> Option<&str> {
        self.inner.sandbox_id.as_deref()
    }

    /// Whether an earlier try of the same call may have had its effect, so that finding nothing
    /// left means success.
    pub(crate) fn is_after_unclear_try(&self) -> bool {
        self.inner.after_unclear_try
    }

    /// Whether the request may have reached the server, so that repeating it may do it twice.
    pub(crate) fn reached_server(&self) -> bool {
        self.inner.reached_server
    }
}

fn unreachable_message(url: Option<&Url>) -> String {
    match url {
        Some(url) => {
            let server = url.origin().ascii_serialization();
            format!("the server at `{server}` cannot be reached")
        }
        None => "the server cannot be reached".to_owned(),
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
