//! What is asked for, resolved: owned values and enums.
//!
//! No clap and no I/O here.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::blueprint::{Blueprint, Ecosystem};
use crate::path::RelPath;
use crate::text::merge::Resolution;

/// A request to change what a package has of a blueprint.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The blueprint.
    pub blueprint: Arc<Blueprint>,
    /// Which package is meant.
    pub selection: Selection,
    /// What is to be done.
    pub task: Task,
    /// Whether the plan is carried out.
    pub run: Run,
}

/// What is to be done about a blueprint.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// The package gets all that is missing.
    Add {
        /// What to do with an adapter that differs from what would be written.
        on_conflict: OnConflict,
        /// Whether to declare the modules.
        wiring: Wiring,
        /// Where the runtime is taken from, if it is missing.
        runtime: RuntimeSource,
    },
    /// All that adding it brought goes.
    Remove {
        /// What to do with an adapter that would be lost.
        on_conflict: OnConflict,
    },
    /// The adapter becomes what the newest version writes today, with the edits that it has.
    Update {
        /// What to do with an adapter from upstream's guide.
        on_upstream: OnConflict,
        /// How conflicts are decided, if the user says so.
        resolution: Option<Resolution>,
    },
}

/// Which package is meant.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// The absolute directory to start from, free of links.
    pub start: PathBuf,
    /// How far to look from there.
    pub search: Search,
    /// The ecosystem, in a directory with two manifests.
    pub ecosystem: Option<Ecosystem>,
    /// The package, in a workspace.
    pub package: Option<PackageSpec>,
    /// The source root, when the user names one.
    pub source_root: Option<RelPath>,
}

/// Where a runtime that is missing is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuntimeSource {
    /// The registry.
    Registry,
    /// The directory of the package, absolute and free of links.
    Path(PathBuf),
    /// A git repository.
    Git {
        /// Its address.
        url: String,
        /// What pins it, as key and value: `branch`, `tag` or `rev`.
        pin: Option<(&'static str, String)>,
    },
}

/// Where a manifest is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// In the directory to start from and all above it; what is found may point to a better one.
    Upwards,
    /// In the directory to start from: the user named the manifest.
    Here,
}

/// A package by name, and by version where that is said, too: `agent` or `agent@0.2.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackageSpec {
    /// The name.
    pub name: String,
    /// The version, or the start of one.
    pub version: Option<String>,
}

impl PackageSpec {
    /// Reads `text`; the name of an npm package may itself start with `@`.
    pub(crate) fn new(text: &str) -> Self {
        let parts = text.rsplit_once(['@', ':']).filter(|(name, version)| {
            !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit())
        });
        Self {
            name: parts.map_or(text, |(name, _)| name).to_owned(),
            version: parts.map(|(_, version)| version.to_owned()),
        }
    }

    /// Whether a package of this `name` and `version` is meant.
    pub(crate) fn is_met_by(&self, name: &str, version: Option<&str>) -> bool {
        let has_version = |wanted: &String| {
            let rest = version.and_then(|version| version.strip_prefix(wanted.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.name == name && self.version.as_ref().is_none_or(has_version)
    }
}

impl fmt::Display for PackageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

/// What to do with an adapter that the blueprint does not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// Keep the user's edits, and refuse a file that is not ours.
    Keep,
    /// Touch nothing, and only tell what the file is.
    Tell,
    /// Replace or remove the file.
    Replace,
}

/// Whether to declare the modules of the files that are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// Declare what is not declared yet.
    Complete,
    /// Leave modules to the user.
    LeaveAlone,
}

/// Whether a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// Write it to disk.
    Real,
    /// Report it only.
    Dry,
    /// Tell whether there is anything to do.
    Check,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lines for people.
    Text,
    /// A patch for `git apply` or `patch`.
    Diff,
    /// A document for programs.
    Json,
}

/// How much is said, and whether in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Output {
    /// How much is said on stderr.
    pub verbosity: Verbosity,
    /// Whether colour is used; the terminal decides where nothing is said.
    pub color: Option<Color>,
}

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Outcomes, warnings and what to do next.
    Normal,
    /// Also the reason of every decision.
    Verbose,
}

/// Whether colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spec: &str, name: &str, version: &str, expect: bool) {
        let parsed = PackageSpec::new(spec);
        assert_eq!(parsed.is_met_by(name, Some(version)), expect, "{spec}");
    }

    #[test]
    fn a_package_is_meant_by_name_and_the_start_of_its_version() {
        check("agent", "agent", "1.2.3", true);
        check("agent", "agents", "1.2.3", false);
        check("agent@1.2.3", "agent", "1.2.3", true);
        check("agent:1.2.3", "agent", "1.2.3", true);
        check("agent@1", "agent", "1.2.3", true);
        check("agent@1", "agent", "10.2.3", false);
        check("@acme/agent", "@acme/agent", "1.2.3", true);
        check("@acme/agent@2", "@acme/agent", "1.2.3", false);
        assert!(!PackageSpec::new("agent@1").is_met_by("agent", None));
        assert_eq!(
            PackageSpec::new("@acme/agent@2").to_string(),
            "@acme/agent@2"
        );
    }
}
