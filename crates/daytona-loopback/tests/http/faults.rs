//! Faults on demand, and the record of requests.

use std::time::Duration;

use daytona_loopback::Fault;
use reqwest::Method;
use serde_json::json;

use crate::client::{Fixture, header, json, outcome, refusal, status};

#[tokio::test]
async fn requests_are_recorded_decoded() {
    let fixture = Fixture::new();
    let request = json!({ "command": "true", "timeout": 2 });
    json(fixture.execute(&request)).await;
    status(fixture.get("/files/info", &[("path", "a b+c&d/é")])).await;
    status(
        fixture
            .http
            .get(format!("{}/x?a=1&a=2+3", fixture.server.api_url())),
    )
    .await;

    let requests = fixture.server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].method, "POST");
    assert_eq!(
        requests[0].path,
        format!("/toolbox/{}/process/execute", fixture.id)
    );
    assert_eq!(requests[0].json(), request);
    assert_eq!(requests[0].body_length, requests[0].body.len() as u64);
    let authorization = format!("Bearer {}", fixture.server.api_key());
    assert_eq!(
        requests[0].header("authorization"),
        Some(authorization.as_str())
    );
    assert_eq!(requests[1].query_value("path"), Some("a b+c&d/é"));
    assert_eq!(requests[2].query_value("a"), Some("1"));
    assert_eq!(requests[2].query[1], ("a".to_owned(), "2 3".to_owned()));

    fixture.server.clear_requests();
    assert_eq!(fixture.server.requests(), []);
}

#[tokio::test]
async fn a_fault_meets_the_requests_that_it_names() {
    let fixture = Fixture::new();
    let fault = Fault::status(502).on("get", "/toolbox/*/work-dir");
    let fault = fixture.server.inject(fault.after(1).times(2));

    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(status(fixture.get("/work-dir", &[])).await);
    }
    assert_eq!(statuses, [200, 502, 502, 200, 200]);
    assert_eq!(fault.hits(), 2);
    assert_eq!(status(fixture.get("/user-home-dir", &[])).await, 200);
}

#[tokio::test]
async fn faults_can_be_taken_away() {
    let fixture = Fixture::new();
    let first = fixture.server.inject(Fault::status(503));
    fixture
        .server
        .inject(Fault::reply(500, "{}").on("*", "*/work-dir"));

    assert_eq!(
        outcome(fixture.get("/work-dir", &[])).await,
        (503, Vec::new())
    );
    first.remove();
    assert_eq!(
        outcome(fixture.get("/work-dir", &[])).await,
        (500, b"{}".to_vec())
    );
    fixture.server.clear_faults();
    assert_eq!(status(fixture.get("/work-dir", &[])).await, 200);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let fixture = Fixture::new();
    fixture.server.inject(Fault::rate_limited(3).times(1));
    let response = fixture.api(Method::GET, "/sandbox").send().await.unwrap();

    assert_eq!(response.status(), 429);
    assert_eq!(header(&response, "retry-after-authenticated"), "3");
    assert_eq!(status(fixture.api(Method::GET, "/sandbox")).await, 200);
}

#[tokio::test]
async fn an_old_daemon_redirects_a_delete_past_the_proxy() {
    let fixture = Fixture::new();
    std::fs::write(fixture.work_dir().join("f"), "x").unwrap();
    let fault = Fault::redirect_past_proxy().on("DELETE", "*/files");
    fixture.server.inject(fault);

    // The client follows, and what it comes to knows nothing of the file.
    let path = [("path", "f")];
    let response = fixture.delete("/files", &path).send().await.unwrap();
    assert_eq!(
        (response.url().path(), response.url().query()),
        ("/files/", Some("path=f"))
    );
    assert_eq!(response.status(), 404);
    assert_eq!(status(fixture.delete("/files/", &path)).await, 204);
}

#[tokio::test]
async fn a_refused_upload_has_no_effect_and_its_client_is_answered() {
    let fixture = Fixture::new();
    fixture.server.inject(Fault::status(502).times(1));
    let content = vec![b'x'; 4 << 20];

    assert_eq!(status(fixture.upload(&[("f", &content)])).await, 502);
    assert!(!fixture.work_dir().join("f").exists());
}

#[tokio::test]
async fn a_dropped_connection_has_no_reply_and_no_effect() {
    let fixture = Fixture::new();
    fixture.server.inject(Fault::drop_connection().times(1));
    let request = fixture.post("/files/folder", &[("path", "d")]);

    let error = request.send().await.unwrap_err();
    assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
    assert!(!fixture.work_dir().join("d").exists());
}

#[tokio::test]
async fn a_dropped_reply_has_an_effect() {
    let fixture = Fixture::new();
    fixture
        .server
        .inject(Fault::drop_reply().on("POST", "*/files/folder").times(1));
    let request = fixture.post("/files/folder", &[("path", "d")]);

    assert!(request.send().await.is_err());
    assert!(fixture.work_dir().join("d").exists());
}

#[tokio::test]
async fn a_truncated_body_breaks_off() {
    let fixture = Fixture::new();
    std::fs::write(fixture.work_dir().join("f"), vec![b'x'; 200_000]).unwrap();
    fixture.server.inject(Fault::truncated_body(100_000));
    for (request, announced) in [
        (
            fixture.get("/files/download", &[("path", "f")]),
            Some("200000"),
        ),
        (
            fixture
                .post("/files/bulk-download", &[])
                .json(&json!({ "paths": ["f"] })),
            None,
        ),
    ] {
        let mut response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let length = response.headers().get("content-length");
        assert_eq!(length.map(|length| length.to_str().unwrap()), announced);
        let mut received = 0;
        let error = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => received += chunk.len(),
                Ok(None) => panic!("the body ended as if it were whole"),
                Err(error) => break error,
            }
        };
        assert_eq!(received, 100_000, "{error:?}");
    }
}

#[tokio::test]
async fn a_small_body_is_truncated_too() {
    let fixture = Fixture::new();
    fixture.server.inject(Fault::truncated_body(0));
    let response = fixture.get("/work-dir", &[]).send().await.unwrap();

    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn a_request_hangs_until_it_is_released() {
    let fixture = Fixture::new();
    let fault = fixture
        .server
        .inject(Fault::hang().on("POST", "*/files/folder"));
    let made = fixture.post("/files/folder", &[("path", "d")]);
    let pending = tokio::spawn(made.send());

    fault.wait_for_hits(1).await;
    assert!(!fixture.work_dir().join("d").exists());
    assert_eq!(
        status(fixture.get("/work-dir", &[])).await,
        200,
        "others pass"
    );
    assert!(!pending.is_finished());
    fault.release();
    assert_eq!(pending.await.unwrap().unwrap().status(), 201);
    assert!(fixture.work_dir().join("d").exists());
}

#[tokio::test]
async fn a_delay_ends_by_itself_or_by_release() {
    let fixture = Fixture::new();
    fixture
        .server
        .inject(Fault::delay(Duration::from_millis(5)).times(1));
    assert_eq!(status(fixture.get("/work-dir", &[])).await, 200);

    let fault = fixture
        .server
        .inject(Fault::delay(Duration::from_secs(3600)));
    let pending = tokio::spawn(fixture.get("/work-dir", &[]).send());
    fault.wait_for_hits(1).await;
    fault.release();
    assert_eq!(pending.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_fault_may_have_a_body() {
    let fixture = Fixture::new();
    let body = json!({ "statusCode": 403, "code": "FORBIDDEN", "message": "forbidden: no" });
    fixture.server.inject(Fault::reply(403, body.to_string()));

    assert_eq!(refusal(fixture.get("/work-dir", &[])).await, (403, body));
}
