//! The switches over HTTP, as programs in other languages use them.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::client::{Fixture, json, outcome, refusal, status};

fn control(fixture: &Fixture, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", fixture.server.control_url());
    fixture.http.request(method, url)
}

async fn switch(fixture: &Fixture, method: Method, path: &str, body: Value) {
    let request = control(fixture, method, path).json(&body);
    assert_eq!(outcome(request).await, (204, Vec::new()), "{path}");
}

async fn inject(fixture: &Fixture, fault: Value) -> u64 {
    let request = control(fixture, Method::POST, "/faults").json(&fault);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 201);
    response.json::<Value>().await.unwrap()["id"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn requests_are_shown_and_forgotten() {
    let fixture = Fixture::new();
    json(fixture.execute(&json!({ "command": "true" }))).await;

    let url = format!("{}/requests", fixture.server.control_url());
    let requests: Value = fixture
        .http
        .get(&url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        requests.as_array().unwrap().len(),
        1,
        "switches are not recorded"
    );
    assert_eq!(requests[0]["method"], "POST");
    assert_eq!(requests[0]["body"], "{\"command\":\"true\"}");
    assert_eq!(requests[0]["bodyLength"], 18);
    assert_eq!(status(fixture.http.delete(&url)).await, 204);
    assert_eq!(fixture.server.requests(), []);
}

#[tokio::test]
async fn faults_of_every_kind() {
    let fixture = Fixture::new();
    let refused = [
        (json!({ "effect": "status", "times": 1 }), 502),
        (
            json!({ "effect": "status", "status": 503, "body": "{}", "times": 1 }),
            503,
        ),
        (
            json!({ "effect": "rateLimited", "retryAfter": 1, "times": 1 }),
            429,
        ),
        (
            json!({ "effect": "delay", "milliseconds": 1, "times": 1 }),
            200,
        ),
    ];
    for (fault, expected) in refused {
        inject(&fixture, fault).await;
        assert_eq!(status(fixture.get("/work-dir", &[])).await, expected);
        assert_eq!(status(fixture.get("/work-dir", &[])).await, 200);
    }
    for effect in ["dropConnection", "dropReply"] {
        inject(
            &fixture,
            json!({ "effect": effect, "times": 1, "method": "POST" }),
        )
        .await;
        assert_eq!(status(fixture.get("/work-dir", &[])).await, 200);
        assert!(
            fixture
                .post("/files/folder", &[("path", "d")])
                .send()
                .await
                .is_err()
        );
    }
    let truncated = json!({ "effect": "truncatedBody", "bytes": 3, "path": "*/work-dir" });
    let id = inject(&fixture, truncated).await;
    let response = fixture.get("/work-dir", &[]).send().await.unwrap();
    assert!(response.bytes().await.is_err());
    let url = format!("/faults/{id}");
    let shown = control(&fixture, Method::GET, &url).send().await.unwrap();
    assert_eq!(
        shown.json::<Value>().await.unwrap(),
        json!({ "id": id, "hits": 1 })
    );
    assert_eq!(status(control(&fixture, Method::DELETE, &url)).await, 204);
    assert_eq!(status(control(&fixture, Method::GET, &url)).await, 404);
    assert_eq!(status(fixture.get("/work-dir", &[])).await, 200);
}

#[tokio::test]
async fn a_hanging_request_is_released() {
    let fixture = Fixture::new();
    let id = inject(&fixture, json!({ "effect": "hang", "times": 1 })).await;
    let pending = tokio::spawn(fixture.get("/work-dir", &[]).send());
    switch(
        &fixture,
        Method::POST,
        &format!("/faults/{id}/release"),
        json!(null),
    )
    .await;

    assert_eq!(pending.await.unwrap().unwrap().status(), 200);
    assert_eq!(
        status(control(&fixture, Method::DELETE, "/faults")).await,
        204
    );
    let again = control(&fixture, Method::POST, &format!("/faults/{id}/release"));
    assert_eq!(status(again).await, 404);
}

#[tokio::test]
async fn sandboxes_are_changed() {
    let fixture = Fixture::new();
    let sandbox = format!("/sandboxes/{}", fixture.id);
    let show = || json(fixture.api(Method::GET, &format!("/sandbox/{}", fixture.id)));
    let at = |part: &str| format!("{sandbox}{part}");

    switch(
        &fixture,
        Method::POST,
        &at("/state"),
        json!({ "state": "stopped" }),
    )
    .await;
    assert_eq!(show().await["state"], "stopped");
    let states = json!({ "states": ["starting", "started"] });
    switch(&fixture, Method::POST, &at("/state"), states).await;
    assert_eq!(show().await["state"], "starting");
    assert_eq!(show().await["state"], "started");

    let patch = json!({ "set": { "class": "small", "labels": null }, "remove": ["volumes"] });
    switch(&fixture, Method::PATCH, &sandbox, patch).await;
    let shown = show().await;
    assert_eq!(
        (&shown["class"], &shown["labels"]),
        (&json!("small"), &Value::Null)
    );
    assert!(shown.get("volumes").is_none());

    switch(&fixture, Method::POST, &at("/deny"), json!({ "path": "x" })).await;
    assert_eq!(
        status(fixture.get("/files/info", &[("path", "x/y")])).await,
        403
    );
    switch(&fixture, Method::DELETE, &at("/container"), json!(null)).await;
    assert_eq!(status(fixture.get("/work-dir", &[])).await, 404);
    switch(&fixture, Method::DELETE, &sandbox, json!(null)).await;
    assert_eq!(status(fixture.get("/work-dir", &[])).await, 401);
    let unknown = control(&fixture, Method::POST, &at("/state"));
    assert_eq!(status(unknown.json(&json!({ "state": "x" }))).await, 404);
}

#[tokio::test]
async fn shapes_are_changed() {
    let fixture = Fixture::new();
    let missing = || fixture.get("/files/info", &[("path", "missing")]);

    switch(
        &fixture,
        Method::POST,
        "/error-shape",
        json!({ "shape": "withSource" }),
    )
    .await;
    assert_eq!(refusal(missing()).await.1["code"], "FILE_NOT_FOUND");
    switch(
        &fixture,
        Method::POST,
        "/error-shape",
        json!({ "shape": "v0.190" }),
    )
    .await;
    assert_eq!(outcome(missing()).await, (404, Vec::new()));

    fixture.server.set_state(&fixture.id, "stopped");
    switch(
        &fixture,
        Method::POST,
        "/stopped-reply",
        json!({ "status": 502 }),
    )
    .await;
    assert_eq!(outcome(missing()).await, (502, Vec::new()));
}

#[tokio::test]
async fn switches_that_make_no_sense_are_refused() {
    let fixture = Fixture::new();
    let state = format!("/sandboxes/{}/state", fixture.id);
    for (path, body) in [
        ("/faults", json!({ "effect": "explode" })),
        ("/faults", json!({ "effect": "hang", "typo": 1 })),
        ("/faults", json!({ "effect": "status", "status": 7 })),
        ("/error-shape", json!({ "shape": "round" })),
        ("/stopped-reply", json!({ "status": 404 })),
        (&state, json!({ "states": [] })),
    ] {
        let request = control(&fixture, Method::POST, path).json(&body);
        assert_eq!(status(request).await, 422, "{path} {body}");
    }
}
