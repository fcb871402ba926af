//! The three shapes in which Daytona reports errors, and which part of it uses which.
//!
//! Shape A comes from the API, shape B from the daemon, the runner and the proxy, shape C (a status and
//! nothing else) from the file handlers of the v0.190.0 daemon.

use std::fmt::Display;
use std::io;

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{go, reply};

/// How the daemon reports errors of file operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorShape {
    /// As v0.190.0 does: the status, and an empty body.
    #[default]
    V0_190,
    /// As later daemons do: a JSON body with a code such as `FILE_NOT_FOUND` and
    /// `"source": "DAYTONA_DAEMON"`.
    WithSource,
}

/// Status, code and text of an error of shape B.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// The JSON of shape B. `path` is what the part that answers saw: the daemon sees no prefix, the
    /// proxy sees all.
    pub(crate) fn body(&self, shape: ErrorShape, path: &str, method: &Method) -> Value {
        let mut body = json!({
            "statusCode": self.status.as_u16(),
            "message": self.message,
            "code": self.code,
            "timestamp": Timestamp::now().to_string(),
            "path": path,
            "method": method.as_str(),
        });
        if shape == ErrorShape::WithSource {
            body["source"] = "DAYTONA_DAEMON".into();
        }
        body
    }

    /// Shape B as the runner and the proxy send it.
    pub(crate) fn reply(&self, path: &str, method: &Method) -> Response {
        self.shaped(ErrorShape::V0_190, path, method)
    }

    fn shaped(&self, shape: ErrorShape, path: &str, method: &Method) -> Response {
        (self.status, Json(self.body(shape, path, method))).into_response()
    }
}

/// A refusal by the daemon, not yet in any shape.
#[derive(Debug)]
pub(crate) enum DaemonError {
    /// From a file handler, where v0.190.0 loses everything but the status.
    File(Problem),
    /// From the process handler.
    Process(Problem),
    /// A path that the daemon does not serve; its router answers plain text.
    NoSuchRoute,
    /// The sandbox was stopped while the request ran: the connection ends without a reply.
    SandboxStopped,
}

impl DaemonError {
    /// A file handler's refusal of a request that makes no sense, or of a system call that failed.
    pub(crate) fn bad_file_request(reason: impl Display) -> Self {
        let message = format!("bad request: {reason}");
        let status = StatusCode::BAD_REQUEST;
        Self::File(Problem::new(status, "BAD_REQUEST", message))
    }

    /// A refusal to put something where something else is.
    pub(crate) fn file_exists(reason: &str) -> Self {
        let message = format!("conflict: {reason}");
        Self::File(Problem::new(StatusCode::CONFLICT, "CONFLICT", message))
    }

    /// What most file handlers make of a failed system call: only two kinds have a status of their own.
    pub(crate) fn from_file_io(operation: &str, path: &str, error: &io::Error) -> Self {
        let message = format!("{operation} {path}: {}", go::error_text(error));
        match error.kind() {
            io::ErrorKind::NotFound => {
                let status = StatusCode::NOT_FOUND;
                Self::File(Problem::new(status, "FILE_NOT_FOUND", message))
            }
            io::ErrorKind::PermissionDenied => {
                let status = StatusCode::FORBIDDEN;
                Self::File(Problem::new(status, "FILE_ACCESS_DENIED", message))
            }
            _ => Self::bad_file_request(message),
        }
    }

    /// The process handler's refusal of a request.
    pub(crate) fn bad_command(reason: impl Display) -> Self {
        let message = format!("bad request: {reason}");
        Self::Process(Problem::new(
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            message,
        ))
    }

    /// The process handler knows no such thing.
    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!("not found: {what}");
        Self::Process(Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", message))
    }

    /// The process handler has such a thing already.
    pub(crate) fn conflict(reason: &str) -> Self {
        let message = format!("conflict: {reason}");
        Self::Process(Problem::new(StatusCode::CONFLICT, "CONFLICT", message))
    }

    /// What the request is about has ended.
    pub(crate) fn gone(reason: impl Display) -> Self {
        let message = format!("gone: {reason}");
        Self::Process(Problem::new(StatusCode::GONE, "GONE", message))
    }

    /// The command was killed because its time was up.
    pub(crate) fn command_timeout() -> Self {
        let message = "request timeout: command execution timeout";
        let status = StatusCode::REQUEST_TIMEOUT;
        Self::Process(Problem::new(status, "REQUEST_TIMEOUT", message))
    }

    /// The refusal as the daemon itself sends it: shape C or B.
    pub(crate) fn reply(self, shape: ErrorShape, path: &str, method: &Method) -> Response {
        match (self, shape) {
            (Self::File(problem), ErrorShape::V0_190) => problem.status.into_response(),
            (Self::Process(problem), ErrorShape::WithSource)
                if problem.status == StatusCode::REQUEST_TIMEOUT =>
            {
                let (code, message) = ("PROCESS_EXECUTION_TIMEOUT", "command execution timeout");
                Problem::new(problem.status, code, message).shaped(shape, path, method)
            }
            (Self::File(problem) | Self::Process(problem), shape) => {
                problem.shaped(shape, path, method)
            }
            (Self::NoSuchRoute, _) => (StatusCode::NOT_FOUND, "404 page not found").into_response(),
            (Self::SandboxStopped, _) => close_connection(),
        }
    }
}

/// Shape A.
pub(crate) fn api_error(uri: &Uri, status: StatusCode, message: &str) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let body = json!({
        "path": path,
        "timestamp": api_time(Timestamp::now()),
        "statusCode": status.as_u16(),
        "error": status.canonical_reason().unwrap_or("Error"),
        "message": message,
    });
    reply::json(status, &body)
}

/// What the API's deprecated route answers when it cannot even reach a runner: the exception itself,
/// always under status 400.
pub(crate) fn raw_exception(status: StatusCode, name: &str, message: &str) -> Response {
    let body = json!({
        "response": {
            "message": message,
            "error": status.canonical_reason().unwrap_or("Error"),
            "statusCode": status.as_u16(),
        },
        "status": status.as_u16(),
        "options": {},
        "message": message,
        "name": name,
    });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// Marks a reply that must not be sent: the server closes the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

/// A reply that closes the connection instead of being sent.
pub(crate) fn close_connection() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(CloseConnection);
    response
}

/// ISO 8601 with milliseconds, as JavaScript prints it.
pub(crate) fn api_time(time: Timestamp) -> String {
    format!("{time:.3}")
}
