//! The three shapes in which Daytona reports errors, and which part of it uses which.
//!
//! Shape A comes from the API, shape B from the daemon, the runner and the proxy, shape C (a status and
//! nothing else) from the file handlers of the v0.190.0 daemon.

use std::io;

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::go;

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

/// A refusal by the daemon, not yet in any shape.
#[derive(Debug)]
pub(crate) enum DaemonError {
    /// From a file handler.
    File(Problem),
    /// From the process handler.
    Process(Problem),
    /// A path that the daemon does not serve; its router answers plain text.
    NoSuchRoute,
    /// The sandbox was stopped while the request ran: the connection ends without a reply.
    SandboxStopped,
}

/// Status, code and text of a refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    /// What later daemons say where v0.190.0 has a general code, or nothing at all.
    pub(crate) later_code: &'static str,
    pub(crate) message: String,
}

/// Marks a reply that must not be sent: the server closes the connection instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloseConnection;

impl DaemonError {
    /// A file handler's refusal of a request that makes no sense.
    pub(crate) fn bad_file_request(message: impl Into<String>) -> Self {
        Self::File(Problem {
            status: StatusCode::BAD_REQUEST,
            code: "BAD_REQUEST",
            later_code: "INVALID_FILE_PATH",
            message: message.into(),
        })
    }

    /// A refusal to put something where something else is.
    pub(crate) fn file_exists(message: impl Into<String>) -> Self {
        Self::File(Problem {
            status: StatusCode::CONFLICT,
            code: "CONFLICT",
            later_code: "CONFLICT",
            message: message.into(),
        })
    }

    /// What most file handlers make of a failed system call: only two kinds have a status of their own.
    pub(crate) fn from_file_io(operation: &str, path: &str, error: &io::Error) -> Self {
        let message = format!("{operation} {path}: {}", go::error_text(error));
        let (status, code, later_code) = match error.kind() {
            io::ErrorKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND", "FILE_NOT_FOUND"),
            io::ErrorKind::PermissionDenied => {
                (StatusCode::FORBIDDEN, "FORBIDDEN", "FILE_ACCESS_DENIED")
            }
            _ => return Self::bad_file_request(message),
        };
        Self::File(Problem {
            status,
            code,
            later_code,
            message,
        })
    }

    /// The process handler's refusal of a request.
    pub(crate) fn bad_command(reason: impl std::fmt::Display) -> Self {
        Self::Process(Problem {
            status: StatusCode::BAD_REQUEST,
            code: "BAD_REQUEST",
            later_code: "BAD_REQUEST",
            message: format!("bad request: {reason}"),
        })
    }

    /// The command was killed because its time was up.
    pub(crate) fn command_timeout() -> Self {
        Self::Process(Problem {
            status: StatusCode::REQUEST_TIMEOUT,
            code: "REQUEST_TIMEOUT",
            later_code: "PROCESS_EXECUTION_TIMEOUT",
            message: "request timeout: command execution timeout".to_owned(),
        })
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
    (status, Json(body)).into_response()
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

/// Shape B. `path` is what the part that answers saw: the daemon sees no prefix, the proxy sees all.
pub(crate) fn go_error(
    status: StatusCode,
    code: &str,
    message: &str,
    path: &str,
    method: &str,
) -> Response {
    (
        status,
        Json(go_error_body(status, code, message, path, method)),
    )
        .into_response()
}

/// The JSON of shape B.
pub(crate) fn go_error_body(
    status: StatusCode,
    code: &str,
    message: &str,
    path: &str,
    method: &str,
) -> Value {
    json!({
        "statusCode": status.as_u16(),
        "message": message,
        "code": code,
        "timestamp": Timestamp::now().to_string(),
        "path": path,
        "method": method,
    })
}

/// A refusal as the daemon itself sends it: shape C or B by `shape`.
pub(crate) fn daemon_error(
    error: DaemonError,
    shape: ErrorShape,
    path: &str,
    method: &str,
) -> Response {
    match (error, shape) {
        (DaemonError::File(problem), ErrorShape::V0_190) => problem.status.into_response(),
        (DaemonError::Process(problem), ErrorShape::V0_190) => {
            go_error(problem.status, problem.code, &problem.message, path, method)
        }
        (DaemonError::File(problem) | DaemonError::Process(problem), ErrorShape::WithSource) => {
            let mut body = go_error_body(
                problem.status,
                problem.later_code,
                &problem.message,
                path,
                method,
            );
            body["source"] = "DAYTONA_DAEMON".into();
            (problem.status, Json(body)).into_response()
        }
        (DaemonError::NoSuchRoute, _) => {
            (StatusCode::NOT_FOUND, "404 page not found").into_response()
        }
        (DaemonError::SandboxStopped, _) => close_connection(),
    }
}

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
