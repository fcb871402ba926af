//! What may differ from provider to provider without breaking the contract.

/// How a provider's sandboxes are, where the contract leaves a choice.
///
/// The default is a provider that leaves nothing out: change what differs, and keep the rest with
/// `..Profile::default()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

/// What becomes of `rm` with `force`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForceRemoval {
    /// It is done.
    #[default]
    Supported,
    /// It fails as [`flue_runtime::SandboxError::OperationUnsupported`] before anything is changed.
    Refused {
        /// The name of the provider in that error.
        provider: &'static str,
    },
}

/// Where the standard error of a command goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StandardError {
    /// Into [`flue_runtime::ShellResult::stderr`].
    #[default]
    Separate,
    /// Into [`flue_runtime::ShellResult::stdout`], in the order of writing.
    Merged,
}

/// Whether `stat` tells links from what they lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkTelling {
    /// [`flue_runtime::FileStat::is_symbolic_link`] is set.
    #[default]
    Told,
    /// It is `None`, because the provider does not say.
    Untold,
}

/// What becomes of a deadline that no one will live to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HugeDeadlines {
    /// The command runs.
    #[default]
    Accepted,
    /// It fails as [`flue_runtime::SandboxError::InvalidArgument`], and the command does not run.
    Refused,
}
