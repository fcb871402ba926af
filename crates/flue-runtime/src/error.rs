//! What can go wrong in a sandbox.

use std::io;
use std::time::Duration;

/// The error that a provider's client reported, whatever its type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong in a sandbox, told apart as far as an agent can act on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The state of the files does not allow the operation.
    #[error("{operation} `{path}`: {kind}")]
    File {
        /// The name of the method.
        operation: &'static str,
        /// The absolute path.
        path: String,
        /// What is the matter, in the words of the standard library: [`io::ErrorKind::NotFound`],
        /// [`io::ErrorKind::AlreadyExists`], [`io::ErrorKind::NotADirectory`], [`io::ErrorKind::IsADirectory`],
        /// [`io::ErrorKind::PermissionDenied`], [`io::ErrorKind::InvalidData`], …
        kind: io::ErrorKind,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// An argument that no sandbox of this kind accepts; nothing was sent.
    #[error("{operation}: {reason}")]
    InvalidArgument {
        /// The name of the method.
        operation: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The provider has no such option. Refused before anything was changed.
    #[error("{provider} does not support {operation} with {}", quoted(options))]
    OperationUnsupported {
        /// The name of the method.
        operation: &'static str,
        /// The name of the provider.
        provider: &'static str,
        /// The options that were asked for.
        options: Vec<&'static str>,
    },
    /// The deadline passed; the command was stopped.
    #[error("{operation} did not end within {after:?}")]
    Timeout {
        /// The name of the method.
        operation: &'static str,
        /// The deadline that was asked for.
        after: Duration,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// The sandbox is gone, so that the call would never have ended.
    #[error("the sandbox died during {operation}: it {}", reason.as_str())]
    SandboxDied {
        /// The name of the method.
        operation: &'static str,
        /// How that was noticed.
        reason: DeathReason,
    },
    /// Any other failure of the provider: its network, its authentication, its servers.
    #[error("{provider} failed to {operation}")]
    Provider {
        /// The name of the method.
        operation: &'static str,
        /// The name of the provider.
        provider: &'static str,
        /// What the provider said.
        source: BoxError,
    },
}

impl SandboxError {
    /// The [`SandboxError::File`] of an error of the system, for adapters that reach files through it.
    pub fn from_io(operation: &'static str, path: impl Into<String>, error: io::Error) -> Self {
        Self::File {
            operation,
            path: path.into(),
            kind: error.kind(),
            source: Some(Box::new(error)),
        }
    }
}

/// How the death of a sandbox was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeathReason {
    /// The provider says that it stopped.
    Stopped,
    /// The provider has stopped answering the question.
    ProbeSilent,
}

impl DeathReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "has stopped",
            Self::ProbeSilent => "no longer answers",
        }
    }
}

fn quoted(options: &[&str]) -> String {
    options
        .iter()
        .map(|option| format!("`{option}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
