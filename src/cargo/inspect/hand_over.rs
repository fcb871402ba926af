//! Where the lines go that hand the adapter to an agent, and how the adapter's module is called there.

use crate::blueprint::context::AgentPlace;
use crate::cargo::module::site::Modules;
use crate::cargo::module::{Visibility, find_declaration};
use crate::cargo::package::{CrateKind, CrateRoot, Package, find_program};
use crate::path::RelPath;

/// Where an agent of a package is made.
pub(super) struct AgentFile {
    /// The file, where it is clear which.
    pub file: Option<RelPath>,
    kind: Kind,
}

enum Kind {
    Program,
    Library,
    ProgramOf(String),
}

impl AgentFile {
    /// That of `package`: its program, else its library.
    pub(super) fn of(package: &Package, modules: &Modules) -> Self {
        let Some(crate_root) = &package.crate_root else {
            return Self {
                file: None,
                kind: Kind::Program,
            };
        };
        let program = program_beside(package, crate_root, &modules.parent);
        let kind = match (crate_root.kind, &program) {
            (CrateKind::Binary, _) => Kind::Program,
            (CrateKind::Library, None) => Kind::Library,
            (CrateKind::Library, Some(_)) => Kind::ProgramOf(library_name(package)),
        };
        Self {
            file: Some(program.unwrap_or_else(|| crate_root.file.path.clone())),
            kind,
        }
    }

    pub(super) fn place(&self) -> AgentPlace<'_> {
        match &self.kind {
            Kind::Program => AgentPlace::Program,
            Kind::Library => AgentPlace::Library,
            Kind::ProgramOf(library) => AgentPlace::ProgramOf(library),
        }
    }
}

/// The program that can use what the library declares in the module `parent`.
fn program_beside(package: &Package, library: &CrateRoot, parent: &str) -> Option<RelPath> {
    if library.kind == CrateKind::Binary {
        return None;
    }
    let text = library.file.text().ok().flatten()?;
    let declared = find_declaration(text, parent).ok()?;
    let is_hidden = declared.is_some_and(|declared| declared.visibility != Visibility::Public);
    let root = &package.place.root;
    let program = find_program(root, &package.manifest).ok().flatten();
    let program = program.filter(|_| !is_hidden)?;
    RelPath::root()
        .join(&program)
        .filter(|program| program.under(root).is_file())
}

fn library_name(package: &Package) -> String {
    let named = package.manifest.library_name();
    named.map_or_else(|| package.place.name.replace('-', "_"), str::to_owned)
}
