//! What the methods of the contract are told.
//!
//! An adapter that was written before an option does not know it, and an option may not be ignored: one that is added later has to
//! be refused in `session`, except for adapters that say that they honour it.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a factory is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEnvOptions {
    /// Who it is for: an instance of an agent.
    pub id: String,
}

impl SessionEnvOptions {
    /// For the instance of an agent with this id.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

/// Options of `mkdir`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MkdirOptions {
    /// Create missing parents, and accept a folder that is there, as `mkdir -p` does.
    pub recursive: bool,
}

impl MkdirOptions {
    /// Just the folder: its parent is there, and it is not.
    #[must_use]
    pub const fn new() -> Self {
        Self { recursive: false }
    }

    /// With its parents, as `mkdir -p` does.
    #[must_use]
    pub const fn recursive() -> Self {
        Self { recursive: true }
    }
}

/// Options of `rm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RmOptions {
    /// Remove folders with everything in them.
    pub recursive: bool,
    /// Accept that nothing is there.
    pub force: bool,
}

impl RmOptions {
    /// A file that is there.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            recursive: false,
            force: false,
        }
    }

    /// A file, or a folder with everything in it.
    #[must_use]
    pub const fn recursive() -> Self {
        Self {
            recursive: true,
            force: false,
        }
    }

    /// The same, also where nothing is there.
    #[must_use]
    pub const fn with_force(mut self) -> Self {
        self.force = true;
        self
    }
}

/// Options of `exec`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExecOptions {
    /// Where the command runs, if not in the base directory.
    pub cwd: Option<String>,
    /// Variables added to the environment of this command.
    pub env: BTreeMap<String, String>,
    /// The time after which the command is stopped. Providers that count in coarser units round up.
    pub timeout: Option<Duration>,
}

impl ExecOptions {
    /// In the base directory, with the environment of the sandbox, for as long as it takes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same in another directory.
    #[must_use]
    pub fn with_cwd(mut self, cwd: impl Into<String>) -> Self {
        self.cwd = Some(cwd.into());
        self
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// The same with a deadline.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}
