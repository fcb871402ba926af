//! What errors say.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use flue_runtime::{DeathReason, Operation, SandboxError};

/// One of each kind.
fn errors() -> [SandboxError; 6] {
    [
        SandboxError::file(Operation::Stat, "/a b", ErrorKind::NotFound),
        SandboxError::invalid_argument(Operation::Exec, "`1A` is no name of a variable"),
        SandboxError::unsupported(Operation::Rm, "Daytona", ["force", "recursive"]),
        SandboxError::timeout(Operation::Exec, Duration::from_millis(1500)),
        SandboxError::died(Operation::Exec, DeathReason::ProbeSilent),
        SandboxError::provider(Operation::Readdir, "Daytona".to_owned(), "no route"),
    ]
}

#[test]
fn each_error_says_what_failed_and_why() {
    let texts = [
        "stat `/a b`: entity not found",
        "exec: `1A` is no name of a variable",
        "Daytona does not support rm with `force`, `recursive`",
        "exec did not end within 1.5s",
        "the sandbox died during exec: it no longer answers",
        "Daytona failed to readdir",
    ];
    assert_eq!(errors().map(|error| error.to_string()), texts);
}

#[test]
fn each_error_tells_what_was_asked_for() {
    use Operation::{Exec, Readdir, Rm, Stat};
    let operations = errors().map(|error| error.operation());
    assert_eq!(operations, [Stat, Exec, Rm, Exec, Exec, Readdir]);
}

#[test]
fn each_error_keeps_what_the_provider_said() {
    for error in errors() {
        let error = error.with_source("out of order");
        assert_eq!(error.source().unwrap().to_string(), "out of order");
    }
}

#[test]
fn only_an_error_about_a_file_has_a_kind_of_file() {
    let kinds = errors().map(|error| error.file_kind());
    assert_eq!(
        kinds,
        [Some(ErrorKind::NotFound), None, None, None, None, None]
    );
}

#[test]
fn an_error_of_the_system_keeps_its_kind_and_its_words() {
    let full = io::Error::new(ErrorKind::StorageFull, "the disk is full");
    let error = SandboxError::from_io(Operation::WriteFile, "/a", full);
    assert_eq!(error.source().unwrap().to_string(), "the disk is full");
    assert_eq!(error.file_kind(), Some(ErrorKind::StorageFull));
}
