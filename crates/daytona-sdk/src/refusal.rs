//! Reading the answers with which Daytona's servers refuse a call.
//!
//! The API, the proxy and the daemon in the sandbox each have a shape of their own, and a file error of today's daemon
//! has no body at all. All of them become one [`Error`] here. Text in, value out.

use std::time::Duration;

use serde_json::Value;

use crate::config::ApiKey;
use crate::error::{Error, ErrorKind};

/// What a call is aimed at: it decides what a 404 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// All sandboxes of the organization: creating and listing, at the API.
    Sandboxes,
    /// One sandbox, at the API.
    Sandbox,
    /// Files and commands of one sandbox, at the toolbox proxy and the daemon behind it.
    Toolbox,
}

/// An answer that is not a success, as it came.
pub(crate) struct Refusal<'a> {
    pub(crate) target: Target,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

impl Refusal<'_> {
    pub(crate) fn into_error(self, operation: &'static str, api_key: &ApiKey) -> Error {
        let said = Said::read(self.body);
        let kind = self.classify(&said);
        let description = describe(kind, self.status);
        let message = match said.form {
            Form::Json => said.message.unwrap_or_else(|| description.to_owned()),
            Form::Text => format!("{description}: {}", excerpt(self.body)),
            Form::Empty => description.to_owned(),
        };
        let code = said.code.map(|code| api_key.redact(code));
        Error::new(kind, operation, api_key.redact(message)).with_answer(
            self.status,
            code,
            self.retry_after,
        )
    }

    fn classify(&self, said: &Said) -> ErrorKind {
        match said.code.as_deref() {
            Some("FILE_NOT_FOUND") => return ErrorKind::NotFound,
            Some("FILE_ACCESS_DENIED") => return ErrorKind::Authorization,
            Some("INVALID_FILE_PATH") => return ErrorKind::Validation,
            Some("REQUEST_TIMEOUT") => return ErrorKind::Timeout,
            _ => {}
        }
        let message = said.message.as_deref().unwrap_or_default();
        match said.inner_status.unwrap_or(self.status) {
            400 if message.ends_with("Is the Sandbox started?")
                || message == "Sandbox is not running" =>
            {
                ErrorKind::SandboxNotStarted
            }
            400 if message.starts_with("Sandbox failed to start") => ErrorKind::SandboxFailed,
            400 if said.by_upload && message.ends_with("permission denied") => {
                ErrorKind::Authorization
            }
            400 | 405 | 411 | 413..=416 | 422 => ErrorKind::Validation,
            401 => ErrorKind::Authentication,
            403 => ErrorKind::Authorization,
            404 => self.classify_404(said),
            408 => ErrorKind::Timeout,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimit,
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::Unexpected,
        }
    }

    fn classify_404(&self, said: &Said) -> ErrorKind {
        match (self.target, &said.form) {
            // A page of some other server. Taking it for a missing file would make every file missing.
            (_, Form::Text) => ErrorKind::Unexpected,
            (Target::Sandbox, _) => ErrorKind::SandboxNotFound,
            (Target::Toolbox, Form::Json)
                if said.by_api || said.code.as_deref() == Some("NOT_FOUND") =>
            {
                ErrorKind::SandboxNotFound
            }
            (Target::Sandboxes | Target::Toolbox, _) => ErrorKind::NotFound,
        }
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
        _ => "not an answer of Daytona; check the API URL",
    }
}
