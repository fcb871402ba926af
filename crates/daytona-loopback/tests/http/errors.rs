//! The table of errors: each situation, on both routes.

use std::fs;

use daytona_loopback::{ErrorShape, Server, StoppedReply};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{Fixture, http, outcome, refusal, status};

/// Requests that the file handlers refuse, and the status and later code of the refusal.
const FILE_REFUSALS: [(&str, &str, u16, &str); 24] = [
    ("GET", "/files/info?path=missing", 404, "FILE_NOT_FOUND"),
    ("GET", "/files?path=missing", 404, "FILE_NOT_FOUND"),
    ("GET", "/files/download?path=missing", 404, "FILE_NOT_FOUND"),
    ("DELETE", "/files?path=missing", 404, "FILE_NOT_FOUND"),
    (
        "DELETE",
        "/files?path=missing&recursive=true",
        404,
        "FILE_NOT_FOUND",
    ),
    ("GET", "/files/info?path=denied", 403, "FILE_ACCESS_DENIED"),
    ("GET", "/files?path=denied", 403, "FILE_ACCESS_DENIED"),
    (
        "GET",
        "/files/download?path=denied",
        403,
        "FILE_ACCESS_DENIED",
    ),
    ("DELETE", "/files?path=denied", 403, "FILE_ACCESS_DENIED"),
    ("GET", "/files/info?path=file/below", 400, "BAD_REQUEST"),
    ("GET", "/files?path=file/below", 400, "BAD_REQUEST"),
    ("GET", "/files/download?path=file/below", 400, "BAD_REQUEST"),
    ("DELETE", "/files?path=file/below", 400, "BAD_REQUEST"),
    ("GET", "/files?path=file", 400, "BAD_REQUEST"),
    ("GET", "/files/download?path=folder", 400, "BAD_REQUEST"),
    ("DELETE", "/files?path=folder", 400, "BAD_REQUEST"),
    ("GET", "/files/info", 400, "BAD_REQUEST"),
    ("GET", "/files/info?path=", 400, "BAD_REQUEST"),
    ("GET", "/files/download", 400, "BAD_REQUEST"),
    ("DELETE", "/files", 400, "BAD_REQUEST"),
    ("POST", "/files/folder", 400, "BAD_REQUEST"),
    ("POST", "/files/folder?path=file", 400, "BAD_REQUEST"),
    (
        "POST",
        "/files/folder?path=new&mode=0o755",
        400,
        "BAD_REQUEST",
    ),
    (
        "POST",
        "/files/move?source=file&destination=folder",
        409,
        "CONFLICT",
    ),
];

fn with_files(builder: daytona_loopback::Builder) -> Fixture {
    let fixture = Fixture::of(builder);
    let work_dir = fixture.work_dir();
    fs::write(work_dir.join("file"), "").unwrap();
    fs::write(work_dir.join("denied"), "").unwrap();
    fs::create_dir(work_dir.join("folder")).unwrap();
    fixture.server.deny(&fixture.id, "denied");
    fixture
}

#[tokio::test]
async fn file_errors_are_a_status_with_an_empty_body() {
    let fixture = with_files(Server::builder());
    for (method, path, expected, _) in FILE_REFUSALS {
        let method: Method = method.parse().unwrap();
        for request in [
            fixture.proxy(method.clone(), path),
            fixture.routed(method.clone(), path),
        ] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), expected, "{method} {path}");
            assert_eq!(response.headers()["content-length"], "0");
            assert!(response.headers().get("content-type").is_none());
            assert_eq!(response.bytes().await.unwrap(), "");
        }
    }
}

#[tokio::test]
async fn later_daemons_say_what_it_was() {
    let fixture = with_files(Server::builder().error_shape(ErrorShape::WithSource));
    for (method, path, expected, code) in FILE_REFUSALS {
        let method: Method = method.parse().unwrap();
        let (status, body) = refusal(fixture.proxy(method.clone(), path)).await;
        assert_eq!(status, expected, "{method} {path}");
        assert_eq!(body["statusCode"], expected);
        assert_eq!(body["code"], code, "{method} {path}");
        assert_eq!(body["source"], "DAYTONA_DAEMON");
        assert_eq!(body["path"], path.split('?').next().unwrap());
        assert_eq!(body["method"], method.as_str());
        let message = body["message"].as_str().unwrap();
        match code {
            "BAD_REQUEST" => assert!(message.starts_with("bad request: "), "{message}"),
            "CONFLICT" => assert_eq!(message, "conflict: destination already exists"),
            _ => assert!(!message.is_empty()),
        }
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        assert!(body.get("error").is_none());
    }
}

#[tokio::test]
async fn later_daemons_have_a_code_for_timeouts() {
    let fixture = Fixture::of(Server::builder().error_shape(ErrorShape::WithSource));
    let request = json!({ "command": "sleep 600", "timeout": 1 });
    let (status, body) = refusal(fixture.execute(&request)).await;

    assert_eq!(
        (status, &body["code"]),
        (408, &json!("PROCESS_EXECUTION_TIMEOUT"))
    );
    assert_eq!(body["message"], "command execution timeout");
    assert_eq!(body["source"], "DAYTONA_DAEMON");
}

#[tokio::test]
async fn errors_of_the_api_have_shape_a() {
    let fixture = Fixture::new();
    let (status, body) = refusal(fixture.api(Method::GET, "/sandbox/nobody?verbose=true")).await;

    assert_eq!(status, 404);
    let timestamp = body["timestamp"].as_str().unwrap();
    assert_eq!(timestamp.len(), "2026-06-23T13:33:38.123Z".len());
    assert_eq!(
        body,
        json!({
            "path": "/api/sandbox/nobody?verbose=true",
            "timestamp": timestamp,
            "statusCode": 404,
            "error": "Not Found",
            "message": "Sandbox with ID or name nobody not found",
        })
    );
}

#[tokio::test]
async fn there_is_no_socket_io() {
    let fixture = Fixture::new();
    let url = format!(
        "{}/socket.io/?EIO=4&transport=polling",
        fixture.server.api_url()
    );
    let (status, body) = refusal(fixture.http.get(url)).await;

    assert_eq!((status, &body["error"]), (404, &json!("Not Found")));
    let unknown = fixture.api(Method::PATCH, "/sandbox");
    assert_eq!(
        refusal(unknown).await.1["message"],
        "Cannot PATCH /api/sandbox"
    );
    let doubled = fixture.api(Method::GET, "//sandbox");
    assert_eq!(refusal(doubled).await.0, 404);
}

fn with_key(request: RequestBuilder, key: &str) -> RequestBuilder {
    let mut request = request.build().unwrap();
    let value = format!("Bearer {key}").parse().unwrap();
    request.headers_mut().insert("authorization", value);
    RequestBuilder::from_parts(http(), request)
}

#[tokio::test]
async fn a_bad_key() {
    let fixture = Fixture::of(Server::builder().api_key("the key"));
    for request in [
        fixture.api(Method::GET, "/sandbox"),
        fixture.routed(Method::GET, "/work-dir"),
        fixture.routed(Method::POST, "/process/execute"),
    ] {
        let (status, body) = refusal(with_key(request, "other")).await;
        assert_eq!((status, &body["error"]), (401, &json!("Unauthorized")));
        assert_eq!(body["message"], "Invalid credentials");
    }
    let (status, body) = refusal(with_key(fixture.get("/work-dir", &[]), "other")).await;
    assert_eq!(status, 401);
    assert_unauthorized(&body, &format!("/toolbox/{}/work-dir", fixture.id));

    let url = format!("{}/{}/work-dir", fixture.server.toolbox_url(), fixture.id);
    let (status, body) = refusal(fixture.http.get(url)).await;
    assert_eq!((status, &body["code"]), (401, &json!("UNAUTHORIZED")));
}

fn assert_unauthorized(body: &Value, path: &str) {
    assert_eq!(body["code"], "UNAUTHORIZED");
    let message = "unauthorized: authentication failed: Bearer token is invalid";
    assert_eq!(body["message"], message);
    assert_eq!(body["path"], path, "the proxy sees the whole path");
    assert!(body.get("error").is_none());
}

#[tokio::test]
async fn an_unknown_sandbox() {
    let mut fixture = Fixture::new();
    fixture.id = "nobody".to_owned();

    let (status, body) = refusal(fixture.get("/files/info", &[("path", "x")])).await;
    assert_eq!(status, 401);
    assert_unauthorized(&body, "/toolbox/nobody/files/info");
    for request in [
        fixture.routed(Method::GET, "/files"),
        fixture.routed(Method::POST, "/process/execute"),
    ] {
        let (status, body) = refusal(request).await;
        assert_eq!((status, &body["error"]), (404, &json!("Not Found")));
        assert_eq!(body["message"], "Sandbox with ID or name nobody not found");
    }
}

#[tokio::test]
async fn a_stopped_sandbox() {
    let fixture = Fixture::new();
    for state in [
        "stopped",
        "paused",
        "archived",
        "error",
        "destroyed",
        "creating",
    ] {
        fixture.server.set_state(&fixture.id, state);
        let (status, body) = refusal(fixture.execute(&json!({ "command": "true" }))).await;
        assert_eq!(
            (status, &body["code"]),
            (400, &json!("BAD_REQUEST")),
            "{state}"
        );
        assert!(
            body["message"]
                .as_str()
                .unwrap()
                .ends_with("Is the Sandbox started?")
        );
    }
    let (status, body) = refusal(fixture.routed(Method::GET, "/files")).await;
    assert_eq!(status, 400);
    let expected = json!({
        "response": {
            "message": "Sandbox is not running",
            "error": "Bad Request",
            "statusCode": 400,
        },
        "status": 400,
        "options": {},
        "message": "Sandbox is not running",
        "name": "BadRequestException",
    });
    assert_eq!(body, expected);
    let execute = fixture.routed(Method::POST, "/process/execute");
    let (status, body) = refusal(execute.json(&json!({ "command": "true" }))).await;
    assert_eq!((status, &body["error"]), (400, &json!("Bad Request")));
    assert_eq!(body["message"], "Sandbox is not running");

    fixture.server.set_stopped_reply(StoppedReply::BadGateway);
    assert_eq!(
        outcome(fixture.get("/work-dir", &[])).await,
        (502, Vec::new())
    );
    fixture.server.set_state(&fixture.id, "started");
    assert_eq!(status_of_work_dir(&fixture).await, 200);
}

async fn status_of_work_dir(fixture: &Fixture) -> u16 {
    status(fixture.get("/work-dir", &[])).await
}

#[tokio::test]
async fn a_container_that_is_gone() {
    let fixture = Fixture::new();
    fixture.server.remove_container(&fixture.id);
    let start = "not found: sandbox container not found: ";

    for request in [
        fixture.get("/files/info", &[("path", "x")]),
        fixture.execute(&json!({ "command": "true" })),
        fixture.routed(Method::GET, "/files/info?path=x"),
    ] {
        let (status, body) = refusal(request).await;
        assert_eq!((status, &body["code"]), (404, &json!("NOT_FOUND")));
        assert!(body["message"].as_str().unwrap().starts_with(start));
        assert!(body.get("error").is_none());
    }
    let execute = fixture.routed(Method::POST, "/process/execute");
    let (status, body) = refusal(execute.json(&json!({ "command": "true" }))).await;
    assert_eq!((status, &body["error"]), (404, &json!("Not Found")));
    assert!(body["message"].as_str().unwrap().starts_with(start));
}

#[tokio::test]
async fn a_name_instead_of_an_id() {
    let mut fixture = Fixture::new();
    let request = fixture
        .api(Method::POST, "/sandbox")
        .json(&json!({ "name": "named" }));
    assert_eq!(status(request).await, 200);
    fixture.id = "named".to_owned();

    let (status, body) = refusal(fixture.routed(Method::GET, "/files")).await;
    assert_eq!((status, &body["status"]), (400, &json!(404)));
    assert_eq!(body["name"], "NotFoundException");
    assert_eq!(refusal(fixture.get("/files", &[])).await.0, 401);
}

#[tokio::test]
async fn paths_that_the_daemon_does_not_have() {
    let fixture = Fixture::new();
    let (status, body) = refusal(fixture.get("", &[])).await;
    assert_eq!(
        (status, &body["message"]),
        (404, &json!("not found: not found"))
    );
    assert_eq!(body["code"], "NOT_FOUND");

    let unknown = (404, b"404 page not found".to_vec());
    assert_eq!(outcome(fixture.get("/nothing/here", &[])).await, unknown);
    assert_eq!(outcome(fixture.proxy(Method::PUT, "/files")).await, unknown);
}
