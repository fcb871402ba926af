//! What may differ from provider to provider without breaking the contract.

use std::borrow::Cow;

/// How a provider's sandboxes are, where the contract leaves a choice.
///
/// The default is a provider that leaves nothing out; the methods change what differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Profile {
    /// What becomes of `rm` with `force`.
    pub force: ForceRemoval,
    /// Where the standard error of a command goes.
    pub standard_error: StandardError,
    /// Whether `stat` tells links from what they lead to.
    pub links: LinkTelling,
    /// What becomes of a deadline of [`std::time::Duration::MAX`].
    pub huge_deadlines: HugeDeadlines,
}

impl ForceRemoval {
    /// Refused in the name of this provider.
    #[must_use]
    pub fn refused_by(provider: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused {
            provider: provider.into(),
        }
    }
}

impl Profile {
    /// The same with this for `rm` with `force`.
    #[must_use]
    pub fn with_force(mut self, force: ForceRemoval) -> Self {
        self.force = force;
        self
    }

    /// The same with this for the standard error of commands.
    #[must_use]
    pub fn with_standard_error(mut self, standard_error: StandardError) -> Self {
        self.standard_error = standard_error;
        self
    }

    /// The same with this for links.
    #[must_use]
    pub fn with_links(mut self, links: LinkTelling) -> Self {
        self.links = links;
        self
    }

    /// The same with this for deadlines of [`std::time::Duration::MAX`].
    #[must_use]
    pub fn with_huge_deadlines(mut self, huge_deadlines: HugeDeadlines) -> Self {
        self.huge_deadlines = huge_deadlines;
        self
    }
}

/// What becomes of `rm` with `force`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ForceRemoval {
    /// It is done.
    #[default]
    Supported,
    /// It fails as [`flue_runtime::SandboxError::OperationUnsupported`] before anything is changed.
    Refused {
        /// The name of the provider in that error.
        provider: Cow<'static, str>,
    },
}

/// Where the standard error of a command goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StandardError {
    /// Into [`flue_runtime::ShellResult::stderr`].
    #[default]
    Separate,
    /// Into [`flue_runtime::ShellResult::stdout`], in the order of writing.
    Merged,
}

/// Whether `stat` tells links from what they lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LinkTelling {
    /// [`flue_runtime::FileStat::is_symbolic_link`] is set.
    #[default]
    Told,
    /// It is `None`, because the provider does not say.
    Untold,
}

/// What becomes of a deadline that no one will live to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HugeDeadlines {
    /// The command runs.
    #[default]
    Accepted,
    /// It fails as [`flue_runtime::SandboxError::InvalidArgument`], and the command does not run.
    Refused,
}
