//! Sessions, as SDKs of all ages see them. What they do is tried with the client of this repository.

use daytona_loopback::Server;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::client::{Fixture, json, outcome, refusal, status};

fn sessions(fixture: &Fixture, method: Method, path: &str) -> RequestBuilder {
    fixture.proxy(method, &format!("/process/session{path}"))
}

async fn with_session() -> Fixture {
    let fixture = Fixture::new();
    let made = sessions(&fixture, Method::POST, "").json(&json!({ "sessionId": "s" }));
    assert_eq!(outcome(made).await, (201, Vec::new()));
    fixture
}

fn execute(fixture: &Fixture) -> RequestBuilder {
    let command = json!({ "command": "echo out; echo err >&2" });
    sessions(fixture, Method::POST, "/s/exec").json(&command)
}

#[tokio::test]
async fn the_form_of_a_log_follows_from_the_version_of_the_sdk() {
    let fixture = with_session().await;
    let marked = ["\u{1}\u{1}\u{1}out\n", "\u{2}\u{2}\u{2}err\n"];
    let is_marked = |log: &str| marked.iter().all(|line| log.contains(line));
    let version =
        |request: RequestBuilder, version| request.header("X-Daytona-SDK-Version", version);

    let new = json(version(execute(&fixture), "0.190.0")).await;
    assert_eq!(
        (&new["stdout"], &new["stderr"]),
        (&json!("out\n"), &json!("err\n"))
    );
    assert!(is_marked(new["output"].as_str().unwrap()));
    let logs = format!("/s/command/{}/logs", new["cmdId"].as_str().unwrap());
    let logs = || sessions(&fixture, Method::GET, &logs);
    assert_eq!(json(version(logs(), "0.190.0")).await["stderr"], "err\n");

    for old in [
        version(execute(&fixture), "0.100.0"),
        execute(&fixture).header("X-Daytona-Split-Output", "true"),
    ] {
        let old = json(old).await;
        assert!(is_marked(old["output"].as_str().unwrap()));
        assert_eq!(old.get("stdout"), None);
    }
    let (status, log) = outcome(version(logs(), "0.100.0")).await;
    assert_eq!(
        (status, is_marked(&String::from_utf8(log).unwrap())),
        (200, true)
    );

    let combined = json(execute(&fixture)).await;
    assert_eq!(
        combined["output"].as_str().unwrap().len(),
        "out\nerr\n".len()
    );
    let (_, log) = outcome(logs()).await;
    assert_eq!(log.len(), "out\nerr\n".len());
}

#[tokio::test]
async fn a_command_that_is_not_waited_for_is_accepted() {
    let fixture = with_session().await;
    for name in ["runAsync", "async"] {
        let request = sessions(&fixture, Method::POST, "/s/exec");
        let response = request
            .json(&json!({ "command": "true", name: true }))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 202, "{name}");
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body.as_object().unwrap().len(), 1, "only `cmdId`: {body}");
    }
}

#[tokio::test]
async fn refusals_have_the_shapes_of_the_daemon() {
    let fixture = with_session().await;
    let create =
        |body: serde_json::Value| refusal(sessions(&fixture, Method::POST, "").json(&body));
    assert_eq!(
        create(json!({ "sessionId": "s" })).await.1["code"],
        "CONFLICT"
    );
    for wrong in [
        json!({}),
        json!({ "sessionId": 1 }),
        json!({ "sessionId": "entrypoint" }),
    ] {
        assert_eq!(create(wrong).await.0, 400);
    }
    let (status, body) = refusal(sessions(&fixture, Method::GET, "/none")).await;
    assert_eq!(
        (status, &body["message"]),
        (404, &json!("not found: session not found"))
    );

    // The handler of commands uses the call that loses the body.
    for wrong in [json!({}), json!({ "command": " " })] {
        let request = sessions(&fixture, Method::POST, "/s/exec").json(&wrong);
        assert_eq!(outcome(request).await, (400, Vec::new()));
    }
    for (method, path) in [
        (Method::POST, "/entrypoint/exec"),
        (Method::DELETE, "/entrypoint"),
    ] {
        let request = sessions(&fixture, method, path).json(&json!({ "command": "true" }));
        assert_eq!(refusal(request).await.0, 400);
    }
    let unknown = sessions(&fixture, Method::PUT, "/s");
    assert_eq!(
        outcome(unknown).await,
        (404, b"404 page not found".to_vec())
    );
}

#[tokio::test]
async fn a_shell_that_exits_ends_what_waits_in_it() {
    let fixture = with_session().await;
    let request = sessions(&fixture, Method::POST, "/s/exec").json(&json!({ "command": "exit 3" }));
    let (status_, body) = refusal(request).await;
    assert_eq!(
        (status_, &body["message"]),
        (400, &json!("bad request: session cancelled"))
    );
    assert_eq!(status(sessions(&fixture, Method::DELETE, "/s")).await, 204);
}

#[tokio::test]
async fn every_shell_keeps_a_session() {
    for shell in ["/bin/sh", "/bin/bash"] {
        let fixture = Fixture::of(Server::builder().shell(shell));
        let made = sessions(&fixture, Method::POST, "").json(&json!({ "sessionId": "s" }));
        assert_eq!(status(made).await, 201);
        let run = |command: &str| {
            let command = json!({ "command": command });
            json(sessions(&fixture, Method::POST, "/s/exec").json(&command))
        };
        run("cd / && A=1").await;
        let second = run("echo \"$A $(pwd)\"; nothing_of_this_name 2>/dev/null").await;
        assert_eq!(second["output"], "1 /\n", "{shell}");
        assert_eq!(second["exitCode"], 127, "{shell}");
    }
}
