//! The API itself: the life cycle of sandboxes under `/api/sandbox`. Its errors have shape A, as have
//! those of what else the API keeps ([`crate::storage`]).

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::{Map, Value, json};

use crate::arguments::{PAGE, parse_limit, read_object};
use crate::errors::api_error;
use crate::faults::drain;
use crate::recording::decode_query;
use crate::reply;
use crate::sandbox::{Interval, Refusal, Sandbox};
use crate::state::State;
use crate::storage;
use crate::toolbox::authorization;

const INTEGER: &str = "a number conforming to the specified constraints";

pub(crate) fn routes(state: Arc<State>) -> Router<Arc<State>> {
    Router::new()
        .route("/api/sandbox", get(list).post(create))
        .route("/api/sandbox/{id}", get(show).delete(delete))
        .route("/api/sandbox/{id}/start", post(start))
        .route("/api/sandbox/{id}/stop", post(stop))
        .route("/api/sandbox/{id}/pause", post(pause))
        .route("/api/sandbox/{id}/labels", put(replace_labels))
        .route("/api/sandbox/{id}/last-activity", post(note_activity))
        .route("/api/sandbox/{id}/{setting}/{minutes}", post(set_interval))
        .route(
            "/api/sandbox/{id}/toolbox-proxy-url",
            get(toolbox_proxy_url),
        )
        .merge(storage::routes())
        .route_layer(middleware::from_fn_with_state(state, authenticate))
        .method_not_allowed_fallback(unknown_route)
        .fallback(unknown_route)
}

/// What the API says to a path or method that it does not have, `/api/socket.io/` among them.
async fn unknown_route(request: Request) -> Response {
    let (uri, method) = (request.uri().clone(), request.method().clone());
    drain(request.into_body()).await;
    no_such_route(&uri, &method)
}

fn no_such_route(uri: &Uri, method: &Method) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let message = format!("Cannot {method} {path}");
    api_error(uri, StatusCode::NOT_FOUND, &message)
}

async fn authenticate(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    if state.is_authorized(authorization(request.headers())) {
        return next.run(request).await;
    }
    let uri = request.uri().clone();
    drain(request.into_body()).await;
    api_error(&uri, StatusCode::UNAUTHORIZED, "Invalid credentials")
}

async fn create(Shared(state): Shared<Arc<State>>, uri: Uri, body: Body) -> Response {
    let request = match read_object(&uri, body).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    if let Err(message) = check_create(&request) {
        return api_error(&uri, StatusCode::BAD_REQUEST, &message);
    }
    let name = request.get("name").and_then(Value::as_str);
    let taken = format!(
        "Sandbox with name {} already exists",
        name.unwrap_or_default()
    );
    let created = tokio::task::spawn_blocking(move || {
        let sandbox = state.create_sandbox(&request)?;
        std::io::Result::Ok(sandbox.map(|sandbox| sandbox.json(&state.origin)))
    });
    match created.await {
        Ok(Ok(Some(json))) => reply::ok(&json),
        Ok(Ok(None)) => api_error(&uri, StatusCode::CONFLICT, &taken),
        // What Daytona says when something of its own breaks.
        _ => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            api_error(&uri, status, "An unexpected error occurred.")
        }
    }
}

fn check_create(request: &Map<String, Value>) -> Result<(), String> {
    let complaints: Vec<String> = request.iter().filter_map(complaint).collect();
    if !complaints.is_empty() {
        return Err(complaints.join(", "));
    }
    check_intervals(request)?;
    let has = |name: &str| request.get(name).is_some_and(|value| !value.is_null());
    if has("buildInfo") && has("snapshot") {
        return Err("Cannot specify a snapshot when using a build info entry".to_owned());
    }
    let asks_resources = ["cpu", "gpu", "memory", "disk"].into_iter().any(|name| {
        request
            .get(name)
            .and_then(Value::as_f64)
            .is_some_and(|amount| amount > 0.0)
    });
    if asks_resources && !has("buildInfo") {
        return Err("Cannot specify Sandbox resources when using a snapshot".to_owned());
    }
    Ok(())
}

fn check_intervals(request: &Map<String, Value>) -> Result<(), String> {
    let minutes = |name: &str| request.get(name).and_then(Value::as_i64);
    let is_set = |name: &str| minutes(name).is_some_and(|minutes| minutes != 0);
    if is_set("autoStopInterval") && is_set("autoPauseInterval") {
        return Err("Auto-stop and auto-pause are mutually exclusive".to_owned());
    }
    let is_ephemeral = minutes("autoDeleteInterval") == Some(0);
    if is_ephemeral && is_set("autoPauseInterval") {
        return Err("Ephemeral sandboxes cannot have auto-pause enabled".to_owned());
    }
    let is_linked = request.get("linkedSandbox").is_some_and(Value::is_string);
    if is_linked && !is_ephemeral {
        return Err("Linked sandboxes must be ephemeral".to_owned());
    }
    Ok(())
}

/// What the API says to a field of the wrong type.
fn complaint((name, value): (&String, &Value)) -> Option<String> {
    let (is_right, wanted) = match name.as_str() {
        "name"
        | "snapshot"
        | "user"
        | "target"
        | "networkAllowList"
        | "domainAllowList"
        | "outboundProxyUrl"
        | "otelEndpointOverride"
        | "linkedSandbox" => (value.is_string(), "a string"),
        "env" | "labels" | "buildInfo" => (value.is_object(), "an object"),
        "public" | "networkBlockAll" | "spot" | "kvm" => (value.is_boolean(), "a boolean value"),
        "volumes" | "secrets" => (value.is_array(), "an array"),
        "gpuType" => (value.is_array() || value.is_string(), "an array"),
        "autoDeleteInterval" => (value.is_i64(), INTEGER),
        "cpu"
        | "gpu"
        | "memory"
        | "disk"
        | "autoStopInterval"
        | "autoPauseInterval"
        | "autoArchiveInterval"
        | "ttlMinutes"
        | "queueTimeout" => (value.is_u64(), INTEGER),
        _ => return None,
    };
    (!is_right && !value.is_null()).then(|| format!("{name} must be {wanted}"))
}

async fn show(
    Shared(state): Shared<Arc<State>>,
    Path(id_or_name): Path<String>,
    uri: Uri,
) -> Response {
    let Some(sandbox) = state.find(&id_or_name) else {
        return not_found(&uri, &id_or_name);
    };
    match sandbox.poll(&state.origin) {
        Some(json) => reply::ok(&json),
        None => {
            remove(state, sandbox).await;
            not_found(&uri, &id_or_name)
        }
    }
}

async fn delete(
    Shared(state): Shared<Arc<State>>,
    Path(id_or_name): Path<String>,
    uri: Uri,
) -> Response {
    let Some(sandbox) = state.find(&id_or_name) else {
        return not_found(&uri, &id_or_name);
    };
    if let Err(refusal) = sandbox.delete(state.settings().passing_polls) {
        return refused(&uri, refusal);
    }
    let mut json = sandbox.json(&state.origin);
    // Deleting takes a moment in any case: the answer never says `destroyed`.
    if json.get("state").is_some_and(|state| state == "destroyed") {
        json["state"] = "destroying".into();
    }
    state.end_commands(&sandbox);
    if sandbox.is_destroyed() {
        remove(state, sandbox).await;
    }
    reply::ok(&json)
}

async fn remove(state: Arc<State>, sandbox: Arc<Sandbox>) {
    // Waiting for it keeps the order of things plain; removing cannot fail in a way to report.
    let _ = tokio::task::spawn_blocking(move || state.remove(&sandbox)).await;
}

async fn start(state: Shared<Arc<State>>, id_or_name: Path<String>, uri: Uri) -> Response {
    change(&state, &id_or_name, &uri, Sandbox::start).map_or_else(|refusal| *refusal, shown)
}

async fn stop(state: Shared<Arc<State>>, id_or_name: Path<String>, uri: Uri) -> Response {
    match change(&state, &id_or_name, &uri, Sandbox::stop) {
        Ok((sandbox, json)) => {
            state.end_commands(&sandbox);
            if sandbox.is_destroyed() {
                remove(state.0, Arc::clone(&sandbox)).await;
            }
            shown((sandbox, json))
        }
        Err(refusal) => *refusal,
    }
}

async fn pause(state: Shared<Arc<State>>, id_or_name: Path<String>, uri: Uri) -> Response {
    change(&state, &id_or_name, &uri, Sandbox::pause).map_or_else(|refusal| *refusal, shown)
}

fn change(
    state: &State,
    id_or_name: &str,
    uri: &Uri,
    change: fn(&Sandbox, usize) -> Result<(), Refusal>,
) -> Result<(Arc<Sandbox>, Value), Box<Response>> {
    let sandbox = state
        .find(id_or_name)
        .ok_or_else(|| Box::new(not_found(uri, id_or_name)))?;
    change(&sandbox, state.settings().passing_polls)
        .map_err(|refusal| Box::new(refused(uri, refusal)))?;
    let json = sandbox.json(&state.origin);
    Ok((sandbox, json))
}

fn shown((_, json): (Arc<Sandbox>, Value)) -> Response {
    reply::ok(&json)
}

async fn replace_labels(
    Shared(state): Shared<Arc<State>>,
    Path(id_or_name): Path<String>,
    uri: Uri,
    body: Body,
) -> Response {
    let request = match read_object(&uri, body).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let Some(sandbox) = state.find(&id_or_name) else {
        return not_found(&uri, &id_or_name);
    };
    match request.get("labels") {
        Some(labels) if labels.is_object() => sandbox.replace_labels(labels.clone()),
        _ => return api_error(&uri, StatusCode::BAD_REQUEST, "labels must be an object"),
    }
    reply::ok(&sandbox.json(&state.origin))
}

/// `POST /api/sandbox/{id}/autostop/30` and its like.
async fn set_interval(
    Shared(state): Shared<Arc<State>>,
    Path((id_or_name, setting, minutes)): Path<(String, String, String)>,
    uri: Uri,
) -> Response {
    let Some(interval) = Interval::named(&setting) else {
        return no_such_route(&uri, &Method::POST);
    };
    let Some(sandbox) = state.find(&id_or_name) else {
        return not_found(&uri, &id_or_name);
    };
    let minutes = minutes
        .parse()
        .ok()
        .filter(|minutes| *minutes >= 0 || interval == Interval::Delete);
    let Some(minutes) = minutes else {
        let message = "Validation failed (numeric string is expected)";
        return api_error(&uri, StatusCode::BAD_REQUEST, message);
    };
    match sandbox.set_interval(interval, minutes) {
        Ok(()) => reply::ok(&sandbox.json(&state.origin)),
        Err(refusal) => refused(&uri, refusal),
    }
}

async fn note_activity(
    Shared(state): Shared<Arc<State>>,
    Path(id_or_name): Path<String>,
    uri: Uri,
) -> Response {
    let Some(sandbox) = state.find(&id_or_name) else {
        return not_found(&uri, &id_or_name);
    };
    sandbox.note_activity();
    StatusCode::CREATED.into_response()
}

async fn toolbox_proxy_url(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    uri: Uri,
) -> Response {
    if state.find(&id).is_none() {
        return not_found(&uri, &id);
    }
    reply::ok(&json!({ "url": format!("{}/toolbox", state.origin) }))
}

/// `GET /api/sandbox`: a page of sandboxes, newest first.
async fn list(Shared(state): Shared<Arc<State>>, uri: Uri) -> Response {
    let query = match ListQuery::parse(uri.query()) {
        Ok(query) => query,
        Err(message) => return api_error(&uri, StatusCode::BAD_REQUEST, &message),
    };
    let mut sandboxes = state.sandboxes();
    sandboxes.retain(|sandbox| !sandbox.is_destroyed() && query.selects(sandbox));
    if !query.is_ascending {
        sandboxes.reverse();
    }
    // One more than the page says whether there is a next one.
    let mut page: Vec<_> = sandboxes
        .into_iter()
        .filter(|sandbox| query.is_behind_cursor(sandbox))
        .take(query.limit + 1)
        .collect();
    let has_more = page.len() > query.limit;
    page.truncate(query.limit);
    let next_cursor = page
        .last()
        .filter(|_| has_more)
        .map(|sandbox| sandbox.sequence.to_string());
    let items: Vec<Value> = page
        .iter()
        .map(|sandbox| sandbox.list_json(&state.origin))
        .collect();
    reply::ok(&json!({ "items": items, "nextCursor": next_cursor }))
}

struct ListQuery {
    /// The last sandbox of the page before.
    cursor: Option<u64>,
    limit: usize,
    is_ascending: bool,
    id_prefix: String,
    name_prefix: String,
    labels: Map<String, Value>,
    states: Vec<String>,
}

impl ListQuery {
    fn parse(query: Option<&str>) -> Result<Self, String> {
        let mut parsed = Self {
            cursor: None,
            limit: PAGE,
            is_ascending: false,
            id_prefix: String::new(),
            name_prefix: String::new(),
            labels: Map::new(),
            states: Vec::new(),
        };
        for (name, value) in decode_query(query) {
            match name.as_str() {
                "cursor" => parsed.cursor = Some(value.parse().map_err(|_| "Invalid cursor")?),
                "limit" => parsed.limit = parse_limit(&value)?,
                "order" => parsed.is_ascending = value == "asc",
                "id" => parsed.id_prefix = value,
                "name" => parsed.name_prefix = value,
                "labels" => {
                    let labels = serde_json::from_str(&value);
                    parsed.labels = labels.map_err(|_| "Invalid labels JSON format")?;
                }
                "states" => parsed.states.extend(value.split(',').map(str::to_owned)),
                _ => {}
            }
        }
        Ok(parsed)
    }

    fn selects(&self, sandbox: &Sandbox) -> bool {
        sandbox.id.starts_with(&self.id_prefix)
            && sandbox.name().starts_with(&self.name_prefix)
            && sandbox.has_labels(&self.labels)
            && (self.states.is_empty() || self.states.contains(&sandbox.state()))
    }

    fn is_behind_cursor(&self, sandbox: &Sandbox) -> bool {
        self.cursor.is_none_or(|cursor| {
            if self.is_ascending {
                sandbox.sequence > cursor
            } else {
                sandbox.sequence < cursor
            }
        })
    }
}

fn not_found(uri: &Uri, id_or_name: &str) -> Response {
    let message = format!("Sandbox with ID or name {id_or_name} not found");
    api_error(uri, StatusCode::NOT_FOUND, &message)
}

fn refused(uri: &Uri, (status, message): Refusal) -> Response {
    api_error(uri, status, message)
}
