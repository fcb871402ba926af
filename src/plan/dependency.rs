//! The dependency on the SDK, as reports tell it in either ecosystem.
//!
//! Values only; the plans of the ecosystems fill them in.

/// What a project depends on after the plan, and why the plan adds it or leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDependency {
    /// The package.
    pub package: String,
    /// The key of its entry, which differs from the package if the dependency is renamed.
    pub key: String,
    /// The versions that are allowed, where a version is asked for.
    pub requirement: Option<String>,
    /// Where the package comes from.
    pub source: DependencySource,
    /// What the plan is based on.
    pub why: DependencyReason,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DependencySource {
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

/// Why a dependency is added or stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DependencyReason {
    /// No table has it, so that it is added.
    Missing,
    /// Only tables that the adapter cannot use have it, so that it is added.
    Elsewhere,
    /// It is there under its own name.
    Present,
    /// It is there under another name.
    Renamed,
    /// It is there, inherited from the workspace.
    Inherited,
}

impl DependencyReason {
    /// Whether the plan adds the dependency.
    pub fn is_addition(self) -> bool {
        matches!(self, Self::Missing | Self::Elsewhere)
    }

    /// The stable name of what happens to the manifest for this reason.
    pub fn operation_code(self) -> &'static str {
        match self {
            Self::Missing => "dependency-missing",
            Self::Elsewhere => "dependency-elsewhere",
            Self::Present | Self::Renamed | Self::Inherited => "dependency-present",
        }
    }
}
