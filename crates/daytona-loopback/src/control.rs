//! The switches of the Rust interface over HTTP, under `/_loopback`, for tests in other languages.
//! They need no key, are not recorded, and meet no faults.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::errors::ErrorShape;
use crate::faults::Fault;
use crate::recording::Request;
use crate::settings::StoppedReply;
use crate::state::State;

type Answer = Result<Response, (StatusCode, String)>;

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/_loopback/requests", get(requests).delete(clear_requests))
        .route("/_loopback/faults", post(inject).delete(clear_faults))
        .route(
            "/_loopback/faults/{id}",
            delete(remove_fault).get(show_fault),
        )
        .route("/_loopback/faults/{id}/release", post(release_fault))
        .route("/_loopback/clock", post(advance_clock))
        .route("/_loopback/error-shape", post(set_error_shape))
        .route("/_loopback/stopped-reply", post(set_stopped_reply))
        .route(
            "/_loopback/sandboxes/{id}",
            patch(patch_sandbox).delete(remove_sandbox),
        )
        .route("/_loopback/sandboxes/{id}/state", post(set_state))
        .route("/_loopback/sandboxes/{id}/deny", post(deny))
        .route(
            "/_loopback/sandboxes/{id}/container",
            delete(remove_container),
        )
}

async fn requests(Shared(state): Shared<Arc<State>>) -> Response {
    let requests: Vec<Value> = state
        .recorder
        .requests()
        .iter()
        .map(Request::to_json)
        .collect();
    Json(requests).into_response()
}

async fn clear_requests(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.recorder.clear();
    StatusCode::NO_CONTENT
}

/// A fault as JSON: `{"effect":"hang","method":"POST","path":"*/process/execute","times":1}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FaultRequest {
    effect: EffectName,
    #[serde(default = "any")]
    method: String,
    #[serde(default = "any")]
    path: String,
    #[serde(default)]
    after: u64,
    times: Option<u64>,
    /// For `delay`.
    #[serde(default)]
    milliseconds: u64,
    /// For `status`.
    #[serde(default = "bad_gateway")]
    status: u16,
    /// For `status`.
    #[serde(default)]
    body: String,
    /// For `rateLimited`, in seconds.
    #[serde(default)]
    retry_after: u64,
    /// For `truncatedBody`.
    #[serde(default)]
    bytes: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum EffectName {
    Delay,
    Hang,
    DropConnection,
    DropReply,
    Status,
    RateLimited,
    TruncatedBody,
    RedirectPastProxy,
}

fn any() -> String {
    "*".to_owned()
}

fn bad_gateway() -> u16 {
    502
}

impl FaultRequest {
    fn into_fault(self) -> Result<Fault, (StatusCode, String)> {
        if !(100..=999).contains(&self.status) {
            return Err(unprocessable("`status` must have three digits"));
        }
        let mut fault = match self.effect {
            EffectName::Delay => Fault::delay(Duration::from_millis(self.milliseconds)),
            EffectName::Hang => Fault::hang(),
            EffectName::DropConnection => Fault::drop_connection(),
            EffectName::DropReply => Fault::drop_reply(),
            EffectName::Status => Fault::reply(self.status, self.body),
            EffectName::RateLimited => Fault::rate_limited(self.retry_after),
            EffectName::TruncatedBody => Fault::truncated_body(self.bytes),
            EffectName::RedirectPastProxy => Fault::redirect_past_proxy(),
        };
        fault = fault.on(&self.method, &self.path).after(self.after);
        Ok(match self.times {
            Some(times) => fault.times(times),
            None => fault,
        })
    }
}

async fn inject(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let fault = parse::<FaultRequest>(&body)?.into_fault()?;
    let active = state.faults.add(fault);
    Ok((StatusCode::CREATED, Json(json!({ "id": active.id }))).into_response())
}

async fn clear_faults(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.faults.clear();
    StatusCode::NO_CONTENT
}

async fn show_fault(Shared(state): Shared<Arc<State>>, Path(id): Path<u64>) -> Answer {
    let fault = state.faults.find(id).ok_or_else(|| unknown("fault"))?;
    Ok(Json(json!({ "id": id, "hits": fault.hits() })).into_response())
}

async fn remove_fault(Shared(state): Shared<Arc<State>>, Path(id): Path<u64>) -> StatusCode {
    state.faults.remove(id);
    StatusCode::NO_CONTENT
}

async fn release_fault(Shared(state): Shared<Arc<State>>, Path(id): Path<u64>) -> Answer {
    let fault = state.faults.find(id).ok_or_else(|| unknown("fault"))?;
    fault.release();
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn advance_clock(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    struct AdvanceRequest {
        minutes: u64,
    }
    let AdvanceRequest { minutes } = parse(&body)?;
    state
        .clock
        .advance(Duration::from_secs(minutes.saturating_mul(60)));
    state.pass_time();
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn set_error_shape(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        #[serde(rename = "v0.190")]
        V0_190,
        WithSource,
    }
    #[derive(Deserialize)]
    struct ShapeRequest {
        shape: Shape,
    }
    let shape = match parse::<ShapeRequest>(&body)?.shape {
        Shape::V0_190 => ErrorShape::V0_190,
        Shape::WithSource => ErrorShape::WithSource,
    };
    state.change_settings(|settings| settings.error_shape = shape);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn set_stopped_reply(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    struct ReplyRequest {
        status: u16,
    }
    let reply = match parse::<ReplyRequest>(&body)?.status {
        400 => StoppedReply::BadRequest,
        502 => StoppedReply::BadGateway,
        _ => return Err(unprocessable("`status` must be 400 or 502")),
    };
    state.change_settings(|settings| settings.stopped_reply = reply);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Fields to put over a sandbox's JSON, and fields to leave out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchRequest {
    #[serde(default)]
    set: Map<String, Value>,
    #[serde(default)]
    remove: Vec<String>,
}

async fn patch_sandbox(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let sandbox = state.find(&id).ok_or_else(|| unknown("sandbox"))?;
    let request: PatchRequest = parse(&body)?;
    for (name, value) in request.set {
        sandbox.override_field(name, Some(value));
    }
    for name in request.remove {
        sandbox.override_field(name, None);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove_sandbox(Shared(state): Shared<Arc<State>>, Path(id): Path<String>) -> Answer {
    let sandbox = state.find(&id).ok_or_else(|| unknown("sandbox"))?;
    let removed = tokio::task::spawn_blocking(move || state.remove(&sandbox)).await;
    removed.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn set_state(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    /// One state, or one for each poll.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum States {
        One { state: String },
        Many { states: Vec<String> },
    }
    let sandbox = state.find(&id).ok_or_else(|| unknown("sandbox"))?;
    let states = match parse(&body)? {
        States::One { state } => vec![state],
        States::Many { states } => states,
    };
    if states.is_empty() {
        return Err(unprocessable("`states` must not be empty"));
    }
    sandbox.set_states(states);
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn deny(Shared(state): Shared<Arc<State>>, Path(id): Path<String>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    struct DenyRequest {
        path: String,
    }
    let sandbox = state.find(&id).ok_or_else(|| unknown("sandbox"))?;
    let request: DenyRequest = parse(&body)?;
    sandbox.deny(request.path.into());
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove_container(Shared(state): Shared<Arc<State>>, Path(id): Path<String>) -> Answer {
    let sandbox = state.find(&id).ok_or_else(|| unknown("sandbox"))?;
    sandbox.remove_container();
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn parse<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|error| unprocessable(&error.to_string()))
}

fn unprocessable(message: &str) -> (StatusCode, String) {
    (StatusCode::UNPROCESSABLE_ENTITY, message.to_owned())
}

fn unknown(what: &str) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("no such {what}"))
}
