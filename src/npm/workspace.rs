//! The packages of an npm workspace, and what its root says.
//!
//! Reads manifests; knows no blueprint.

pub(crate) mod catalogs;
pub(crate) mod patterns;

use std::path::{Path, PathBuf};

use super::flue::Flue;
use super::manifest::{MANIFEST, PackageJson};
use super::package_manager::{PackageManager, RUSH_SETTINGS};
use crate::error::Problem;
use crate::project::file::read_text;
use crate::project::workspace::{Member, Role, Workspace};
use patterns::{WorkspacePatterns, path_below};

/// The settings of pnpm, which make a directory the root of a workspace.
pub(super) const PNPM_WORKSPACE: &str = "pnpm-workspace.yaml";

/// Whether the `package.json` in `directory` is more than a note for Node on how to read the files beside it. One that cannot
/// be read is.
pub(crate) fn is_package(directory: &Path) -> bool {
    let text = read_text(&directory.join(MANIFEST)).map(|(text, _)| text);
    let text = text.unwrap_or_default();
    PackageJson::parse_loosely(&text).is_ok_and(|manifest| !manifest.is_note_for_node())
}

/// The package in `directory`.
pub(crate) fn own_package(directory: &Path) -> Result<Member, Problem> {
    let path = directory.join(MANIFEST);
    read_text(&path)
        .and_then(|(text, _)| member(directory, &PackageJson::parse_loosely(&text)?))
        .map_err(|problem| problem.in_file(path))
}

fn member(directory: &Path, manifest: &PackageJson<'_>) -> Result<Member, Problem> {
    let name = manifest.name()?.map(str::to_owned);
    Ok(Member {
        name: name.unwrap_or_else(|| directory_name(directory)),
        directory: directory.to_owned(),
        version: manifest.version().map(str::to_owned),
        // What is wrong with its dependencies is told when it is chosen.
        role: Flue::of(manifest).map_or(Role::Stranger, |flue| flue.role()),
    })
}

/// The workspace that the package in `directory` is in, or the root of.
pub(crate) fn workspace_of(directory: &Path) -> Result<Option<Workspace>, Problem> {
    let root = find_workspace(directory)?;
    root.map(|root| root.open()).transpose()
}

/// The root of a workspace: its directory and what it lists.
#[derive(Debug)]
pub(super) struct WorkspaceRoot {
    pub(super) directory: PathBuf,
    patterns: WorkspacePatterns,
}

/// The workspace that the package at `directory` belongs to or is the root of.
pub(super) fn find_workspace(directory: &Path) -> Result<Option<WorkspaceRoot>, Problem> {
    for candidate in directory.ancestors() {
        let Some(patterns) = workspace_patterns(candidate, directory)? else {
            continue;
        };
        let path = path_below(candidate, directory);
        if path.is_empty() || patterns.contains(&path) {
            return Ok(Some(WorkspaceRoot {
                directory: candidate.to_owned(),
                patterns,
            }));
        }
    }
    Ok(None)
}

/// The directories that the workspace at `directory` lists, as seen from the package at `package`.
fn workspace_patterns(
    directory: &Path,
    package: &Path,
) -> Result<Option<WorkspacePatterns>, Problem> {
    let settings = |name: &str, read: fn(&str) -> Result<WorkspacePatterns, Problem>| {
        let path = directory.join(name);
        let text = read_text(&path).map(|(text, _)| text);
        text.and_then(|text| read(&text))
            .map(Some)
            .map_err(|problem| problem.in_file(path))
    };
    if directory.join(PNPM_WORKSPACE).is_file() {
        return settings(PNPM_WORKSPACE, WorkspacePatterns::in_pnpm_workspace);
    }
    if directory.join(RUSH_SETTINGS).is_file() {
        return settings(RUSH_SETTINGS, WorkspacePatterns::in_rush_json);
    }
    let path = directory.join(MANIFEST);
    if !path.is_file() {
        return Ok(None);
    }
    let patterns = read_text(&path).and_then(|(text, _)| {
        let manifest = PackageJson::parse_loosely(&text)?;
        let traces = package_manager_traces(directory);
        let manager = PackageManager::detect(manifest.package_manager(), traces);
        WorkspacePatterns::in_package_json(&manifest, manager)
    });
    match patterns {
        // As npm has it, a broken manifest further up is no workspace.
        Err(_) if directory != package => Ok(None),
        patterns => patterns.map_err(|problem| problem.in_file(path)),
    }
}

/// The files in `directory` that tell its package manager.
pub(super) fn package_manager_traces(directory: &Path) -> impl Iterator<Item = &'static str> {
    let traces = PackageManager::TRACES.into_iter();
    traces.filter(|name| directory.join(name).is_file())
}

impl WorkspaceRoot {
    fn open(&self) -> Result<Workspace, Problem> {
        let mut members = Vec::new();
        if self.directory.join(MANIFEST).is_file() {
            members.push(own_package(&self.directory)?);
        }
        for directory in self.patterns.expand(&self.directory) {
            members.push(own_package(&directory)?);
        }
        members.sort();
        members.dedup();
        Ok(Workspace {
            root: self.directory.clone(),
            members,
            defaults: Vec::new(),
        })
    }
}

pub(super) fn directory_name(directory: &Path) -> String {
    directory
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
