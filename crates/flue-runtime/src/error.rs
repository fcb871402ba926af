//! What can go wrong in a sandbox.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use crate::Operation;

/// The error that a provider's client reported, whatever its type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong in a sandbox, told apart as far as an agent can act on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The state of the files does not allow the operation. See [`Self::file`].
    #[error("{operation} `{path}`: {kind}")]
    #[non_exhaustive]
    File {
        /// What was asked for.
        operation: Operation,
        /// The absolute path.
        path: String,
        /// What is the matter, in the words of the standard library: [`io::ErrorKind::NotFound`],
        /// [`io::ErrorKind::AlreadyExists`], [`io::ErrorKind::NotADirectory`], [`io::ErrorKind::IsADirectory`],
        /// [`io::ErrorKind::PermissionDenied`], [`io::ErrorKind::InvalidData`], …
        kind: io::ErrorKind,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// An argument that no sandbox of this kind accepts; nothing was done. See [`Self::invalid_argument`].
    #[error("{operation}: {reason}")]
    #[non_exhaustive]
    InvalidArgument {
        /// What was asked for.
        operation: Operation,
        /// What is wrong with it.
        reason: String,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// The provider has no such option. Refused before anything was changed. See [`Self::unsupported`].
    #[error("{provider} does not support {operation} with {}", quoted(options))]
    #[non_exhaustive]
    OperationUnsupported {
        /// What was asked for.
        operation: Operation,
        /// The name of the provider.
        provider: Cow<'static, str>,
        /// The options that were asked for.
        options: Vec<Cow<'static, str>>,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// The deadline passed, after which the provider stops the command. See [`Self::timeout`].
    #[error("{operation} did not end within {after:?}")]
    #[non_exhaustive]
    Timeout {
        /// What was asked for.
        operation: Operation,
        /// The deadline that was asked for.
        after: Duration,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// The sandbox is gone, so that the call would never have ended. See [`Self::died`].
    #[error("the sandbox died during {operation}: it {}", reason.as_str())]
    #[non_exhaustive]
    SandboxDied {
        /// What was asked for.
        operation: Operation,
        /// How that was noticed.
        reason: DeathReason,
        /// What the provider said.
        source: Option<BoxError>,
    },
    /// Any other failure of the provider: its network, its authentication, its servers. See [`Self::provider`].
    #[error("{provider} failed to {operation}")]
    #[non_exhaustive]
    Provider {
        /// What was asked for.
        operation: Operation,
        /// The name of the provider.
        provider: Cow<'static, str>,
        /// What the provider said.
        source: BoxError,
    },
}

impl SandboxError {
    /// The state of the file at the absolute `path` does not allow `operation`.
    #[must_use]
    pub fn file(operation: Operation, path: impl Into<String>, kind: io::ErrorKind) -> Self {
        Self::File {
            operation,
            path: path.into(),
            kind,
            source: None,
        }
    }

    /// As [`Self::file`], of an error of the system, for adapters that reach files through it.
    #[must_use]
    pub fn from_io(operation: Operation, path: impl Into<String>, error: io::Error) -> Self {
        Self::file(operation, path, error.kind()).with_source(error)
    }

    /// No sandbox of this kind accepts what it was given, for a `reason` that reads on after the operation's name.
    #[must_use]
    pub fn invalid_argument(operation: Operation, reason: impl Into<String>) -> Self {
        Self::InvalidArgument {
            operation,
            reason: reason.into(),
            source: None,
        }
    }

    /// The provider has no such options.
    #[must_use]
    pub fn unsupported<O: Into<Cow<'static, str>>>(
        operation: Operation,
        provider: impl Into<Cow<'static, str>>,
        options: impl IntoIterator<Item = O>,
    ) -> Self {
        Self::OperationUnsupported {
            operation,
            provider: provider.into(),
            options: options.into_iter().map(Into::into).collect(),
            source: None,
        }
    }

    /// The deadline passed.
    #[must_use]
    pub fn timeout(operation: Operation, after: Duration) -> Self {
        Self::Timeout {
            operation,
            after,
            source: None,
        }
    }

    /// The sandbox is gone.
    #[must_use]
    pub fn died(operation: Operation, reason: DeathReason) -> Self {
        Self::SandboxDied {
            operation,
            reason,
            source: None,
        }
    }

    /// Any other failure, as the provider's client reported it.
    #[must_use]
    pub fn provider(
        operation: Operation,
        provider: impl Into<Cow<'static, str>>,
        source: impl Into<BoxError>,
    ) -> Self {
        Self::Provider {
            operation,
            provider: provider.into(),
            source: source.into(),
        }
    }

    /// The same with what the provider said.
    #[must_use]
    pub fn with_source(mut self, said: impl Into<BoxError>) -> Self {
        match &mut self {
            Self::File { source, .. }
            | Self::InvalidArgument { source, .. }
            | Self::OperationUnsupported { source, .. }
            | Self::Timeout { source, .. }
            | Self::SandboxDied { source, .. } => *source = Some(said.into()),
            Self::Provider { source, .. } => *source = said.into(),
        }
        self
    }

    /// What was asked for.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self {
            Self::File { operation, .. }
            | Self::InvalidArgument { operation, .. }
            | Self::OperationUnsupported { operation, .. }
            | Self::Timeout { operation, .. }
            | Self::SandboxDied { operation, .. }
            | Self::Provider { operation, .. } => *operation,
        }
    }

    /// What is the matter with the file, if that is what went wrong.
    #[must_use]
    pub fn file_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::File { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// The same as a failure of `asked`, whatever the adapter did for it.
    pub(crate) fn during(mut self, asked: Operation) -> Self {
        match &mut self {
            Self::File { operation, .. }
            | Self::InvalidArgument { operation, .. }
            | Self::OperationUnsupported { operation, .. }
            | Self::Timeout { operation, .. }
            | Self::SandboxDied { operation, .. }
            | Self::Provider { operation, .. } => *operation = asked,
        }
        self
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

fn quoted(options: &[Cow<'static, str>]) -> String {
    options
        .iter()
        .map(|option| format!("`{option}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
