//! Successful replies.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// JSON as both the API and the daemon label it, with the charset that clients must not trip over.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let content_type = [(CONTENT_TYPE, "application/json; charset=utf-8")];
    (status, content_type, Json(body)).into_response()
}

/// JSON with status 200.
pub(crate) fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}
