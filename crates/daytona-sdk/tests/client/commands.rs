//! Running commands.

use std::time::Duration;

use daytona_loopback::{Server, StoppedReply};
use daytona_sdk::{ErrorKind, ExecuteOptions};
use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn a_command_runs_with_its_options() {
    let bench = Bench::new().await;
    bench
        .sandbox
        .fs()
        .create_folder("sub dir", 0o755)
        .await
        .unwrap();
    bench.server.clear_requests();
    let options = ExecuteOptions::new()
        .cwd("sub dir")
        .env("GREETING", "it's \"me\"\n")
        .timeout(Duration::from_millis(29_001));

    let command = "pwd; printf '%s' \"$GREETING\"; echo to stderr >&2; exit 3";
    let answer = bench
        .sandbox
        .process()
        .execute_command(command, options)
        .await
        .unwrap();

    let folder = bench.server.work_dir(bench.sandbox.id()).join("sub dir");
    let output = format!("{}\nit's \"me\"\nto stderr\n", folder.display());
    assert_eq!((answer.exit_code, answer.result), (3, output));
    let request = bench.request();
    assert!(
        request.path.ends_with("/process/execute"),
        "{}",
        request.path
    );
    assert_eq!(
        request.json(),
        json!({
            "command": command,
            "cwd": "sub dir",
            "envs": {"GREETING": "it's \"me\"\n"},
            "timeout": 30,
        })
    );
}

#[tokio::test]
async fn options_that_are_not_given_are_not_sent() {
    let bench = Bench::new().await;

    bench
        .sandbox
        .process()
        .execute_command("true", ExecuteOptions::default())
        .await
        .unwrap();

    assert_eq!(bench.request().json(), json!({"command": "true"}));
}

#[tokio::test]
async fn a_command_that_takes_too_long_is_a_timeout() {
    let bench = Bench::new().await;
    let options = ExecuteOptions::new().timeout(Duration::from_secs(1));

    let error = bench
        .sandbox
        .process()
        .execute_command("sleep 60", options)
        .await
        .unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Timeout, Some(408))
    );
    assert_eq!(error.code(), Some("REQUEST_TIMEOUT"));
    assert_eq!(
        error.message(),
        "request timeout: command execution timeout"
    );
}

#[tokio::test]
async fn a_timeout_that_the_daemon_cannot_count_is_refused_before_any_request() {
    let bench = Bench::new().await;
    let options = ExecuteOptions::new().timeout(Duration::MAX);

    let error = bench
        .sandbox
        .process()
        .execute_command("true", options)
        .await
        .unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Validation, None)
    );
    assert!(bench.arrived().is_empty());
}

#[tokio::test]
async fn a_missing_cwd_is_an_answer_and_not_an_error() {
    let bench = Bench::new().await;
    let options = ExecuteOptions::new().cwd("/no/such");

    let answer = bench
        .sandbox
        .process()
        .execute_command("true", options)
        .await
        .unwrap();

    assert_eq!(answer.exit_code, -1);
}

#[tokio::test]
async fn what_the_daemon_refuses_is_a_validation_error() {
    let bench = Bench::new().await;
    let process = bench.sandbox.process();
    let bad_name = ExecuteOptions::new().env("A-B", "");

    let blank = process
        .execute_command("  ", ExecuteOptions::default())
        .await
        .unwrap_err();
    let name = process.execute_command("true", bad_name).await.unwrap_err();

    assert_eq!(
        (blank.kind(), blank.status()),
        (ErrorKind::Validation, Some(400))
    );
    assert_eq!(
        blank.message(),
        "bad request: command cannot be empty or whitespace-only"
    );
    assert_eq!(name.kind(), ErrorKind::Validation);
    assert!(
        name.message().contains("invalid environment variable name"),
        "{name}"
    );
}

#[tokio::test]
async fn a_command_of_a_megabyte_and_output_that_is_not_text_come_through() {
    let bench = Bench::new().await;
    let process = bench.sandbox.process();
    let long = format!("echo {}", "x".repeat(1 << 20));

    let answer = process
        .execute_command(&long, ExecuteOptions::default())
        .await
        .unwrap();
    assert_eq!(answer.result.len(), (1 << 20) + 1);

    let answer = process
        .execute_command("printf 'a\\377b'", ExecuteOptions::default())
        .await
        .unwrap();
    assert_eq!(answer.result, "a\u{fffd}b");
}

#[tokio::test]
async fn a_stopped_sandbox_says_so_as_far_as_it_can_be_told() {
    let bench = Bench::new().await;
    bench.server.set_state(bench.sandbox.id(), "stopped");
    let execute = async || {
        let process = bench.sandbox.process();
        process
            .execute_command("true", ExecuteOptions::default())
            .await
            .unwrap_err()
    };

    assert_eq!(execute().await.kind(), ErrorKind::SandboxNotStarted);
    bench.server.set_stopped_reply(StoppedReply::BadGateway);
    let error = execute().await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Server, Some(502))
    );
    // A command that may have run is not sent again.
    assert_eq!(bench.arrived().len(), 2);
}

#[tokio::test]
async fn a_container_that_is_gone_is_a_missing_sandbox_and_not_a_missing_file() {
    let bench = Bench::with(Server::builder()).await;
    bench.server.remove_container(bench.sandbox.id());

    let command = bench
        .sandbox
        .process()
        .execute_command("true", ExecuteOptions::default())
        .await;
    let file = bench.sandbox.fs().get_file_details("f").await;

    assert_eq!(command.unwrap_err().kind(), ErrorKind::SandboxNotFound);
    assert_eq!(file.unwrap_err().kind(), ErrorKind::SandboxNotFound);
}
