//! The program, asked by the official client for Rust: a session, and its end.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod containers;
#[path = "../../../../tests/engine/engine.rs"]
mod engine;
mod program;

use std::process::Stdio;

use daytona_loopback::{Fault, Server, leaks};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::program::Program;

/// The program with a sandbox in Daytona, which is `loopback`.
async fn start(loopback: &Server, args: &[&str]) -> Program {
    let api_url = loopback.api_url();
    let env = [
        ("DAYTONA_API_URL", &*api_url),
        ("DAYTONA_API_KEY", loopback.api_key()),
    ];
    Program::start(&env, args).await
}

fn created(loopback: &Server) -> Vec<Value> {
    let requests = loopback.requests();
    let creations = requests
        .iter()
        .filter(|request| request.method == "POST" && request.path == "/api/sandbox");
    creations.map(|request| request.json()).collect()
}

#[tokio::test]
async fn a_session_of_thirty_calls_leaves_nothing() {
    let loopback = Server::start().await;
    let program = start(&loopback, &[]).await;
    assert!(
        loopback.requests().is_empty(),
        "a client that is merely started costs nothing"
    );
    program.run_session().await;
    assert_eq!(loopback.sandbox_ids().len(), 1);
    assert!(program.leave().await.success());
    assert!(loopback.sandbox_ids().is_empty());
}

#[tokio::test]
async fn the_life_of_the_sandbox_has_a_bound() {
    let loopback = Server::start().await;
    let program = start(&loopback, &["--snapshot", "small"]).await;
    program.run("true").await;
    let [creation] = &created(&loopback)[..] else {
        panic!("one sandbox is created");
    };
    assert_eq!(creation["snapshot"], "small");
    assert_eq!(
        (
            &creation["autoStopInterval"],
            &creation["autoDeleteInterval"]
        ),
        (&json!(30), &json!(1440))
    );
    program.leave().await;
}

#[tokio::test]
async fn a_session_without_calls_creates_nothing() {
    let loopback = Server::start().await;
    let program = start(&loopback, &[]).await;
    program.client.list_all_tools().await.unwrap();
    program.client.list_all_resources().await.unwrap();
    assert!(program.leave().await.success());
    assert!(loopback.requests().is_empty());
}

#[tokio::test]
async fn a_signal_ends_it_and_deletes_the_sandbox() {
    let loopback = Server::start().await;
    for signal in ["TERM", "INT", "HUP"] {
        let program = start(&loopback, &[]).await;
        program.run("true").await;
        assert!(program.end_with(signal).await.success(), "{signal}");
        assert!(loopback.sandbox_ids().is_empty(), "{signal}");
    }
}

#[tokio::test]
async fn a_sandbox_whose_creation_was_not_heard_of_is_deleted() {
    let loopback = Server::start().await;
    let program = start(&loopback, &[]).await;
    loopback.inject(Fault::drop_reply().on("POST", "/api/sandbox"));
    // Looked for before it is created, and then in vain.
    let unanswered = Fault::status(503).on("GET", "/api/sandbox/*");
    loopback.inject(unanswered.after(1).times(3));
    let told = program.run("true").await;
    assert!(
        told.contains("Daytona failed to create_session_env"),
        "{told}"
    );
    assert_eq!(loopback.sandbox_ids().len(), 1);
    assert!(program.leave().await.success());
    assert!(loopback.sandbox_ids().is_empty());
}

#[tokio::test]
async fn a_sandbox_that_is_kept_is_found_again_and_started() {
    let loopback = Server::start().await;
    let program = start(&loopback, &["--keep", "workshop"]).await;
    program.run("echo kept >file").await;
    assert!(program.leave().await.success());
    let [id] = &loopback.sandbox_ids()[..] else {
        panic!("it is kept");
    };
    loopback.set_state(id, "stopped");
    let program = start(&loopback, &["--keep", "workshop"]).await;
    assert_eq!(program.run("cat file").await, "kept\n");
    program.leave().await;
    assert_eq!(&loopback.sandbox_ids(), std::slice::from_ref(id));
    assert_eq!(created(&loopback)[0]["autoDeleteInterval"], 10080);
}

#[tokio::test]
async fn a_sandbox_that_stopped_while_nobody_called_is_started_again() {
    let loopback = Server::start().await;
    let program = start(&loopback, &[]).await;
    program.run("echo kept >file").await;
    loopback.set_state(&loopback.sandbox_ids()[0], "stopped");
    let told = program.run("cat file").await;
    assert!(told.contains("The next call starts it again"), "{told}");
    assert_eq!(program.run("cat file").await, "kept\n");
    program.leave().await;
    assert!(loopback.sandbox_ids().is_empty());
}

#[tokio::test]
async fn without_a_key_it_says_what_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_sandbox-mcp"))
        .env_remove("DAYTONA_API_KEY")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    assert!(
        output.stdout.is_empty(),
        "the standard output is the protocol's"
    );
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("DAYTONA_API_KEY"), "{told}");
}

/// What the session below asks Daytona, from looking for the sandbox to deleting it.
const REQUESTS: usize = 7;

/// A session in which requests to Daytona fail, and what is left after it.
async fn left_after(fault: Fault) -> usize {
    let loopback = Server::start().await;
    let program = start(&loopback, &[]).await;
    let fault = loopback.inject(fault);
    program.run("true").await;
    program.run("true").await;
    program.leave().await;
    assert!(fault.hits() > 0, "there are fewer requests than that");
    // Of a connection that was dropped at once there is no body.
    for creation in created(&loopback).iter().filter(|body| !body.is_null()) {
        assert_eq!(
            (
                &creation["autoStopInterval"],
                &creation["autoDeleteInterval"]
            ),
            (&json!(30), &json!(1440))
        );
    }
    loopback.sandbox_ids().len()
}

#[tokio::test]
async fn one_request_that_fails_leaves_nothing() {
    let mut sessions = JoinSet::new();
    for request in 0..REQUESTS {
        for fault in [
            Fault::drop_connection(),
            Fault::drop_reply(),
            Fault::status(500),
            Fault::status(429),
        ] {
            sessions.spawn(left_after(fault.after(request as u64).times(1)));
        }
    }
    assert_eq!(sessions.join_all().await, [0; 4 * REQUESTS]);
}

#[tokio::test]
async fn whatever_request_fails_no_sandbox_stays_for_ever() {
    let session = async |loopback: &Server, args: &[&str]| {
        let program = start(loopback, args).await;
        program.run("true").await;
        program.run("true").await;
        program.leave().await;
    };
    let own = async |loopback: &Server| session(loopback, &[]).await;
    let kept = async |loopback: &Server| session(loopback, &["--keep", "workshop"]).await;
    let new = async || Server::start().await;
    let slow = async || Server::builder().passing_polls(1).start().await;
    let stopped = async || {
        let loopback = Server::start().await;
        kept(&loopback).await;
        loopback.set_state(&loopback.sandbox_ids()[0], "stopped");
        loopback
    };
    let outcomes = [
        leaks(new, own).await,
        leaks(slow, own).await,
        leaks(stopped, kept).await,
    ];
    for leaks in &outcomes {
        assert_eq!(leaks.left, [""; 0]);
    }
    let runs: usize = outcomes.iter().map(|leaks| leaks.runs).sum();
    assert!(runs >= 200, "{runs} runs");
}

#[tokio::test]
async fn a_client_that_does_not_speak_the_protocol_is_no_failure() {
    let loopback = Server::start().await;
    let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox-mcp"))
        .env("DAYTONA_API_URL", loopback.api_url())
        .env("DAYTONA_API_KEY", loopback.api_key())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process
        .stdin
        .take()
        .unwrap()
        .write_all(b"hello\n")
        .await
        .unwrap();
    let output = process.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
}
