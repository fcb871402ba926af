//! The packages of a cargo workspace.
//!
//! Reads manifests; knows nothing of blueprints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST, Manifest};
use crate::cargo::dependency::{
    DependencyState, Origin, Source, all_dependencies, find_dependency,
};
use crate::error::{Code, Problem};
use crate::path::way;
use crate::project::file::read_text;
use crate::project::pattern::{Pattern, Syntax};
use crate::project::workspace::{Member, Role, Workspace};

/// The crate that makes a package an agent.
pub(super) const RUNTIME: &str = "flue-runtime";

/// The versions of it that a new project takes.
pub(super) const RUNTIME_REQUIREMENT: &str = "0.1";

/// A package: its directory, the manifest in it, and the workspace around it.
#[derive(Debug)]
pub(super) struct Package {
    /// The absolute directory, free of links.
    pub(super) root: PathBuf,
    pub(super) name: String,
    pub(super) manifest: Manifest,
    /// The workspace that it belongs to, unless it is its root.
    pub(super) workspace: Option<WorkspaceRoot>,
}

/// The root of the workspace that a package belongs to.
#[derive(Debug, Clone)]
pub struct WorkspaceRoot {
    /// The absolute directory, free of links.
    pub root: PathBuf,
    /// The manifest in it.
    pub manifest: Manifest,
}

/// The package that the manifest in `directory` describes; none where it describes a workspace only.
pub(crate) fn own_package(directory: &Path) -> Result<Option<Member>, Problem> {
    let manifest = read_manifest(directory)?;
    if manifest.is_workspace_root() && !manifest.has_package() {
        return Ok(None);
    }
    let package = package_of(directory, manifest)?;
    let workspace = match &package.workspace {
        Some(workspace) => &workspace.manifest,
        None => &package.manifest,
    };
    Ok(Some(member(
        directory,
        package.name,
        &package.manifest,
        workspace,
    )))
}

/// The package in `directory`.
pub(super) fn read_package(directory: &Path) -> Result<Package, Problem> {
    package_of(directory, read_manifest(directory)?)
}

/// The package that `manifest` in `directory` describes.
fn package_of(directory: &Path, manifest: Manifest) -> Result<Package, Problem> {
    let problem =
        |message| Problem::new(Code::NoPackage, message).in_file(directory.join(MANIFEST));
    let name = match manifest.package_name() {
        Some(name) => name.to_owned(),
        None if manifest.has_package() => {
            return Err(problem("the package has no `name`")
                .help("put `name = \"<name>\"` into `[package]`"));
        }
        None => {
            return Err(
                problem("the manifest has neither `[package]` nor `[workspace]`")
                    .help("run the command in the directory of a package"),
            );
        }
    };
    let workspace = match manifest.is_workspace_root() {
        true => None,
        false => find_root(directory, &manifest)?,
    };
    Ok(Package {
        root: directory.to_owned(),
        name,
        manifest,
        workspace,
    })
}

/// The workspace that the manifest in `directory` is in, or the root of.
pub(crate) fn workspace_of(directory: &Path) -> Result<Option<Workspace>, Problem> {
    let manifest = read_manifest(directory)?;
    let root = match manifest.is_workspace_root() {
        true => Some(WorkspaceRoot {
            root: directory.to_owned(),
            manifest,
        }),
        false => find_root(directory, &manifest)?,
    };
    root.map(|root| root.open()).transpose()
}

fn member(directory: &Path, name: String, manifest: &Manifest, workspace: &Manifest) -> Member {
    let runtime = find_dependency(manifest, Some(workspace), RUNTIME);
    Member {
        name,
        directory: directory.to_owned(),
        version: manifest.version(Some(workspace)).map(str::to_owned),
        role: match runtime {
            Ok(DependencyState::Present(_) | DependencyState::Elsewhere { .. }) => Role::Agent,
            Ok(DependencyState::Missing) | Err(_) => Role::Stranger,
        },
    }
}

/// The root of the workspace that the package at `directory` belongs to, as cargo finds it: where `package.workspace`
/// points, else the nearest directory above with a `[workspace]` that does not exclude it.
pub(super) fn find_root(
    directory: &Path,
    manifest: &Manifest,
) -> Result<Option<WorkspaceRoot>, Problem> {
    if let Some(pointer) = manifest.workspace_pointer() {
        let root = directory.join(pointer).canonicalize().map_err(|error| {
            let message = format!(
                "`package.workspace` leads to `{pointer}`, which cannot be opened: {error}"
            );
            Problem::new(Code::NoWorkspace, message).in_file(directory.join(MANIFEST))
        })?;
        let manifest = read_manifest(&root)?;
        return Ok(Some(WorkspaceRoot { root, manifest }));
    }
    for above in directory
        .ancestors()
        .skip(1)
        .filter(|above| above.join(MANIFEST).is_file())
    {
        let manifest = read_manifest(above)?;
        let root = WorkspaceRoot {
            root: above.to_owned(),
            manifest,
        };
        if root.manifest.is_workspace_root() && !root.excludes(directory) {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

/// That a package can begin in the absolute `directory`: cargo takes none inside a workspace that does not have it.
///
/// # Errors
///
/// When the workspace around the directory neither lists nor excludes it.
pub(super) fn require_place_for(directory: &Path) -> Result<(), Problem> {
    let nobody = Manifest::parse(String::new())?;
    let Some(workspace) = find_root(directory, &nobody)? else {
        return Ok(());
    };
    let path = way(&workspace.root, directory);
    let members = workspace.manifest.workspace_members();
    let patterns = members
        .iter()
        .filter_map(|member| Pattern::parse(member, Syntax::Wildcards).ok());
    if patterns.flatten().any(|pattern| pattern.matches(&path)) {
        return Ok(());
    }
    let message = format!("the workspace around the new project does not list `{path}`");
    let problem = Problem::new(Code::NotInWorkspace, message);
    Err(problem
        .in_file(workspace.root.join(MANIFEST))
        .help(format!(
            "put `{path}` into its `workspace.members`, or into `workspace.exclude`, and run the command again"
        )))
}

impl WorkspaceRoot {
    /// Whether there is a package in `directory` that it does not exclude.
    fn may_own(&self, directory: &Path) -> bool {
        directory.join(MANIFEST).is_file() && !self.excludes(directory)
    }

    fn open(&self) -> Result<Workspace, Problem> {
        let mut defaults = Vec::new();
        for pattern in self.manifest.workspace_default_members() {
            defaults.extend(expand(&self.root, pattern)?);
        }
        Ok(Workspace {
            root: self.root.clone(),
            members: self.members()?,
            defaults,
        })
    }

    /// Its root package, what `members` lists, and the directories inside the workspace on which these depend by path.
    fn members(&self) -> Result<Vec<Member>, Problem> {
        let mut directories = Vec::new();
        if self.manifest.has_package() {
            directories.push(self.root.clone());
        }
        for pattern in self.manifest.workspace_members() {
            directories.extend(expand(&self.root, pattern)?);
        }
        let mut members = BTreeMap::new();
        while let Some(directory) = directories.pop() {
            if members.contains_key(&directory) || !self.may_own(&directory) {
                continue;
            }
            let manifest = read_manifest(&directory)?;
            let is_another_workspace = manifest.is_workspace_root() && directory != self.root;
            let name = manifest.package_name().map(str::to_owned);
            let Some(name) = name.filter(|_| !is_another_workspace) else {
                continue;
            };
            directories.extend(path_dependencies(&directory, &manifest, self));
            let member = member(&directory, name, &manifest, &self.manifest);
            members.insert(directory, member);
        }
        let mut members = members.into_values().collect::<Vec<_>>();
        members.sort();
        Ok(members)
    }

    fn excludes(&self, directory: &Path) -> bool {
        let excluded = self.manifest.workspace_exclude();
        let is_listed = self
            .manifest
            .workspace_members()
            .iter()
            .any(|member| directory.starts_with(self.root.join(member)));
        !is_listed
            && excluded
                .iter()
                .any(|exclude| directory.starts_with(self.root.join(exclude)))
    }
}

/// The directories inside `workspace` that the package at `root` depends on by path, free of links.
fn path_dependencies(root: &Path, manifest: &Manifest, workspace: &WorkspaceRoot) -> Vec<PathBuf> {
    let declared = all_dependencies(manifest, Some(&workspace.manifest));
    declared
        .filter_map(|declared| match (declared.source, declared.origin) {
            (Source::Path(path), Origin::Package) => Some(root.join(path)),
            (Source::Path(path), Origin::Workspace) => Some(workspace.root.join(path)),
            _ => None,
        })
        .filter_map(|directory| directory.canonicalize().ok())
        .filter(|directory| directory.starts_with(&workspace.root))
        .collect()
}

fn expand(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, Problem> {
    let patterns = Pattern::parse(pattern, Syntax::Wildcards).map_err(|error| {
        let message = format!("the workspace lists a pattern that is not valid: {error}");
        Problem::new(Code::ManifestInvalid, message).in_file(root.join(MANIFEST))
    })?;
    let directories = patterns.iter().flat_map(|pattern| pattern.expand(root));
    Ok(directories
        .filter_map(|directory| directory.canonicalize().ok())
        .collect())
}

/// The manifest in `directory`, which may be a link to anywhere: it is only read.
fn read_manifest(directory: &Path) -> Result<Manifest, Problem> {
    let path = directory.join(MANIFEST);
    let manifest = read_text(&path).and_then(|(text, _)| Manifest::parse(text));
    manifest.map_err(|problem| problem.in_file(path))
}
