//! What several routes of the API read of a request.

use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Map, Value};

use crate::errors::api_error;

pub(crate) const PAGE: usize = 100;
const LARGEST_PAGE: usize = 200;

/// A body that is a JSON object; an absent one counts as empty.
pub(crate) async fn read_object(uri: &Uri, body: Body) -> Result<Map<String, Value>, Response> {
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&body)
        .map_err(|error| api_error(uri, StatusCode::BAD_REQUEST, &error.to_string()))
}

pub(crate) fn parse_limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("limit must not be less than 1".to_owned()),
        Ok(limit) if limit > LARGEST_PAGE => {
            Err(format!("limit must not be greater than {LARGEST_PAGE}"))
        }
        Ok(limit) => Ok(limit),
        Err(_) => Err("limit must be an integer number".to_owned()),
    }
}
