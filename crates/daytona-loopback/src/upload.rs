//! Uploads: multipart forms, streamed to disk.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use crate::call::Call;
use crate::errors::DaemonError;
use crate::{go, reply};

/// What has become of the parts so far.
#[derive(Default)]
struct Progress {
    /// Destinations by index, from the `.path` fields.
    destinations: HashMap<String, String>,
    written: Vec<Value>,
    errors: Vec<String>,
}

/// `POST /files/bulk-upload`. One file's failure does not stop the others.
pub(crate) async fn many(call: &Call, request: Request) -> Response {
    let Ok(mut form) = multipart(request).await else {
        let body = json!({ "errors": ["invalid multipart form"] });
        return reply::json(StatusCode::BAD_REQUEST, &body);
    };
    let mut progress = Progress::default();
    loop {
        match form.next_field().await {
            Ok(Some(field)) => progress.take(call, field).await,
            Ok(None) => break,
            Err(error) => {
                progress
                    .errors
                    .push(format!("reading part: {}", error.body_text()));
                break;
            }
        }
    }
    progress.reply()
}

/// `POST /files/upload`, which v0.190.0 still has: one file, its path in the query.
pub(crate) async fn one(call: &Call, request: Request) -> Result<Response, DaemonError> {
    let path = call.required("path")?;
    let invalid = |error: &dyn std::fmt::Display| DaemonError::bad_file_request(error.to_string());
    let mut form = multipart(request).await.map_err(|error| invalid(&error))?;
    while let Some(field) = form.next_field().await.map_err(|error| invalid(&error))? {
        if field.name() == Some("file") {
            write(call, path, field)
                .await
                .map_err(|error| invalid(&error))?;
            return Ok(StatusCode::OK.into_response());
        }
    }
    Err(invalid(&"http: no such file"))
}

async fn multipart(mut request: Request) -> Result<Multipart, MultipartRejection> {
    // Without this axum stops at two megabytes.
    DefaultBodyLimit::disable().apply(&mut request);
    Multipart::from_request(request, &()).await
}

impl Progress {
    async fn take(&mut self, call: &Call, field: Field<'_>) {
        let Some(name) = field.name().map(str::to_owned) else {
            return;
        };
        let index = index_of(&name).to_owned();
        if name.ends_with(".path") {
            self.note_destination(index, field).await;
        } else if name.ends_with(".file") {
            self.write_file(call, &index, field).await;
        }
    }

    async fn note_destination(&mut self, index: String, field: Field<'_>) {
        let path = match field.bytes().await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
            Err(error) => {
                self.errors
                    .push(format!("path[{index}]: {}", error.body_text()));
                return;
            }
        };
        if path.is_empty() {
            self.errors.push(format!("path[{index}]: empty path"));
            return;
        }
        self.destinations.insert(index, path);
    }

    async fn write_file(&mut self, call: &Call, index: &str, field: Field<'_>) {
        let Some(path) = self.destinations.get(index) else {
            self.errors
                .push(format!("file[{index}]: missing .path metadata"));
            return;
        };
        match write(call, path, field).await {
            Ok(bytes) => self.written.push(json!({ "path": path, "bytes": bytes })),
            Err(error) => self.errors.push(format!("{path}: {error}")),
        }
    }

    fn reply(self) -> Response {
        // A nil slice of Go is `null`.
        let files = match self.written {
            written if written.is_empty() => Value::Null,
            written => written.into(),
        };
        if self.errors.is_empty() {
            return reply::ok(&json!({ "files": files }));
        }
        let body = json!({ "errors": self.errors, "files": files });
        reply::json(StatusCode::BAD_REQUEST, &body)
    }
}

/// `files[0].path` → `0`.
fn index_of(field: &str) -> &str {
    let index = field.strip_prefix("files[").unwrap_or(field);
    let index = index.strip_suffix("].path").unwrap_or(index);
    index.strip_suffix("].file").unwrap_or(index)
}

/// Writes a part to a file, and its parents if they are missing. The error says which step failed.
async fn write(call: &Call, path: &str, mut field: Field<'_>) -> Result<u64, String> {
    let create_failed =
        |error: io::Error| format!("create: open {path}: {}", go::error_text(&error));
    let target = call.locate(path).map_err(create_failed)?;
    if let Some(parent) = target.parent() {
        let parent_text = Path::new(path).parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).await.map_err(|error| {
            let parent = parent_text.display();
            format!("mkdir {parent}: mkdir {parent}: {}", go::error_text(&error))
        })?;
    }
    let mut file = File::create(&target).await.map_err(create_failed)?;
    let mut written = 0;
    let write_failed = |error: &dyn std::fmt::Display| format!("write: {error}");
    while let Some(chunk) = field.chunk().await.map_err(|error| write_failed(&error))? {
        let result = file.write_all(&chunk).await;
        result.map_err(|error| write_failed(&go::error_text(&error)))?;
        written += chunk.len() as u64;
    }
    let result = file.flush().await;
    result.map_err(|error| write_failed(&go::error_text(&error)))?;
    Ok(written)
}
