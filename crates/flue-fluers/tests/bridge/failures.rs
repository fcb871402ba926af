//! Sandboxes that fail, and what the harness is told.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use flue_fluers::FlueSessionEnv;
use flue_runtime::{
    DeathReason, ExecOptions, FileStat, MkdirOptions, Operation, RmOptions, SandboxApi,
    SandboxError, ShellResult, async_trait, create_sandbox_session_env,
};
use fluers_runtime::{RuntimeError, SessionEnv as _};
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, kind_of};

type Answer = fn() -> Result<ShellResult, SandboxError>;

/// A sandbox with one file of ten bytes, `/base/grown`, whose commands all end in the same way, or never.
struct Scripted {
    answer: Option<Answer>,
}

const OPERATION: Operation = Operation::Exec;

fn provider_error() -> SandboxError {
    SandboxError::provider(OPERATION, "Example", "the network is down")
}

#[async_trait]
impl SandboxApi for Scripted {
    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        if path == "/base/grown" {
            return Ok(b"0123456789".to_vec());
        }
        let denied = ErrorKind::PermissionDenied;
        Err(SandboxError::file(Operation::ReadFile, path, denied).with_source("who are you?"))
    }

    async fn write_file(&self, _: &str, _: &[u8]) -> Result<(), SandboxError> {
        Err(provider_error())
    }

    async fn stat(&self, _: &str) -> Result<FileStat, SandboxError> {
        Err(provider_error())
    }

    async fn readdir(&self, _: &str) -> Result<Vec<String>, SandboxError> {
        Err(provider_error())
    }

    async fn exists(&self, _: &str) -> Result<bool, SandboxError> {
        Ok(true)
    }

    async fn mkdir(&self, _: &str, _: MkdirOptions) -> Result<(), SandboxError> {
        Err(provider_error())
    }

    async fn rm(&self, _: &str, _: RmOptions) -> Result<(), SandboxError> {
        Err(provider_error())
    }

    async fn exec(&self, _: &str, _: ExecOptions) -> Result<ShellResult, SandboxError> {
        match self.answer {
            Some(answer) => answer(),
            None => std::future::pending().await,
        }
    }
}

async fn scripted(answer: Answer) -> FlueSessionEnv {
    open(Scripted {
        answer: Some(answer),
    })
    .await
}

async fn open(api: Scripted) -> FlueSessionEnv {
    let env = create_sandbox_session_env(api, "/base");
    FlueSessionEnv::open(env).await.unwrap()
}

fn printed(stdout: &str, exit_code: i32) -> Result<ShellResult, SandboxError> {
    Ok(ShellResult::new(exit_code).with_stdout(stdout))
}

/// The error of each call, in turn.
async fn errors(env: &FlueSessionEnv) -> Vec<RuntimeError> {
    let path = Path::new("a");
    let cancel = CancellationToken::new();
    vec![
        env.read_file(path, 9, 9).await.unwrap_err(),
        env.read_file_full(path, 9).await.unwrap_err(),
        env.write_file(path, "").await.unwrap_err(),
        env.exec("true", path, None, &cancel).await.unwrap_err(),
        env.glob("*", 9).await.unwrap_err(),
        env.grep("x", &[], 9).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn nothing_goes_unchecked_where_paths_cannot_be_looked_at() {
    let answers: [Answer; 5] = [
        || printed("", 0),
        || printed("sh: not found\n", 127),
        || printed("-- flue-fluers --\n", 0),
        || printed("-- flue-fluers --\nfile  \n", 0),
        || printed("-- flue-fluers --\nfolder\nfolder\n", 0),
    ];
    for answer in answers {
        for error in errors(&scripted(answer).await).await {
            assert_eq!(kind_of(&error), "Sandbox", "{error}");
        }
    }
}

#[tokio::test]
async fn errors_of_the_sandbox_are_told_with_their_causes() {
    for error in errors(&scripted(|| Err(provider_error())).await).await {
        let expect = "sandbox error: Example failed to exec: the network is down";
        assert_eq!(error.to_string(), expect);
    }
    let env = scripted(|| Err(SandboxError::died(OPERATION, DeathReason::Stopped)));
    for error in errors(&env.await).await {
        assert_eq!(kind_of(&error), "Sandbox");
        assert!(error.to_string().contains("has stopped"), "{error}");
    }
}

#[tokio::test]
async fn errors_of_files_keep_their_kind() {
    let env = scripted(|| printed("-- flue-fluers --\nfile 1 5\n", 0)).await;
    let error = env.read_file(Path::new("a"), 9, 9).await.unwrap_err();
    assert_eq!(kind_of(&error), "Io(PermissionDenied)");
    assert!(
        error
            .to_string()
            .contains("`/base/a`: permission denied: who are you?"),
        "{error}"
    );

    let env = scripted(|| printed("-- flue-fluers --\nclosed\n", 0)).await;
    let error = env.read_file(Path::new("a"), 9, 9).await.unwrap_err();
    assert_eq!(kind_of(&error), "Io(PermissionDenied)");
}

#[tokio::test]
async fn limits_hold_for_a_file_that_grows_meanwhile() {
    let env = scripted(|| printed("-- flue-fluers --\nfile 1 5\n", 0)).await;
    let path = Path::new("grown");
    let error = env.read_file_full(path, 9).await.unwrap_err();
    assert_eq!(kind_of(&error), "FileTooLarge(grown, 10, 9)");
    let text = env.read_file(path, 9, 9).await.unwrap();
    assert_eq!(text, "012345678\n[... truncated at 9 bytes ...]");
}

#[tokio::test]
async fn special_files_are_refused() {
    let fixture = Fixture::new().await;
    fixture.exec("mkfifo pipe", None).await;
    let path = Path::new("pipe");
    let read = fixture.env.read_file(path, 9, 9).await;
    assert_eq!(kind_of(&read.unwrap_err()), "Sandbox");
    let write = fixture.env.write_file(path, "x").await;
    assert_eq!(kind_of(&write.unwrap_err()), "Sandbox");
}

#[tokio::test]
async fn a_timeout_of_the_provider_is_a_result() {
    let env = scripted(|| {
        Err(SandboxError::timeout(
            OPERATION,
            Duration::from_millis(1500),
        ))
    });
    let cancel = CancellationToken::new();
    let result = env
        .await
        .exec("true", Path::new("."), Some(1500), &cancel)
        .await
        .unwrap();
    assert_eq!((result.exit_code, result.stdout.as_str()), (124, ""));
    assert_eq!(result.stderr, "command timed out after 1500ms");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_does_not_wait_for_the_sandbox() {
    let env = open(Scripted { answer: None }).await;
    let cancel = CancellationToken::new();
    let begun = tokio::time::Instant::now();
    let execution = env.exec("true", Path::new("."), Some(50), &cancel);
    assert_eq!(in_time(execution).await.unwrap().exit_code, 124);
    assert_eq!(begun.elapsed(), Duration::from_millis(50));
}

#[tokio::test(start_paused = true)]
async fn a_search_finds_nothing_when_its_time_is_over() {
    let env = open(Scripted { answer: None }).await;
    let begun = tokio::time::Instant::now();
    assert!(in_time(env.grep("x", &[], 9)).await.unwrap().is_empty());
    assert_eq!(begun.elapsed(), Duration::from_secs(30));
}

/// On a clock that jumps: what would never end fails instead.
async fn in_time<T>(call: impl Future<Output = T>) -> T {
    let day = Duration::from_secs(24 * 60 * 60);
    tokio::time::timeout(day, call).await.unwrap()
}
