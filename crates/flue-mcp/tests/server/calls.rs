//! Calls that take their time: progress, cancellation, several at once.

use std::process::Command;
use std::time::Duration;

use flue_mcp::Limits;
use rmcp::model::{CallToolRequest, ClientRequest};
use rmcp::service::PeerRequestOptions;
use serde_json::json;

use crate::fixture::{Fixture, request};

#[tokio::test]
async fn a_call_tells_that_it_is_at_work() {
    let mut limits = Limits::default();
    limits.progress_interval = Duration::from_millis(10);
    let mut fixture = Fixture::with(limits).await;
    let gate = fixture.root.join("gate");
    // Not through the server, whose progress would be heard of, too.
    let made = Command::new("mkfifo").arg(&gate).status().unwrap();
    assert!(made.success());
    let call = fixture
        .client
        .call_tool(request("run", json!({ "command": "cat gate" })));
    let listening = async {
        let first = fixture.progress.recv().await.unwrap();
        let second = fixture.progress.recv().await.unwrap();
        tokio::fs::write(gate, "through\n").await.unwrap();
        (first, second)
    };
    let (result, (first, second)) = tokio::join!(call, listening);
    assert_eq!(
        result.unwrap().content[0].as_text().unwrap().text,
        "through\n"
    );
    // The client passes them on in any order.
    assert_ne!(first.progress, second.progress);
    assert_eq!(first.progress_token, second.progress_token);
    assert!(first.message.unwrap().starts_with("at work for"));
}

#[tokio::test]
async fn a_cancelled_call_is_given_up_and_the_server_goes_on() {
    let fixture = Fixture::new().await;
    fixture
        .text("run", json!({ "command": "mkfifo started; echo made" }))
        .await;
    let command = json!({ "command": "echo > started; sleep 60" });
    let request = ClientRequest::CallToolRequest(CallToolRequest::new(request("run", command)));
    let call = fixture
        .client
        .send_cancellable_request(request, PeerRequestOptions::no_options())
        .await
        .unwrap();
    tokio::fs::read(fixture.root.join("started")).await.unwrap();
    call.cancel(None).await.unwrap();
    assert_eq!(
        fixture
            .text("run", json!({ "command": "echo usable" }))
            .await,
        "usable\n"
    );
}

#[tokio::test]
async fn calls_do_not_wait_for_each_other() {
    let fixture = Fixture::new().await;
    fixture
        .text("run", json!({ "command": "mkfifo gate; echo made" }))
        .await;
    let waits = fixture.text("run", json!({ "command": "cat gate" }));
    let opens = fixture.text(
        "run",
        json!({ "command": "echo through > gate; echo opened" }),
    );
    let (waited, opened) = tokio::join!(waits, opens);
    assert_eq!(
        (waited.as_str(), opened.as_str()),
        ("through\n", "opened\n")
    );
}
