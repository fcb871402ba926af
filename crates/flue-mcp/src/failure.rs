//! What a model is told when a call fails: what is wrong, and what it can do about it.

use std::error::Error;
use std::io::ErrorKind;

use flue_runtime::{Operation, SandboxError};
use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::Value;

/// The key under which `_meta` of a result, or the data of an error, holds the word for what went wrong.
pub(crate) const KEY: &str = "flue/error";

const DEATH: &str = "sandbox-died";

/// A call that did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A word for programs.
    pub(crate) word: &'static str,
    /// Sentences for a model.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(word: &'static str, message: impl Into<String>) -> Self {
        Self {
            word,
            message: message.into(),
        }
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new("invalid-argument", message)
    }

    /// Whether the sandbox has gone, so that another has to be asked for.
    pub(crate) fn is_death(&self) -> bool {
        self.word == DEATH
    }

    /// The same as the failure of a tool, which is a result of the call.
    pub(crate) fn into_result(self) -> CallToolResult {
        let mut meta = MetaObject::new();
        meta.insert(KEY.to_owned(), Value::from(self.word));
        let mut result = CallToolResult::error(vec![ContentBlock::text(self.message)]);
        result.meta = Some(meta);
        result
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        match &error {
            SandboxError::File {
                operation,
                path,
                kind,
                ..
            } => of_file(*operation, path, *kind),
            SandboxError::InvalidArgument { reason, .. } => {
                Self::invalid_argument(format!("Not accepted: {reason}."))
            }
            SandboxError::OperationUnsupported { .. } => {
                Self::new("unsupported", format!("Nothing was done: {error}."))
            }
            SandboxError::Timeout { after, .. } => Self::new(
                "timeout",
                format!(
                    "Stopped: it did not end within {} s. Give it a longer `timeout`, or let it work in the background and look at \
                     its output later: `command >output.txt 2>&1 &`.",
                    after.as_secs()
                ),
            ),
            SandboxError::SandboxDied { .. } => Self::new(
                DEATH,
                format!(
                    "{}. The next call starts it again or gets another one, in which files and programs may be missing.",
                    with_causes(&error)
                ),
            ),
            _ => Self::new(
                "provider",
                format!(
                    "{}. If it happens again, tell the user.",
                    with_causes(&error)
                ),
            ),
        }
    }
}

fn of_file(operation: Operation, path: &str, kind: ErrorKind) -> Failure {
    let (word, message) = match kind {
        ErrorKind::NotFound => (
            "not-found",
            format!("`{path}` does not exist. `list` and `find` show what there is."),
        ),
        ErrorKind::NotADirectory => (
            "not-a-directory",
            format!("`{path}`, or a part of that path, is not a folder."),
        ),
        ErrorKind::IsADirectory if operation == Operation::Rm => (
            "is-a-directory",
            format!("`{path}` is a folder: `recursive` removes it with everything in it."),
        ),
        ErrorKind::IsADirectory => (
            "is-a-directory",
            format!("`{path}` is a folder: `list` shows what is in it."),
        ),
        ErrorKind::PermissionDenied => (
            "permission-denied",
            format!("The user of the sandbox may not do that with `{path}`."),
        ),
        ErrorKind::AlreadyExists => ("already-exists", format!("`{path}` exists already.")),
        ErrorKind::InvalidData => (
            "not-text",
            format!(
                "`{path}` is not UTF-8 text. `run` can look into it: `file`, `od -c`, `strings`."
            ),
        ),
        kind => ("file", format!("`{path}`: {kind}.")),
    };
    Failure::new(word, message)
}

/// The model sees no causes, so the message has to tell them.
fn with_causes(error: &SandboxError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told() {
        let error = SandboxError::provider(Operation::Exec, "Daytona", "the quota is used up");
        let failure = Failure::from(error);
        assert_eq!(failure.word, "provider");
        assert_eq!(
            failure.message,
            "Daytona failed to exec: the quota is used up. If it happens again, tell the user."
        );
    }
}
