//! The daemon inside a sandbox: which handler answers which path. Both routes to it, the proxy's and the
//! API's, end here.

use std::path::Path;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::Response;
use serde_json::json;

use crate::call::Call;
use crate::errors::DaemonError;
use crate::{commands, download, files, reply, search, sessions, upload};

/// A handler that works on files and may block.
type FileHandler = fn(&Call) -> Result<Response, DaemonError>;

pub(crate) async fn serve(call: Call, request: Request) -> Result<Response, DaemonError> {
    if let Some(path) = call
        .path
        .strip_prefix("/process/session")
        .map(str::to_owned)
    {
        return sessions::serve(call, &path, request).await;
    }
    let handler: FileHandler = match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/work-dir") => return Ok(dir(&call.sandbox.work_dir)),
        ("GET", "/user-home-dir" | "/project-dir") => return Ok(dir(&call.sandbox.home_dir)),
        ("GET", "/version") => return Ok(reply::ok(&json!({ "version": "0.190.0" }))),
        ("POST", "/process/execute") => {
            let body = to_bytes(request.into_body(), usize::MAX).await;
            let commands = Arc::clone(&call.state.commands);
            return commands::execute(commands, call.sandbox, body.unwrap_or_default()).await;
        }
        ("POST", "/files/bulk-upload") => return Ok(upload::many(&call, request).await),
        ("POST", "/files/upload") => return upload::one(&call, request).await,
        ("GET", "/files/download") => return download::one(&call, request.headers()).await,
        ("POST", "/files/bulk-download") => {
            return Ok(download::many(call, request.into_body()).await);
        }
        ("POST", "/files/replace") => {
            let body = to_bytes(request.into_body(), usize::MAX).await;
            return search::replace(&call, &body.unwrap_or_default());
        }
        ("GET", "/files" | "/files/") => files::list,
        ("GET", "/files/info") => files::info,
        ("GET", "/files/search") => search::by_name,
        ("GET", "/files/find") => search::by_content,
        ("POST", "/files/folder") => files::create_folder,
        ("POST", "/files/move") => files::move_file,
        ("POST", "/files/permissions") => files::set_permissions,
        ("DELETE", "/files" | "/files/") => files::delete,
        _ => return Err(DaemonError::NoSuchRoute),
    };
    let answer = tokio::task::spawn_blocking(move || handler(&call)).await;
    answer.unwrap_or(Err(DaemonError::SandboxStopped))
}

fn dir(path: &Path) -> Response {
    reply::ok(&json!({ "dir": path }))
}
