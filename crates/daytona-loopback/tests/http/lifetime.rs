//! What a server leaves behind, which is nothing.

use daytona_loopback::{Fault, Server};
use serde_json::json;

use crate::client::{Fixture, json};
use crate::commands::{assert_dies, is_running};

#[test]
fn a_server_works_without_a_runtime() {
    let server = Server::start_blocking();
    let id = server.create_sandbox();
    let folder = server.work_dir(&id);

    assert!(folder.is_dir());
    assert_eq!(server.sandbox_ids(), [id]);
    drop(server);
    assert!(!folder.exists());
}

#[tokio::test]
async fn commands_end_with_the_server() {
    let fixture = Fixture::new();
    let (_, background) = fixture.run("sleep 600 >/dev/null 2>&1 & echo $!").await;
    assert!(is_running(&background));
    let made = fixture.run("mkfifo started").await;
    assert_eq!(made.0, 0);
    let pending = fixture.execute(&json!({ "command": "echo $$ >started; exec sleep 600" }));
    let pending = tokio::spawn(pending.send());
    let started = fixture.work_dir().join("started");
    let shell = tokio::task::spawn_blocking(|| std::fs::read_to_string(started));
    let shell = shell.await.unwrap().unwrap();
    assert!(is_running(&shell));

    drop(fixture);
    assert_dies(&background);
    assert_dies(&shell);
    assert!(pending.await.unwrap().is_err());
}

#[tokio::test]
async fn background_children_end_with_their_sandbox() {
    let fixture = Fixture::new();
    let (_, background) = fixture.run("sleep 600 >/dev/null 2>&1 & echo $!").await;
    let other = fixture.server.create_sandbox();

    fixture.server.remove_sandbox(&other);
    assert!(is_running(&background), "it belongs to another sandbox");
    fixture.server.remove_sandbox(&fixture.id);
    assert_dies(&background);
}

#[tokio::test]
async fn a_server_stops_while_requests_hang() {
    let fixture = Fixture::new();
    let fault = fixture.server.inject(Fault::hang());
    let pending = tokio::spawn(fixture.get("/work-dir", &[]).send());
    fault.wait_for_hits(1).await;

    drop(fixture);
    assert!(pending.await.unwrap().is_err());
}

#[tokio::test]
async fn sandboxes_are_apart() {
    let mut fixture = Fixture::new();
    fixture.run("echo one >file").await;
    fixture.id = fixture.server.create_sandbox();

    assert_eq!(json(fixture.get("/files", &[])).await, json!([]));
}
