//! Where a cargo project declares the module of an adapter.
//!
//! Reads only: follows the declarations that are there to the files that they name.

use std::path::Path;

use super::file::{Content, UserFile};
use super::rel_path::RelPath;
use crate::cargo::manifest::{MAIN_FILE, Manifest};
use crate::cargo::module::{Existing, FileKind, Form, Scope, find_declaration};
use crate::error::Problem;

/// The modules between a crate root and an adapter.
#[derive(Debug)]
pub struct Modules {
    /// The module that gathers the adapters of one kind: `sandboxes`.
    pub parent: String,
    /// The module of the adapter: `daytona`.
    pub leaf: String,
    /// The file that compilation starts with, when it is clear which.
    pub crate_root: Option<CrateRoot>,
    /// Where the parent is, which declares the leaf.
    pub site: ModuleSite,
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

/// Where the items of a module are.
#[derive(Debug)]
pub enum ModuleSite {
    /// In a file of its own, which may not exist yet.
    File {
        /// The file.
        file: UserFile,
        /// Where the compiler looks for what it declares.
        scope: Scope,
    },
    /// Between braces in the crate root.
    Inline {
        /// Where the compiler looks for what it declares.
        scope: Scope,
    },
    /// Somewhere from where no declaration can lead to the adapter, and why.
    OutOfReach(Problem),
}

impl CrateRoot {
    /// Where the compiler looks for what it declares.
    pub fn scope(&self) -> Scope {
        Scope::of_file(&self.file.path, FileKind::Owner)
    }
}

impl Modules {
    /// Reads where the module of `adapter`, which lies two levels below `source_root`, is declared.
    pub(super) fn read(
        root: &Path,
        manifest: &Manifest,
        source_root: &RelPath,
        adapter: &RelPath,
    ) -> Self {
        let parent = adapter
            .parent()
            .and_then(|folder| folder.name().map(str::to_owned))
            .unwrap_or_default();
        let leaf = module_name(adapter).to_owned();
        let crate_root = find_crate_root(root, manifest);
        let declared = crate_root
            .as_ref()
            .and_then(|crate_root| declared_site(root, crate_root, &parent, adapter));
        let site = declared
            .unwrap_or_else(|| undeclared_site(root, crate_root.as_ref(), source_root, &parent));
        Self {
            parent,
            leaf,
            crate_root,
            site,
        }
    }

    /// The file besides `adapter` in which the compiler looks for the module, if it exists: both must not.
    pub(super) fn rival_of(&self, root: &Path, adapter: &RelPath) -> Option<RelPath> {
        let (ModuleSite::File { scope, .. } | ModuleSite::Inline { scope }) = &self.site else {
            return None;
        };
        let files = scope.candidates(&self.leaf).map(|(file, _)| file);
        if !files.contains(adapter) {
            return None;
        }
        files
            .into_iter()
            .find(|file| file != adapter && file.under(root).exists())
    }
}

/// The name of the module in `file`.
fn module_name(file: &RelPath) -> &str {
    file.name().unwrap_or_default().trim_end_matches(".rs")
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

fn existing(root: &Path, path: &str) -> Option<String> {
    root.join(path).is_file().then(|| path.to_owned())
}

/// The site of the module `name` as the crate root declares it, if it does.
fn declared_site(
    root: &Path,
    crate_root: &CrateRoot,
    name: &str,
    adapter: &RelPath,
) -> Option<ModuleSite> {
    let text = crate_root.file.text().ok()??;
    // Reading the items of a long file takes its time, and a file without the word declares no module of that name.
    let existing = text.contains(name).then(|| find_declaration(text, name));
    let existing = existing?.ok()??;
    let scope = crate_root.scope();
    let site = match (existing.form, existing.path.as_deref()) {
        (Form::File, None) => Ok(existing_candidate(root, &scope, name)),
        (Form::File, Some(path)) => scope
            .file_at(path)
            .map(|file| site_at(root, file, FileKind::Owner))
            .ok_or_else(|| leads_outside(name, adapter)),
        (Form::Inline, path) => scope
            .inline(name, path)
            .ok_or_else(|| leads_outside(name, adapter))
            .and_then(|scope| inline_site(root, scope, name, adapter)),
    };
    Some(site.unwrap_or_else(|problem| out_of_reach(crate_root, &existing, problem)))
}

fn inline_site(
    root: &Path,
    scope: Scope,
    name: &str,
    adapter: &RelPath,
) -> Result<ModuleSite, Problem> {
    let needs_path = scope.path_to(module_name(adapter), adapter).is_some();
    if !needs_path || scope.folder().under(root).is_dir() {
        return Ok(ModuleSite::Inline { scope });
    }
    // A path that climbs out of a folder leads nowhere when the folder does not exist.
    let message = format!(
        "the adapter is not declared: no path leads to it from the inline `mod {name}`, whose folder `{}` does not exist",
        scope.folder()
    );
    let problem = Problem::new("module-elsewhere", message);
    Err(problem.help(format!(
        "give `mod {name}` a file of its own, then run the command again"
    )))
}

fn leads_outside(name: &str, adapter: &RelPath) -> Problem {
    let message =
        format!("the adapter is not declared: the `path` of `mod {name}` leads out of the project");
    Problem::new("module-elsewhere", message).help(format!(
        "add `pub mod {};` to that module, with a `#[path]` that leads to `{adapter}`",
        module_name(adapter)
    ))
}

fn out_of_reach(crate_root: &CrateRoot, existing: &Existing, problem: Problem) -> ModuleSite {
    let file = crate_root.file.path.as_str();
    ModuleSite::OutOfReach(problem.in_file(file).at(existing.position))
}

/// The site of the module `name` that nothing declares yet: below the source root.
fn undeclared_site(
    root: &Path,
    crate_root: Option<&CrateRoot>,
    source_root: &RelPath,
    name: &str,
) -> ModuleSite {
    let own_scope = Scope::of_file(
        &source_root.join("mod.rs").unwrap_or_default(),
        FileKind::Owner,
    );
    let site = existing_candidate(root, &own_scope, name);
    // A file that is declared with `#[path]`, from a crate root elsewhere, looks for its modules beside itself.
    let is_found_by_itself = crate_root.is_none_or(|crate_root| crate_root.scope() == own_scope);
    match site {
        ModuleSite::File { file, .. } if !is_found_by_itself => {
            let scope = Scope::of_file(&file.path, FileKind::Owner);
            ModuleSite::File { file, scope }
        }
        site => site,
    }
}

/// `name.rs` where that exists, else `name/mod.rs`.
fn existing_candidate(root: &Path, scope: &Scope, name: &str) -> ModuleSite {
    let [named, owner] = scope.candidates(name);
    let site = site_at(root, named.0, named.1);
    match site {
        ModuleSite::File {
            file:
                UserFile {
                    content: Content::Absent,
                    ..
                },
            ..
        } => site_at(root, owner.0, owner.1),
        site => site,
    }
}

fn site_at(root: &Path, path: RelPath, kind: FileKind) -> ModuleSite {
    let scope = Scope::of_file(&path, kind);
    ModuleSite::File {
        file: UserFile::read(root, path),
        scope,
    }
}
