//! A cargo package as it is: its manifest, its workspace and its crate root.
//!
//! Reads only; knows no blueprint.

use std::fs;
use std::path::Path;

use super::manifest::{BinaryTarget, MAIN_FILE, MANIFEST, Manifest};
use super::workspace::{self, WorkspaceRoot};
use crate::error::Problem;
use crate::path::RelPath;
use crate::project::file::{UserFile, look_at, read_text};
use crate::project::{Place, find_source_root};

/// A cargo package.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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
    /// A binary target.
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

    /// Its manifest becomes `text`.
    ///
    /// # Errors
    ///
    /// When that is no manifest.
    pub(super) fn take(&mut self, text: String) -> Result<(), Problem> {
        self.take_parsed(Manifest::parse(text)?);
        Ok(())
    }

    /// The manifest becomes `manifest`.
    pub(super) fn take_parsed(&mut self, manifest: Manifest) {
        self.place.manifest = self.place.manifest.with_text(manifest.shared_text());
        self.manifest = manifest;
    }

    /// The manifest of its workspace becomes `text`: the same file, if the package is the root.
    ///
    /// # Errors
    ///
    /// When that is no manifest.
    pub(super) fn take_offering(&mut self, text: String) -> Result<(), Problem> {
        match &mut self.workspace {
            None => self.take(text)?,
            Some(workspace) => workspace.manifest = Manifest::parse(text)?,
        }
        Ok(())
    }
}

/// Opens the package in `directory`, whose source root is the one that is asked for.
///
/// # Errors
///
/// When there is none, or one of its files cannot be read.
pub(crate) fn open(directory: &Path, source_root: Option<&RelPath>) -> Result<Package, Problem> {
    let workspace::Package {
        root,
        name,
        manifest,
        workspace,
    } = workspace::read_package(directory)?;
    let manifest_file = UserFile::read(&root, RelPath::root().join(MANIFEST).unwrap_or_default());
    manifest_file.text().map_err(|problem| Problem {
        file: Some(root.join(MANIFEST)),
        ..problem
    })?;
    let targets = Targets::find(&root, &manifest)?;
    let crate_root = targets.crate_root(&root, &manifest)?;
    Ok(Package {
        other_roots: targets.other_roots(&root, crate_root.as_ref())?,
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

/// What a package is compiled to.
struct Targets {
    /// The crate root of the library.
    library: Option<String>,
    binaries: Vec<BinaryTarget>,
}

impl Targets {
    fn find(root: &Path, manifest: &Manifest) -> Result<Self, Problem> {
        Ok(Self {
            library: find_library(root, manifest)?,
            binaries: binary_targets(root, manifest)?,
        })
    }

    /// The library of the package, else the binary target that is most likely meant.
    fn crate_root(&self, root: &Path, manifest: &Manifest) -> Result<Option<CrateRoot>, Problem> {
        let (path, kind) = match &self.library {
            Some(path) => (path.clone(), CrateKind::Library),
            None => match main_file(root, manifest, &self.binaries)? {
                Some(path) => (path, CrateKind::Binary),
                None => return Ok(None),
            },
        };
        Ok(RelPath::root().join(&path).map(|path| CrateRoot {
            file: UserFile::read(root, path),
            kind,
        }))
    }

    /// All crate roots that exist, but for the `chosen` one: the library, then the binary targets.
    fn other_roots(
        self,
        root: &Path,
        chosen: Option<&CrateRoot>,
    ) -> Result<Vec<CrateRoot>, Problem> {
        let mut paths = Vec::new();
        for binary in &self.binaries {
            paths.extend(first_file(root, &binary.paths)?);
        }
        paths.sort();
        paths.dedup();
        let library = self.library.map(|path| (path, CrateKind::Library));
        let binaries = paths.into_iter().map(|path| (path, CrateKind::Binary));
        let roots = library.into_iter().chain(binaries);
        let roots = roots.filter_map(|(path, kind)| {
            let path = RelPath::root().join(&path)?;
            let is_chosen = chosen.is_some_and(|chosen| chosen.file.path == path);
            (!is_chosen).then(|| CrateRoot {
                file: UserFile::read(root, path),
                kind,
            })
        });
        Ok(roots.collect())
    }
}

/// The crate root of the library, unless that can export nothing but macros.
fn find_library(root: &Path, manifest: &Manifest) -> Result<Option<String>, Problem> {
    let library = match manifest.library_path() {
        Some(path) => Some(path.to_owned()),
        None if manifest.finds_library() => first_file(root, &["src/lib.rs".to_owned()])?,
        None => None,
    };
    Ok(library.filter(|_| !manifest.is_macro_library()))
}

/// The crate root of the binary target that runs when none is named, else of the one that is called like the package, else of
/// the only one.
pub(super) fn find_binary_target(
    root: &Path,
    manifest: &Manifest,
) -> Result<Option<String>, Problem> {
    main_file(root, manifest, &binary_targets(root, manifest)?)
}

/// That of the one among `binaries` which [`find_binary_target`] is about.
fn main_file(
    root: &Path,
    manifest: &Manifest,
    binaries: &[BinaryTarget],
) -> Result<Option<String>, Problem> {
    let called = |name: Option<&str>| {
        let mut binaries = binaries.iter();
        binaries.find(|binary| Some(binary.name.as_str()) == name)
    };
    let binary = called(manifest.default_run())
        .or_else(|| called(manifest.package_name()))
        .or(match binaries {
            [only] => Some(only),
            _ => None,
        });
    let Some(binary) = binary else {
        return Ok(None);
    };
    Ok(first_file(root, &binary.paths)?.or_else(|| binary.paths.first().cloned()))
}

/// The binary targets that are declared, and those that cargo finds by itself.
fn binary_targets(root: &Path, manifest: &Manifest) -> Result<Vec<BinaryTarget>, Problem> {
    let mut binaries = manifest.binary_targets();
    if manifest.finds_binary_targets() {
        let mut found = found_binary_targets(root, manifest)?;
        found.retain(|binary| binaries.iter().all(|other| other.name != binary.name));
        binaries.extend(found);
    }
    Ok(binaries)
}

/// The binary targets that cargo finds by itself.
fn found_binary_targets(root: &Path, manifest: &Manifest) -> Result<Vec<BinaryTarget>, Problem> {
    let mut binaries = Vec::new();
    if first_file(root, &[MAIN_FILE.to_owned()])?.is_some() {
        binaries.push(BinaryTarget {
            name: manifest.package_name().unwrap_or_default().to_owned(),
            paths: vec![MAIN_FILE.to_owned()],
        });
    }
    let entries = fs::read_dir(root.join("src/bin")).into_iter().flatten();
    for entry in entries.filter_map(Result::ok) {
        let file = entry.file_name().to_string_lossy().into_owned();
        let path = match file.strip_suffix(".rs") {
            Some(_) => format!("src/bin/{file}"),
            None => format!("src/bin/{file}/main.rs"),
        };
        if first_file(root, std::slice::from_ref(&path))?.is_some() {
            binaries.push(BinaryTarget {
                name: file.trim_end_matches(".rs").to_owned(),
                paths: vec![path],
            });
        }
    }
    Ok(binaries)
}

/// The first of `paths` below `root` where there is a file.
fn first_file(root: &Path, paths: &[String]) -> Result<Option<String>, Problem> {
    for path in paths {
        if look_at(&root.join(path))?.is_some_and(|found| !found.is_dir()) {
            return Ok(Some(path.clone()));
        }
    }
    Ok(None)
}

/// Whether the settings that rustfmt finds for the package at `root`, the nearest ones, say more than the edition.
fn has_own_style(root: &Path) -> bool {
    let files = ["rustfmt.toml", ".rustfmt.toml"];
    let mut found = root
        .ancestors()
        .flat_map(|directory| files.map(|file| directory.join(file)));
    let text = found
        .find(|file| file.is_file())
        .map(|file| read_text(&file));
    let Some(Ok((text, _))) = text else {
        return false;
    };
    let settings = Manifest::parse(text);
    settings.is_ok_and(|settings| settings.keys().any(|key| key != "edition"))
}
