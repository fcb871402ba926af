//! The two ways to a sandbox's daemon, with what each does before the daemon sees a request, and how
//! each passes on what the daemon says.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hyper::body::Body as _;

use crate::daemon::{self, Call};
use crate::errors::{DaemonError, api_error, daemon_error, go_error, raw_exception};
use crate::faults::drain;
use crate::sandbox::{Reach, Sandbox};
use crate::settings::StoppedReply;
use crate::state::State;

/// An answer that is given before the daemon is asked. Boxed, because it is rare and large.
type Refusal = Box<Response>;

/// The API's limit on the JSON of `process/execute`.
const API_EXECUTE_LIMIT: u64 = 100 * 1024;

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/toolbox/{id}", any(proxy_without_path))
        .route("/toolbox/{id}/{*path}", any(through_proxy))
        .route("/api/toolbox/{id}/toolbox/{*path}", any(through_api))
}

async fn proxy_without_path(uri: Uri, request: Request) -> Response {
    proxy_error(
        &uri,
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
        Ok(sandbox) => {
            let call = Call::new(state, sandbox, format!("/{path}"), &request);
            answer(call, request).await
        }
        Err(refusal) => {
            drain(request.into_body()).await;
            *refusal
        }
    }
}

fn admit_to_proxy(
    state: &State,
    id: &str,
    path: &str,
    request: &Request,
) -> Result<Arc<Sandbox>, Refusal> {
    let uri = request.uri();
    let unauthorized = |message: &str| {
        let status = StatusCode::UNAUTHORIZED;
        Box::new(proxy_error(uri, request, status, "UNAUTHORIZED", message))
    };
    let authorization = authorization(request.headers());
    if authorization.is_none() {
        return Err(unauthorized(
            "unauthorized: missing authentication: provide a preview access token \
             (via header, query parameter, or cookie) or use an API key or JWT",
        ));
    }
    let invalid = "unauthorized: authentication failed: Bearer token is invalid";
    if !state.is_authorized(authorization) {
        return Err(unauthorized(invalid));
    }
    let sandbox = state.find_by_id(id).ok_or_else(|| unauthorized(invalid))?;
    match sandbox.reach() {
        Reach::Running => Ok(sandbox),
        Reach::NotRunning => Err(Box::new(not_running(state, id, path, request))),
        Reach::Gone => Err(Box::new(container_gone(id, path, request))),
    }
}

fn proxy_error(
    uri: &Uri,
    request: &Request,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Response {
    go_error(status, code, message, uri.path(), request.method().as_str())
}

/// What the runner says: it has the path without the prefix of the route.
fn runner_error(
    id: &str,
    path: &str,
    request: &Request,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Response {
    let path = format!("/sandboxes/{id}/toolbox/{path}");
    go_error(status, code, message, &path, request.method().as_str())
}

fn not_running(state: &State, id: &str, path: &str, request: &Request) -> Response {
    match state.settings().stopped_reply {
        StoppedReply::BadGateway => StatusCode::BAD_GATEWAY.into_response(),
        StoppedReply::BadRequest => {
            let message = "bad request: no IP address found. Is the Sandbox started?";
            let status = StatusCode::BAD_REQUEST;
            runner_error(id, path, request, status, "BAD_REQUEST", message)
        }
    }
}

fn container_gone(id: &str, path: &str, request: &Request) -> Response {
    let status = StatusCode::NOT_FOUND;
    runner_error(
        id,
        path,
        request,
        status,
        "NOT_FOUND",
        &container_gone_text(id),
    )
}

fn container_gone_text(id: &str) -> String {
    format!(
        "not found: sandbox container not found: \
         Error response from daemon: No such container: {id}"
    )
}

async fn answer(call: Call, request: Request) -> Response {
    let shape = call.state.error_shape();
    let (path, method) = (call.path.clone(), call.method.clone());
    match daemon::serve(call, request).await {
        Ok(response) => response,
        Err(error) => daemon_error(error, shape, &path, &method),
    }
}

/// The deprecated way through the API: `{origin}/api/toolbox/{id}/toolbox/...`.
async fn through_api(
    Shared(state): Shared<Arc<State>>,
    Path((id_or_name, path)): Path<(String, String)>,
    request: Request,
) -> Response {
    let is_execute = path == "process/execute";
    let admitted = if is_execute {
        admit_execute(&state, &id_or_name, &request)
    } else {
        admit_to_api(&state, &id_or_name, &path, &request)
    };
    let sandbox = match admitted {
        Ok(sandbox) => sandbox,
        Err(refusal) => {
            drain(request.into_body()).await;
            return *refusal;
        }
    };
    let uri = request.uri().clone();
    let call = Call::new(state, sandbox, format!("/{path}"), &request);
    if !is_execute {
        return answer(call, request).await;
    }
    // The API calls the daemon itself here, and puts what it says into words of its own.
    match daemon::serve(call, request).await {
        Ok(response) => response,
        Err(DaemonError::Process(problem)) => api_error(&uri, problem.status, &problem.message),
        Err(error) => daemon_error(error, Default::default(), "", ""),
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
        let refusal = api_error(request.uri(), status, "Invalid credentials");
        return Err(Box::new(refusal));
    }
    state.find(id_or_name).ok_or_else(|| {
        let message = format!("Sandbox with ID or name {id_or_name} not found");
        Box::new(api_error(request.uri(), StatusCode::NOT_FOUND, &message))
    })
}

fn admit_execute(
    state: &State,
    id_or_name: &str,
    request: &Request,
) -> Result<Arc<Sandbox>, Refusal> {
    let refuse = |status, message: &str| Err(Box::new(api_error(request.uri(), status, message)));
    let sandbox = admit_by_name(state, id_or_name, request)?;
    if request.body().size_hint().lower() > API_EXECUTE_LIMIT || is_long(request.headers()) {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return refuse(status, "An unexpected error occurred.");
    }
    match sandbox.reach() {
        Reach::Running => Ok(sandbox),
        Reach::NotRunning => refuse(StatusCode::BAD_REQUEST, "Sandbox is not running"),
        Reach::Gone => refuse(StatusCode::NOT_FOUND, &container_gone_text(&sandbox.id)),
    }
}

fn is_long(headers: &HeaderMap) -> bool {
    let length = headers.get(axum::http::header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > API_EXECUTE_LIMIT)
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
        Reach::NotRunning => Err(Box::new(raw_exception(
            StatusCode::BAD_REQUEST,
            "BadRequestException",
            "Sandbox is not running",
        ))),
        Reach::Gone => Err(Box::new(container_gone(&sandbox.id, path, request))),
    }
}

pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}
