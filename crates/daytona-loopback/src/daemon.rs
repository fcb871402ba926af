//! The daemon inside a sandbox: which handler answers which path. Both routes to it, the proxy's and the
//! API's, end here.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use crate::errors::DaemonError;
use crate::recording::decode_query;
use crate::sandbox::Sandbox;
use crate::state::State;
use crate::{commands, download, files, reply, search, upload};

/// A request for one sandbox's daemon.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) state: Arc<State>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) method: Method,
    /// The path that the daemon sees, without the prefix of the route.
    pub(crate) path: String,
    query: Vec<(String, String)>,
}

/// A handler that works on files and may block.
type FileHandler = fn(&Call) -> Result<Response, DaemonError>;

impl Call {
    pub(crate) fn new(
        state: Arc<State>,
        sandbox: Arc<Sandbox>,
        path: String,
        request: &Request,
    ) -> Self {
        Self {
            state,
            sandbox,
            method: request.method().clone(),
            path: format!("/{path}"),
            query: decode_query(request.uri().query()),
        }
    }

    /// The first value of the query that has this name, or an empty text.
    pub(crate) fn query(&self, name: &str) -> &str {
        let mut values = self.query.iter().filter(|(key, _)| key == name);
        values.next().map_or("", |(_, value)| value)
    }

    /// A value of the query that must not be missing or empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, DaemonError> {
        match self.query(name) {
            "" => Err(DaemonError::bad_file_request(format!("{name} is required"))),
            value => Ok(value),
        }
    }

    /// Where a path of the sandbox is on this machine: relative ones start at the work dir.
    ///
    /// # Errors
    ///
    /// `PermissionDenied` for what a test has denied.
    pub(crate) fn locate(&self, path: &str) -> io::Result<PathBuf> {
        let located = self.sandbox.work_dir.join(Path::new(path));
        if self.sandbox.is_denied(&located) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(located)
    }
}

pub(crate) async fn serve(call: Call, request: Request) -> Result<Response, DaemonError> {
    let handler: FileHandler = match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/work-dir") => return Ok(dir(&call.sandbox.work_dir)),
        ("GET", "/user-home-dir" | "/project-dir") => return Ok(dir(&call.sandbox.home_dir)),
        ("GET", "/version") => return Ok(reply::ok(&json!({ "version": "0.190.0" }))),
        ("POST", "/process/execute") => {
            let body = to_bytes(request.into_body(), usize::MAX).await;
            return commands::execute(call, body.unwrap_or_default()).await;
        }
        ("POST", "/files/bulk-upload") => return Ok(upload::many(&call, request).await),
        ("POST", "/files/upload") => return upload::one(&call, request).await,
        ("GET", "/files/download") => return download::one(&call, request.headers()).await,
        ("POST", "/files/bulk-download") => {
            return Ok(download::many(call, request.into_body()).await);
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
