//! The packages of a workspace, as far as choosing one of them looks at them.

use std::path::{Path, PathBuf};

/// A package that may be the one that is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    /// Its name, else that of its directory.
    pub name: String,
    /// Its absolute directory, free of links.
    pub directory: PathBuf,
    /// Its version, when it says one.
    pub version: Option<String>,
    /// What it is to Flue.
    pub role: Role,
}

/// What a package is to Flue, as its dependencies tell in whatever table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// An agent: it has a runtime.
    Agent,
    /// A program that talks to agents: it has Flue's client only.
    Client,
    /// Nothing.
    Stranger,
}

impl Member {
    /// Whether it has a runtime.
    pub(crate) fn is_agent(&self) -> bool {
        self.role == Role::Agent
    }
}

/// A workspace, and all that is in it.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The absolute directory of its root.
    pub root: PathBuf,
    /// Its packages, that at the root included, by name.
    pub members: Vec<Member>,
    /// The directories of those that commands are about when none is named; none when that is not said.
    pub defaults: Vec<PathBuf>,
}

impl Workspace {
    /// The packages besides the one in `directory` that depend on a Flue runtime.
    pub(crate) fn agents_beside(&self, directory: &Path) -> Vec<&Member> {
        let others = self.members.iter();
        others
            .filter(|member| member.is_agent() && member.directory != directory)
            .collect()
    }

    /// Whether `member` is one that commands are about when none is named.
    pub(crate) fn is_default(&self, member: &Member) -> bool {
        self.defaults.contains(&member.directory)
    }
}
