//! Which package of a cargo workspace is meant.
//!
//! Reads manifests; knows nothing of blueprints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST, Manifest};
use crate::cargo::dependency::{Origin, Source, all_dependencies};
use crate::error::{Code, Problem};
use crate::project::file::read_text;

/// A package: its folder, and the manifest in it.
#[derive(Debug)]
pub(super) struct Package {
    /// The absolute folder, free of links.
    pub(super) root: PathBuf,
    pub(super) name: String,
    pub(super) manifest: Manifest,
}

/// The root of the workspace that a package belongs to.
#[derive(Debug)]
pub struct WorkspaceRoot {
    /// The absolute folder, free of links.
    pub root: PathBuf,
    /// The manifest in it.
    pub manifest: Manifest,
}

/// The package at or around `folder` that the user means: the one called `name`, else the one in `folder` itself.
pub(super) fn select(folder: &Path, name: Option<&str>) -> Result<Package, Problem> {
    let manifest = read_manifest(folder)?;
    if manifest.has_package() && manifest.package_name().is_none() {
        return Err(no_name(folder));
    }
    if let Some(package_name) = manifest.package_name()
        && name.is_none_or(|name| name == package_name)
    {
        return Ok(Package {
            root: folder.to_owned(),
            name: package_name.to_owned(),
            manifest,
        });
    }
    let workspace = match manifest.is_workspace_root() {
        true => Some(WorkspaceRoot {
            root: folder.to_owned(),
            manifest: manifest.clone(),
        }),
        false => find_root(folder, &manifest)?,
    };
    let Some(workspace) = workspace else {
        return Err(no_workspace(folder, &manifest, name));
    };
    select_member(workspace, name)
}

fn no_name(folder: &Path) -> Problem {
    Problem::new(Code::NoPackage, "the package has no `name`")
        .help("put `name = \"<name>\"` into `[package]`")
        .in_file(folder.join(MANIFEST))
}

fn no_workspace(folder: &Path, manifest: &Manifest, name: Option<&str>) -> Problem {
    let file = folder.join(MANIFEST);
    match (manifest.package_name(), name) {
        (Some(package), Some(name)) => Problem::new(
            Code::UnknownPackage,
            format!("no package `{name}`; this is `{package}`"),
        )
        .help("leave `-p` out, or run the command in the workspace of the package")
        .in_file(file),
        _ => Problem::new(
            Code::NoPackage,
            "the manifest has neither `[package]` nor `[workspace]`",
        )
        .help("run the command in the folder of a package")
        .in_file(file),
    }
}

fn select_member(workspace: WorkspaceRoot, name: Option<&str>) -> Result<Package, Problem> {
    let mut members = members(&workspace)?;
    let found = match name {
        Some(name) => members.iter().position(|member| member.name == name),
        None if members.len() == 1 => Some(0),
        None => None,
    };
    if let Some(index) = found {
        return Ok(members.swap_remove(index));
    }
    let mut names = members
        .iter()
        .map(|member| format!("`{}`", member.name))
        .collect::<Vec<_>>();
    names.sort();
    let message = match name {
        Some(name) => format!("no package `{name}` in the workspace"),
        None if names.is_empty() => "the workspace has no packages".to_owned(),
        None => format!(
            "the workspace has {} packages, and it is not clear which one is meant",
            names.len()
        ),
    };
    let problem = Problem::new(Code::WhichPackage, message).in_file(workspace.root.join(MANIFEST));
    if names.is_empty() {
        return Err(problem.help("run the command in the folder of a package"));
    }
    Err(problem.help(format!("name one with `-p`: {}", names.join(", "))))
}

/// The root of the workspace that the package at `folder` belongs to, as cargo finds it: where `package.workspace`
/// points, else the nearest folder above with a `[workspace]` that does not exclude it.
pub(super) fn find_root(
    folder: &Path,
    manifest: &Manifest,
) -> Result<Option<WorkspaceRoot>, Problem> {
    if let Some(pointer) = manifest.workspace_pointer() {
        let root = folder.join(pointer).canonicalize().map_err(|error| {
            let message = format!(
                "`package.workspace` leads to `{pointer}`, which cannot be opened: {error}"
            );
            Problem::new(Code::NoWorkspace, message).in_file(folder.join(MANIFEST))
        })?;
        let manifest = read_manifest(&root)?;
        return Ok(Some(WorkspaceRoot { root, manifest }));
    }
    for above in folder
        .ancestors()
        .skip(1)
        .filter(|above| above.join(MANIFEST).is_file())
    {
        let manifest = read_manifest(above)?;
        let root = WorkspaceRoot {
            root: above.to_owned(),
            manifest,
        };
        if root.manifest.is_workspace_root() && !root.excludes(folder) {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

impl WorkspaceRoot {
    /// Whether there is a package in `folder` that it does not exclude.
    fn may_own(&self, folder: &Path) -> bool {
        folder.join(MANIFEST).is_file() && !self.excludes(folder)
    }

    fn excludes(&self, folder: &Path) -> bool {
        let excluded = self.manifest.workspace_exclude();
        let is_listed = self
            .manifest
            .workspace_members()
            .iter()
            .any(|member| folder.starts_with(self.root.join(member)));
        !is_listed
            && excluded
                .iter()
                .any(|exclude| folder.starts_with(self.root.join(exclude)))
    }
}

/// The packages of a workspace, by their folders: its root package, what `members` lists, and the folders inside the
/// workspace on which these depend by path.
fn members(workspace: &WorkspaceRoot) -> Result<Vec<Package>, Problem> {
    let mut folders = Vec::new();
    if workspace.manifest.has_package() {
        folders.push(workspace.root.clone());
    }
    for pattern in workspace.manifest.workspace_members() {
        folders.extend(expand(&workspace.root, pattern)?);
    }
    let mut packages = BTreeMap::new();
    while let Some(root) = folders.pop() {
        if packages.contains_key(&root) || !workspace.may_own(&root) {
            continue;
        }
        let manifest = read_manifest(&root)?;
        let is_another_workspace = manifest.is_workspace_root() && root != workspace.root;
        let name = manifest.package_name().map(str::to_owned);
        let Some(name) = name.filter(|_| !is_another_workspace) else {
            continue;
        };
        folders.extend(path_dependencies(&root, &manifest, workspace));
        let package = Package {
            root: root.clone(),
            name,
            manifest,
        };
        packages.insert(root, package);
    }
    Ok(packages.into_values().collect())
}

/// The folders inside `workspace` that the package at `root` depends on by path, free of links.
fn path_dependencies(root: &Path, manifest: &Manifest, workspace: &WorkspaceRoot) -> Vec<PathBuf> {
    let declared = all_dependencies(manifest, Some(&workspace.manifest)).into_iter();
    declared
        .filter_map(|declared| match (declared.source, declared.origin) {
            (Source::Path(path), Origin::Package) => Some(root.join(path)),
            (Source::Path(path), Origin::Workspace) => Some(workspace.root.join(path)),
            _ => None,
        })
        .filter_map(|folder| folder.canonicalize().ok())
        .filter(|folder| folder.starts_with(&workspace.root))
        .collect()
}

fn expand(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, Problem> {
    let escaped_root = glob::Pattern::escape(&root.to_string_lossy());
    let paths = glob::glob(&format!("{escaped_root}/{pattern}")).map_err(|error| {
        let message = format!("the workspace member `{pattern}` is no valid pattern: {error}");
        Problem::new(Code::ManifestInvalid, message).in_file(root.join(MANIFEST))
    })?;
    Ok(paths
        .filter_map(Result::ok)
        .filter_map(|path| path.canonicalize().ok())
        .collect())
}

/// The manifest in `folder`, which may be a link to anywhere: it is only read.
fn read_manifest(folder: &Path) -> Result<Manifest, Problem> {
    let path = folder.join(MANIFEST);
    let manifest = read_text(&path).and_then(|(text, _)| Manifest::parse(text));
    manifest.map_err(|problem| problem.in_file(path))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn check(files: &[(&str, &str)], start: &str, name: Option<&str>, expect: &str) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        write(&root, files);
        let answer = match select(&root.join(start), name) {
            Ok(package) => format!(
                "{} in {}",
                package.name,
                package.root.strip_prefix(&root).unwrap().display()
            ),
            Err(problem) => format!("{problem}; {}", problem.help.clone().unwrap_or_default()),
        };
        assert_eq!(answer, expect);
    }

    const TWO_MEMBERS: &[(&str, &str)] = &[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['crates/*']\nexclude = ['crates/out']\n",
        ),
        ("crates/a/Cargo.toml", "[package]\nname = 'a'\n"),
        ("crates/b/Cargo.toml", "[package]\nname = 'b'\n"),
        ("crates/out/Cargo.toml", "[package]\nname = 'out'\n"),
        ("crates/notes/README.md", "no package\n"),
    ];

    #[test]
    fn the_package_of_the_folder_is_meant() {
        check(TWO_MEMBERS, "crates/a", None, "a in crates/a");
        check(TWO_MEMBERS, "crates/out", None, "out in crates/out");
    }

    #[test]
    fn a_name_chooses_among_the_members() {
        check(TWO_MEMBERS, "", Some("b"), "b in crates/b");
        check(TWO_MEMBERS, "crates/a", Some("b"), "b in crates/b");
        check(
            TWO_MEMBERS,
            "",
            Some("c"),
            "no package `c` in the workspace; name one with `-p`: `a`, `b`",
        );
    }

    #[test]
    fn a_virtual_workspace_needs_a_name_unless_it_has_one_member() {
        let message = "the workspace has 2 packages, and it is not clear which one is meant; name one with `-p`: `a`, `b`";
        check(TWO_MEMBERS, "", None, message);
        check(&TWO_MEMBERS[..2], "", None, "a in crates/a");
        check(
            &TWO_MEMBERS[..1],
            "",
            None,
            "the workspace has no packages; run the command in the folder of a package",
        );
    }

    #[test]
    fn an_excluded_package_is_on_its_own() {
        let message = "no package `a`; this is `out`; leave `-p` out, or run the command in the workspace of the package";
        check(TWO_MEMBERS, "crates/out", Some("a"), message);
    }

    #[test]
    fn what_lies_below_a_listed_package_is_not_excluded() {
        let files = [
            (
                "Cargo.toml",
                "[workspace]\nmembers = ['a']\nexclude = ['a/b']\n",
            ),
            (
                "a/Cargo.toml",
                "[package]\nname = 'a'\n[dependencies]\nb.path = 'b'\n",
            ),
            ("a/b/Cargo.toml", "[package]\nname = 'b'\n"),
        ];
        check(&files, "", Some("b"), "b in a/b");
    }

    const PATHS: &[(&str, &str)] = &[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['app']\nexclude = ['out']\ndependencies.c.path = 'libs/c'\n",
        ),
        (
            "app/Cargo.toml",
            "[package]\nname = 'app'\n[dependencies]\nb.path = '../libs/b/'\nc.workspace = true\nout.path = '../out'\n\
             gone.path = '../gone'\nown.path = '../own'\nr = '1'\n",
        ),
        (
            "libs/b/Cargo.toml",
            "[package]\nname = 'b'\n[target.'cfg(unix)'.dev-dependencies]\nd = { path = '../d' }\napp.path = '../../app'\n",
        ),
        ("libs/c/Cargo.toml", "[package]\nname = 'c'\n"),
        ("libs/d/Cargo.toml", "[package]\nname = 'd'\n"),
        ("libs/e/Cargo.toml", "[package]\nname = 'e'\n"),
        ("out/Cargo.toml", "[package]\nname = 'out'\n"),
        ("own/Cargo.toml", "[package]\nname = 'own'\n[workspace]\n"),
    ];

    #[test]
    fn what_members_depend_on_by_path_is_a_member() {
        check(PATHS, "", Some("b"), "b in libs/b");
        check(PATHS, "app", Some("c"), "c in libs/c");
        check(PATHS, "", Some("d"), "d in libs/d");
        let message = "no package `e` in the workspace; name one with `-p`: `app`, `b`, `c`, `d`";
        check(PATHS, "", Some("e"), message);
        let message = "the workspace has 4 packages, and it is not clear which one is meant; name one with `-p`: `app`, `b`, `c`, `d`";
        check(PATHS, "", None, message);
    }

    #[test]
    fn what_is_outside_the_workspace_is_no_member() {
        let files = [
            (
                "ws/Cargo.toml",
                "[workspace]\n[package]\nname = 'a'\n[dependencies]\nb.path = '../b'\n",
            ),
            ("b/Cargo.toml", "[package]\nname = 'b'\n"),
        ];
        let message = "no package `b` in the workspace; name one with `-p`: `a`";
        check(&files, "ws", Some("b"), message);
    }

    #[test]
    fn a_package_needs_a_name() {
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = ['a']\n"),
            ("a/Cargo.toml", "[package]\nversion = '1.0.0'\n"),
        ];
        let message = "the package has no `name`; put `name = \"<name>\"` into `[package]`";
        check(&files, "a", None, message);
    }
}
