//! What `create_sandbox_session_env` adds to an adapter, and that it adds nothing else.

use std::io::ErrorKind;
use std::time::Duration;

use flue_runtime::{ExecOptions, MkdirOptions, Operation, RmOptions, SandboxError};

use crate::recorder::{Call, Recorder};

#[test]
fn paths_are_resolved_by_their_words() {
    let env = Recorder::new().env("/w/p");
    for (path, resolved) in [
        ("./a/../b", "/w/p/b"),
        ("../../../x", "/x"),
        ("/abs/../q", "/q"),
        ("", "/w/p"),
        (".", "/w/p"),
        ("a//b/", "/w/p/a/b"),
        ("~/x", "/w/p/~/x"),
        (r"a\b", r"/w/p/a\b"),
        ("..", "/w"),
        ("...", "/w/p/..."),
        ("/", "/"),
        ("/..", "/"),
    ] {
        assert_eq!(env.resolve_path(path), resolved, "{path:?}");
    }
}

#[tokio::test]
async fn the_base_is_handed_out_as_it_was_given() {
    let recorder = Recorder::new();
    let env = recorder.env("/w/../z/");
    assert_eq!(env.cwd(), "/w/../z/");
    assert_eq!(env.resolve_path("a"), "/z/a");
    env.exec("pwd", ExecOptions::new()).await.unwrap();
    assert_eq!(exec_cwd(&recorder), Some("/w/../z/".to_owned()));

    let nowhere = Recorder::new().env("");
    assert_eq!(nowhere.cwd(), "");
    assert_eq!(nowhere.resolve_path("a"), "/a");
}

#[tokio::test]
async fn the_directory_of_a_command_is_resolved() {
    for (cwd, seen) in [
        ("", "/z"),
        ("sub", "/z/sub"),
        ("../up", "/up"),
        ("/a/./b", "/a/b"),
    ] {
        let recorder = Recorder::new();
        let options = ExecOptions::new().with_cwd(cwd);
        recorder.env("/w/../z/").exec("pwd", options).await.unwrap();
        assert_eq!(exec_cwd(&recorder), Some(seen.to_owned()), "{cwd:?}");
    }
}

#[tokio::test]
async fn the_other_options_of_a_command_pass_untouched() {
    let recorder = Recorder::new();
    let options = ExecOptions::new()
        .with_cwd("/sub")
        .with_env("A", "1")
        .with_timeout(Duration::ZERO);
    recorder
        .env("/w")
        .exec(" make ", options.clone())
        .await
        .unwrap();
    assert_eq!(recorder.calls(), [Call::Exec(" make ".to_owned(), options)]);
}

#[tokio::test]
async fn what_no_shell_can_take_is_refused_before_it_is_sent() {
    let recorder = Recorder::new();
    let env = recorder.env("/w");
    let variable = |name, value| ("true", ExecOptions::new().with_env(name, value));
    for (command, options) in [
        ("echo a\0b", ExecOptions::new()),
        variable("A", "a\0b"),
        variable("", "x"),
        variable("A-B", "x"),
        variable("1A", "x"),
        variable("A\0", "x"),
        variable("\u{c9}", "x"),
    ] {
        let error = env.exec(command, options).await.unwrap_err();
        assert!(
            matches!(error, SandboxError::InvalidArgument { .. }),
            "{error:?}"
        );
    }
    assert_eq!(recorder.calls(), []);
    let (command, options) = variable("_A1", "");
    env.exec(command, options).await.unwrap();
}

#[tokio::test]
async fn every_other_call_goes_through_once() {
    let recorder = Recorder::new();
    let env = recorder.env("/w");
    let mkdir = MkdirOptions::recursive();
    let rm = RmOptions::recursive().with_force();
    assert_eq!(env.read_file("f").await.unwrap(), "text");
    assert_eq!(env.read_file_buffer("f").await.unwrap(), [0, 255]);
    env.stat("../f").await.unwrap();
    assert_eq!(env.readdir("").await.unwrap(), ["entry"]);
    assert!(env.exists("./f").await.unwrap());
    env.mkdir("d/", mkdir).await.unwrap();
    env.rm("/d", rm).await.unwrap();

    let path = |path: &str| path.to_owned();
    let expected = [
        Call::ReadFile(path("/w/f")),
        Call::ReadFileBuffer(path("/w/f")),
        Call::Stat(path("/f")),
        Call::Readdir(path("/w")),
        Call::Exists(path("/w/f")),
        Call::Mkdir(path("/w/d"), mkdir),
        Call::Rm(path("/d"), rm),
    ];
    assert_eq!(recorder.calls(), expected);
}

#[tokio::test]
async fn a_write_that_works_is_all_there_is() {
    let recorder = Recorder::new();
    recorder.env("/w").write_file("f", b"x").await.unwrap();
    assert_eq!(recorder.calls(), [write("/w/f")]);
}

#[tokio::test]
async fn a_write_into_nothing_creates_the_folder_and_tries_once_more() {
    let recorder = Recorder::failing_writes(&[ErrorKind::NotFound]);
    recorder.env("/w").write_file("a/f", b"x").await.unwrap();
    assert_eq!(
        recorder.calls(),
        [write("/w/a/f"), mkdir("/w/a"), write("/w/a/f")]
    );

    let at_the_top = Recorder::failing_writes(&[ErrorKind::NotFound]);
    at_the_top.env("/").write_file("f", b"x").await.unwrap();
    assert_eq!(at_the_top.calls(), [write("/f"), mkdir("/"), write("/f")]);
}

#[tokio::test]
async fn a_write_that_fails_for_another_reason_is_not_tried_again() {
    let recorder = Recorder::failing_writes(&[ErrorKind::IsADirectory]);
    assert_eq!(write_error(&recorder).await, Some(ErrorKind::IsADirectory));
    assert_eq!(recorder.calls(), [write("/w/f")]);
}

/// The recorder fails as if a look at something else had failed.
#[tokio::test]
async fn an_error_tells_the_method_that_was_called() {
    let recorder = Recorder::failing_writes(&[ErrorKind::IsADirectory]);
    let error = recorder.env("/w").write_file("f", b"x").await.unwrap_err();
    assert_eq!(error.operation(), Operation::WriteFile);
}

#[tokio::test]
async fn the_error_of_the_second_write_counts() {
    let kinds = [ErrorKind::NotFound, ErrorKind::StorageFull];
    let recorder = Recorder::failing_writes(&kinds);
    assert_eq!(write_error(&recorder).await, Some(ErrorKind::StorageFull));

    let without_folders = Recorder::failing_writes_and_folders(&kinds);
    assert_eq!(
        write_error(&without_folders).await,
        Some(ErrorKind::StorageFull)
    );
    assert_eq!(without_folders.calls().len(), 3);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_does_not_stop_the_second_write() {
    let recorder = Recorder::failing_writes_and_folders(&[ErrorKind::NotFound]);
    recorder.env("/w").write_file("f", b"x").await.unwrap();
}

fn write(path: &str) -> Call {
    Call::WriteFile(path.to_owned(), b"x".to_vec())
}

fn mkdir(path: &str) -> Call {
    Call::Mkdir(path.to_owned(), MkdirOptions::recursive())
}

async fn write_error(recorder: &std::sync::Arc<Recorder>) -> Option<ErrorKind> {
    let error = recorder.env("/w").write_file("f", b"x").await.unwrap_err();
    error.file_kind()
}

fn exec_cwd(recorder: &Recorder) -> Option<String> {
    match recorder.calls().pop() {
        Some(Call::Exec(_, options)) => options.cwd,
        _ => None,
    }
}
