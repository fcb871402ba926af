//! A dependency that a blueprint brings, as it was found in a manifest of either ecosystem.

use super::Addition;
use crate::text::Position;

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
    /// The project is worked on with it, such as with types.
    Development,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DependencySource {
    /// A registry: the one of this name or address, else the default one.
    Registry(Option<String>),
    /// A directory, as the manifest names it.
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
    /// It is there in this way, and the last install was before that.
    NotInstalled(Presence),
    /// It is there in this way, required as an older version of the blueprint wrote it; the newest needs later versions.
    Outdated(Presence, Remedy),
    /// No table has it.
    Missing(Remedy),
    /// No table has it, and nothing tells which version the adapter is written for.
    WithoutVersion,
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
pub(crate) struct Remedy {
    /// Its entry.
    pub addition: Addition,
    /// Why it is this one: where the package comes from.
    pub reason: &'static str,
}

impl Remedy {
    /// That `new` takes the place of `old`, the requirement of the entry at `entry` of `text`.
    pub(crate) fn raise(text: &str, entry: Position, old: &str, new: &str) -> Option<Self> {
        let start = entry.offset(text);
        let quoted = ['"', '\''].map(|quote| format!("{quote}{old}{quote}"));
        let places = quoted.iter().filter_map(|it| text[start..].find(it));
        let at = start + places.min()? + 1;
        Some(Self {
            addition: Addition {
                after: format!("{}{new}{}", &text[..at], &text[at + old.len()..]),
                summary: format!("`{new}` instead of `{old}`"),
                line: Position::at(text, at).line,
            },
            reason: "an older version of the blueprint wrote what was required",
        })
    }
}

impl DependencyFinding {
    /// Whether nothing is left to do.
    pub(crate) fn is_in_sync(&self) -> bool {
        matches!(self, Self::Present(_))
    }

    /// How it is added, if it is missing.
    pub(crate) fn remedy(&self) -> Option<&Remedy> {
        match self {
            Self::Present(_)
            | Self::NotInstalled(_)
            | Self::Outdated(..)
            | Self::WithoutVersion => None,
            Self::Missing(remedy) | Self::Elsewhere(_, remedy) => Some(remedy),
        }
    }

    /// In which way it is there, if it is.
    pub(crate) fn presence(&self) -> Option<Presence> {
        match self {
            Self::Present(presence)
            | Self::NotInstalled(presence)
            | Self::Outdated(presence, _) => Some(*presence),
            Self::Missing(_) | Self::WithoutVersion | Self::Elsewhere(..) => None,
        }
    }

    /// The stable name of what was found.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Present(Presence::Direct) => "present",
            Self::Present(Presence::Renamed) => "renamed",
            Self::Present(Presence::Inherited) => "inherited",
            Self::NotInstalled(_) => "not-installed",
            Self::Outdated(..) => "outdated",
            Self::Missing(_) => "missing",
            Self::WithoutVersion => "without-version",
            Self::Elsewhere(..) => "elsewhere",
        }
    }
}

impl Dependency {
    /// Why it is added or left, for those who ask.
    pub(super) fn reason(&self) -> String {
        let key = &self.key;
        let (found, Remedy { addition, reason }) = match &self.finding {
            DependencyFinding::Present(_) => return format!("`{key}` is a dependency"),
            DependencyFinding::NotInstalled(_) => return format!("`{key}` is not installed"),
            DependencyFinding::Outdated(_, Remedy { addition, reason }) => {
                let line = addition.line;
                return format!("line {line} requires other versions of `{key}`: {reason}");
            }
            DependencyFinding::WithoutVersion => {
                return format!("no table has `{key}`, and nothing tells its version");
            }
            DependencyFinding::Missing(remedy) => ("no table has it".to_owned(), remedy),
            DependencyFinding::Elsewhere(tables, remedy) => {
                let tables = tables.join("`, `");
                let found = format!("only `{tables}` has it, which plain code cannot use");
                (found, remedy)
            }
        };
        format!("line {} adds `{key}`: {found}; {reason}", addition.line)
    }
}
