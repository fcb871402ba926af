//! A dependency that a blueprint brings, as it was found in a manifest of either ecosystem.

use super::Addition;

/// A package that the adapter needs, as the manifest has it, or will have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// What the adapter needs it for.
    pub role: Role,
    /// The package.
    pub package: String,
    /// The key of its entry, which differs from the package if the dependency is renamed.
    pub key: String,
    /// The versions that are allowed, where a version is asked for.
    pub requirement: Option<String>,
    /// Where the package comes from.
    pub source: DependencySource,
    /// What was found.
    pub finding: DependencyFinding,
}

/// What an adapter needs a package for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It declares the contract.
    Runtime,
    /// It talks to the provider.
    Sdk,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DependencySource {
    /// A registry: the one of this name or address, else the default one.
    Registry(Option<String>),
    /// A folder, as the manifest names it.
    Path(String),
    /// A git repository at this address.
    Git(String),
    /// What the workspace offers to its packages.
    Workspace,
    /// Something else, as the manifest names it.
    Other(String),
}

/// What a manifest has of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DependencyFinding {
    /// It is there, in this way.
    Present(Presence),
    /// No table has it.
    Missing(Remedy),
    /// Only these tables have it, which the adapter cannot use.
    Elsewhere(Vec<String>, Remedy),
}

/// How a package is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Under its own name.
    Direct,
    /// Under another name.
    Renamed,
    /// From the workspace.
    Inherited,
}

/// How a package that is missing comes into the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// It is added like this, for the reason that is told: where it comes from.
    Add(Addition, &'static str),
    /// The user has to add it; a warning says how.
    LeftToUser,
}

impl DependencyFinding {
    /// Whether the manifest needs no entry.
    pub(crate) fn is_in_sync(&self) -> bool {
        !matches!(self.remedy(), Some(Remedy::Add(..)))
    }

    /// How it is put right, if it has to be.
    pub(crate) fn remedy(&self) -> Option<&Remedy> {
        match self {
            Self::Present(_) => None,
            Self::Missing(remedy) | Self::Elsewhere(_, remedy) => Some(remedy),
        }
    }

    /// The stable name of what was found.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Present(Presence::Direct) => "present",
            Self::Present(Presence::Renamed) => "renamed",
            Self::Present(Presence::Inherited) => "inherited",
            Self::Missing(_) => "missing",
            Self::Elsewhere(..) => "elsewhere",
        }
    }
}

impl Dependency {
    /// Why it is added or left, for those who ask.
    pub(super) fn reason(&self) -> String {
        let key = &self.key;
        let found = match &self.finding {
            DependencyFinding::Present(_) => return format!("`{key}` is a dependency"),
            DependencyFinding::Missing(_) => "no table has it".to_owned(),
            DependencyFinding::Elsewhere(tables, _) => format!(
                "only `{}` has it, which plain code cannot use",
                tables.join("`, `")
            ),
        };
        match self.finding.remedy() {
            Some(Remedy::Add(addition, source)) => {
                format!("line {} adds `{key}`: {found}; {source}", addition.line)
            }
            _ => format!("`{key}` is missing: {found}"),
        }
    }
}
