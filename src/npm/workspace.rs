//! Which package of a workspace is meant, and what its root says.
//!
//! Reads manifests; knows no blueprint.

pub(crate) mod catalogs;
pub(crate) mod patterns;

use std::path::{Path, PathBuf};

use super::dependency;
use super::manifest::{MANIFEST, PackageJson, RUNTIME};
use crate::error::{Code, Problem};
use crate::project::file::read_text;
use patterns::WorkspacePatterns;

/// The settings of pnpm, which make a folder the root of a workspace.
pub(super) const PNPM_WORKSPACE: &str = "pnpm-workspace.yaml";

/// Whether the manifest in `folder` declares the runtime. A manifest that cannot be read declares nothing.
pub(crate) fn has_runtime(folder: &Path) -> bool {
    let text = read_text(&folder.join(MANIFEST))
        .map(|(text, _)| text)
        .unwrap_or_default();
    let manifest = PackageJson::parse(&text);
    let runtime = manifest.and_then(|manifest| dependency::find_dependency(&manifest, RUNTIME));
    matches!(runtime, Ok(Some(_)))
}

/// The root of a workspace: its folder and what it lists.
#[derive(Debug)]
pub(super) struct WorkspaceRoot {
    pub(super) folder: PathBuf,
    patterns: WorkspacePatterns,
}

/// The workspace that the package at `folder` belongs to or is the root of.
pub(super) fn find_workspace(folder: &Path) -> Result<Option<WorkspaceRoot>, Problem> {
    for candidate in folder.ancestors() {
        let Some(patterns) = workspace_patterns(candidate, folder)? else {
            continue;
        };
        let path = folder
            .strip_prefix(candidate)
            .unwrap_or(folder)
            .to_string_lossy()
            .replace('\\', "/");
        if path.is_empty() || patterns.contains(&path) {
            return Ok(Some(WorkspaceRoot {
                folder: candidate.to_owned(),
                patterns,
            }));
        }
    }
    Ok(None)
}

/// The folders that the workspace at `folder` lists, as seen from the package at `package`.
fn workspace_patterns(folder: &Path, package: &Path) -> Result<Option<WorkspacePatterns>, Problem> {
    let pnpm = folder.join(PNPM_WORKSPACE);
    if pnpm.is_file() {
        let (text, _) = read_text(&pnpm).map_err(|problem| problem.in_file(&pnpm))?;
        return WorkspacePatterns::in_pnpm_workspace(&text)
            .map(Some)
            .map_err(|problem| problem.in_file(pnpm));
    }
    let manifest = folder.join(MANIFEST);
    if !manifest.is_file() {
        return Ok(None);
    }
    let patterns = read_text(&manifest)
        .and_then(|(text, _)| WorkspacePatterns::in_package_json(&PackageJson::parse(&text)?));
    match patterns {
        // As npm has it, a broken manifest further up is no workspace.
        Err(_) if folder != package => Ok(None),
        patterns => patterns.map_err(|problem| problem.in_file(manifest)),
    }
}

/// The folder of the package that is meant: the one called `name`, else the one at `folder`, unless that is the root of
/// a workspace whose agents live elsewhere.
pub(super) fn select(
    folder: &Path,
    name: Option<&str>,
    workspace: Option<&WorkspaceRoot>,
) -> Result<PathBuf, Problem> {
    let own_name = package_name(folder)?;
    let is_root = workspace
        .is_some_and(|workspace| workspace.folder == folder && workspace.patterns.lists_packages());
    let is_bare_root = is_root && !has_runtime(folder);
    match name {
        Some(name) if own_name.as_deref() == Some(name) => return Ok(folder.to_owned()),
        None if !is_bare_root => return Ok(folder.to_owned()),
        _ => {}
    }
    let Some(workspace) = workspace else {
        let message = format!(
            "no package `{}`; this is `{}`",
            name.unwrap_or_default(),
            own_name.unwrap_or_default()
        );
        let problem = Problem::new(Code::UnknownPackage, message).in_file(folder.join(MANIFEST));
        return Err(
            problem.help("leave `-p` out, or run the command in the workspace of the package")
        );
    };
    let members = members(workspace)?;
    if let Some((_, member)) = members
        .iter()
        .find(|(member, _)| Some(member.as_str()) == name)
    {
        return Ok(member.clone());
    }
    Err(which_package(workspace, name, &members))
}

fn which_package(
    workspace: &WorkspaceRoot,
    name: Option<&str>,
    members: &[(String, PathBuf)],
) -> Problem {
    let message = match name {
        Some(name) => format!("no package `{name}` in the workspace"),
        None => format!(
            "the root of the workspace does not depend on `{RUNTIME}`, so it is not the project"
        ),
    };
    let problem =
        Problem::new(Code::WhichPackage, message).in_file(workspace.folder.join(MANIFEST));
    let names = members
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect::<Vec<_>>();
    if names.is_empty() {
        return problem.help("run the command in the folder of a package");
    }
    problem.help(format!("name one with `-p`: {}", names.join(", ")))
}

/// The packages of a workspace, by name.
fn members(workspace: &WorkspaceRoot) -> Result<Vec<(String, PathBuf)>, Problem> {
    let root = glob::Pattern::escape(&workspace.folder.to_string_lossy());
    let mut members = Vec::new();
    for pattern in workspace.patterns.included() {
        let paths = glob::glob(&format!("{root}/{pattern}")).map_err(|error| {
            let message =
                format!("the workspace lists `{pattern}`, which is no valid pattern: {error}");
            Problem::new(Code::ManifestInvalid, message).in_file(workspace.folder.join(MANIFEST))
        })?;
        for folder in paths
            .filter_map(Result::ok)
            .filter(|folder| folder.join(MANIFEST).is_file())
        {
            let path = folder
                .strip_prefix(&workspace.folder)
                .unwrap_or(&folder)
                .to_string_lossy()
                .replace('\\', "/");
            if workspace.patterns.contains(&path) {
                members.push((
                    package_name(&folder)?.unwrap_or_else(|| folder_name(&folder)),
                    folder,
                ));
            }
        }
    }
    members.sort();
    members.dedup();
    Ok(members)
}

fn package_name(folder: &Path) -> Result<Option<String>, Problem> {
    let path = folder.join(MANIFEST);
    let name = read_text(&path)
        .and_then(|(text, _)| Ok(PackageJson::parse(&text)?.name()?.map(str::to_owned)));
    name.map_err(|problem| problem.in_file(path))
}

pub(super) fn folder_name(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
