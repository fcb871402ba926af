//! What a model is told when it asks for what cannot be.

use daytona_loopback::Fault;
use flue_mcp::Limits;
use serde_json::json;
use std::time::Duration;

use crate::fixture::{Fixture, request};

#[tokio::test]
async fn a_failure_says_what_to_do() {
    let fixture = Fixture::new().await;
    fixture.put("folder/file", "one one\n");
    fixture.put("binary", b"\xff\xfe");
    let root = fixture.root.to_str().unwrap();
    for (tool, arguments, word, part) in [
        (
            "read",
            json!({ "path": "a" }),
            "not-found",
            format!("`{root}/a` does not exist. `list`"),
        ),
        (
            "read",
            json!({ "path": "folder" }),
            "is-a-directory",
            "`list` shows what is in it".to_owned(),
        ),
        (
            "read",
            json!({ "path": "binary" }),
            "not-text",
            "`od -c`".to_owned(),
        ),
        (
            "read",
            json!({ "path": "folder/file", "offset": 9 }),
            "invalid-argument",
            "has 1 lines".to_owned(),
        ),
        (
            "edit",
            json!({ "path": "binary", "old_text": "a", "new_text": "b" }),
            "not-text",
            String::new(),
        ),
        (
            "edit",
            json!({ "path": "folder/file", "old_text": "two", "new_text": "" }),
            "no-match",
            "`read` the part".to_owned(),
        ),
        (
            "edit",
            json!({ "path": "folder/file", "old_text": "one", "new_text": "" }),
            "several-matches",
            "2 times, at lines 1, 1".to_owned(),
        ),
        (
            "write",
            json!({ "path": "folder", "content": "" }),
            "is-a-directory",
            String::new(),
        ),
        (
            "write",
            json!({ "path": "folder/file/x", "content": "" }),
            "not-a-directory",
            String::new(),
        ),
        (
            "remove",
            json!({ "path": "folder" }),
            "is-a-directory",
            "`recursive` removes it".to_owned(),
        ),
        (
            "remove",
            json!({ "path": "nothing" }),
            "not-found",
            String::new(),
        ),
        (
            "remove",
            json!({ "path": "..", "recursive": true }),
            "invalid-argument",
            "holds the working directory".to_owned(),
        ),
        (
            "run",
            json!({ "command": "true", "cwd": "nowhere" }),
            "not-found",
            String::new(),
        ),
        (
            "run",
            json!({ "command": "true", "env": { "A B": "" } }),
            "invalid-argument",
            "`A B` is no name".to_owned(),
        ),
        (
            "run",
            json!({ "command": "sleep 30", "timeout": 0 }),
            "timeout",
            "Give it a longer `timeout`".to_owned(),
        ),
    ] {
        let (told, message) = fixture.failure(tool, arguments.clone()).await;
        assert_eq!(told, word, "{tool} {arguments}: {message}");
        assert!(message.contains(&part), "{tool} {arguments}: {message}");
    }
    assert_eq!(fixture.holds("folder/file"), "one one\n");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_told_to_the_model() {
    let fixture = Fixture::new().await;
    for (arguments, part) in [
        (json!({}), "missing field `path`"),
        (
            json!({ "file_path": "a" }),
            "unknown field `file_path`, expected one of `path`, `offset`, `limit`",
        ),
        (json!({ "path": "a", "offset": 0 }), "nonzero"),
        (json!({ "path": 1 }), "expected a string"),
    ] {
        let (word, message) = fixture.failure("read", arguments).await;
        assert_eq!(word, "invalid-argument");
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn another_tool_is_an_error_that_names_those_that_are_there() {
    let fixture = Fixture::new().await;
    let error = fixture
        .client
        .call_tool(request("bash", json!({})))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no tool is called `bash`, but `run`, `read`"),
        "{error}"
    );
    assert!(fixture.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_provider_says_is_told() {
    let fixture = Fixture::new().await;
    fixture
        .loopback
        .inject(Fault::reply(403, r#"{"message":"the quota is used up"}"#).on("POST", "*/execute"));
    let (word, message) = fixture.failure("run", json!({ "command": "true" })).await;
    assert_eq!(word, "provider");
    assert!(message.contains("the quota is used up"), "{message}");
}

#[tokio::test]
async fn a_sandbox_that_does_not_answer_is_given_up() {
    let mut limits = Limits::default();
    limits.call_deadline = Duration::from_millis(50);
    let fixture = Fixture::with(limits).await;
    fixture.texts("run", json!({ "command": "true" })).await;
    fixture
        .loopback
        .inject(Fault::hang().on("GET", "*/files/info"));
    let (word, message) = fixture.failure("read", json!({ "path": "a" })).await;
    assert_eq!(word, "timeout");
    assert!(message.starts_with("Given up after 0 s"), "{message}");
}
