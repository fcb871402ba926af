//! Flue's errors as those of the harness.

use std::error::Error;
use std::io;

use flue_runtime::SandboxError;
use fluers_runtime::RuntimeError;

/// What the state of the files does not allow is an I/O error of the same kind, anything else an error of the sandbox.
pub(crate) fn failure(error: SandboxError) -> RuntimeError {
    match error {
        SandboxError::File { kind, .. } => io::Error::new(kind, with_causes(&error)).into(),
        _ => RuntimeError::Sandbox(with_causes(&error)),
    }
}

/// The harness keeps no causes, so the message has to tell them.
fn with_causes(error: &SandboxError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    message
}
