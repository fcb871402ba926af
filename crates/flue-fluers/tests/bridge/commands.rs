//! Commands: their results, deadlines and cancellation.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, kind_of};

#[tokio::test]
async fn a_command_that_fails_is_a_result() {
    let fixture = Fixture::new().await;
    let (exit_code, stdout, _) = fixture.exec("echo no; exit 7", Some(30_000)).await;
    assert_eq!((exit_code, stdout.as_str()), (7, "no\n"));
}

#[tokio::test]
async fn a_deadline_that_passes_is_a_result() {
    let fixture = Fixture::new().await;
    for timeout_ms in [0, 50, 1000] {
        let note = format!("command timed out after {timeout_ms}ms");
        let result = fixture.exec("echo begun; sleep 60", Some(timeout_ms)).await;
        assert_eq!(result, (124, String::new(), note));
    }
}

#[tokio::test]
async fn the_sandbox_is_told_the_deadline() {
    let fixture = Fixture::new().await;
    fixture.exec("true", Some(2500)).await;
    fixture.exec("true", None).await;
    let commands = fixture.commands();
    assert_eq!(commands[0]["timeout"], 3);
    assert_eq!(commands[1]["timeout"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_deadline_that_the_sandbox_does_not_know_is_an_error() {
    let fixture = Fixture::new().await;
    let cancel = CancellationToken::new();
    let execution = fixture
        .env
        .exec("true", Path::new("."), Some(u64::MAX), &cancel);
    assert_eq!(kind_of(&execution.await.unwrap_err()), "Sandbox");
}

#[tokio::test]
async fn a_cancelled_command_ends_at_once() {
    let fixture = Fixture::new().await;
    let cancel = CancellationToken::new();
    let started = fixture.pipe().await;
    let command = "echo > started; sleep 60";
    let execution = fixture.env.exec(command, Path::new("."), None, &cancel);
    let cancelling = async {
        tokio::fs::read(started).await.unwrap();
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(execution, cancelling);
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "sandbox error: command cancelled");
}

#[tokio::test]
async fn a_command_that_was_cancelled_before_is_not_sent() {
    let fixture = Fixture::new().await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let execution = fixture
        .env
        .exec("touch started", Path::new("."), None, &cancel);
    assert_eq!(
        execution.await.unwrap_err().to_string(),
        "sandbox error: command cancelled"
    );
    assert!(fixture.server.requests().is_empty());
}
