//! Where the lines go that hand the adapter to an agent, and how the adapter's module is called there.

use crate::blueprint::context::AgentPlace;
use crate::cargo::module::site::Modules;
use crate::cargo::module::{Visibility, find_declaration};
use crate::cargo::package::{CrateKind, CrateRoot, Package, find_binary_target};
use crate::path::RelPath;

/// Where an agent of a package is made.
pub(super) struct AgentFile {
    /// The file, where it is clear which.
    pub file: Option<RelPath>,
    kind: Kind,
}

enum Kind {
    Binary,
    Library,
    BinaryOf(String),
}

impl AgentFile {
    /// That of `package`: its binary target, else its library.
    pub(super) fn of(package: &Package, modules: &Modules) -> Self {
        let Some(crate_root) = &package.crate_root else {
            return Self {
                file: None,
                kind: Kind::Binary,
            };
        };
        let binary = binary_target_beside(package, crate_root, &modules.parent);
        let kind = match (crate_root.kind, &binary) {
            (CrateKind::Binary, _) => Kind::Binary,
            (CrateKind::Library, None) => Kind::Library,
            (CrateKind::Library, Some(_)) => Kind::BinaryOf(library_name(package)),
        };
        Self {
            file: Some(binary.unwrap_or_else(|| crate_root.file.path.clone())),
            kind,
        }
    }

    pub(super) fn place(&self) -> AgentPlace<'_> {
        match &self.kind {
            Kind::Binary => AgentPlace::BinaryTarget,
            Kind::Library => AgentPlace::Library,
            Kind::BinaryOf(library) => AgentPlace::BinaryTargetOf(library),
        }
    }
}

/// The binary target that can use what the library declares in the module `parent`.
fn binary_target_beside(package: &Package, library: &CrateRoot, parent: &str) -> Option<RelPath> {
    if library.kind == CrateKind::Binary {
        return None;
    }
    let text = library.file.text().ok().flatten()?;
    let declared = find_declaration(text, parent).ok()?;
    let is_hidden = declared.is_some_and(|declared| declared.visibility != Visibility::Public);
    let root = &package.place.root;
    let binary = find_binary_target(root, &package.manifest).ok().flatten();
    let binary = binary.filter(|_| !is_hidden)?;
    RelPath::root()
        .join(&binary)
        .filter(|binary| binary.under(root).is_file())
}

fn library_name(package: &Package) -> String {
    let named = package.manifest.library_name();
    named.map_or_else(|| package.place.name.replace('-', "_"), str::to_owned)
}
