//! The routes to what the API keeps beside sandboxes: snapshots, of which there is Daytona's own, and
//! volumes.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arguments::{PAGE, parse_limit, read_object};
use crate::errors::api_error;
use crate::lock::lock;
use crate::recording::decode_query;
use crate::reply;
use crate::sandbox::DEFAULT_SNAPSHOT;
use crate::state::State;
use crate::volume::Volume;

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/snapshots", get(list_snapshots))
        .route("/api/snapshots/{id}", get(show_snapshot))
        .route("/api/volumes", get(list_volumes).post(create_volume))
        .route("/api/volumes/{id}", get(show_volume).delete(delete_volume))
        .route("/api/volumes/by-name/{name}", get(show_volume))
}

/// Daytona's own snapshots; there are no others.
fn snapshots() -> Vec<Value> {
    let general = |id: &str, name: &str, cpu: u32| {
        json!({
            "id": id,
            "general": true,
            "name": name,
            "imageName": name,
            "state": "active",
            "size": 0.5,
            "entrypoint": null,
            "cpu": cpu,
            "gpu": 0,
            "mem": cpu,
            "disk": 3,
            "errorReason": null,
            "createdAt": "2026-06-01T00:00:00.000Z",
            "updatedAt": "2026-06-01T00:00:00.000Z",
            "lastUsedAt": null,
            "sourceSandboxId": null,
            "regionIds": ["us", "eu"],
            "sandboxClass": "container",
        })
    };
    vec![
        general("0f9b5a64-6f53-4d2e-8b39-3f9a7a1b2c01", DEFAULT_SNAPSHOT, 1),
        general("0f9b5a64-6f53-4d2e-8b39-3f9a7a1b2c02", "daytona-medium", 2),
        general("0f9b5a64-6f53-4d2e-8b39-3f9a7a1b2c03", "daytona-large", 4),
    ]
}

async fn list_snapshots(uri: Uri) -> Response {
    let (mut page, mut limit) = (1, PAGE);
    let mut found = snapshots();
    for (name, value) in decode_query(uri.query()) {
        match name.as_str() {
            "page" => match value.parse() {
                Ok(number) if number > 0 => page = number,
                _ => {
                    let message = "page must not be less than 1";
                    return api_error(&uri, StatusCode::BAD_REQUEST, message);
                }
            },
            "limit" => match parse_limit(&value) {
                Ok(number) => limit = number,
                Err(message) => return api_error(&uri, StatusCode::BAD_REQUEST, &message),
            },
            "name" => found.retain(|snapshot| {
                let own = snapshot["name"].as_str();
                own.is_some_and(|own| own.contains(&value))
            }),
            "sourceSandboxId" => found.clear(),
            _ => {}
        }
    }
    let total = found.len();
    let items: Vec<Value> = found
        .into_iter()
        .skip((page - 1) * limit)
        .take(limit)
        .collect();
    reply::ok(&json!({
        "items": items,
        "total": total,
        "page": page,
        "totalPages": total.div_ceil(limit),
    }))
}

async fn show_snapshot(Path(id_or_name): Path<String>, uri: Uri) -> Response {
    let mut all = snapshots().into_iter();
    match all.find(|snapshot| snapshot["id"] == id_or_name || snapshot["name"] == id_or_name) {
        Some(snapshot) => reply::ok(&snapshot),
        None => {
            let message = format!("Snapshot with ID or name {id_or_name} not found");
            api_error(&uri, StatusCode::NOT_FOUND, &message)
        }
    }
}

async fn list_volumes(Shared(state): Shared<Arc<State>>) -> Response {
    let volumes: Vec<Value> = lock(&state.volumes).iter().map(Volume::json).collect();
    reply::ok(&volumes)
}

async fn create_volume(Shared(state): Shared<Arc<State>>, uri: Uri, body: Body) -> Response {
    let request = match read_object(&uri, body).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let id = Uuid::new_v4().to_string();
    let name = request
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let name = if name.is_empty() { &id } else { name };
    let mut volumes = lock(&state.volumes);
    if volumes.iter().any(|volume| volume.name == name) {
        let message = format!("Volume with name {name} already exists");
        return api_error(&uri, StatusCode::BAD_REQUEST, &message);
    }
    let volume = Volume {
        name: name.to_owned(),
        id,
        created: state.clock.now(),
    };
    let mut json = volume.json();
    // Making it takes a moment in any case.
    json["state"] = "pending_create".into();
    volumes.push(volume);
    reply::ok(&json)
}

async fn show_volume(
    Shared(state): Shared<Arc<State>>,
    Path(id_or_name): Path<String>,
    uri: Uri,
) -> Response {
    let volumes = lock(&state.volumes);
    let mut all = volumes.iter();
    match all.find(|volume| volume.id == id_or_name || volume.name == id_or_name) {
        Some(volume) => reply::ok(&volume.json()),
        None => no_volume(&uri, &id_or_name),
    }
}

async fn delete_volume(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    uri: Uri,
) -> Response {
    let mut volumes = lock(&state.volumes);
    let Some(found) = volumes.iter().position(|volume| volume.id == id) else {
        return no_volume(&uri, &id);
    };
    let sandboxes = state.sandboxes();
    if sandboxes
        .iter()
        .any(|sandbox| sandbox.mounts(&volumes[found].id, &volumes[found].name))
    {
        let message = "Volume is in use by one or more sandboxes";
        return api_error(&uri, StatusCode::CONFLICT, message);
    }
    volumes.remove(found);
    StatusCode::OK.into_response()
}

fn no_volume(uri: &Uri, id_or_name: &str) -> Response {
    let message = format!("Volume with ID or name {id_or_name} not found");
    api_error(uri, StatusCode::NOT_FOUND, &message)
}
