//! What is asked for, resolved: owned values and enums.
//!
//! No clap and no I/O here.

use std::path::PathBuf;

use crate::blueprint::{Blueprint, Ecosystem};
use crate::path::RelPath;

/// A request to add a blueprint to a package.
#[derive(Debug, Clone)]
pub(crate) struct AddRequest {
    /// What is added.
    pub blueprint: &'static Blueprint,
    /// Which package is meant.
    pub selection: Selection,
    /// What to do with an adapter that differs from what would be written.
    pub on_conflict: OnConflict,
    /// Whether to declare the modules.
    pub wiring: Wiring,
    /// Where the runtime is taken from, if it is missing.
    pub runtime: RuntimeSource,
    /// Whether the plan is carried out.
    pub run: Run,
}

/// Which package is meant.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// The absolute folder to start from, free of links.
    pub start: PathBuf,
    /// The ecosystem, in a folder with two manifests.
    pub ecosystem: Option<Ecosystem>,
    /// The package, in a workspace.
    pub package: Option<String>,
    /// The source root, when the user names one.
    pub source_root: Option<RelPath>,
}

/// Where a runtime that is missing is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuntimeSource {
    /// The registry.
    Registry,
    /// The folder of the package, absolute and free of links.
    Path(PathBuf),
    /// A git repository.
    Git {
        /// Its address.
        url: String,
        /// What pins it, as key and value: `branch`, `tag` or `rev`.
        pin: Option<(&'static str, String)>,
    },
}

/// What to do with an adapter that differs from what would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// Keep the user's edits, and refuse a file that is not ours.
    Keep,
    /// Touch nothing, and only tell what the file is.
    Tell,
    /// Replace the file.
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
