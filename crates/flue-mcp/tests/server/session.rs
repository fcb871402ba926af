//! When the factory is asked for a sandbox, and when again.

use std::sync::Arc;
use std::time::Duration;

use flue_mcp::SandboxServer;
use flue_runtime::{
    Operation, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, async_trait,
};
use rmcp::model::{CallToolRequest, ClientRequest};
use rmcp::service::PeerRequestOptions;
use serde_json::json;
use tokio::sync::{Notify, mpsc};

use crate::fixture::{Fixture, Listener, connect, request, texts};

#[tokio::test]
async fn the_first_call_asks_for_the_sandbox_and_only_that() {
    let fixture = Fixture::new().await;
    fixture.client.list_all_tools().await.unwrap();
    fixture.client.list_all_resources().await.unwrap();
    fixture.client.list_all_resource_templates().await.unwrap();
    assert!(fixture.asked.lock().unwrap().is_empty());
    let list = || fixture.texts("list", json!({}));
    tokio::join!(list(), list(), list());
    list().await;
    assert_eq!(*fixture.asked.lock().unwrap(), ["ada"]);
}

#[tokio::test]
async fn a_sandbox_that_died_is_asked_for_again() {
    let fixture = Fixture::new().await;
    fixture
        .text("write", json!({ "path": "a", "content": "kept" }))
        .await;
    fixture.loopback.set_state(fixture.sandbox.id(), "stopped");
    let (word, message) = fixture.failure("run", json!({ "command": "true" })).await;
    assert_eq!(word, "sandbox-died", "{message}");
    assert!(
        message.contains("The next call starts it again"),
        "{message}"
    );
    fixture.sandbox.start().await.unwrap();
    assert_eq!(fixture.text("read", json!({ "path": "a" })).await, "kept");
    assert_eq!(*fixture.asked.lock().unwrap(), ["ada", "ada"]);
}

/// A factory that is slow, and then fails.
struct Slow {
    begun: mpsc::UnboundedSender<()>,
    go_on: Arc<Notify>,
    ended: mpsc::UnboundedSender<()>,
}

#[async_trait]
impl SandboxFactory for Slow {
    async fn create_session_env(
        &self,
        _: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        self.begun.send(()).unwrap();
        self.go_on.notified().await;
        self.ended.send(()).unwrap();
        Err(SandboxError::provider(
            Operation::CreateSessionEnv,
            "Slow",
            "no machine is free",
        ))
    }
}

#[tokio::test]
async fn a_call_that_is_cancelled_does_not_cut_off_the_creation() {
    let (begun, mut has_begun) = mpsc::unbounded_channel();
    let (ended, mut has_ended) = mpsc::unbounded_channel();
    let go_on = Arc::new(Notify::new());
    let factory = Slow {
        begun,
        go_on: Arc::clone(&go_on),
        ended,
    };
    let client = connect(SandboxServer::new(factory), Listener::new().0).await;
    let call = ClientRequest::CallToolRequest(CallToolRequest::new(request("list", json!({}))));
    let call = client
        .send_cancellable_request(call, PeerRequestOptions::no_options())
        .await
        .unwrap();
    has_begun.recv().await.unwrap();
    call.cancel(None).await.unwrap();
    // Answered after the cancellation was heard of.
    client.list_all_tools().await.unwrap();
    go_on.notify_one();
    let ended = tokio::time::timeout(Duration::from_secs(10), has_ended.recv());
    ended.await.expect("it goes on").unwrap();
}

#[tokio::test]
async fn why_there_is_no_sandbox_is_told_and_tried_again() {
    let (begun, mut has_begun) = mpsc::unbounded_channel();
    let (ended, _has_ended) = mpsc::unbounded_channel();
    let go_on = Arc::new(Notify::new());
    let factory = Slow {
        begun,
        go_on: Arc::clone(&go_on),
        ended,
    };
    let client = connect(SandboxServer::new(factory), Listener::new().0).await;
    for _ in 0..2 {
        go_on.notify_one();
        let result = client.call_tool(request("list", json!({}))).await.unwrap();
        assert_eq!(result.is_error, Some(true));
        assert!(
            texts(&result).concat().contains("no machine is free"),
            "{result:?}"
        );
        has_begun.recv().await.unwrap();
    }
}
