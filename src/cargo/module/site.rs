//! Where a cargo project declares the module of an adapter.
//!
//! Reads only: follows the declarations that are there to the files that they name.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Existing, FileKind, Form, Scope, find_declaration};
use crate::cargo::package::{CrateRoot, Package};
use crate::error::{Code, Problem};
use crate::path::RelPath;
use crate::project::file::{Content, UserFile, look_at};

/// The modules between a crate root and an adapter.
#[derive(Debug)]
pub struct Modules<'a> {
    /// The crate root that declares the parent, or should.
    pub crate_root: Option<&'a CrateRoot>,
    /// The module that gathers the adapters of one kind: `sandboxes`.
    pub parent: String,
    /// The module of the adapter: `daytona`.
    pub leaf: String,
    /// Where the parent is, which declares the leaf.
    pub site: ModuleSite,
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

impl<'a> Modules<'a> {
    /// Reads where the module of `adapter`, which lies two levels below the source root, is declared in `package`. A crate
    /// root that declares the parent already is as good as the one that would be chosen.
    pub fn read(package: &'a Package, adapter: &RelPath) -> Self {
        let root = &package.place.root;
        let parent = adapter
            .parent()
            .and_then(|directory| directory.name().map(str::to_owned))
            .unwrap_or_default();
        let mut roots = package.crate_root.iter().chain(&package.other_roots);
        let declared = roots.find_map(|crate_root| {
            let site = declared_site(root, crate_root, &parent, adapter)?;
            Some((Some(crate_root), site))
        });
        let (crate_root, site) = declared.unwrap_or_else(|| {
            let site = undeclared_site(package, &parent);
            (package.crate_root.as_ref(), site)
        });
        Self {
            crate_root,
            parent,
            leaf: module_name(adapter).to_owned(),
            site,
        }
    }

    /// The file besides `adapter` in which the compiler looks for the module, if it exists: both must not.
    pub fn rival_of(&self, root: &Path, adapter: &RelPath) -> Option<RelPath> {
        let (ModuleSite::File { scope, .. } | ModuleSite::Inline { scope }) = &self.site else {
            return None;
        };
        let files = scope.candidates(&self.leaf).map(|(file, _)| file);
        if !files.contains(adapter) {
            return None;
        }
        files
            .into_iter()
            .find(|file| file != adapter && !matches!(look_at(&file.under(root)), Ok(None)))
    }
}

/// The name of the module in `file`.
fn module_name(file: &RelPath) -> &str {
    file.name().unwrap_or_default().trim_end_matches(".rs")
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
    if !needs_path || scope.directory().under(root).is_dir() {
        return Ok(ModuleSite::Inline { scope });
    }
    // A path that climbs out of a directory leads nowhere when the directory does not exist.
    let message = format!(
        "the adapter is not declared: no path leads to it from the inline `mod {name}`, whose directory `{}` does not exist",
        scope.directory()
    );
    let problem = Problem::new(Code::ModuleElsewhere, message);
    Err(problem.help(format!(
        "give `mod {name}` a file of its own, then run the command again"
    )))
}

fn leads_outside(name: &str, adapter: &RelPath) -> Problem {
    let message =
        format!("the adapter is not declared: the `path` of `mod {name}` leads out of the project");
    Problem::new(Code::ModuleElsewhere, message).help(format!(
        "add `pub mod {};` to that module, with a `#[path]` that leads to `{adapter}`",
        module_name(adapter)
    ))
}

fn out_of_reach(crate_root: &CrateRoot, existing: &Existing, problem: Problem) -> ModuleSite {
    let file = crate_root.file.path.as_str();
    ModuleSite::OutOfReach(problem.in_file(file).at(existing.position))
}

/// The site of the module `name` that nothing declares yet: below the source root.
fn undeclared_site(package: &Package, name: &str) -> ModuleSite {
    let (root, source_root) = (&package.place.root, &package.place.source_root);
    let own_scope = Scope::of_file(
        &source_root.join("mod.rs").unwrap_or_default(),
        FileKind::Owner,
    );
    let site = existing_candidate(root, &own_scope, name);
    // A file that is declared with `#[path]`, from a crate root elsewhere, looks for its modules beside itself.
    let crate_root = package.crate_root.as_ref();
    let is_found_by_itself = crate_root.is_none_or(|crate_root| crate_root.scope() == own_scope);
    match site {
        ModuleSite::File { file, .. }
            if is_found_by_itself && is_absent(&file) && names_module_files(package) =>
        {
            let [(path, kind), _] = own_scope.candidates(name);
            site_at(root, path, kind)
        }
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
    match site_at(root, named.0, named.1) {
        ModuleSite::File { file, .. } if is_absent(&file) => site_at(root, owner.0, owner.1),
        site => site,
    }
}

fn is_absent(file: &UserFile) -> bool {
    matches!(file.content, Content::Absent)
}

/// Whether the package has `name.rs` where others have `name/mod.rs`: a lint of its own asks for that, or all of its
/// modules with a directory are so.
fn names_module_files(package: &Package) -> bool {
    let asks = |lint| {
        package
            .manifest
            .has_clippy_lint(package.workspace_manifest(), lint)
    };
    if asks("mod_module_files") || asks("self_named_module_files") {
        return asks("mod_module_files");
    }
    let source_root = package.place.source_root.under(&package.place.root);
    let entries = source_root.read_dir().into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names = names.collect::<BTreeSet<_>>();
    let has_file = |name: &String| names.contains(&format!("{name}.rs"));
    let has_mod_file = |name: &String| source_root.join(name).join("mod.rs").exists();
    names.iter().any(has_file) && !names.iter().any(has_mod_file)
}

fn site_at(root: &Path, path: RelPath, kind: FileKind) -> ModuleSite {
    let scope = Scope::of_file(&path, kind);
    ModuleSite::File {
        file: UserFile::read(root, path),
        scope,
    }
}
