//! The two ways to a sandbox's daemon, with what each does before the daemon sees a request, and how
//! each passes on what the daemon says.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use crate::call::Call;
use crate::daemon;
use crate::errors::{DaemonError, ErrorShape, Problem, api_error, raw_exception};
use crate::faults::drain;
use crate::sandbox::{Reach, Sandbox};
use crate::settings::StoppedReply;
use crate::state::State;

/// The API's limit on the JSON of `process/execute`, in bytes.
const API_EXECUTE_LIMIT: u64 = 100 * 1024;

/// An answer that is given before the daemon is asked. Boxed, because it is rare and large.
type Refusal = Box<Response>;

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/toolbox/{id}", any(proxy_without_path))
        .route("/toolbox/{id}/{*path}", any(through_proxy))
        .route("/api/toolbox/{id}/toolbox/{*path}", any(through_api))
}

async fn proxy_without_path(request: Request) -> Response {
    proxy_error(
        &request,
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "not found: not found",
    )
}

/// The toolbox proxy: `{origin}/toolbox/{id}/...`.
async fn through_proxy(
    Shared(state): Shared<Arc<State>>,
    Path((id, path)): Path<(String, String)>,
    request: Request,
) -> Response {
    match admit_to_proxy(&state, &id, &path, &request) {
        Ok(sandbox) => answer(Call::new(state, sandbox, path, &request), request).await,
        Err(refusal) => refuse(request, refusal).await,
    }
}

/// The deprecated way through the API: `{origin}/api/toolbox/{id}/toolbox/...`.
async fn through_api(
    Shared(state): Shared<Arc<State>>,
    Path((id_or_name, path)): Path<(String, String)>,
    request: Request,
) -> Response {
    if path == "process/execute" {
        return match admit_to_api_execute(&state, &id_or_name, &request) {
            Ok(sandbox) => execute(Call::new(state, sandbox, path, &request), request).await,
            Err(refusal) => refuse(request, refusal).await,
        };
    }
    match admit_to_api(&state, &id_or_name, &path, &request) {
        Ok(sandbox) => answer(Call::new(state, sandbox, path, &request), request).await,
        Err(refusal) => refuse(request, refusal).await,
    }
}

async fn refuse(request: Request, refusal: Refusal) -> Response {
    drain(request.into_body()).await;
    *refusal
}

/// Passes the daemon's answer on as it is.
async fn answer(call: Call, request: Request) -> Response {
    let _pending = call.sandbox.begin_request();
    let shape = call.state.error_shape();
    let (path, method) = (call.path.clone(), call.method.clone());
    match daemon::serve(call, request).await {
        Ok(response) => response,
        Err(error) => error.reply(shape, &path, &method),
    }
}

/// Passes on what a command answers. The API calls the daemon itself here, and puts errors into its own
/// shape.
async fn execute(call: Call, request: Request) -> Response {
    let _pending = call.sandbox.begin_request();
    let uri = request.uri().clone();
    let method = call.method.clone();
    match daemon::serve(call, request).await {
        Ok(response) => response,
        Err(DaemonError::Process(problem)) => api_error(&uri, problem.status, &problem.message),
        Err(error) => error.reply(ErrorShape::V0_190, uri.path(), &method),
    }
}

fn admit_to_proxy(
    state: &State,
    id: &str,
    path: &str,
    request: &Request,
) -> Result<Arc<Sandbox>, Refusal> {
    let unauthorized = |message: &str| {
        let status = StatusCode::UNAUTHORIZED;
        Box::new(proxy_error(request, status, "UNAUTHORIZED", message))
    };
    let invalid = "unauthorized: authentication failed: Bearer token is invalid";
    let Some(authorization) = authorization(request.headers()) else {
        return Err(unauthorized(
            "unauthorized: missing authentication: provide a preview access token \
             (via header, query parameter, or cookie) or use an API key or JWT",
        ));
    };
    if !state.is_authorized(Some(authorization)) {
        return Err(unauthorized(invalid));
    }
    let sandbox = state.find_by_id(id).ok_or_else(|| unauthorized(invalid))?;
    match sandbox.reach() {
        Reach::Running => Ok(sandbox),
        Reach::Gone => Err(Box::new(container_gone(id, path, request))),
        Reach::NotRunning => match state.settings().stopped_reply {
            StoppedReply::BadGateway => Err(Box::new(StatusCode::BAD_GATEWAY.into_response())),
            StoppedReply::BadRequest => Err(Box::new(no_address(id, path, request))),
        },
    }
}

/// What both kinds of API-routed calls need: a valid key and a sandbox of this id or name.
fn admit_by_name(
    state: &State,
    id_or_name: &str,
    request: &Request,
) -> Result<Arc<Sandbox>, Refusal> {
    if !state.is_authorized(authorization(request.headers())) {
        let status = StatusCode::UNAUTHORIZED;
        return Err(Box::new(api_error(
            request.uri(),
            status,
            "Invalid credentials",
        )));
    }
    state.find(id_or_name).ok_or_else(|| {
        let message = format!("Sandbox with ID or name {id_or_name} not found");
        Box::new(api_error(request.uri(), StatusCode::NOT_FOUND, &message))
    })
}

fn admit_to_api_execute(
    state: &State,
    id_or_name: &str,
    request: &Request,
) -> Result<Arc<Sandbox>, Refusal> {
    let refuse = |status, message: &str| Err(Box::new(api_error(request.uri(), status, message)));
    let sandbox = admit_by_name(state, id_or_name, request)?;
    if content_length(request.headers()) > API_EXECUTE_LIMIT {
        let message = "An unexpected error occurred.";
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, message);
    }
    match sandbox.reach() {
        Reach::Running => Ok(sandbox),
        Reach::NotRunning => refuse(StatusCode::BAD_REQUEST, "Sandbox is not running"),
        Reach::Gone => refuse(StatusCode::NOT_FOUND, &container_gone_text(&sandbox.id)),
    }
}

fn admit_to_api(
    state: &State,
    id_or_name: &str,
    path: &str,
    request: &Request,
) -> Result<Arc<Sandbox>, Refusal> {
    let sandbox = admit_by_name(state, id_or_name, request)?;
    if sandbox.id != id_or_name {
        // The guard takes a name, and the code behind it does not.
        let message = format!("Sandbox with ID {id_or_name} not found");
        let refusal = raw_exception(StatusCode::NOT_FOUND, "NotFoundException", &message);
        return Err(Box::new(refusal));
    }
    match sandbox.reach() {
        Reach::Running => Ok(sandbox),
        Reach::Gone => Err(Box::new(container_gone(id_or_name, path, request))),
        Reach::NotRunning => {
            let message = "Sandbox is not running";
            let status = StatusCode::BAD_REQUEST;
            Err(Box::new(raw_exception(
                status,
                "BadRequestException",
                message,
            )))
        }
    }
}

fn proxy_error(
    request: &Request,
    status: StatusCode,
    code: &'static str,
    message: &str,
) -> Response {
    Problem::new(status, code, message).reply(request.uri().path(), request.method())
}

fn no_address(id: &str, path: &str, request: &Request) -> Response {
    let message = "bad request: no IP address found. Is the Sandbox started?";
    let problem = Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    problem.reply(&runner_path(id, path), request.method())
}

fn container_gone(id: &str, path: &str, request: &Request) -> Response {
    let message = container_gone_text(id);
    let problem = Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", message);
    problem.reply(&runner_path(id, path), request.method())
}

fn container_gone_text(id: &str) -> String {
    format!(
        "not found: sandbox container not found: \
         Error response from daemon: No such container: {id}"
    )
}

/// The path that the runner sees.
fn runner_path(id: &str, path: &str) -> String {
    format!("/sandboxes/{id}/toolbox/{path}")
}

fn content_length(headers: &HeaderMap) -> u64 {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}
