//! A cargo package as it is: its manifest, its workspace and its crate root.
//!
//! Reads only; knows no blueprint.

use std::path::Path;

use super::manifest::{MAIN_FILE, MANIFEST, Manifest};
use super::workspace::{self, WorkspaceRoot};
use crate::error::Problem;
use crate::path::RelPath;
use crate::project::file::{Kind, UserFile, look_at};
use crate::project::{Place, find_source_root};

/// A cargo package.
#[derive(Debug)]
pub struct Package {
    /// Where it is.
    pub place: Place,
    /// The manifest, parsed.
    pub manifest: Manifest,
    /// The workspace that the package belongs to, unless it is its root.
    pub workspace: Option<WorkspaceRoot>,
    /// The file that compilation starts with, when it is clear which.
    pub crate_root: Option<CrateRoot>,
    /// The other files that compilation starts with, and that exist.
    pub other_roots: Vec<CrateRoot>,
}

/// The file that compilation starts with.
#[derive(Debug)]
pub struct CrateRoot {
    /// The file.
    pub file: UserFile,
    /// What it is compiled to.
    pub kind: CrateKind,
}

/// What a crate root is compiled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrateKind {
    /// Something that other crates use.
    Library,
    /// A program.
    Binary,
}

impl Package {
    /// The manifest from which dependencies are inherited.
    pub fn workspace_manifest(&self) -> Option<&Manifest> {
        match &self.workspace {
            Some(workspace) => Some(&workspace.manifest),
            None => Some(&self.manifest).filter(|manifest| manifest.is_workspace_root()),
        }
    }
}

/// Opens the package in `folder`, whose source root is the one that is asked for.
///
/// # Errors
///
/// When there is none, or one of its files cannot be read.
pub(crate) fn open(folder: &Path, source_root: Option<&RelPath>) -> Result<Package, Problem> {
    let workspace::Package {
        root,
        name,
        manifest,
        workspace,
    } = workspace::read_package(folder)?;
    let manifest_file = UserFile::read(&root, RelPath::root().join(MANIFEST).unwrap_or_default());
    manifest_file.text().map_err(|problem| Problem {
        file: Some(root.join(MANIFEST)),
        ..problem
    })?;
    let crate_root = find_crate_root(&root, &manifest)?;
    Ok(Package {
        other_roots: find_other_roots(&root, &manifest, crate_root.as_ref())?,
        crate_root,
        place: Place {
            name,
            source_root: find_source_root(&root, source_root)?,
            manifest: manifest_file,
            root,
        },
        manifest,
        workspace,
    })
}

/// The library of the package, else its only obvious program.
fn find_crate_root(root: &Path, manifest: &Manifest) -> Result<Option<CrateRoot>, Problem> {
    let (path, kind) = match find_library(root, manifest)? {
        Some(path) => (Some(path), CrateKind::Library),
        None => (find_program(root, manifest)?, CrateKind::Binary),
    };
    let path = path.and_then(|path| RelPath::root().join(&path));
    Ok(path.map(|path| CrateRoot {
        file: UserFile::read(root, path),
        kind,
    }))
}

/// The crate root of the library, unless that can export nothing but macros.
fn find_library(root: &Path, manifest: &Manifest) -> Result<Option<String>, Problem> {
    let library = match manifest.library_path() {
        Some(named) => Some(named.to_owned()),
        None if manifest.finds_library() => existing(root, "src/lib.rs")?,
        None => None,
    };
    Ok(library.filter(|_| !manifest.is_macro_library()))
}

fn find_program(root: &Path, manifest: &Manifest) -> Result<Option<String>, Problem> {
    let named = manifest.program_paths();
    let uses_main_file =
        manifest.finds_programs() || named.iter().flatten().any(|path| path == MAIN_FILE);
    if uses_main_file && let Some(path) = existing(root, MAIN_FILE)? {
        return Ok(Some(path));
    }
    let [only] = named.as_slice() else {
        return Ok(None);
    };
    Ok(first_existing(root, only)?.or_else(|| only.first().cloned()))
}

/// All crate roots that exist, but for the `chosen` one: the library, then the programs.
fn find_other_roots(
    root: &Path,
    manifest: &Manifest,
    chosen: Option<&CrateRoot>,
) -> Result<Vec<CrateRoot>, Problem> {
    let library = find_library(root, manifest)?.map(|path| (path, CrateKind::Library));
    let mut programs = Vec::new();
    for paths in manifest.program_paths() {
        programs.extend(first_existing(root, &paths)?);
    }
    if manifest.finds_programs() {
        programs.extend(existing(root, MAIN_FILE)?);
        programs.extend(found_programs(root)?);
    }
    programs.sort();
    programs.dedup();
    let programs = programs.into_iter().map(|path| (path, CrateKind::Binary));
    let files = library
        .into_iter()
        .chain(programs)
        .filter_map(|(path, kind)| {
            let path = RelPath::root().join(&path)?;
            let is_chosen = chosen.is_some_and(|chosen| chosen.file.path == path);
            (!is_chosen).then(|| CrateRoot {
                file: UserFile::read(root, path),
                kind,
            })
        });
    Ok(files.collect())
}

/// The programs that cargo finds in `src/bin` without being told.
fn found_programs(root: &Path) -> Result<Vec<String>, Problem> {
    let entries = root.join("src/bin").read_dir().into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let paths = names.map(|name| match name.ends_with(".rs") {
        true => format!("src/bin/{name}"),
        false => format!("src/bin/{name}/main.rs"),
    });
    let found = paths
        .map(|path| existing(root, &path))
        .filter_map(Result::transpose);
    found.collect()
}

fn first_existing(root: &Path, paths: &[String]) -> Result<Option<String>, Problem> {
    for path in paths {
        if let Some(path) = existing(root, path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn existing(root: &Path, path: &str) -> Result<Option<String>, Problem> {
    let kind = look_at(&root.join(path))?;
    Ok((kind == Some(Kind::File)).then(|| path.to_owned()))
}
