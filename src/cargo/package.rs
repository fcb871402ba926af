//! A cargo package as it is: its manifest, its workspace and its crate root.
//!
//! Reads only; knows no blueprint.

use std::path::Path;

use super::manifest::{MAIN_FILE, MANIFEST, Manifest};
use super::workspace::{self, WorkspaceRoot};
use crate::error::Problem;
use crate::path::RelPath;
use crate::project::file::{UserFile, read_text};
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
    /// Whether settings of rustfmt change how its sources look.
    pub has_own_style: bool,
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
    let crate_root = find_crate_root(&root, &manifest);
    Ok(Package {
        other_roots: find_other_roots(&root, &manifest, crate_root.as_ref()),
        crate_root,
        has_own_style: has_own_style(&root),
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
fn find_crate_root(root: &Path, manifest: &Manifest) -> Option<CrateRoot> {
    let (path, kind) = match find_library(root, manifest) {
        Some(path) => (path, CrateKind::Library),
        None => (find_program(root, manifest)?, CrateKind::Binary),
    };
    let file = UserFile::read(root, RelPath::root().join(&path)?);
    Some(CrateRoot { file, kind })
}

/// The crate root of the library, unless that can export nothing but macros.
fn find_library(root: &Path, manifest: &Manifest) -> Option<String> {
    let named = manifest.library_path().map(str::to_owned);
    let library =
        named.or_else(|| existing(root, "src/lib.rs").filter(|_| manifest.finds_library()));
    library.filter(|_| !manifest.is_macro_library())
}

fn find_program(root: &Path, manifest: &Manifest) -> Option<String> {
    let named = manifest.program_paths();
    let uses_main_file =
        manifest.finds_programs() || named.iter().flatten().any(|path| path == MAIN_FILE);
    let main_file = existing(root, MAIN_FILE).filter(|_| uses_main_file);
    main_file.or_else(|| match named.as_slice() {
        [only] => only
            .iter()
            .find_map(|path| existing(root, path))
            .or_else(|| only.first().cloned()),
        _ => None,
    })
}

/// Whether the settings that rustfmt finds for the package at `root`, the nearest ones, say more than the edition.
fn has_own_style(root: &Path) -> bool {
    let files = ["rustfmt.toml", ".rustfmt.toml"];
    let mut found = root
        .ancestors()
        .flat_map(|folder| files.map(|file| folder.join(file)));
    let text = found
        .find(|file| file.is_file())
        .map(|file| read_text(&file));
    let Some(Ok((text, _))) = text else {
        return false;
    };
    let settings = Manifest::parse(text);
    settings.is_ok_and(|settings| settings.keys().any(|key| key != "edition"))
}

/// All crate roots that exist, but for the `chosen` one: the library, then the programs.
fn find_other_roots(
    root: &Path,
    manifest: &Manifest,
    chosen: Option<&CrateRoot>,
) -> Vec<CrateRoot> {
    let library = find_library(root, manifest).map(|path| (path, CrateKind::Library));
    let mut programs = manifest
        .program_paths()
        .iter()
        .filter_map(|paths| paths.iter().find_map(|path| existing(root, path)))
        .collect::<Vec<_>>();
    if manifest.finds_programs() {
        programs.extend(existing(root, MAIN_FILE));
        programs.extend(found_programs(root));
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
    files.collect()
}

/// The programs that cargo finds in `src/bin` without being told.
fn found_programs(root: &Path) -> impl Iterator<Item = String> {
    let entries = root.join("src/bin").read_dir().into_iter().flatten();
    entries.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        match name.ends_with(".rs") {
            true => existing(root, &format!("src/bin/{name}")),
            false => existing(root, &format!("src/bin/{name}/main.rs")),
        }
    })
}

fn existing(root: &Path, path: &str) -> Option<String> {
    root.join(path).is_file().then(|| path.to_owned())
}
