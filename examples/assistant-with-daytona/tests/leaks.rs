//! The program leaves no sandbox behind, whatever fails.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::process::{Output, Stdio};

use daytona_loopback::{Server, leaks};
use tokio::process::Command;

async fn run(server: &Server) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assistant-with-daytona"));
    command
        .env("DAYTONA_API_URL", server.api_url())
        .env("DAYTONA_API_KEY", server.api_key())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command.output().await.unwrap()
}

#[tokio::test]
async fn it_deletes_its_sandbox() {
    let server = Server::start().await;
    let output = run(&server).await;
    assert!(output.status.success(), "{output:?}");
    assert!(server.sandbox_ids().is_empty());
}

#[tokio::test]
async fn whatever_request_fails_no_sandbox_stays_for_ever() {
    let mut runs = 0;
    for polls in 0..3 {
        let prepare = async || Server::builder().passing_polls(polls).start().await;
        let leaks = leaks(prepare, async |server| drop(run(server).await)).await;
        assert_eq!(leaks.left, [""; 0]);
        runs += leaks.runs;
    }
    assert!(runs >= 200, "{runs} runs");
}
