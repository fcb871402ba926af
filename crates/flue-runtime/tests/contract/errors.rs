//! What errors say.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use flue_runtime::{DeathReason, SandboxError};

#[test]
fn each_error_says_what_failed_and_why() {
    let file = SandboxError::from_io("stat", "/a b", io::Error::from(ErrorKind::NotFound));
    let invalid = SandboxError::InvalidArgument {
        operation: "exec",
        reason: "`1A` is no name of a variable".to_owned(),
    };
    let unsupported = SandboxError::OperationUnsupported {
        operation: "rm",
        provider: "Daytona",
        options: vec!["force", "recursive"],
    };
    let timeout = SandboxError::Timeout {
        operation: "exec",
        after: Duration::from_millis(1500),
        source: None,
    };
    let died = SandboxError::SandboxDied {
        operation: "exec",
        reason: DeathReason::ProbeSilent,
    };
    let provider = SandboxError::Provider {
        operation: "readdir",
        provider: "Daytona",
        source: "no route".into(),
    };
    for (error, text) in [
        (&file, "stat `/a b`: entity not found"),
        (&invalid, "exec: `1A` is no name of a variable"),
        (
            &unsupported,
            "Daytona does not support rm with `force`, `recursive`",
        ),
        (&timeout, "exec did not end within 1.5s"),
        (&died, "the sandbox died during exec: it no longer answers"),
        (&provider, "Daytona failed to readdir"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(provider.source().unwrap().to_string(), "no route");
}

#[test]
fn an_error_of_the_system_keeps_its_kind_and_its_words() {
    let error = SandboxError::from_io(
        "write_file",
        "/a",
        io::Error::new(ErrorKind::StorageFull, "the disk is full"),
    );
    assert_eq!(error.source().unwrap().to_string(), "the disk is full");
    match error {
        SandboxError::File {
            operation,
            path,
            kind,
            ..
        } => assert_eq!(
            (operation, path.as_str(), kind),
            ("write_file", "/a", ErrorKind::StorageFull)
        ),
        other => panic!("{other:?}"),
    }
}
